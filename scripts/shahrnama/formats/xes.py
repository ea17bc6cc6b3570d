"""XES event logs, IEEE 1849-2016 (https://www.xes-standard.org/): plain or gzip, with or without its namespace.

A log holds traces (cases), a trace holds events, and both hold typed attributes that may hold attributes. The values in
`global` are what a tool puts in new events, not what events without the attribute mean, and are not read.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from lxml import etree

from shahrnama.errors import ParseError
from shahrnama.formats.strict import to_utc

Row = dict[str, Any]
LARGEST = 1 << 28  # bytes: a log of 36,000 events has 39 MB; a gzip bomb of a few megabytes decodes to more
PIECE = 1 << 20  # bytes decoded at a time, so that a bomb is met early
VALUED = ("string", "date", "int", "float", "boolean", "id")
HOLDING = ("list", "container")  # these have no value of their own


def events(
    body: bytes, largest: int = LARGEST, *, naive_zone: str | None = None, timespec: str = "seconds"
) -> Iterator[Row]:
    """One row per event, numbered within its case in the order of the log; lifecycle defaults to `complete`.

    Values are the text in the log; a nested attribute is named `parent/child`, and a second one of the same key in a
    list `parent/child[2]`. Times without an offset are read in `naive_zone`; `timespec` is of `to_utc`. ParseError in
    one line for what is no such log, decodes to more than `largest` bytes, has a document type, an event outside
    traces, a case or an attribute twice, or an event without activity or time.
    """
    parse = etree.iterparse(
        _decoded(body, largest),
        events=("start", "end"),
        tag=("{*}log", "{*}trace", "{*}event"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    cases: set[str] = set()
    try:
        for moment, element in parse:
            _check(moment, element)
            if moment == "end" and _local(element) == "trace":
                yield from _rows(element, cases, naive_zone, timespec)
                _forget(element)
    except etree.XMLSyntaxError as error:
        raise ParseError(f"the log is broken or cut XML ({' '.join(str(error).split())}); get it again") from error
    if parse.root is None or _local(parse.root) != "log":
        raise ParseError("the log has no root element <log>; is it XES?")


def _decoded(body: bytes, largest: int) -> BytesIO:
    source = BytesIO(body)
    if not body.startswith(b"\x1f\x8b"):
        return _bounded(source, largest)
    try:
        with gzip.GzipFile(fileobj=source) as unzipped:  # checks the length and checksum at the end
            return _bounded(unzipped, largest)
    except (EOFError, OSError, zlib.error) as error:
        raise ParseError(f"the log is broken or cut gzip ({error}); get it again") from error


def _bounded(source: BytesIO | gzip.GzipFile, largest: int) -> BytesIO:
    decoded = BytesIO()
    while piece := source.read(PIECE):
        decoded.write(piece)
        if decoded.tell() > largest:
            raise ParseError(f"the log is larger than {largest} bytes; if it is no bomb, read it with a larger limit")
    if not decoded.tell():
        raise ParseError("the log is empty; get it again")
    decoded.seek(0)
    return decoded


def _check(moment: str, element: Any) -> None:
    """Refuse what stands where it must not; an event is named once it is read to its end."""
    parent, local = element.getparent(), _local(element)
    if local == "log" and moment == "start":
        if parent is not None:
            raise ParseError("a <log> stands inside another element; is it XES?")
        if element.getroottree().docinfo.doctype:
            raise ParseError("the log has a document type, which XES has not (an attack?); do not read it")
    elif local == "trace" and (parent is None or _local(parent) != "log"):
        raise ParseError("a <trace> stands outside <log>; is it XES?")
    elif local == "event" and moment == "end" and (parent is None or _local(parent) != "trace"):
        name = _attributes(element, "an event outside traces").get("concept:name")
        raise ParseError(f"the event {name!r} stands outside any trace, so that its case is unknown; leave it out")


def _rows(trace: Any, cases: set[str], naive_zone: str | None, timespec: str) -> Iterator[Row]:
    of_case = _attributes(trace, f"the trace after {len(cases)} others", besides="event")
    case_id = of_case.pop("concept:name", None)
    if not case_id:
        raise ParseError(f"the trace after {len(cases)} others has no concept:name, so that its case has no id")
    if case_id in cases:
        raise ParseError(f"the case {case_id!r} comes twice; its events cannot be numbered")
    cases.add(case_id)
    for number, event in enumerate(trace.iterchildren("{*}event"), start=1):
        where = f"case {case_id!r}, event {number}"
        row = _row(_attributes(event, where), where, naive_zone, timespec)
        yield {"case_id": case_id, "event_number": number, **row, "case_attributes": dict(of_case)}


def _row(found: dict[str, str], where: str, naive_zone: str | None, timespec: str) -> Row:
    for name in ("concept:name", "time:timestamp"):
        if not found.get(name):
            raise ParseError(f"{where} has no {name}; every event needs one")
    try:
        at = to_utc(found.pop("time:timestamp"), naive_zone=naive_zone, timespec=timespec)
    except (ParseError, OverflowError) as error:  # the second: a time at the ends of the calendar
        raise ParseError(f"{where}: {error}") from error
    return {
        "activity": found.pop("concept:name"),
        "performer": found.pop("org:resource", None) or None,
        "role": found.pop("org:role", None) or None,
        "group": found.pop("org:group", None) or None,
        "lifecycle": found.pop("lifecycle:transition", None) or "complete",
        "at": at,
        "attributes": found,
    }


def _attributes(element: Any, where: str, *, besides: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _flat(element, "", where, besides):
        if name in found:
            raise ParseError(f"{where} has the attribute {name} twice")
        found[name] = value
    return found


def _flat(element: Any, prefix: str, where: str, besides: str = "") -> Iterator[tuple[str, str]]:
    """Attributes of an element with those that they hold; the wrapper <values> of a list (IEEE 1849) has no name."""
    seen: dict[str, int] = {}
    for child in element.iterchildren(etree.Element):
        local, key = _local(child), child.get("key")
        if local == besides:
            continue
        if local == "values" and _local(element) == "list":
            yield from _flat(child, prefix, where)
            continue
        value = "" if local in HOLDING else child.get("value")
        if local not in (*VALUED, *HOLDING) or not key or value is None:
            raise ParseError(f"{where} holds <{local} key={key!r}>, which is no XES attribute with a key and a value")
        seen[key] = seen.get(key, 0) + 1
        in_list = _local(element) in ("list", "values")
        name = f"{prefix}{key}[{seen[key]}]" if in_list and seen[key] > 1 else prefix + key
        if local in VALUED:
            yield name, value
        yield from _flat(child, f"{name}/", where)


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _forget(trace: Any) -> None:
    """Free a trace that is read, and what stands before it."""
    trace.clear()
    while trace.getprevious() is not None:
        del trace.getparent()[0]
