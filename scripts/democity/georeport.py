"""Open311 GeoReport v2 (https://wiki.open311.org/GeoReport_v2/): answers for paths and queries, without the network.

Beyond the standard: `district` and `rating` of a request, and `status_changes.json`, which gives every change of status
page by page, in order of request and number (`service_request_id`, `change_number`, `status` open, in_progress, closed
or reopened, `changed_datetime`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from xml.sax.saxutils import escape

from democity.answer import Answer
from democity.generator import CLOCK, City, Record, services

PREFIX = "/open311/v2/"
PAGE_SIZE, LARGEST_PAGE = 50, 1000
ELEMENTS = {"services": "service", "service_requests": "request", "errors": "error", "attributes": "attribute",
            "status_changes": "status_change"}  # fmt: skip


class Refusal(Exception):  # noqa: N818 an answer, not a failure
    """A request that the standard answers with an error: status and description."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status, self.description = status, description


class GeoReport:
    """The service over one city. Without dates, `requests` gives every request, page by page, oldest first."""

    def __init__(self, city: City, changes: Sequence[Record] = ()) -> None:
        self._requests, self._changes = city.requests, changes
        self._services = tuple(services())

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """The answer to `path` (`services.json`, `requests/ID.xml`, …) below the prefix."""
        name, _, form = path.removeprefix(PREFIX).rpartition(".")
        if form not in {"json", "xml"}:
            return _render("json", "errors", [_error(404, "ask for .json or .xml")], 404)
        try:
            root, records = self._records(name, query)
        except Refusal as refusal:
            return _render(form, "errors", [_error(refusal.status, refusal.description)], refusal.status)
        answer = _render(form, root, list(records))
        return (
            replace(answer, page=int(query.get("page", "1")), pages=self._pages(query))
            if name == "requests"
            else answer
        )

    def _pages(self, query: Mapping[str, str]) -> int:
        """How many pages of requests the query has, without its other filters; at least one."""
        return max(1, -(-len(self._requests) // _size(query)))

    def _records(self, name: str, query: Mapping[str, str]) -> tuple[str, Iterable[Record]]:
        head, _, rest = name.partition("/")
        answers: dict[tuple[str, bool], Callable[[], tuple[str, Iterable[Record]]]] = {
            ("discovery", False): lambda: ("discovery", [_discovery()]),
            ("services", False): lambda: ("services", self._services),
            ("services", True): lambda: ("attributes", self._definition(rest)),
            ("requests", False): lambda: ("service_requests", self._page(query)),
            ("requests", True): lambda: ("service_requests", self._one(rest)),
            ("status_changes", False): lambda: ("status_changes", self._changes_page(query)),
        }
        found = answers.get((head, bool(rest)))
        if found is None:
            raise Refusal(404, f"no {name} here")
        return found()

    def _definition(self, code: str) -> list[Record]:
        service = next((item for item in self._services if item["service_code"] == code), None)
        if service is None or not service["metadata"]:
            raise Refusal(404, f"no definition for service_code {code}")
        return [
            {"code": "LOCATION_NOTE", "datatype": "text", "required": False, "order": 1, "description": "نشانی دقیق‌تر"},
            {"code": "SINCE", "datatype": "datetime", "required": False, "order": 2, "description": "از چه زمانی؟"},
        ]

    def _one(self, request_id: str) -> list[Record]:
        found = [record for record in self._requests if record["service_request_id"] == request_id]
        if not found:
            raise Refusal(404, f"no service_request_id {request_id}")
        return found[-1:]

    def _page(self, query: Mapping[str, str]) -> list[Record]:
        unknown = set(query) - {
            "start_date", "end_date", "service_code", "status", "service_request_id", "page", "page_size"
        }  # fmt: skip
        if unknown:
            raise Refusal(400, f"unknown parameter {', '.join(sorted(unknown))}")
        filtered = set(query) - {"page", "page_size"}
        found = list(filter(_filter(query), self._requests)) if filtered else self._requests
        return _cut(found, query)

    def _changes_page(self, query: Mapping[str, str]) -> list[Record]:
        if not self._changes or set(query) - {"page", "page_size"}:
            raise Refusal(404 if not self._changes else 400, "no status changes of this kind here")
        return _cut(self._changes, query)


def _cut(records: Sequence[Record], query: Mapping[str, str]) -> list[Record]:
    page, size = _number(query, "page", 1), _size(query)
    return list(records[(page - 1) * size : page * size])


def _filter(query: Mapping[str, str]) -> Callable[[Record], bool]:
    start, end = _date(query, "start_date"), _date(query, "end_date")
    lists = {
        name: frozenset(query[name].split(","))
        for name in ("service_code", "status", "service_request_id")
        if query.get(name)
    }

    def passes(record: Record) -> bool:
        if any(record[name] not in wanted for name, wanted in lists.items()):
            return False
        if not (start or end):
            return True
        moment = datetime.fromisoformat(record["requested_datetime"])
        return (start is None or moment >= start) and (end is None or moment <= end)

    return passes


def _date(query: Mapping[str, str], name: str) -> datetime | None:
    if not query.get(name):
        return None
    try:
        moment = datetime.fromisoformat(query[name].replace(" ", "+"))  # an unescaped + of an offset arrives as a space
    except ValueError as error:
        raise Refusal(400, f"{name} is not a W3C date-time: {query[name]}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=CLOCK.tzinfo)


def _number(query: Mapping[str, str], name: str, otherwise: int) -> int:
    text = query.get(name) or str(otherwise)
    if not text.isdecimal() or not 0 < int(text) < 10**9:
        raise Refusal(400, f"{name} is not a positive number: {text}")
    return int(text)


def _size(query: Mapping[str, str]) -> int:
    return min(_number(query, "page_size", PAGE_SIZE), LARGEST_PAGE)


def _discovery() -> Record:
    return {
        "changeset": CLOCK.isoformat(),
        "contact": "شهر نمونه؛ همهٔ داده‌ها ساختگی است. A fictional city; all data is invented.",
        "type": "test",
        "specification": "http://wiki.open311.org/GeoReport_v2",
    }


def _error(status: int, description: str) -> Record:
    return {"code": status, "description": description}


def _render(form: str, root: str, records: list[Record], status: int = 200) -> Answer:
    if form == "json":
        content = records[0] if root == "discovery" else records
        return Answer(status, "application/json", json.dumps(content, ensure_ascii=False).encode())
    inner = "".join(_xml(record, ELEMENTS.get(root)) for record in records)
    return Answer(status, "text/xml", f'<?xml version="1.0" encoding="utf-8"?>\n<{root}>{inner}</{root}>\n'.encode())


def _xml(record: Record, element: str | None) -> str:
    fields = "".join(f"<{name}>{escape(_text(value))}</{name}>" for name, value in record.items())
    return f"<{element}>{fields}</{element}>" if element else fields


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
