"""Strict rows: what every parser proves before it yields."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shahrnama.errors import ParseError, UnexpectedFields


def exhaust(record: dict[str, Any], *, ignore: Collection[str] = ()) -> None:
    """Raise UnexpectedFields if `record` still holds a field that is neither read nor ignored by name.

    Parsers pop what they read; empty leftovers (None, "", []) are no data and pass.
    """
    unread = sorted(key for key, value in record.items() if key not in ignore and value not in (None, "", []))
    if unread:
        raise UnexpectedFields(
            f"unread source fields: {', '.join(unread)}; read them, or ignore them by name with the reason"
        )


def required(record: dict[str, Any], name: str) -> Any:
    """Pop a field that every record must have; ParseError if it is missing or empty."""
    value = record.pop(name, None)
    if value in (None, ""):
        raise ParseError(f"a record has no {name}: {str(record)[:120]}")
    return value


def to_utc(text: str, *, naive_zone: str | None = None, timespec: str = "seconds") -> str:
    """An ISO 8601 time with an offset as `YYYY-MM-DDTHH:MM:SSZ`; fractions of a second are cut off.

    `timespec` keeps them (`milliseconds` or `microseconds`, as of `datetime.isoformat`). A time without an offset is
    read in `naive_zone` (an IANA name) if that is given. ParseError for anything else.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, AttributeError) as error:
        raise ParseError(f"{text!r} is not an ISO 8601 time") from error
    if moment.tzinfo is None:
        if naive_zone is None:
            raise ParseError(f"{text!r} has no offset from UTC; which zone is it in?")
        moment = moment.replace(tzinfo=ZoneInfo(naive_zone))
    try:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=timespec) + "Z"
    except OverflowError as error:
        raise ParseError(f"{text!r} is out of the calendar") from error
