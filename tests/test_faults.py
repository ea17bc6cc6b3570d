"""Every fault of a source, at the first, middle and last page, passing and lasting: no row lost, doubled, invented."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from democity.faults import FAULTS, PLACES, Fault
from democity.server import DemoCity
from shahrnama.captures import CaptureStore
from shahrnama.catalog import Dataset, House, read
from shahrnama.client import Source
from shahrnama.derive import derive
from shahrnama.errors import ParseError, SourceError
from shahrnama.formats.open311 import pages
from shahrnama.harvest import harvest
from shahrnama.net.transport import Limits, Transport
from shahrnama.package import package
from shahrnama.validate import validate

ROOT = Path(__file__).parents[1]
DISTRICTS = read(ROOT / "datasets" / "districts")  # what requests refer to
SCALE = 0.01  # 120 requests and their repeats
PAGE_SIZE = 30
# What only the data shows, the gate and its baseline must tell; the wire is right.
SILENT = {"column_blanked", "records_lost", "records_none", "category_new", "date_jalali", "field_added",
          "field_removed", "field_renamed", "field_retyped", "key_empty"}  # fmt: skip
HARMLESS = {"excess"}  # what stands behind the declared length is nobody's
AGAINST = {f"{name}@{place}": (name, place) for name in FAULTS for place in PLACES}


def shortly(transport: Transport) -> Transport:
    """Limits of a test: a second where a harvest would wait for ten minutes."""
    transport.limits = Limits(connect_seconds=2, silent_seconds=0.4, total_seconds=0.4, bytes=8 * 2**20)
    return transport


@pytest.fixture(scope="module")
def hall() -> Iterator[DemoCity]:
    with DemoCity(scale=SCALE) as city:
        yield city


@pytest.fixture(scope="module")
def requests() -> Dataset:
    """The project's own dataset, asked in small pages and within short limits."""
    dataset = read(ROOT / "datasets" / "service_requests")

    def fetch(source: Source) -> None:
        shortly(source.transport)
        source.get("services", "services.json")
        pages(source, "service_requests", "requests.json", params={}, page_size=PAGE_SIZE)

    dataset.code.fetch = fetch  # type: ignore[attr-defined]
    return dataset


@pytest.fixture(scope="module", autouse=True)
def unsynced() -> Iterator[None]:
    """A disk that is fast: these tests are of the network."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="module")
def undisturbed(requests: Dataset, hall: DemoCity, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A build without any fault, through the gate."""
    house = House.at(ROOT, build=tmp_path_factory.mktemp("undisturbed") / "build")
    assert publish(house, requests, hall) == []
    return house


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.at(ROOT, build=tmp_path / "build")


def take(house: House, dataset: Dataset, hall: DemoCity) -> None:
    harvest(house, dataset, {}, hall.url, pause=lambda _: None)


def publish(house: House, dataset: Dataset, hall: DemoCity) -> list[str]:
    """Harvest, package, derive and validate; what was complained of."""
    datasets = [DISTRICTS, dataset]
    try:
        take(house, dataset, hall)
        for item in datasets:
            package(house, item)
            derive(house, item, datasets)
    except (SourceError, ParseError) as error:
        return [str(error)]
    reports = [(item, validate(house, item, datasets)) for item in datasets]
    return [p.line(item.name) for item, report in reports for p in report.problems if p.severity == "error"]


def contents(house: House) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(house.packages.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(("name", "place"), AGAINST.values(), ids=AGAINST)
def test_a_fault_that_passes_leaves_the_same_bytes(
    hall: DemoCity, requests: Dataset, undisturbed: House, house: House, name: str, place: str
) -> None:
    hall.faults[:] = [Fault.of(f"{name}@{place}*1")]
    try:
        take(house, requests, hall)
    except SourceError:  # no use in asking again: the next harvest goes on where this one ended
        take(house, requests, hall)
    finally:
        suffered, hall.faults[:] = hall.faults[0].suffered, []
    assert suffered == 1
    table = package(house, requests).table("service_requests").read_bytes()
    assert table == (undisturbed.staging / requests.name / "service_requests.csv").read_bytes()


@pytest.mark.parametrize(("name", "place"), AGAINST.values(), ids=AGAINST)
def test_a_fault_that_lasts_is_one_line_and_what_is_published_stays(
    hall: DemoCity, requests: Dataset, undisturbed: House, house: House, name: str, place: str
) -> None:
    shutil.copytree(undisturbed.build, house.build)
    store = CaptureStore(house.captures, requests.name)
    before, published = store.manifest(), contents(house)
    hall.faults[:] = [Fault.of(f"{name}@{place}")]
    try:
        problems = publish(house, requests, hall)
    finally:
        hall.faults[:] = []
    assert contents(house) == published
    assert problems or name in HARMLESS
    assert not [problem for problem in problems if "\n" in problem or "Traceback" in problem]
    if name not in SILENT | HARMLESS:
        assert len(problems) == 1
        assert "requests.json" in problems[0]
        assert store.manifest() == before


def test_the_count_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{len(FAULTS)} kinds of fault, {len(PLACES)} pages, once and always: {2 * len(AGAINST)}\n")
    assert len(FAULTS) >= 40
