"""Object-centric event logs of both versions in JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shahrnama.errors import ParseError
from shahrnama.formats import ocel

EVENT = {
    "id": "e1",
    "type": "pay",
    "time": "2024-03-20T10:00:00+03:30",
    "attributes": [{"name": "fee", "value": 5}],
    "relationships": [{"objectId": "o1", "qualifier": "paid"}],
}
OBJECT = {
    "id": "o1",
    "type": "permit",
    "attributes": [
        {"name": "area", "time": "1970-01-01T00:00:00Z", "value": "90"},
        {"name": "area", "time": "2024-03-21T00:00:00Z", "value": "95"},
    ],
    "relationships": [{"objectId": "o2", "qualifier": "of plot"}],
}
LOG = {"objectTypes": [], "eventTypes": [], "events": [EVENT], "objects": [OBJECT, {"id": "o2", "type": "plot"}]}
OLD = {
    "ocel:events": {
        "e1": {
            "ocel:activity": "pay",
            "ocel:timestamp": "2024-03-20T06:30:00Z",
            "ocel:omap": ["o1"],
            "ocel:vmap": {"fee": 5},
        }
    },
    "ocel:objects": {"o1": {"ocel:type": "permit", "ocel:ovmap": {"area": "90"}}},
}
ROW = {"event_id": "e1", "activity": "pay", "at": "2024-03-20T06:30:00Z", "attributes": {"fee": 5}}


def body(log: Any) -> bytes:
    return json.dumps(log).encode()


def test_a_log_of_version_2() -> None:
    assert list(ocel.events(body(LOG))) == [ROW]
    assert list(ocel.objects(body(LOG))) == [
        {
            "object_id": "o1",
            "object_type": "permit",
            "attributes": {"area": "90"},
            "changes": [{"name": "area", "value": "95", "at": "2024-03-21T00:00:00Z"}],
        },
        {"object_id": "o2", "object_type": "plot", "attributes": {}, "changes": []},
    ]
    assert list(ocel.relations(body(LOG))) == [
        {"source": "event", "source_id": "e1", "object_id": "o1", "qualifier": "paid"},
        {"source": "object", "source_id": "o1", "object_id": "o2", "qualifier": "of plot"},
    ]


def test_a_log_of_version_1() -> None:
    assert list(ocel.events(body(OLD))) == [ROW]
    assert list(ocel.objects(body(OLD))) == [
        {"object_id": "o1", "object_type": "permit", "attributes": {"area": "90"}, "changes": []}
    ]
    assert list(ocel.relations(body(OLD))) == [
        {"source": "event", "source_id": "e1", "object_id": "o1", "qualifier": None}
    ]


def event(**changed: Any) -> bytes:
    return body({"events": [EVENT | changed]})


def thing(**changed: Any) -> bytes:
    return body({"events": [], "objects": [OBJECT | changed]})


@pytest.mark.parametrize(
    ("reader", "sent", "says"),
    [
        (ocel.events, b"", "0 JSON documents"),
        (ocel.events, body(LOG)[:-9], "broken JSON"),
        (ocel.events, b"[]", "the log is no JSON object"),
        (ocel.events, body({"rows": []}), r"neither events \(OCEL 2.0\) nor ocel:events \(1.0\)"),
        (ocel.events, body({"events": {}}), "events is no list"),
        (ocel.events, body({"events": ["e1"]}), "entry 1 of events is no JSON object"),
        (ocel.events, event(id=""), "entry 1 of events has no id"),
        (ocel.events, event(type=None), "has no type"),
        (ocel.events, event(time="soon"), "event 'e1': 'soon' is not an ISO 8601 time"),
        (ocel.events, event(time="2024-03-20T10:00:00"), "event 'e1': .* has no offset from UTC"),
        (ocel.events, event(time=7), "event 'e1': 7 is not an ISO 8601 time"),
        (ocel.events, event(attributes=[{"name": "a", "value": 1}] * 2), "event 'e1' has an attribute twice"),
        (ocel.events, event(attributes=[{"name": "a"}]), "an attribute has no value"),
        (ocel.events, event(attributes={"a": 1}), "attributes is no list"),
        (ocel.events, event(place="here"), "unread source fields: place"),
        (ocel.events, body({"ocel:events": {"e1": {"ocel:id": "e2"}}}), "'e1' .* has another ocel:id"),
        (ocel.events, body({"ocel:events": []}), "ocel:events is no JSON object"),
        (ocel.objects, thing(type=""), "has no type"),
        (ocel.objects, thing(place="here"), "unread source fields: place"),
        (ocel.objects, thing(attributes=[{"name": "a", "value": 1, "time": "?"}]), "object 'o1': '\\?' is not"),
        (ocel.relations, event(relationships=["o1"]), "a relation of event 'e1' is no JSON object"),
        (ocel.relations, event(relationships=[{"qualifier": "x"}]), "has no objectId"),
        (ocel.relations, thing(relationships="o2"), "relationships of object 'o1' is no list"),
    ],
)
def test_what_is_no_log_is_named(reader: Callable[[bytes], Any], sent: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says) as raised:
        list(reader(sent))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["example_log.jsonocel", "newocel.jsonocel", "ocel20_example.jsonocel"])
def test_recorded_logs_are_read_as_they_were_counted(shared: Path, name: str) -> None:
    expected = json.loads((shared / "eventlogs/expected_HAND_ocel.json").read_text())[f"ocel/{name}"]
    sent = (shared / "eventlogs/ocel" / name).read_bytes()
    events = list(ocel.events(sent, naive_zone="UTC"))  # example_log has no offsets; who counted it read it so
    objects, relations = list(ocel.objects(sent)), list(ocel.relations(sent))
    assert Counter(row["activity"] for row in events) == expected["event_types"]
    assert Counter(row["object_type"] for row in objects) == expected["object_types"]
    assert (len(events), len(objects)) == (expected["events"], expected["objects"])
    sources = Counter(row["source"] for row in relations)
    assert (sources["event"], sources["object"]) == (expected["e2o_relations"], expected["o2o"])
    assert sum(len(row["changes"]) for row in objects) == expected["object_changes"]
    moments = sorted(row["at"].replace("T", " ").replace("Z", "+00:00") for row in events)
    assert [moments[0], moments[-1]] == [expected["first"], expected["last"]]
    assert {row["object_id"] for row in relations} <= {row["object_id"] for row in objects}
