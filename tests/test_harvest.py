"""Harvest: what a source may do wrong, and what is left standing when it does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replay import Replay
from shahrnama.captures import CaptureStore, Taking
from shahrnama.catalog import House, read
from shahrnama.client import Source
from shahrnama.errors import SourceError
from shahrnama.harvest import address, harvest
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
