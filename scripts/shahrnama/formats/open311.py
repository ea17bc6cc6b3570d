"""Open311 GeoReport v2 as cities really send it: JSON, JSON lines or XML, told apart by content.

The standard: https://wiki.open311.org/GeoReport_v2/. Its JSON is made from its XML by dropping the root and the element
name, so that both give the same records here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from lxml import etree

from shahrnama.errors import ParseError
from shahrnama.formats.strict_json import documents

if TYPE_CHECKING:
    from shahrnama.client import Source

Record = dict[str, Any]
RECORD_KEYS = {"service_request_id", "service_code", "code"}  # one of them is in every record, and in every error


def records(body: bytes, element: str) -> list[Record]:
    """Records of one answer; `element` is the XML name of one, `service` or `request`.

    Empty elements and JSON nulls are None. Raises ParseError in one line for anything that is not a list of records: a
    web page, a cut or empty body, an error answer (GeoReport v2, Errors), doubled fields.
    """
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        _refuse(body, "is empty")
    if text[:1] in b"[{":
        found = list(_json(text))
    elif text[:1] == b"<":
        found = list(_xml(text, element))
    else:
        _refuse(body, "is neither JSON nor XML")
    for record in found:
        if set(record) == {"code", "description"}:
            _refuse(body, f"is an error of the service ({record['code']}: {record['description']})")
    return found


def pages(source: Source, resource: str, path: str, *, params: dict[str, str], page_size: int) -> None:
    """Ask for page 1, 2, … of `path` until an empty one (GeoReport v2, extension paging).

    Raises SourceError for a page that cannot be read, for pages that repeat (a service that ignores `page` would be
    asked for ever), and for a service that keeps changing while it is read.
    """
    from shahrnama.paging import numbered  # parsers, which this module is for, need no network

    numbered(source, resource, path, params, page_size=page_size, count=lambda body: len(records(body, "request")))


def dated_pages(source: Source, resource: str, path: str, *, since: str, days: int, page_size: int) -> None:
    """Ask for the pages of each window of `days` from the ISO date `since` to today, by the time of the request.

    For services that answer with the last 90 days or 1,000 requests where no dates are named (GeoReport v2, GET Service
    Requests). A window that is over costs a 304 a page from then on.
    """
    from shahrnama.paging import windows

    for start, end in windows(since, source.today, days):
        dates = {"start_date": f"{start}T00:00:00Z", "end_date": f"{end}T23:59:59Z"}
        pages(source, resource, path, params=dates, page_size=page_size)


def _json(text: bytes) -> Iterator[Record]:
    found = list(documents(text))
    if len(found) == 1 and isinstance(found[0], dict) and not RECORD_KEYS & set(found[0]):
        _refuse(text, f"is one object ({', '.join(list(found[0])[:5])}) where records are expected")
    for document in found:
        for item in document if isinstance(document, list) else [document]:
            if not isinstance(item, dict):
                _refuse(text, "holds something else than records")
            yield {key: None if value == "" else value for key, value in item.items()}


def _xml(text: bytes, element: str) -> Iterator[Record]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        _refuse(text, f"is broken XML or a web page ({error.msg})")
    if b"<!DOCTYPE" in text.upper():
        _refuse(text, "has a document type, which GeoReport has not (a web page, or an attack)")
    if root.tag == "errors":
        element = "error"
    for child in root.iterchildren(etree.Element):
        if child.tag != element:
            _refuse(text, f"holds <{child.tag}> where <{element}> is expected")
        yield _once([(str(field.tag), _content(field)) for field in child.iterchildren(etree.Element)])


def _content(field: Any) -> str | None:
    if len(field):
        raise ParseError(f"the field <{field.tag}> holds elements; a parser of its own must read it")
    return (field.text or "").strip() or None


def _once(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ParseError(f"a record has a field twice: {', '.join(name for name, _ in pairs)}")
    return record


def _refuse(body: bytes, what: str) -> NoReturn:
    start = " ".join(body[:80].decode("utf-8", "replace").split())
    raise ParseError(
        f"the answer {' '.join(what.split())}; it starts {start!r}; open the address in a browser to see what it sends"
    )
