"""Walks through sources that change underneath: nothing lost, nothing doubled, no circle, or a clear no."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replay import Replay
from shahrnama.captures import CaptureStore, Taking
from shahrnama.client import Secret, Source
from shahrnama.errors import ParseError, SourceError
from shahrnama.formats import ckan
from shahrnama.formats.strict_json import loads
from shahrnama.net.guard import Guard
from shahrnama.net.transport import Transport
from shahrnama.paging import followed, numbered, offsets, windows

SIZE = 50
Rows = list[dict[str, Any]]


@pytest.fixture
def source(replay: Replay, tmp_path: Path) -> Source:
    store = CaptureStore(tmp_path, "rows")
    transport = Transport(Guard.of(["127.0.0.1"]))
    return Source("rows", replay.url, store, Taking(store, "s"), transport, Secret(""), pause=lambda _: None)


def count(body: bytes) -> int:
    found = loads(body)
    if not isinstance(found, list):
        raise ParseError("no list")
    return len(found)


def taken(source: Source) -> list[int]:
    found = [loads(source.store.body(capture)) for capture in source.taking.captures]
    return [row["id"] for page in found for row in (page["rows"] if isinstance(page, dict) else page)]


class Changing:
    """A thousand rows, newest first; while `restless`, each asking is followed by inserts and deletes."""

    def __init__(self, inserts: int, deletes: int, restless: int) -> None:
        self.rows: Rows = [{"id": number} for number in range(1000)]
        self.inserts, self.deletes, self.restless = inserts, deletes, restless
        self.rng = random.Random(7)

    def page(self, start: int) -> bytes:
        ordered = sorted(self.rows, key=lambda row: -row["id"])
        body = json.dumps(ordered[start : start + SIZE]).encode()
        if self.restless:
            self.restless -= 1
            for _ in range(self.inserts):
                self.rows.append({"id": max(row["id"] for row in self.rows) + 1})
            for _ in range(self.deletes):
                self.rows.pop(self.rng.randrange(len(self.rows)))
        return body


@pytest.mark.parametrize(("inserts", "deletes"), [(3, 0), (0, 3), (3, 3), (0, 0)])
@pytest.mark.parametrize("names", [("page", "page_size"), ("offset", "limit")])
def test_a_source_that_comes_to_rest_is_read_as_it_is(
    source: Source, replay: Replay, inserts: int, deletes: int, names: tuple[str, str]
) -> None:
    rows = Changing(inserts, deletes, restless=15)

    def answer(_: str, query: dict[str, str]) -> bytes:
        return rows.page(int(query["offset"]) if "offset" in query else (int(query["page"]) - 1) * SIZE)

    replay.answer = answer
    walk = numbered if names[0] == "page" else offsets
    walk(source, "rows", "rows.json", {}, page_size=SIZE, count=count)
    found = taken(source)
    assert len(found) == len(set(found))
    assert set(found) == {row["id"] for row in rows.rows}


def test_a_source_that_never_rests_is_said_to_be_unstable(source: Source, replay: Replay) -> None:
    rows = Changing(3, 0, restless=10_000)
    replay.answer = lambda _, query: rows.page((int(query["page"]) - 1) * SIZE)
    with pytest.raises(SourceError, match="kept changing while it was read"):
        numbered(source, "rows", "rows.json", {}, page_size=SIZE, count=count)


def test_a_service_with_smaller_pages_than_asked_is_read_whole(source: Source, replay: Replay) -> None:
    def answer(_: str, query: dict[str, str]) -> bytes:
        start = (int(query["page"]) - 1) * 20
        return json.dumps([{"id": number} for number in range(start, min(start + 20, 130))]).encode()

    replay.answer = answer
    numbered(source, "rows", "rows.json", {}, page_size=1000, count=count)
    assert sorted(taken(source)) == list(range(130))


def test_a_service_that_ignores_the_page_is_not_asked_for_ever(source: Source, replay: Replay) -> None:
    replay.answer = lambda *_: b'[{"id": 1}]'
    with pytest.raises(SourceError, match="goes round in its pages"):
        numbered(source, "rows", "rows.json", {}, page_size=1, count=count)
    assert len(replay.asked) < 5


def test_a_total_that_is_not_reached_is_told(source: Source, replay: Replay) -> None:
    def answer(_: str, query: dict[str, str]) -> bytes:
        rows = [{"_id": number} for number in range(120)][int(query["offset"]) :][:SIZE]
        return json.dumps(
            {"success": True, "result": {"fields": [{"id": "_id"}], "records": rows, "total": 150}}
        ).encode()

    replay.answer = answer

    def records(body: bytes) -> int:
        return len(ckan.datastore_records(body).records)

    def total(body: bytes) -> int:
        return ckan.datastore_records(body).total or 0

    with pytest.raises(SourceError, match="150 records by its own word, and gave 120"):
        offsets(source, "rows", "datastore_search", {}, page_size=SIZE, count=records, total=total)


Following = Callable[[bytes], dict[str, str] | str | None]


def by_key(body: bytes) -> dict[str, str] | None:
    rows = loads(body)
    return {"after": str(rows[-1]["id"])} if rows else None


def test_by_key_nothing_shifts_whatever_happens(source: Source, replay: Replay) -> None:
    rows = Changing(0, 3, restless=1000)
    gone: set[int] = set()

    def answer(_: str, query: dict[str, str]) -> bytes:
        start, before = int(query.get("after", "-1")), {row["id"] for row in rows.rows}
        found = sorted((row for row in rows.rows if row["id"] > start), key=lambda row: row["id"])[:SIZE]
        rows.page(0)
        gone.update(before - {row["id"] for row in rows.rows})
        return json.dumps(found).encode()

    replay.answer = answer
    followed(source, "rows", "rows.json", {}, by_key)
    found = taken(source)
    assert len(found) == len(set(found))
    assert {row["id"] for row in rows.rows} <= set(found) <= {row["id"] for row in rows.rows} | gone


def link(body: bytes) -> str | None:
    found = loads(body).get("next")
    return str(found) if found else None


def test_links_are_followed_and_never_in_circles_or_elsewhere(source: Source, replay: Replay) -> None:
    replay.say("a", b'{"rows": [{"id": 1}], "next": "b?cursor=x"}')
    replay.say("b?cursor=x", b'{"rows": [{"id": 2}]}')
    followed(source, "rows", "a", {}, link)
    assert taken(source) == [1, 2]
    replay.say("b?cursor=x", b'{"rows": [{"id": 2}], "next": "a"}')
    with pytest.raises(SourceError, match="a again after 2 pages"):
        followed(source, "rows", "a", {}, link)
    replay.say("b?cursor=x", b'{"rows": [], "next": "http://elsewhere.example/"}')
    with pytest.raises(SourceError, match="names its next page elsewhere"):
        followed(source, "rows", "a", {}, link)


def test_windows_of_dates_meet_and_do_not_overlap() -> None:
    assert list(windows("2026-01-01", "2026-01-10", 4)) == [
        ("2026-01-01", "2026-01-04"),
        ("2026-01-05", "2026-01-08"),
        ("2026-01-09", "2026-01-10"),
    ]
    assert list(windows("2026-01-02", "2026-01-01", 4)) == []
