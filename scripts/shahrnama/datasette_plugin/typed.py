"""Filters as the database has them: what a reader typed for a column's value, by what the column holds.

Numbers in any digits, days and months in either calendar (see `days`), and the names of codes and of rows that a column
refers to. What cannot be read is refused and never compared as text, which would answer wrongly and say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from shahrnama.datasette_plugin import days
from shahrnama.datasette_plugin.errors import Unread
from shahrnama.datasette_plugin.known import Known
from shahrnama.datasette_plugin.words import LOOKUPS, NO_ARGUMENT
from shahrnama.persian import THOUSANDS, ascii_digits, fold

_SEPARATORS = {0x066B: ".", 0x066C: None, 0x060C: None}
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_TRACKING = re.compile("utm_[a-z]+|[a-z]+clid|igshid|mc_[ce]id")  # what messengers and letters put behind an address
_ANSWERS = {"نه": "0", "خیر": "0", "no": "0", "بله": "1", "yes": "1"}
_LISTS = {"in", "notin"}
_ORDERED = {"gt", "gte", "lt", "lte"}
_WHOLE = {"exact", "date", "contains", "startswith"}  # of a day: somewhere in it
_COMPARED = {"exact", "not", *_ORDERED}
Meant = list[tuple[str, str]]  # operator and value
_folded = lru_cache(4096)(fold)  # a list of a thousand parts is compared with the same few names


@dataclass(frozen=True)
class Columns:
    """The columns of one table, and what their values are called."""

    known: Known
    database: str
    table: str

    def named(self, asked: str) -> str | None:
        """The column of a name as it is spelled, in any case, as in SQL; None if there is none."""
        types = self.known.types[self.database, self.table]
        found = {name.lower(): name for name in ("rowid", *types)}
        return asked if asked in types else found.get(asked.lower())

    def is_number(self, column: str) -> bool:
        """Whether the column holds numbers."""
        return self.known.types[self.database, self.table].get(column, "INTEGER") in {"INTEGER", "REAL"}

    def key(self, column: str, value: str) -> str | None:
        """The code or key of a value, given as it stands or by a name that only one has; None if there is none."""
        about = self.known.table(self.database, self.table)
        named = self.known.labels.folded(self.database, self.table, column)
        words = [(about.get(name) or {}).get(column) or {} for name in ("column_values", "column_values_en")]
        if value in named.get(value, ()) or any(value in map(str, codes) for codes in words):
            return value
        asked = _folded(value)
        found = {str(code) for codes in words for code, name in codes.items() if _folded(str(name)) == asked}
        found |= named.get(asked, set())
        if column.startswith(("is_", "has_")) and asked in _ANSWERS:
            found = {_ANSWERS[asked]}
        return found.pop() if len(found) == 1 else None


def meant(columns: Columns, column: str, lookup: str, value: str) -> Meant:
    """What a filter means: mostly one, two for a span of days; Unread where it cannot be understood."""
    if lookup not in LOOKUPS:
        raise Unread("no_operator", lookup)
    if lookup in NO_ARGUMENT or not value or (lookup in _LISTS and value.startswith("[")):
        return [(lookup, value)]
    if columns.is_number(column):
        return _each(lookup, value, lambda part: _number(columns, column, lookup, part))
    if column.endswith("_date"):
        return _days(lookup, value)
    if column.endswith("_at"):
        return _times(lookup, value)
    if column.endswith("_month"):
        return _months(lookup, value)
    if lookup in {"exact", "not", *_LISTS}:
        return _each(lookup, value, lambda part: columns.key(column, part) or part)
    return [(lookup, value)]


def _each(lookup: str, value: str, read: Callable[[str], str]) -> Meant:
    """Each part of a list, or the one value."""
    parts = re.split("[,،]", value) if lookup in _LISTS else [value]
    return [(lookup, ",".join(read(part.strip()) for part in parts) if lookup in _LISTS else read(value))]


def _number(columns: Columns, column: str, lookup: str, value: str) -> str:
    plain = THOUSANDS.sub("", ascii_digits(value.strip()).replace("−", "-").translate(_SEPARATORS))
    if lookup not in _COMPARED | _LISTS or _NUMBER.fullmatch(plain):
        return plain
    key = columns.key(column, value.strip()) if lookup not in _ORDERED else None
    if key is None:
        raise Unread("no_number", value)
    return key


def _days(lookup: str, value: str) -> Meant:
    if lookup in _LISTS:
        return _each(lookup, value, lambda part: _one(days.span(part), part))
    if lookup not in _COMPARED | _WHOLE:
        return _pattern(lookup, value)
    if lookup in {"contains", "startswith"} and _is_iso_part(value):
        return [(lookup, ascii_digits(value))]
    found = days.span(value)
    if found.first == found.last and lookup in _COMPARED | {"date"}:
        return [(lookup, found.first.isoformat())]
    first, last = found.first.isoformat(), found.last.isoformat()
    return _bounds(lookup, value, {"gte": first, "lt": first, "gt": last, "lte": last}, "lte")


def _one(found: days.Span, text: str) -> str:
    if found.first != found.last:
        raise Unread("one_day", text)
    return found.first.isoformat()


def _times(lookup: str, value: str) -> Meant:
    plain = ascii_digits(value.strip())
    if lookup in _LISTS:
        return _each(lookup, value, lambda part: _iso(ascii_digits(part)))
    if _is_iso_part(plain) and (lookup in {"contains", "startswith"} or days.ISO.fullmatch(plain)):
        return [(lookup, _iso(plain) if lookup in _COMPARED else plain)]
    if lookup not in _COMPARED | _WHOLE:
        return _pattern(lookup, plain)
    first, after = days.moments(value)
    begins = {"gte": ("gte", first), "lt": ("lt", first), "gt": ("gte", after), "lte": ("lt", after)}
    if lookup in begins:
        return [begins[lookup]]
    return _bounds(lookup, value, {"gte": first, "lt": after}, "lt")


def _iso(text: str) -> str:
    """A timestamp, day, month or year as the database writes them, if there is such a one."""
    if not days.ISO.fullmatch(text):
        raise Unread("one_day", text)
    try:
        datetime.fromisoformat(text if len(text) >= 10 else f"{text}-01-01"[:10])
    except ValueError as error:
        raise Unread("no_day", text) from error
    return text


def _is_iso_part(text: str) -> bool:
    """Whether a text can only be part of a Gregorian date or time."""
    plain = ascii_digits(text.strip())
    return bool(re.fullmatch(r"[\d:TZ.\- ]+", plain)) and not re.match(r"1[2-5]\d\d(?!\d)", plain)


def _pattern(lookup: str, value: str) -> Meant:
    """A pattern for the text of a Gregorian date; Unread where it seems to be of a Jalali one."""
    plain = ascii_digits(value)
    if re.search(r"(?<!\d)1[2-5]\d\d(?!\d)", plain):
        raise Unread("one_day", value)
    return [(lookup, plain)]


def _months(lookup: str, value: str) -> Meant:
    if lookup in _LISTS:
        return _each(lookup, value, _one_month)
    if lookup not in _COMPARED | _WHOLE:
        return [(lookup, ascii_digits(value))]
    if lookup in {"contains", "startswith"} and re.fullmatch(r"[\d-]+", ascii_digits(value)):
        return [(lookup, ascii_digits(value))]
    first, last = days.month(value)
    if first == last and lookup in _COMPARED:
        return [(lookup, first)]
    return _bounds(lookup, value, {"gte": first, "lt": first, "gt": last, "lte": last}, "lte")


def _one_month(text: str) -> str:
    first, last = days.month(text)
    if first != last:
        raise Unread("no_month", text)
    return first


def _bounds(lookup: str, value: str, bounds: dict[str, str], end: str) -> Meant:
    """The bound that an operator means of many days; both, where it means somewhere in them."""
    if lookup in _ORDERED:
        return [(lookup, bounds[lookup])]
    if lookup not in _WHOLE:
        raise Unread("one_day", value)
    return [("gte", bounds["gte"]), (end, bounds[end])]


def filters(columns: Columns, key: str, value: str) -> Iterator[tuple[str, str]]:
    """A filter of an address as the database has it; Unread where the table has no such column."""
    asked, _, lookup = key.rpartition("__") if "__" in key else (key, "", "exact")
    column = columns.named(asked)
    if column is None:
        raise Unread("no_column", asked or key)
    for operator, given in meant(columns, column, lookup, value):
        plain = operator == "exact" and not column.startswith("_") and "__" not in column
        yield (column if plain else f"{column}__{operator}"), given


def is_filter(key: str) -> bool:
    """Whether Datasette takes a parameter of a table's page for a filter by a column."""
    return not key.startswith("_") or "__" in key


def tidied(columns: Columns, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parameters of an address with its filters as the database has them, without those that follow readers."""
    kept = [(key, value) for key, value in pairs if not _TRACKING.fullmatch(key) or columns.named(key)]
    return [
        found for key, value in kept for found in (filters(columns, key, value) if is_filter(key) else [(key, value)])
    ]
