"""GeoReport v2 as cities really send it, and as they send it when something is wrong."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from shahrnama.errors import ParseError
from shahrnama.formats.open311 import records

JSON = '[{"service_request_id": "1", "status": "open", "lat": 35.7, "address": null, "zipcode": ""}]'
XML = """<?xml version="1.0" encoding="utf-8"?>
<service_requests><!-- ours --><request><service_request_id>1</service_request_id><status>open</status>
<lat>35.7</lat><address/><zipcode> </zipcode></request></service_requests>"""


def test_xml_and_json_give_the_same_records() -> None:
    from_json, from_xml = records(JSON.encode(), "request"), records(XML.encode(), "request")
    assert [{**record, "lat": float(record["lat"])} for record in from_xml] == from_json
    assert from_json == [{"service_request_id": "1", "status": "open", "lat": 35.7, "address": None, "zipcode": None}]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (b"\xef\xbb\xbf[]", 0),
        (b'\n {"a": 1}\n{"a": 2}\n\n', 2),
        (b"<service_requests/>", 0),
        (b'<?xml version="1.0" encoding="windows-1256"?><services><service><a>\xed</a></service></services>', 1),
    ],
    ids=["byte order mark", "JSON lines", "no request", "encoding of its own"],
)
def test_forms_that_cities_use(body: bytes, count: int) -> None:
    assert len(records(body, "service")) == count


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"service unavailable", "neither JSON nor XML"),
        (b'[{"a": 1}, {"a":', "broken JSON"),
        (b'[{"a": NaN}]', "NaN is no JSON number"),
        (b'["a"]', "something else than records"),
        (b'[{"a": 1, "a": 2}]', "a field twice"),
        (b"<requests><request>", "broken XML or a web page"),
        (b"<!DOCTYPE html><html><body/></html>", "document type"),
        (b"<html><body/></html>", "holds <body> where <request> is expected"),
        (b"<r><request><a><b>1</b></a></request></r>", "<a> holds elements"),
        (b"<r><request><a>1</a><a>2</a></request></r>", "a field twice"),
        (b'[{"code": 400, "description": "no such service"}]', r"error of the service \(400: no such service\)"),
        (b"<errors><error><code>403</code><description>no key</description></error></errors>", "403: no key"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/x">]><r><request><a>&e;</a></request></r>', "document type"),
        (b"[" * 100_000, "broken JSON"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_named(body: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says) as raised:
        records(body, "request")
    assert "\n" not in str(raised.value)


def test_an_error_tells_how_the_answer_starts_and_what_to_do() -> None:
    with pytest.raises(ParseError, match=r"it starts 'login please'; open the address in a browser"):
        records(b"login \n please", "request")


READ = {
    "oiva-dc-boston/dc-services.xml": "service",
    "cfa-ruby/services.xml": "service",
    "open311status/services_giessen.xml": "service",
    "open311status/service_list.json": "service",
    "oiva-dc-boston/service-requests.xml": "request",
    "cfa-ruby/service_requests.xml": "request",
    "cfa-ruby/service_requests_empty.xml": "request",
    "open311status/requests_many.xml": "request",
    "open311status/service_requests.json": "request",
}


@pytest.mark.parametrize("name", READ)
def test_recorded_answers_are_read_as_they_were_counted(shared: Path, name: str) -> None:
    folder = shared / "open311"
    counted = json.loads((folder / "expected_HAND_small_fixtures.json").read_text())[name]
    found = records((folder / name).read_bytes(), READ[name])
    assert len(found) == counted.get("children", counted.get("n"))
    assert set(counted.get("fields", ())) == {field for record in found for field in record} or "fields" not in counted
    assert dict(Counter(record["status"] for record in found if "status" in record)) == counted.get("status", {})
    if "codes" in counted:
        assert len({record["service_code"] for record in found}) == counted["codes"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("open311/cfa-ruby/403.xml", "neither JSON nor XML"),
        ("open311/nyc-csv/HTML_PAGE_named.csv", "a web page"),
        ("open311/oiva-dc-boston/boston-err-submitrequest-base_is_duplicate.xml", "400: Invalid service request"),
        ("open311/oiva-dc-boston/dc-services-S0301.xml", "where <request> is expected"),
    ],
)
def test_recorded_mistakes_are_refused(shared: Path, name: str, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        records((shared / name).read_bytes(), "request")


def test_recorded_lines_of_a_bulk_file(shared: Path) -> None:
    body = gzip.decompress((shared / "open311/boston-2019/abandoned-vehicle.jsonl.gz").read_bytes())
    assert len(records(body, "request")) == 29_606
