"""137 over Open311 GeoReport v2: subjects once, then every request page by page.

GeoReport has no district and no time of closing. The city sends the district in a field of its own, in either digits;
`updated_datetime` of a closed request is taken as the time of closing. Pages overlap while the source changes, so a
request may come twice: the newer state stays (`newest_by` in the descriptor).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from shahrnama.catalog import Row
from shahrnama.client import Source
from shahrnama.errors import ParseError
from shahrnama.formats.open311 import pages, records
from shahrnama.formats.strict import exhaust, required, to_utc
from shahrnama.persian import ascii_digits, normalise

PAGE_SIZE = 1000  # the largest that GeoReport services commonly allow
DECIMALS = 3  # about a hundred metres: a complaint's place is often its writer's home
IS_TRUE = {"true": True, "false": False}
HOUSE_NUMBER = re.compile(r"[\s،,]*(?:پلاک|شماره)?\s*[0-9۰-۹]+\s*\Z")

IGNORED = (
    "service_name",  # stands in services
    "service_notice",  # the same words for every request of a subject
    "address_id",  # an internal number
    "zipcode",  # ten digits lead to a single home
    "media_url",  # photographs show people, plates and homes
)


def fetch(source: Source) -> None:
    """Every subject and every request."""
    source.get("services", "services.json")
    pages(source, "service_requests", "requests.json", params={}, page_size=PAGE_SIZE)


def services(body: bytes) -> Iterator[Row]:
    """One row for each subject."""
    for record in records(body, "service"):
        yield {
            "service_code": ascii_digits(str(required(record, "service_code"))),
            "service_name": normalise(required(record, "service_name")),
            "group_name": _text(record.pop("group", None)),
            "description": _text(record.pop("description", None)),
            "keywords": _text(record.pop("keywords", None)),
            "has_definition": _is_true(required(record, "metadata")),
            "type_code": str(required(record, "type")),
        }
        exhaust(record)


def service_requests(body: bytes) -> Iterator[Row]:
    """One row for each request, in the state that this page gives."""
    for record in records(body, "request"):
        yield {
            "service_request_id": ascii_digits(str(required(record, "service_request_id"))),
            "status_code": str(required(record, "status")).lower(),
            "status_notes": _text(record.pop("status_notes", None)),
            "service_code": ascii_digits(str(required(record, "service_code"))),
            "agency_responsible_name": _text(record.pop("agency_responsible", None)),
            "district_id": _district(record.pop("district", None)),
            "description": _text(record.pop("description", None)),
            "address": _address(record.pop("address", None)),
            "requested_at": to_utc(required(record, "requested_datetime")),
            "updated_at": to_utc(required(record, "updated_datetime")),
            "expected_at": _time(record.pop("expected_datetime", None)),
            "latitude": _degrees(record.pop("lat", None)),
            "longitude": _degrees(record.pop("long", None)),
        }
        exhaust(record, ignore=IGNORED)


def _text(value: str | None) -> str | None:
    return (normalise(value) or None) if value else None


def _address(value: str | None) -> str | None:
    """The street without the number of the house."""
    return HOUSE_NUMBER.sub("", normalise(value)) or None if value else None


def _time(value: str | None) -> str | None:
    return to_utc(value) if value else None


def _district(value: Any) -> int | None:
    return int(ascii_digits(str(value))) if value not in (None, "") else None


def _degrees(value: Any) -> float | None:
    return round(float(value), DECIMALS) if value not in (None, "") else None


def _is_true(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in IS_TRUE:
        raise ParseError(f"metadata is {value!r}, neither true nor false")
    return IS_TRUE[value]
