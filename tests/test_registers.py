"""The register of harvests: what was asked of whom, published as tables, telling no key and no inner address."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from democity.faults import Fault
from democity.server import DemoCity
from shahrnama.catalog import House
from shahrnama.harvest_register import _said, _shown, harvest_registers
from shahrnama.register import registers

if TYPE_CHECKING:
    from shahrnama.build import Outcome


def rows(house: House, sql: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(house.registers)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(sql)]


def test_every_answer_is_seen_and_every_request_counted(city: House) -> None:
    (source,) = rows(city, "SELECT * FROM sources WHERE dataset = 'service_requests'")
    assert source["state_code"] == "demo"
    assert source["repeated_count"] >= source["differing_count"] > 0
    attempts = rows(city, "SELECT * FROM attempts WHERE dataset = 'service_requests'")
    assert len(attempts) == source["attempt_count"]
    assert {row["outcome_code"] for row in attempts} == {"captured", "unchanged"}
    with closing(sqlite3.connect(city.database)) as data:
        captures = {row[0] for row in data.execute("SELECT capture_id FROM captures")}
    assert {row["capture_id"] for row in rows(city, "SELECT * FROM sightings")} == captures
    assert rows(city, "PRAGMA foreign_key_check") == []
    assert rows(city, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_failures_are_published_too(
    house: House, build: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    with DemoCity(scale=0.02) as hall:
        hall.faults.append(Fault.of("status_403@first"))
        environ = {"SHAHRNAMA_SERVICE_REQUESTS_URL": f"{hall.url}/open311/v2/"}
        assert build(house, environ, "districts", "service_requests").problems
    failed = rows(house, "SELECT * FROM attempts WHERE outcome_code = 'failed'")
    assert [(row["status"], row["fault_code"]) for row in failed] == [(403, "status")]
    assert "answered 403" in failed[0]["message"]
    asked = rows(house, "SELECT state_code, failed_count FROM sources WHERE dataset = 'service_requests'")
    assert asked == [{"state_code": "never", "failed_count": 1}]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:4711/open311/requests.json?page=1", "/open311/requests.json?page=1"),
        ("http://10.1.2.3/data", "/data"),
        ("http://files.local/data", "/data"),
        ("http://intranet/data", "/data"),
        ("http://[::1]:8/data", "/data"),
        ("https://city.example/v2/data?x=1", "https://city.example/v2/data?x=1"),
    ],
)
def test_no_inner_address_is_published(url: str, shown: str) -> None:
    assert _shown(url) == shown


def test_no_inner_address_is_published_in_a_message() -> None:
    said = "cannot be reached (NewConnectionError: host='10.1.2.3')"
    assert "10.1.2.3" not in _said({"url": "http://files.local/x", "fault": "unreachable", "message": said})
    assert _said({"url": "https://city.example/x", "fault": "unreachable", "message": said}) == said


def test_the_registers_are_described_in_both_languages() -> None:
    for register in (*registers(), *harvest_registers()):
        for item in (register, *register["schema"]["fields"]):
            for key in ("title", "title_en", "description", "description_en"):
                assert item[key], (register["name"], item["name"], key)


def test_readers_ask_the_register_beside_the_data(site: str) -> None:
    with urlopen(f"{site}/db/registers/attempts.json?_shape=array&_size=1", timeout=20) as answer:
        (row,) = json.load(answer)
    assert row["outcome_code"] in {"captured", "unchanged"}
    with urlopen(f"{site}/db/registers/sources", timeout=20) as answer:
        page = answer.read().decode()
    assert "نمونهٔ ساختگی" in page
    assert 'class="demo"' in page
