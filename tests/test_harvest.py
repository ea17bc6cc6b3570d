"""Harvest: what a source may do wrong, and what is left standing when it does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replay import Replay
from shahrnama.captures import CaptureStore, Taking
from shahrnama.catalog import House, read
from shahrnama.client import Source, limit_seconds
from shahrnama.errors import DatasetError, SourceError
from shahrnama.harvest import address, harvest, is_due, summary
from shahrnama.harvest_register import source_row
from shahrnama.net.guard import Guard
from shahrnama.net.transport import Transport

DESCRIPTOR = """
name: lamps
title: چراغ‌ها
harvest: {protocol: json, address_variable: LAMPS_URL, frequency: P1D}
resources:
  - name: lamps
    schema: {primaryKey: [lamp_id], fields: [{name: lamp_id, type: string}, {name: capture_id, type: string}]}
"""
HARVEST = """
import json

def fetch(source):
    for page in ("1", "2"):
        source.get("lamps", "lamps.json", {"page": page})

def lamps(body):
    for record in json.loads(body):
        yield {"lamp_id": record["id"]}
"""


@pytest.fixture
def lamps(tmp_path: Path) -> House:
    folder = tmp_path / "datasets" / "lamps"
    folder.mkdir(parents=True)
    (folder / "datapackage.yaml").write_text(DESCRIPTOR, encoding="utf-8")
    (folder / "harvest.py").write_text(HARVEST, encoding="utf-8")
    return House.at(tmp_path)


def store(house: House) -> CaptureStore:
    return CaptureStore(house.captures, "lamps")


def take(house: House, replay: Replay) -> None:
    environ = {"LAMPS_URL": replay.url, "SHAHRNAMA_PRIVATE_HOSTS": "127.0.0.1"}
    harvest(house, read(house.datasets / "lamps"), environ, None, pause=lambda _: None)


def source(house: House, replay: Replay, waits: list[float]) -> Source:
    kept = store(house)
    transport = Transport(Guard.of(["127.0.0.1"]))
    return Source("lamps", replay.url, kept, Taking(kept, replay.url), transport, pause=waits.append)


def test_bytes_are_kept_as_they_came_and_every_request_is_logged(lamps: House, replay: Replay) -> None:
    replay.say("lamps.json?page=1", b'[{"id": "a"}]\n')
    replay.say("lamps.json?page=2", b"[]")
    take(lamps, replay)
    manifest = store(lamps).manifest()
    assert manifest is not None
    assert [store(lamps).body(capture) for capture in manifest.captures] == [b'[{"id": "a"}]\n', b"[]"]
    assert [row["outcome"] for row in store(lamps).attempts()] == ["captured", "captured"]


def test_an_unchanged_source_costs_one_304_a_page_and_moves_only_last_checked(lamps: House, replay: Replay) -> None:
    replay.say("lamps.json?page=1", b'[{"id": "a"}]')
    replay.say("lamps.json?page=2", b"[]")
    take(lamps, replay)
    first = store(lamps).manifest()
    take(lamps, replay)
    second = store(lamps).manifest()
    assert first is not None
    assert second is not None
    assert [status for _, status in replay.asked] == [200, 200, 304, 304]
    assert second.captures == first.captures
    assert second.changed_at == first.changed_at


FAULTS = {
    "error": ({"status": 500}, b"x", "answered 500"),
    "html": ({}, b"<!DOCTYPE html><html><body>login</body></html>", "HTML page"),
    "empty": ({}, b"  ", "empty body"),
    "moved": ({"status": 302, "headers": {"Location": "ftp://elsewhere.example/"}}, b"x", "no http address"),
    "cut": ({"declared": 5000}, b'[{"id": "b"', "a part of its answer only"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_page_is_one_clear_line_and_the_last_harvest_stands(lamps: House, replay: Replay, fault: str) -> None:
    replay.say("lamps.json?page=1", b'[{"id": "a"}]')
    replay.say("lamps.json?page=2", b"[]")
    take(lamps, replay)
    before = store(lamps).manifest()
    options, body, says = FAULTS[fault]
    replay.say("lamps.json?page=2", body, **options)
    with pytest.raises(SourceError, match=says) as error:
        take(lamps, replay)
    assert "\n" not in str(error.value)
    assert "lamps.json?page=2" in str(error.value)
    assert store(lamps).manifest() == before
    assert store(lamps).attempts()[-1]["outcome"] == "failed"


def test_a_source_that_is_down_is_said_and_logged(lamps: House) -> None:
    with Replay() as gone:
        pass
    with pytest.raises(SourceError, match="cannot be reached"):
        take(lamps, gone)
    assert store(lamps).attempts()[-1]["status"] is None


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ("7", [7.0, 7.0, 7.0]),
        ("", [1.0, 2.0, 4.0]),
        ("soon", [1.0, 2.0, 4.0]),
        ("-5", [1.0, 2.0, 4.0]),
        ("Wed, 21 Oct 2015 07:28:00 GMT", [1.0, 2.0, 4.0]),
        ("99999999999999999999", []),
        ("Fri, 31 Dec 9999 23:59:59 GMT", []),
    ],
)
def test_a_busy_source_is_asked_again_after_the_pause_it_names(
    lamps: House, replay: Replay, asked: str, waits: list[float]
) -> None:
    replay.say("lamps.json", b"busy", status=429, headers={"Retry-After": asked} if asked else {})
    waited: list[float] = []
    with pytest.raises(SourceError, match="answered 429" if waits else "asks to come back in"):
        source(lamps, replay, waited).get("lamps", "lamps.json")
    assert waited == waits
    assert len(store(lamps).attempts()) == len(waits) + 1


def test_records_of_the_same_bytes_are_counted_once_ever(lamps: House, replay: Replay) -> None:
    def counter(body: bytes) -> int:
        counted.append(body)
        return len(json.loads(body))

    counted: list[bytes] = []
    asked = source(lamps, replay, [])
    assert [asked.count(b"[1, 2]", counter), asked.count(b"[1, 2]", counter)] == [2, 2]
    assert counted == [b"[1, 2]"]


def test_the_address_comes_from_the_environment_then_the_demonstration_city_else_it_is_asked_for(lamps: House) -> None:
    dataset = read(lamps.datasets / "lamps")
    assert address(dataset, {"LAMPS_URL": "https://city.example/v2"}, None) == ("https://city.example/v2/", False)
    with pytest.raises(SourceError, match="set LAMPS_URL"):
        address(dataset, {}, "http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"ratelimit-remaining": "0", "ratelimit-reset": "7"}, 7),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000030"}, 30),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1600000000"}, 0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"}, 120),
        ({"ratelimit-remaining": "3", "ratelimit-reset": "7"}, 0),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "soon"}, 0),
        ({}, 0),
    ],
)
def test_a_source_s_own_limits_are_kept(headers: dict[str, str], seconds: float) -> None:
    assert limit_seconds(headers, now=1_700_000_000) == seconds


def test_the_next_request_waits_for_a_limit_that_is_used_up(lamps: House, replay: Replay) -> None:
    used = {"RateLimit-Remaining": "0", "RateLimit-Reset": "5"}
    replay.say("a.json", b"[1]", headers=used)
    replay.say("b.json", b"[2]")
    waited: list[float] = []
    asked = source(lamps, replay, waited)
    for path in ("a.json", "b.json", "a.json"):
        asked.get("lamps", path)
    assert waited == [5]


def test_progress_and_summary_tell_how_far_and_what_came(lamps: House, replay: Replay) -> None:
    replay.say("lamps.json?page=1", b'[{"id": "a"}]')
    replay.say("lamps.json?page=2", b"[]")
    told: list[str] = []
    dataset, environ = read(lamps.datasets / "lamps"), {"LAMPS_URL": replay.url, "SHAHRNAMA_PRIVATE_HOSTS": "127.0.0.1"}
    harvest(lamps, dataset, environ, None, told=told.append)
    assert told == ["1 answers, 0.0 MB", "2 answers, 0.0 MB"]
    harvest(lamps, dataset, environ, None, told=told.append)
    assert told[2:] == ["1 of about 2 answers, 0.0 MB", "2 of about 2 answers, 0.0 MB"]
    assert summary(store(lamps), 2, 0.5) == "lamps: 2 requests (2 unchanged), 0.0 MB, 0.5 s"


def freeze(house: House) -> None:
    path = house.datasets / "lamps" / "datapackage.yaml"
    frozen = 'frequency: P2D, frozen: {since: "2026-11-01", reason: "خاموش شد", reason_en: "switched off"}'
    path.write_text(path.read_text(encoding="utf-8").replace("frequency: P1D", frozen), encoding="utf-8")


def test_a_frozen_source_is_not_asked_and_says_why(lamps: House, replay: Replay) -> None:
    replay.say("lamps.json?page=1", b'[{"id": "a"}]')
    replay.say("lamps.json?page=2", b"[]")
    take(lamps, replay)
    freeze(lamps)
    asked = len(replay.asked)
    take(lamps, replay)
    assert len(replay.asked) == asked
    row = source_row(read(lamps.datasets / "lamps"), store(lamps))
    assert (row["state_code"], row["frozen_reason"], row["next_check_at"]) == ("frozen", "خاموش شد", None)


def test_a_source_that_was_frozen_before_it_was_asked_is_an_error(lamps: House, replay: Replay) -> None:
    freeze(lamps)
    with pytest.raises(SourceError, match=r"frozen since 2026-11-01 \(switched off\) and was never harvested"):
        take(lamps, replay)


def test_what_changes_is_asked_sooner_and_what_does_not_later(lamps: House, replay: Replay) -> None:
    hours = []
    for change in range(8):
        replay.say("lamps.json?page=1", b'[{"id": "%d"}]' % (change if change > 4 else 0))
        replay.say("lamps.json?page=2", b"[]")
        take(lamps, replay)
        manifest = store(lamps).manifest()
        assert manifest
        hours.append(manifest.interval_hours)
    assert hours == [24, 48, 96, 192, 192, 96, 48, 24]
    dataset = read(lamps.datasets / "lamps")
    assert not is_due(lamps, dataset, manifest.checked_at)
    assert is_due(lamps, dataset, manifest.next_check_at)


def test_a_frequency_that_is_none_is_named(lamps: House, replay: Replay) -> None:
    path = lamps.datasets / "lamps" / "datapackage.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("P1D", "daily"), encoding="utf-8")
    replay.say("lamps.json", b"[]")
    with pytest.raises(DatasetError, match="frequency 'daily' is neither days"):
        take(lamps, replay)
