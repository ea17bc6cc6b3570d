"""The embedded city: the standard's answers, the same city everywhere, faults on request, truths planted in it."""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from democity.faults import Fault
from democity.generator import BOTTLENECK, CLOCK, City, generate
from democity.server import DemoCity
from shahrnama.formats.open311 import records

ROOT = Path(__file__).parents[1]
BASE = "/open311/v2/"
SCALE = 0.05  # six hundred requests

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def hall() -> Iterator[DemoCity]:
    with DemoCity(scale=SCALE) as city:
        yield city


@pytest.fixture(scope="module")
def whole() -> City:
    return generate()


def ask(hall: DemoCity, path: str, query: dict[str, str] | None = None, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(hall.url).netloc, timeout=20)
    connection.request(method, BASE + path + (f"?{urlencode(query)}" if query else ""), headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def requests(hall: DemoCity, **query: str) -> list[dict[str, Any]]:
    status, _, body = ask(hall, "requests.json", query)
    assert status == 200, body
    return list(json.loads(body))


def everything(hall: DemoCity, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for page in range(1, 100):
        some = requests(hall, page=str(page), page_size="100", **query)
        found += some
        if len(some) < 100:
            return found
    raise AssertionError("the pages do not end")


def test_pages_give_every_request_once_and_in_order(hall: DemoCity) -> None:
    paged, at_once = everything(hall), requests(hall, page_size="1000")
    assert paged == at_once
    assert len(requests(hall)) == 50
    assert requests(hall, page="999") == []
    moments = [record["requested_datetime"] for record in paged]
    assert moments == sorted(moments)


@pytest.mark.parametrize("status", ["open", "closed", "open,closed"])
def test_status_filters(hall: DemoCity, status: str) -> None:
    assert {record["status"] for record in everything(hall, status=status)} == set(status.split(","))


def test_dates_and_codes_filter_together(hall: DemoCity) -> None:
    start, end, code = "2026-03-01T00:00:00+03:30", "2026-09-01T00:00:00Z", "137-0101"
    chosen = everything(hall, start_date=start, end_date=end, service_code=code)
    low, high = datetime.fromisoformat(start), datetime.fromisoformat(end)
    wanted = [
        record
        for record in everything(hall)
        if record["service_code"] == code and low <= datetime.fromisoformat(record["requested_datetime"]) <= high
    ]
    assert chosen == wanted
    assert 0 < len(chosen) < len(everything(hall))


@pytest.mark.parametrize("name", ["services", "requests", "requests/1405-0000001", "services/137-0101"])
def test_xml_and_json_hold_the_same(hall: DemoCity, name: str) -> None:
    element = "request" if name.startswith("requests") else "service" if name == "services" else "attribute"
    found = {form: records(ask(hall, f"{name}.{form}")[2], element) for form in ("json", "xml")}
    assert found["json"]
    assert len(found["json"]) == len(found["xml"])
    for left, right in zip(found["json"], found["xml"], strict=True):
        assert {key: _lexical(value) for key, value in left.items()} == right


def _lexical(value: Any) -> str | None:
    if value is None:
        return None
    return " ".join(str(value).split()) if not isinstance(value, bool) else str(value).lower()


def test_discovery_says_that_the_city_is_fictional(hall: DemoCity) -> None:
    found = json.loads(ask(hall, "discovery.json")[2])
    assert found["type"] == "test"
    assert "fictional" in found["contact"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nothing.json", 404),
        ("requests/none.json", 404),
        ("services/none.xml", 404),
        ("requests.csv", 404),
        ("requests.json?page=0", 400),
        ("requests.json?page_size=all", 400),
        ("requests.json?start_date=yesterday", 400),
        ("requests.xml?jurisdiction=x", 400),
    ],
)
def test_what_cannot_be_answered_is_said_as_the_standard_says_it(hall: DemoCity, path: str, status: int) -> None:
    answered, _, body = ask(hall, path)
    assert answered == status
    assert str(status) in body.decode()
    assert b"description" in body


def test_an_unchanged_answer_costs_a_304(hall: DemoCity) -> None:
    _, headers, _ = ask(hall, "services.json")
    for validator in ({"If-None-Match": headers["etag"]}, {"If-Modified-Since": headers["last-modified"]}):
        status, _, body = ask(hall, "services.json", **validator)
        assert (status, body) == (304, b"")
    assert ask(hall, "services.json", **{"If-None-Match": '"other"'})[0] == 200
    assert ask(hall, "services.json", method="HEAD")[2] == b""


@pytest.mark.parametrize(("text", "struck"), [("login@first", [1]), ("login@middle", [7]), ("login@last*1", [13])])
def test_faults_strike_their_page_and_no_other(hall: DemoCity, text: str, struck: list[int]) -> None:
    hall.faults.append(Fault.of(text))
    try:
        for _ in range(2):
            found = [n for n in range(1, 14) if b"<html" in ask(hall, "requests.json", {"page": str(n)})[2]]
            assert found == struck
            struck = [] if "*" in text else struck
        assert b"<html" not in ask(hall, "services.json")[2]
    finally:
        hall.faults.clear()


def test_a_fault_that_there_is_not_is_named() -> None:
    for text in ("nothing@first", "login@page7", "login"):
        with pytest.raises(ValueError, match=r"no fault .*; NAME@first"):
            Fault.of(text)


def test_the_same_seed_is_the_same_city_in_every_process(whole: City) -> None:
    code = "import hashlib, democity.generator as g; print(hashlib.sha256(repr(g.generate()).encode()).hexdigest())"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed, zone in (("0", "UTC"), ("1", "Asia/Tehran"))
    }
    assert len(found) == 1
    assert generate(seed=1, scale=0.01) != generate(seed=2, scale=0.01)
    assert len(whole.requests) > 12_000


def test_the_bottleneck_can_be_found_again(whole: City) -> None:
    district, service, times = BOTTLENECK

    def median(inside: bool) -> float:
        return statistics.median(
            (
                datetime.fromisoformat(record["updated_datetime"])
                - datetime.fromisoformat(record["requested_datetime"])
            ).total_seconds()
            for record in whole.requests
            if record["service_code"] == service
            and record["status"] == "closed"
            and (int(record["district"]) == district) is inside
        )

    assert times / 2 < median(inside=True) / median(inside=False) < times * 2


def test_texts_are_as_mixed_as_people_write_them(whole: City) -> None:
    texts = [record["description"] for record in whole.requests]
    for letters in ("ي", "ك", "ی", "ک", "\u200c"):
        assert sum(letters in text for text in texts) > len(texts) / 20, letters
    assert {True, False} == {record["district"].isascii() for record in whole.requests}
    assert len(whole.requests) > len({record["service_request_id"] for record in whole.requests})
    assert {int(record["district"]) for record in whole.requests} - {0, 77} == set(range(1, 23))
    assert all(datetime.fromisoformat(record["updated_datetime"]) <= CLOCK for record in whole.requests)
