"""The whole road, end to end: a city's API over HTTP, packages, a database, pages; again; and when sources break.

What is only read is the whole city; what is built again is every dataset of a city a tenth as large, as far as the
database; and where the pages must tell what broke, one dataset of it with those that it refers to.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import frictionless
import pytest

from conftest import ROOT, run
from replay import Replay
from shahrnama.atomic import read_json
from shahrnama.captures import CaptureStore
from shahrnama.catalog import House, catalog
from shahrnama.privacy import findings

if TYPE_CHECKING:
    from shahrnama.build import Outcome

Build = Callable[..., "Outcome"]
PAGE = "requests.json?page=1&page_size=1000"
VARIABLE = "SHAHRNAMA_SERVICE_REQUESTS_URL"
PUBLISHED = ("districts", "service_requests")
SMALL = {"SHAHRNAMA_DEMO_SCALE": "0.1", "SHAHRNAMA_PRIVATE_HOSTS": "127.0.0.1"}


def loaded(house: House) -> Outcome:
    """Every dataset of a small city, all the way but the pages."""
    from shahrnama.build import DATASET_STAGES, Run

    datasets = catalog(house.datasets)
    run = Run(house, datasets, datasets, SMALL, lambda _: None, pause=lambda _: None)
    for stage in (*DATASET_STAGES, "load"):
        getattr(run, stage)()
    assert run.outcome.problems == []
    return run.outcome


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Every dataset of a small city, without pages. Tests must not change it, but by building it again."""
    house = House.at(ROOT, build=tmp_path_factory.mktemp("town") / "build")
    loaded(house)
    return house


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The requests of a small city, with pages. Tests must not change it."""
    house = House.at(ROOT, build=tmp_path_factory.mktemp("published") / "build")
    assert run(house, SMALL, *PUBLISHED).problems == []
    return house


@pytest.fixture
def second(published: House, tmp_path: Path) -> House:
    """A copy of what was published that a test may change."""
    shutil.copytree(published.build, tmp_path / "build")
    return House.at(published.root, build=tmp_path / "build")


def contents(house: House) -> dict[str, bytes]:
    paths = [*house.packages.rglob("*.*"), house.database]
    return {str(path.relative_to(house.build)): path.read_bytes() for path in paths if path.is_file()}


def query(house: House, sql: str) -> list[Any]:
    with closing(sqlite3.connect(house.database)) as database:
        return database.execute(sql).fetchall()


def test_stock_tools_agree_with_every_package(city: House) -> None:
    paths = sorted(city.packages.glob("*/datapackage.json"))
    assert len(paths) == len(catalog(city.datasets))
    for path in paths:
        report = frictionless.validate(str(path))
        assert report.valid, report.flatten(["type", "message"])


def test_the_database_is_sound(city: House) -> None:
    assert query(city, "pragma integrity_check") == [("ok",)]
    assert query(city, "pragma foreign_key_check") == []
    for dataset in catalog(city.datasets):
        for resource in dataset.resources:
            (count,) = query(city, f'select count(*) from "{resource.name}"')[0]
            assert count > 0, resource.name
    strict = dict(query(city, "select name, strict from pragma_table_list where schema = 'main' and type = 'table'"))
    assert all(strict[resource.name] for dataset in catalog(city.datasets) for resource in dataset.resources)


def test_every_harvested_row_leads_to_its_bytes(city: House) -> None:
    store = CaptureStore(city.captures, "service_requests")
    manifest = store.manifest()
    assert manifest is not None
    kept = {capture.capture_id for capture in manifest.captures}
    for table in ("service_requests", "services"):
        assert {row[0] for row in query(city, f"select distinct capture_id from {table}")} <= kept


def test_derived_times_can_be_recomputed_by_hand(city: House) -> None:
    path = city.packages / "service_requests" / "response_times.demo.csv"
    with path.open(encoding="utf-8", newline="") as file:
        published = list(csv.DictReader(file))
    total = query(city, "select count(*), sum(status_code = 'open'), sum(status_code = 'closed') from service_requests")
    summed = [sum(int(row[name]) for row in published) for name in ("request_count", "open_count", "closed_count")]
    assert summed == list(total[0])
    row = max(published, key=lambda row: int(row["closed_count"]))
    days = query(
        city,
        "select julianday(max(changed_at)) - julianday(requested_at) as d from service_requests r join status_changes c"
        " on c.service_request_id = r.service_request_id and c.status_code = 'closed' where r.status_code = 'closed'"
        f" and district_id = {int(row['district_id'])} and service_code = '{row['service_code']}'"
        " group by r.service_request_id order by d",
    )
    found = [value for (value,) in days]
    middle = (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2
    assert float(row["median_close_days"]) == pytest.approx(middle, abs=0.006)


def test_no_personal_data_is_published(city: House) -> None:
    for path in city.packages.rglob("*.csv"):
        if not path.name.endswith(".demo.csv"):
            continue
        package = json.loads((path.parent / "datapackage.json").read_text(encoding="utf-8"))
        (resource,) = (item for item in package["resources"] if item["path"] == path.name)
        texts = {item["name"] for item in resource["schema"]["fields"] if item["type"] == "string"} - {"capture_id"}
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found = [(name, finding.kind) for name in texts for finding in findings(row[name])]
                assert not found, path.name


def test_planted_personal_data_was_there_to_be_masked(city: House) -> None:
    masked = query(city, "select count(*) from service_requests where description like '%[شماره%'")
    assert masked[0][0] > 0


def test_demonstration_data_says_so_everywhere(city: House) -> None:
    assert query(city, "select is_demo from datasets where dataset = 'service_requests'") == [(1,)]
    assert query(city, "select is_demo from datasets where dataset = 'districts'") == [(0,)]
    names = [path.name for path in (city.files / "service_requests").rglob("*") if path.is_file()]
    assert names
    assert all(".demo." in name for name in names)
    assert not list((city.files / "districts").rglob("*.demo.*"))


def test_a_build_from_nothing_gives_the_same_bytes(town: House, house: House) -> None:
    loaded(house)
    assert contents(house) == contents(town)
    assert len(list(house.packages.iterdir())) == len(catalog(town.datasets))


def test_a_second_build_parses_nothing_and_gives_the_same_bytes(town: House) -> None:
    before = contents(town)
    assert loaded(town).parsed == set()
    assert contents(town) == before
    attempts = CaptureStore(town.captures, "service_requests").attempts()
    assert [row for row in attempts if row["outcome"] == "unchanged"]


@pytest.mark.parametrize("fault", ["down", "html", "broken", "unknown field", "bad rows"])
def test_a_broken_source_is_said_and_the_last_good_version_stays(
    second: House, build: Build, replay: Replay, fault: str
) -> None:
    before = contents(second)
    store = CaptureStore(second.captures, "service_requests")
    attempts = len(store.attempts())
    sample = second.datasets / "service_requests" / "sample"
    requests = json.loads((sample / "service_requests.json").read_text(encoding="utf-8"))
    replay.say("requests.json", b"[]")
    replay.say("services.json", (sample / "services.json").read_bytes())
    says = {
        "down": "asks to come back in 86400 seconds",
        "html": "HTML",
        "broken": "requests.json",
        "unknown field": "secret_note",
        "bad rows": "district_id",
    }[fault]
    if fault == "down":
        replay.say("services.json", b"down", status=503, headers={"Retry-After": "86400"})
    elif fault == "html":
        replay.say("requests.json", b"<!doctype html><title>login</title>")
    elif fault == "broken":
        replay.say("requests.json", json.dumps(requests).encode()[:200])
    elif fault == "unknown field":
        replay.say(PAGE, json.dumps([{**requests[0], "secret_note": "x"}]).encode())
    else:
        replay.say(PAGE, json.dumps([{**record, "district": "99"} for record in requests]).encode())
    outcome = build(second, {**SMALL, VARIABLE: replay.url}, *PUBLISHED)
    assert not outcome.ok
    assert any(says in problem for problem in outcome.problems), outcome.problems
    assert all("\n" not in problem for problem in outcome.problems)
    assert contents(second) == before
    assert len(store.attempts()) > attempts
    report = read_json(second.reports / "service_requests.json")
    assert report["status"] == "held"
    page = (second.html / "datasets" / "service_requests" / "index.html").read_text(encoding="utf-8")
    assert re.split("[(:]", report["problems"][0]["message_fa"])[0] in page
    assert read_json(second.reports / "districts.json")["status"] == "promoted"
