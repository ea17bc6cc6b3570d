"""Object-centric event logs in JSON: OCEL 2.0 (https://www.ocel-standard.org/) and 1.0, told apart by content.

In an object-centric log an event belongs to any number of objects instead of one case. 2.0 gives relations a qualifier,
relates objects to objects, and dates the values of objects; 1.0 does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shahrnama.errors import ParseError
from shahrnama.formats.strict import exhaust, required, to_utc
from shahrnama.formats.strict_json import loads

Row = dict[str, Any]
INITIAL = "1970-01-01T00:00:00Z"  # OCEL 2.0 gives this time to what an object's attribute is from the beginning


def events(body: bytes, *, naive_zone: str | None = None) -> Iterator[Row]:
    """One row per event: event_id, activity, at, attributes. Times without an offset are read in `naive_zone`."""
    for event in _entries(body, "events"):
        event.pop("relationships")
        event_id = required(event, "id")
        yield {
            "event_id": event_id,
            "activity": required(event, "type"),
            "at": _time(required(event, "time"), f"event {event_id!r}", naive_zone),
            "attributes": _once([(name, value) for name, value, _ in _values(event)], f"event {event_id!r}"),
        }
        exhaust(event)


def objects(body: bytes, *, naive_zone: str | None = None) -> Iterator[Row]:
    """One row per object: object_id, object_type, attributes, and changes, a list of {name, value, at}.

    `attributes` are the values from the beginning; what a later time gives is a change.
    """
    for thing in _entries(body, "objects"):
        thing.pop("relationships")
        object_id, object_type = required(thing, "id"), required(thing, "type")
        where = f"object {object_id!r}"
        dated = [
            {"name": name, "value": value, "at": INITIAL if time is None else _time(time, where, naive_zone)}
            for name, value, time in _values(thing)
        ]
        exhaust(thing)
        yield {
            "object_id": object_id,
            "object_type": object_type,
            "attributes": _once([(each["name"], each["value"]) for each in dated if each["at"] == INITIAL], where),
            "changes": [each for each in dated if each["at"] != INITIAL],
        }


def relations(body: bytes) -> Iterator[Row]:
    """One row per relation to an object: source (`event` or `object`), source_id, object_id, qualifier (1.0: None)."""
    for source, name in (("event", "events"), ("object", "objects")):
        for entry in _entries(body, name):
            for relation in _list(entry["relationships"], f"relationships of {source} {entry['id']!r}"):
                left = dict(_dict(relation, f"a relation of {source} {entry['id']!r}"))
                yield {
                    "source": source,
                    "source_id": entry["id"],
                    "object_id": required(left, "objectId"),
                    "qualifier": left.pop("qualifier", None),
                }
                exhaust(left)


def _entries(body: bytes, name: str) -> Iterator[Row]:
    """Events or objects in the shape of 2.0, with id, type and relationships."""
    log = _dict(loads(body), "the log")
    if name in log:
        for number, entry in enumerate(_list(log[name], name), start=1):
            where = f"entry {number} of {name}"
            record = dict(_dict(entry, where))
            if not isinstance(record.get("id"), str) or not record["id"]:
                raise ParseError(f"{where} has no id; is it OCEL 2.0?")
            yield record | {"relationships": record.get("relationships") or []}
    elif f"ocel:{name}" in log:
        for entry_id, entry in _dict(log[f"ocel:{name}"], f"ocel:{name}").items():
            yield _as_2(entry_id, dict(_dict(entry, f"{entry_id!r} of ocel:{name}")))
    else:
        raise ParseError(f"the log has neither {name} (OCEL 2.0) nor ocel:{name} (1.0); is it OCEL in JSON?")


def _as_2(entry_id: str, entry: Row) -> Row:
    where = f"{entry_id!r} of an OCEL 1.0 log"
    if entry.pop("ocel:id", entry_id) != entry_id:
        raise ParseError(f"{where} has another ocel:id; which of them is right?")
    renamed: Row = {"id": entry_id}
    for old, new in (("ocel:activity", "type"), ("ocel:type", "type"), ("ocel:timestamp", "time")):
        if old in entry:
            renamed[new] = entry.pop(old)
    values = {**_dict(entry.pop("ocel:vmap", {}), where), **_dict(entry.pop("ocel:ovmap", {}), where)}
    related = _list(entry.pop("ocel:omap", []), where)
    exhaust(entry)
    return renamed | {
        "attributes": [{"name": name, "value": value} for name, value in values.items()],
        "relationships": [{"objectId": object_id} for object_id in related],
    }


def _values(entry: Row) -> Iterator[tuple[str, Any, str | None]]:
    for attribute in _list(entry.pop("attributes", None) or [], "attributes"):
        left = dict(_dict(attribute, "an attribute"))
        if "value" not in left:
            raise ParseError(f"an attribute has no value: {str(left)[:80]!r}")
        yield required(left, "name"), left.pop("value"), left.pop("time", None)
        exhaust(left)


def _time(text: Any, where: str, naive_zone: str | None) -> str:
    try:
        return to_utc(text, naive_zone=naive_zone)
    except (ParseError, OverflowError) as error:  # the second: a time at the ends of the calendar
        raise ParseError(f"{where}: {error}") from error


def _once(pairs: list[tuple[str, Any]], where: str) -> Row:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError(f"{where} has an attribute twice: {', '.join(name for name, _ in pairs)}")
    return found


def _dict(value: Any, where: str) -> Row:
    if not isinstance(value, dict):
        raise ParseError(f"{where} is no JSON object: {str(value)[:80]!r}; is it OCEL in JSON?")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise ParseError(f"{where} is no list: {str(value)[:80]!r}; is it OCEL in JSON?")
    return value
