"""Cells of open contracting data: amounts, times, codes and identifiers, with a note of whatever is wrong with one.

The standard says what a value must be (https://standard.open-contracting.org/1.1/en/schema/reference/); publishers send
amounts as text, without a currency or below zero, days of another calendar, codes of their own and identifiers twice.
One bad cell must not cost a city its contracts, nor pass in silence: the cell stays empty and the note is a row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from shahrnama.errors import ParseError
from shahrnama.formats.strict import to_utc
from shahrnama.persian import ascii_digits, normalise

Object = dict[str, Any]
Note = Callable[[str, str, object], None]  # kind, place in the release, what was sent

UNKNOWN = "unknown"  # a code that the standard's list does not have
EARLIEST_YEAR = 1900  # a Jalali year is far before
LONGEST_SENT = 80  # characters of a bad value that are worth quoting
_SEPARATORS = str.maketrans({"٬": None, ",": None, "،": None, " ": None, "٫": "."})


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong in one contracting process: its kind, where in the compiled release, what was sent."""

    ocid: str
    kind: str
    place: str
    sent: str


@dataclass(frozen=True)
class Money:
    """An amount in a currency; either is None where it was not sent or cannot be one."""

    amount: float | int | None = None
    currency: str | None = None

    @property
    def rials(self) -> int | None:
        """The amount in whole rials, None in any other currency."""
        return round(self.amount) if self.amount is not None and self.currency == "IRR" else None


def money(value: Any, place: str, note: Note) -> Money:
    """A Value object (OCDS 1.1, Value): `amount` a number of `currency` (ISO 4217).

    Noted: amount_is_text (and read), unreadable_amount, negative_amount (both left empty), missing_currency,
    other_currency.
    """
    if value in (None, {}):
        return Money()
    if not isinstance(value, dict):
        note("unreadable_amount", place, value)
        return Money()
    amount, currency = _amount(value.get("amount"), place, note), value.get("currency") or None
    if amount is not None and currency is None:
        note("missing_currency", place, amount)
    elif currency not in (None, "IRR"):
        note("other_currency", place, f"{value.get('amount')} {currency}")
    return Money(amount, None if currency is None else str(currency))


def _amount(sent: Any, place: str, note: Note) -> float | int | None:
    found = sent
    if isinstance(sent, str) and sent.strip():
        try:
            found = float(ascii_digits(normalise(sent)).translate(_SEPARATORS))
        except ValueError:
            found = math.nan
        if math.isfinite(found):
            note("amount_is_text", place, sent)
    if found in (None, ""):
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        note("unreadable_amount", place, sent)
        return None
    if found < 0:
        note("negative_amount", place, sent)
        return None
    return found


def moment(sent: Any, place: str, note: Note) -> str | None:
    """A date and time in UTC; one without an offset is Tehran's. Noted and left empty: unreadable_date."""
    if sent in (None, ""):
        return None
    try:
        found = to_utc(str(sent), naive_zone="Asia/Tehran")
    except ParseError:
        found = ""
    if not found or int(found[:4]) < EARLIEST_YEAR:
        note("unreadable_date", place, sent)
        return None
    return found


def code(sent: Any, known: frozenset[str], place: str, note: Note) -> str | None:
    """A code of one of the standard's closed lists; any other is noted (unknown_code) and becomes `unknown`."""
    if sent in (None, ""):
        return None
    if sent not in known:
        note("unknown_code", place, sent)
        return UNKNOWN
    return str(sent)


def text(sent: Any) -> str | None:
    """Text as it is published, None for nothing."""
    return (normalise(str(sent)) or None) if sent is not None else None


def objects(parent: Object, name: str) -> list[Object]:
    """Pop a list of objects, [] where there is none; ParseError for anything else."""
    found = parent.pop(name, None) or []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise ParseError(f"{name} is no list of objects: {str(found)[:80]}")
    return found


def child(parent: Object, name: str) -> Object:
    """Pop one object, {} where there is none; ParseError for anything else."""
    found = parent.pop(name, None) or {}
    if not isinstance(found, dict):
        raise ParseError(f"{name} is no object: {str(found)[:80]}")
    return found


def identified(items: list[Object], place: str, note: Note) -> Iterator[tuple[str, str, Object]]:
    """Identifier, place and object of each item of a list; the identifier is unique in it.

    An item without one is named by its position (`#2`), one whose identifier came before gets its position behind it;
    both are noted (missing_id, duplicate_id).
    """
    seen: set[str] = set()
    for number, item in enumerate(items, start=1):
        sent, where = item.pop("id", None), f"{place}/{number}"
        if sent in (None, ""):
            note("missing_id", where, "")
            found = f"#{number}"
        elif (found := str(sent)) in seen:
            note("duplicate_id", where, sent)
            found = f"{found}#{number}"
        seen.add(found)
        yield found, where, item
