"""democity's other protocols: read by our parsers and walks, the same in every form, with faults on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from democity.faults import WIRE, Fault
from democity.offices import generate_offices
from democity.planting import SPLIT, THRESHOLD_IRR
from democity.process_faults import Log, log
from democity.processes import PERMIT, moment
from democity.server import DemoCity
from shahrnama.captures import CaptureStore, Taking
from shahrnama.client import Source
from shahrnama.errors import SourceError
from shahrnama.formats import ckan, event_csv, ocds, ocel, socrata, xes
from shahrnama.formats.open311 import dated_pages, pages, records
from shahrnama.formats.strict import to_utc
from shahrnama.formats.strict_json import documents
from shahrnama.formats.tabular import rows
from shahrnama.net.guard import Guard
from shahrnama.net.transport import Limits, Transport
from shahrnama.paging import followed, offsets
from shahrnama.persian import ascii_digits, gregorian, normalise

SCALE = 0.5
SMALL = 0.1  # eleven pages of contracts and three of feedback: a first, a middle and a last
COLUMNS = {"case_id": "case", "activity": "activity", "at": "at", "group": "office", "lifecycle": "lifecycle"}


@pytest.fixture(scope="module")
def hall() -> Iterator[DemoCity]:
    with DemoCity(scale=SCALE) as city:
        yield city


@pytest.fixture(scope="module")
def offices() -> Any:
    return generate_offices(scale=SCALE)


@pytest.fixture(scope="module")
def permits() -> Log:
    return log(PERMIT, 0, scale=SCALE)


def get(hall: DemoCity, path: str) -> bytes:
    with urlopen(hall.url + path, timeout=20) as answer:
        return bytes(answer.read())


@contextmanager
def asking(hall: DemoCity, folder: Path) -> Iterator[Source]:
    store = CaptureStore(folder, "offices")
    limits = Limits(connect_seconds=2, silent_seconds=0.4, total_seconds=0.4, bytes=8 * 2**20)
    transport = Transport(Guard.of(["127.0.0.1"]), limits)
    yield Source("offices", hall.url + "/", store, Taking(store, "s"), transport, pause=lambda _: None)
    transport.close()
    hall.faults.clear()


@pytest.fixture
def source(hall: DemoCity, tmp_path: Path) -> Iterator[Source]:
    with asking(hall, tmp_path) as found:
        yield found


def bodies(source: Source) -> list[bytes]:
    return [source.store.body(capture) for capture in source.taking.captures]


def walk_contracts(source: Source) -> list[dict[str, Any]]:
    followed(source, "releases", "ocds/releases.json", {}, ocds.package_links)
    return [release for body in bodies(source) for release in ocds.releases(body)]


def walk_feedback(source: Source) -> list[dict[str, Any]]:
    def count(body: bytes) -> int:
        return len(ckan.datastore_records(body).records)

    def total(body: bytes) -> int:
        return ckan.datastore_records(body).total or 0

    path = "ckan/api/3/action/datastore_search"
    offsets(source, "feedback", path, {"resource_id": "feedback"}, page_size=20, count=count, total=total)
    return [record for body in bodies(source) for record in ckan.datastore_records(body).records]


def by_key(body: bytes) -> dict[str, str] | None:
    found = socrata.records(body)
    return {"$where": f"feedback_id > '{found[-1]['feedback_id']}'"} if found else None


@pytest.mark.filterwarnings("ignore::ocdsmerge.exceptions.OCDSMergeWarning")  # one was planted
def test_contracts_are_walked_by_link_and_compiled(source: Source, offices: Any) -> None:
    releases = walk_contracts(source)
    assert [release["id"] for release in releases] == [release["id"] for release in offices.releases]
    compiled = list(ocds.compiled(releases))
    assert len(compiled) == len({release["ocid"] for release in offices.releases})
    pieces = [
        item["awards"][0]["value"]["amount"]
        for item in compiled
        if any(supplier["id"] == SPLIT for award in item.get("awards", ()) for supplier in award["suppliers"])
        and 0.9 * THRESHOLD_IRR < item["awards"][0]["value"]["amount"] < THRESHOLD_IRR
    ]
    assert len(pieces) == 6


def test_the_event_log_is_the_same_in_xes_and_csv(hall: DemoCity, permits: Log) -> None:
    keys = ("case_id", "activity", "group", "lifecycle", "at")
    from_xes = list(xes.events(get(hall, "/logs/permits.xes.gz")))
    from_csv = list(event_csv.events(get(hall, "/logs/permits.csv"), COLUMNS))
    mine = [
        (record.case, record.activity, record.office, record.lifecycle, to_utc(moment(record.at).isoformat()))
        for record in permits.records
    ]
    assert [tuple(event[key] for key in keys) for event in from_xes] == mine
    assert Counter(tuple(event[key] for key in keys) for event in from_csv) == Counter(mine)


def test_the_event_log_in_ocel_has_the_same_events(hall: DemoCity, permits: Log) -> None:
    body = get(hall, "/logs/permits.ocel.json")
    assert len(list(ocel.events(body))) == len(permits.records)
    found = [row for row in ocel.relations(body) if row["source"] == "event" and row["qualifier"] == "case"]
    assert [row["object_id"] for row in found] == [record.case for record in permits.records]


def test_projects_have_a_place(hall: DemoCity, offices: Any) -> None:
    found = list(rows(get(hall, "/files/projects.geojson")))
    assert [row["id"] for row in found] == [project["id"] for project in offices.projects]
    assert all("Point" in (row["geometry"] or "") for row in found)


def test_requests_by_windows_of_dates_are_all_requests(source: Source, hall: DemoCity) -> None:
    source.base, source.today = f"{hall.url}/open311/v2/", "2026-11-30"
    dated_pages(source, "requests", "requests.json", since="2025-09-01", days=90, page_size=1000)
    by_date = [record for body in bodies(source) for record in records(body, "request")]
    source.taking.drop("requests", [capture.source_path for capture in source.taking.captures])
    pages(source, "requests", "requests.json", params={}, page_size=1000)
    at_once = [record for body in bodies(source) for record in records(body, "request")]
    assert by_date == at_once
    assert len(at_once) > 6000


def test_feedback_is_the_same_by_offset_by_key_and_in_lines(source: Source, hall: DemoCity, offices: Any) -> None:
    by_offset = [{key: row[key] for key in row if key != "_id"} for row in walk_feedback(source)]
    lines = list(documents(get(hall, "/files/feedback.jsonl")))
    assert by_offset == lines == [dict(row) for row in offices.feedback]
    source.taking.drop("feedback", [capture.source_path for capture in source.taking.captures])
    followed(source, "feedback", "resource/feedback.json", {"$limit": "100"}, by_key)
    assert [row for body in bodies(source) for row in socrata.records(body)] == lines


def test_project_cards_are_the_same_in_a_workbook_and_in_windows_1256(hall: DemoCity, offices: Any) -> None:
    book = list(rows(get(hall, "/files/projects.xlsx"), header=3))
    text = list(rows(get(hall, "/files/projects.csv")))
    assert len(book) == len(text) == len(offices.projects)
    for mine, theirs, project in zip(book, text, offices.projects, strict=True):
        assert [_folded(value) for value in mine.values()] == [_folded(value) for value in theirs.values()]
        assert gregorian(mine["تاریخ وعده‌داده‌شده"] or "") == project["promised"][0].isoformat()
    assert any(len(project["promised"]) > 2 for project in offices.projects)


def _folded(value: str | None) -> str:
    return ascii_digits(normalise(value or "")).replace("ٔ", "").replace("\u200c", "").replace("?", "")


@pytest.fixture(scope="module")
def small() -> Iterator[tuple[DemoCity, Any]]:
    with DemoCity(scale=SMALL) as city:
        yield city, generate_offices(scale=SMALL)


@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize("name", sorted(set(WIRE) - {"drip", "head_drip", "bomb", "excess", "no_content"}))
@pytest.mark.parametrize("walk", [walk_contracts, walk_feedback], ids=["OCDS", "CKAN"])
def test_faults_on_the_way_lose_nothing(
    small: tuple[DemoCity, Any], tmp_path: Path, walk: Any, name: str, place: str
) -> None:
    hall, offices = small
    with asking(hall, tmp_path) as source:
        hall.faults[:] = [Fault.of(f"{name}@{place}*1")]
        try:
            found = walk(source)
        except SourceError:
            source.taking = Taking(source.store, "s")
            found = walk(source)
    keys = [record.get("feedback_id") or record["id"] for record in found]
    whole = offices.feedback if walk is walk_feedback else offices.releases
    assert keys == [record.get("feedback_id") or record["id"] for record in whole]
