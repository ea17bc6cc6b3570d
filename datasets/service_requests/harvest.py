"""137 over Open311 GeoReport v2: subjects once, then every request and every change of status page by page.

GeoReport has no district, no rating and no time of closing. The city sends the first two in fields of their own, in
either digits, and the changes of status beside the standard, as `status_changes.json`; a service that answers 404 there
leaves the table empty. Pages overlap while the source changes, so a request may come twice: the newer state stays
(`newest_by` in the descriptor).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from shahrnama.catalog import Row
from shahrnama.client import Source
from shahrnama.errors import AbsentError, ParseError
from shahrnama.formats.open311 import pages, records
from shahrnama.formats.strict import exhaust, required, to_utc
from shahrnama.paging import numbered
from shahrnama.persian import ascii_digits, jalali, normalise

PAGE_SIZE = 1000  # the largest that GeoReport services commonly allow
DECIMALS = 3  # about a hundred metres: a complaint's place is often its writer's home
IS_TRUE = {"true": True, "false": False}
HOUSE_NUMBER = re.compile(r"[\s،,]*(?:پلاک|شماره)?\s*[0-9۰-۹]+\s*\Z")

IGNORED = (
    "service_name",  # stands in services
    "service_notice",  # the same words for every request of a subject
    "address_id",  # an internal number
    "zipcode",  # ten digits lead to a single home
)
PHOTO = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic"})
FILM = frozenset({".mp4", ".mov", ".webm", ".3gp", ".avi", ".mkv"})


def fetch(source: Source) -> None:
    """Every subject, every request, and every change of status where the service tells them."""
    source.get("services", "services.json")
    pages(source, "service_requests", "requests.json", params={}, page_size=PAGE_SIZE)
    try:
        numbered(source, "status_changes", "status_changes.json", {}, page_size=PAGE_SIZE, count=_changes_count)
    except AbsentError:
        if any(capture.resource == "status_changes" for capture in source.taking.captures):
            raise  # some pages came: it is there, and broke off


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
        requested_at = to_utc(required(record, "requested_datetime"))
        has_photo, has_video = _media(record.pop("media_url", None))
        yield {
            "service_request_id": ascii_digits(str(required(record, "service_request_id"))),
            "status_code": str(required(record, "status")).lower(),
            "status_notes": _text(record.pop("status_notes", None)),
            "service_code": ascii_digits(str(required(record, "service_code"))),
            "agency_responsible_name": _text(record.pop("agency_responsible", None)),
            "district_id": _whole(record.pop("district", None)),
            "description": _text(record.pop("description", None)),
            "address": _address(record.pop("address", None)),
            "requested_at": requested_at,
            "jalali_month": jalali(requested_at)[:7],
            "updated_at": to_utc(required(record, "updated_datetime")),
            "expected_at": _time(record.pop("expected_datetime", None)),
            "latitude": _degrees(record.pop("lat", None)),
            "longitude": _degrees(record.pop("long", None)),
            "has_photo": has_photo,
            "has_video": has_video,
            "rating": _whole(record.pop("rating", None)),
        }
        exhaust(record, ignore=IGNORED)


def status_changes(body: bytes) -> Iterator[Row]:
    """One row for each change of a request's status; numbers begin at 1, which is when the request came."""
    for record in records(body, "status_change"):
        yield {
            "service_request_id": ascii_digits(str(required(record, "service_request_id"))),
            "change_number": _whole(required(record, "change_number")),
            "status_code": str(required(record, "status")).lower(),
            "changed_at": to_utc(required(record, "changed_datetime")),
        }
        exhaust(record)


def _changes_count(body: bytes) -> int:
    return len(records(body, "status_change"))


def _media(value: Any) -> tuple[bool | None, bool | None]:
    """Whether a photo and a film came with the request, by the endings of its addresses, which are not published.

    `media_url` is one address, or several with commas between. Both are unknown where an ending tells neither.
    """
    if value is not None and not isinstance(value, str):
        raise ParseError(f"media_url is {str(value)[:40]!r}, no text; read its form anew")
    addresses = [part.strip() for part in (value or "").split(",") if part.strip()]
    endings = {PurePosixPath(urlsplit(address).path).suffix.lower() for address in addresses}
    if endings - PHOTO - FILM:
        return None, None
    return bool(endings & PHOTO), bool(endings & FILM)


def _text(value: str | None) -> str | None:
    return (normalise(value) or None) if value else None


def _address(value: str | None) -> str | None:
    """The street without the number of the house."""
    return HOUSE_NUMBER.sub("", normalise(value)) or None if value else None


def _time(value: str | None) -> str | None:
    return to_utc(value) if value else None


def _whole(value: Any) -> int | None:
    return int(ascii_digits(str(value))) if value not in (None, "") else None


def _degrees(value: Any) -> float | None:
    return round(float(value), DECIMALS) if value not in (None, "") else None


def _is_true(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in IS_TRUE:
        raise ParseError(f"metadata is {value!r}, neither true nor false")
    return IS_TRUE[value]
