"""Event logs in XES and CSV, as tools write them, and as an attacker or a cut line would."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from shahrnama.errors import ParseError
from shahrnama.formats import event_csv, xes

packed = partial(gzip.compress, mtime=0)  # the same bytes at any time: some name tests

AT = '<date key="time:timestamp" value="2024-03-20T10:00:00.500+03:30"/>'
EVENT = f'<event><string key="concept:name" value="pay"/>{AT}</event>'
CASE = '<string key="concept:name" value="1"/>'
ROW = {
    "case_id": "1",
    "event_number": 1,
    "activity": "pay",
    "performer": None,
    "role": None,
    "group": None,
    "lifecycle": "complete",
    "at": "2024-03-20T06:30:00Z",
    "attributes": {},
    "case_attributes": {},
}


def log(inside: str, root: str = "<log>") -> bytes:
    return f"<?xml version='1.0' encoding='UTF-8'?>{root}<trace>{CASE}{inside}</trace></log>".encode()


@pytest.mark.parametrize(
    "body",
    [
        log(EVENT),
        log(EVENT, '<log xmlns="http://www.xes-standard.org/" xes.version="2.0">'),
        log(f"<!-- ours -->{EVENT}"),
        packed(log(EVENT)),
        packed(log(EVENT)[:50]) + packed(log(EVENT)[50:]),
        log(EVENT).replace(b"UTF-8", b"UTF-16").decode().encode("utf-16"),
    ],
    ids=["no namespace", "namespace", "comment", "gzip", "gzip of two members", "UTF-16"],
)
def test_one_row_per_event_in_every_form(body: bytes) -> None:
    assert list(xes.events(body)) == [ROW]


def test_every_attribute_has_its_place() -> None:
    inside = f"""<string key="concept:name" value="pay"/>{AT}
        <string key="org:resource" value="r"/><string key="org:role" value="clerk"/><string key="org:group" value="g"/>
        <string key="lifecycle:transition" value="start"/><boolean key="paid" value="true"/>
        <string key="district" value="6"><int key="area" value="5"><float key="share" value="0.5"/></int></string>
        <list key="papers"><values><string key="paper" value="a"/><string key="paper" value="b"/></values></list>
        <list key="old"><int key="n" value="1"/><int key="n" value="2"/></list>
        <container key="box"><id key="x" value="7"/></container>"""
    body = log(f'<string key="channel" value="web"/><event>{inside}</event>')
    [row] = xes.events(body)
    assert row == ROW | {
        "performer": "r",
        "role": "clerk",
        "group": "g",
        "lifecycle": "start",
        "attributes": {
            "paid": "true",
            "district": "6",
            "district/area": "5",
            "district/area/share": "0.5",
            "papers/paper": "a",
            "papers/paper[2]": "b",
            "old/n": "1",
            "old/n[2]": "2",
            "box/x": "7",
        },
        "case_attributes": {"channel": "web"},
    }


def test_a_time_without_offset_is_read_in_the_zone_that_is_given() -> None:
    body = log(EVENT.replace("+03:30", "").replace("2024-03", "2021-07"))
    assert next(xes.events(body, naive_zone="Asia/Tehran"))["at"] == "2021-07-20T05:30:00Z"


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is empty"),
        (packed(b""), "is empty"),
        (b"case,activity\n1,pay\n", "broken or cut XML"),
        (b"<html><body/></html>", "no root element <log>"),
        (b"<x>" + log(EVENT)[38:] + b"</x>", "a <log> stands inside another element"),
        (f"<x><trace>{CASE}{EVENT}</trace></x>".encode(), "a <trace> stands outside <log>"),
        (log(EVENT)[:-20], "broken or cut XML"),
        (packed(log(EVENT))[:-20], "broken or cut gzip"),
        (packed(log(EVENT))[:-4], "broken or cut gzip"),
        (packed(log(EVENT))[:-8] + bytes(8), "broken or cut gzip"),
        (b"<!DOCTYPE log>" + log(EVENT)[38:], "has a document type"),
        (b'<!DOCTYPE log SYSTEM "file:///etc/hostname"><log/>', "has a document type"),
        (f'<!DOCTYPE log [<!ENTITY l0 "ha">{LAUGHS}]><log>&l9;</log>'.encode(), "document type|broken or cut XML"),
        (f'<!DOCTYPE log [<!ENTITY l0 "ha">{LAUGHS}]><log a="&l9;"/>'.encode(), "document type|broken or cut XML"),
        (b"<log>" + b"<a>" * 100_000, "broken or cut XML"),
        (f"<log>{EVENT}</log>".encode(), "the event 'pay' stands outside any trace"),
        (log(f"<event>{AT}</event>"), "case '1', event 1 has no concept:name"),
        (log(EVENT + '<event><string key="concept:name" value="a"/></event>'), "event 2 has no time:timestamp"),
        (log(EVENT.replace("+03:30", "")), "case '1', event 1: .* has no offset from UTC"),
        (log(EVENT.replace("2024-03-20T10", "0001-01-01T00")), "case '1', event 1"),
        (log(EVENT.replace("2024", "last year ")), "is not an ISO 8601 time"),
        (b"<log><trace/></log>", "the trace after 0 others has no concept:name"),
        (log(f"{EVENT}</trace><trace>{CASE}{EVENT}"), "the case '1' comes twice"),
        (log(EVENT.replace(AT, AT * 2)), "has the attribute time:timestamp twice"),
        (log('<event><string key="a"/></event>'), "holds <string key='a'>"),
        (log('<event><string value="a"/></event>'), "holds <string key=None>"),
        (log('<event><tag key="a" value="b"/></event>'), "holds <tag key='a'>"),
    ],
)
def test_what_is_no_log_is_named(body: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says) as raised:
        list(xes.events(body))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("is_packed", [True, False], ids=["gzip", "plain"])
def test_a_log_beyond_the_limit_is_refused(is_packed: bool) -> None:
    bomb = log(" " * 5_000_000)
    with pytest.raises(ParseError, match="larger than 4000000 bytes"):
        list(xes.events(packed(bomb) if is_packed else bomb, largest=4_000_000))


COLUMNS = {"case_id": "case", "activity": "what", "at": "when"}
CSV = b"case,what,when,fee,case:channel,\n1,pay,2024-03-20T10:00:00.500+03:30,5,web,0\n"


def test_csv_is_numbered_by_time_and_then_by_the_order_of_the_file() -> None:
    body = (
        b"\xef\xbb\xbfwho,case,what,when\r\na,2,late,2024-01-01 12:00:00.9Z\r\n,1,x,2024-01-01T12:00:00Z\r\n"
        b"b,2,early,2024-01-01T12:00:00.1Z\r\nc,2,same,2024-01-01T13:00:00.1+01:00\r\n"
    )
    found = list(event_csv.events(body, COLUMNS | {"performer": "who"}))
    assert [(row["case_id"], row["event_number"], row["activity"], row["performer"]) for row in found] == [
        ("2", 1, "early", "b"),
        ("2", 2, "same", "c"),
        ("2", 3, "late", "a"),
        ("1", 1, "x", None),
    ]


def test_csv_has_the_shape_of_xes() -> None:
    expected = ROW | {"attributes": {"fee": "5"}, "case_attributes": {"channel": "web"}}
    assert list(event_csv.events(CSV, COLUMNS)) == [expected]
    naive = CSV.replace(b"+03:30", b"")
    assert list(event_csv.events(naive, COLUMNS, naive_zone="Asia/Tehran")) == [expected]


@pytest.mark.parametrize(
    ("body", "columns", "says"),
    [
        (b"", COLUMNS, "has no column case, what, when"),
        (CSV, COLUMNS | {"performer": "who"}, "has no column who"),
        (CSV, {"case_id": "case", "activity": "what"}, "at missing or unknown"),
        (CSV, COLUMNS | {"cost": "fee"}, "cost missing or unknown"),
        (CSV.replace(b"fee", b"what"), COLUMNS, "a column twice: what"),
        (CSV[:-3], COLUMNS, "line 2 has 5 cells where the header has 6"),
        (CSV.replace(b"pay", b'"pay'), COLUMNS, "broken CSV"),
        (CSV.replace(b"pay", b"p\xe9"), COLUMNS, "not UTF-8"),
        (CSV.replace(b"pay", b" "), COLUMNS, "line 2 has no what"),
        (CSV.replace(b"+03:30", b""), COLUMNS, "line 2: .* has no offset from UTC"),
        (CSV.replace(b"2024-03-20", b"20/3/2024"), COLUMNS, "line 2: .* is not an ISO 8601 time"),
        (CSV + CSV.splitlines()[1].replace(b"web", b"desk"), COLUMNS, "line 3: the case '1' has other case: values"),
    ],
)
def test_what_is_no_csv_log_is_named(body: bytes, columns: dict[str, str], says: str) -> None:
    with pytest.raises(ParseError, match=says) as raised:
        list(event_csv.events(body, columns))
    assert "\n" not in str(raised.value)


PM4PY = {
    "case_id": "case:concept:name",
    "activity": "concept:name",
    "at": "time:timestamp",
    "performer": "org:resource",
}
LIFECYCLE = {"lifecycle": "lifecycle:transition"}
CSV_COLUMNS = {
    "pm4py/receipt.csv": PM4PY | LIFECYCLE | {"group": "org:group"},
    "pm4py/roadtraffic100traces.csv": PM4PY | LIFECYCLE,
    "pm4py/running-example.csv": PM4PY,
}
NAIVE = {"pm4py/roadtraffic50traces.xes": "UTC"}  # it has no offsets; who counted it read it so


def read(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    body = (folder / name).read_bytes()
    if name in CSV_COLUMNS:
        return event_csv.events(body, CSV_COLUMNS[name])
    return xes.events(body, naive_zone=NAIVE.get(name))


@pytest.mark.parametrize(
    "name",
    [
        "bpic2020-rfp",
        "receipt",
        "roadtraffic100-csv",
        "roadtraffic100traces",
        "roadtraffic50traces",
        "running-example-csv",
        "running-example",
    ],
)
def test_recorded_logs_are_read_as_they_were_counted(shared: Path, name: str) -> None:
    folder = shared / "eventlogs"
    expected = json.loads((folder / "expected" / f"{name}.json").read_text())
    cases: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read(folder, expected["file"]):
        cases[row["case_id"]].append(row)
    rows = [row for case in cases.values() for row in case]
    assert all([row["event_number"] for row in case] == [*range(1, len(case) + 1)] for case in cases.values())
    assert (len(cases), len(rows)) == (expected["cases"], expected["events"])
    assert Counter(row["activity"] for row in rows) == expected["activity_counts"]
    assert len({row["performer"] for row in rows} - {None}) == expected["resources"]
    moments = sorted(row["at"].removesuffix("Z") for row in rows)  # ours are cut to seconds
    assert [moments[0], moments[-1]] == [expected["first_event"][:19], expected["last_event"][:19]]
    variants = Counter(tuple(row["activity"] for row in case) for case in cases.values())
    assert len(variants) == expected["log_order"]["variants"]
    most = expected["log_order"]["top10_variants"]
    assert [variants[tuple(variant["trace"])] for variant in most] == [variant["n"] for variant in most]


@pytest.mark.parametrize("name", ["running-example", "roadtraffic100traces"])
def test_csv_and_xes_of_one_log_agree(shared: Path, name: str) -> None:
    def rows(suffix: str) -> list[dict[str, Any]]:
        found = sorted(
            read(shared / "eventlogs", f"pm4py/{name}.{suffix}"), key=lambda row: (row["case_id"], row["event_number"])
        )
        for row in found:  # pandas wrote the whole numbers of the second as 157.0
            row["attributes"] = {key: value.removesuffix(".0") for key, value in row["attributes"].items()}
        return found

    assert rows("xes") == rows("csv")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("partial order example.xes", r"case '1.0', event 1: '\?' is not an ISO 8601 time"),
        ("partial order example 3.xes", r"case '1.0', event 1: '\?' is not an ISO 8601 time"),
        ("xes_20.xes", "the trace after 0 others has no concept:name"),
    ],
)
def test_recorded_logs_without_time_or_case_are_refused(shared: Path, name: str, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        list(xes.events((shared / "eventlogs/pm4py" / name).read_bytes()))
