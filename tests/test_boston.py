"""Boston: recorded answers of a real GeoReport v2 service go the whole road, by a dataset folder alone."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from replay import Replay
from shahrnama.catalog import House

if TYPE_CHECKING:
    from shahrnama.build import Outcome

ROOT = Path(__file__).parents[1]
PAGE_SIZE = 1000
Build = Callable[..., "Outcome"]


@pytest.fixture
def boston(tmp_path: Path) -> House:
    return House.at(ROOT, datasets=ROOT / "tests" / "datasets", build=tmp_path / "build")


def serve_pages(replay: Replay, pages: Sequence[bytes]) -> None:
    """Page 1, 2, … as recorded, then an empty one; every other parameter is as the recording asked."""

    def page(number: int) -> bytes:
        return pages[number - 1] if number <= len(pages) else b"[]"

    replay.answer = lambda path, query: page(int(query["page"])) if path.endswith("requests.json") else None


def rows(house: House, sql: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(house.database)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(sql)]


def test_recorded_pages_go_the_whole_road(shared: Path, boston: House, replay: Replay, build: Build) -> None:
    folder = shared / "open311/boston-2019/raw-pages-abandoned-vehicle"
    pages = [path.read_bytes() for path in sorted(folder.glob("*.json"))]
    serve_pages(replay, pages)
    outcome = build(boston, {"SHAHRNAMA_BOSTON_URL": replay.url})
    assert outcome.problems == []
    ids = {record["service_request_id"] for page in pages for record in json.loads(page)}
    assert rows(boston, "SELECT count(*) AS n FROM boston_requests") == [{"n": len(ids)}]
    found = rows(boston, "SELECT * FROM boston_requests WHERE service_request_id = '101003172470'")
    assert [(row["status_code"], row["requested_at"]) for row in found] == [("open", "2020-01-18T00:03:41Z")]
    page = (boston.html / "datasets" / "boston" / "index.html").read_text(encoding="utf-8")
    assert "boston_requests" in page
    assert (
        "demo" not in json.loads((boston.packages / "boston" / "datapackage.json").read_text())["resources"][0]["path"]
    )


def test_all_recorded_requests_give_the_counted_answers(
    shared: Path, boston: House, replay: Replay, build: Build
) -> None:
    recorded = shared / "open311/boston-2019/abandoned-vehicle.jsonl.gz"
    lines = gzip.decompress(recorded.read_bytes()).splitlines()
    counted = json.loads((shared / "open311/expected_HAND_boston.json").read_text())["abandoned-vehicle"]
    latest = counted["latest_by_updated_datetime"]
    assert len(lines) == counted["records"]
    serve_pages(replay, [b"[" + b",".join(lines[at : at + PAGE_SIZE]) + b"]" for at in range(0, len(lines), PAGE_SIZE)])
    assert build(boston, {"SHAHRNAMA_BOSTON_URL": replay.url}).problems == []
    assert rows(boston, "SELECT count(*) AS n FROM boston_requests") == [{"n": counted["distinct_service_request_id"]}]
    (answer,) = rows(boston, "SELECT * FROM boston_response_times")
    assert answer["request_count"] == counted["distinct_service_request_id"]
    assert answer["open_count"] == latest["status"]["open"]
    assert answer["closed_count"] == latest["status"]["closed"]
    assert answer["median_close_hours"] == pytest.approx(latest["median_hours_requested_to_updated_closed"], abs=5e-5)
    assert answer["negative_count"] == latest["negative_durations"]
