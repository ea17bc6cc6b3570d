"""The filter form: lists to choose from, what is filtered in words, and what a reader typed as the database has it.

The form is sent with `_form=1`; `tidied` gives the address that it means, so that one selection has one address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from datasette.utils import path_with_removed_args
from datasette.utils import tilde_decode as decoded

from shahrnama.datasette_plugin.known import Known
from shahrnama.persian import Language, ascii_digits, gregorian, normalise

SENT = "_form"
_JALALI = re.compile(r"1[2-5]\d\d[/\-.]\d{1,2}[/\-.]\d{1,2}")
_SEPARATORS = {0x066B: ".", 0x066C: None, 0x060C: None}
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    """A column with few values: its options as (value, label), and which of them is chosen (`""` for none)."""

    column: str
    options: list[tuple[Any, str]]
    chosen: str


def choices(known: Known, database: str, table: str, request: Any, language: Language) -> list[Choice]:
    """Lists for the columns that are facets and have few values."""
    found = []
    for column, values in known.options.get((database, table), {}).items():
        asked = request.args.getlist(column)
        chosen = asked[0] if len(asked) == 1 and asked[0] in map(str, values) else ""
        options = [(value, value_label(known, database, table, column, value, language)) for value in values]
        found.append(Choice(column, options, chosen))
    return found


def value_label(known: Known, database: str, table: str | None, column: str, value: Any, language: Language) -> str:
    """A value by its name: that of the row it refers to, of the code, or itself; yes and no for `is_` and `has_`."""
    words = known.table(database, table).get("column_values" if language == "fa" else "column_values_en") or {}
    named = (words.get(column) or {}).get(value)
    if not named and column.startswith(("is_", "has_")) and str(value) in {"0", "1"}:
        named = (("نه", "بله") if language == "fa" else ("no", "yes"))[int(value)]
    return str(named or known.labels.of(database, table, column, value, language) or value)


def active(known: Known, database: str, table: str, filters: Any, request: Any, language: Language) -> Iterator[Any]:
    """Each filter in force: column, operator, value as shown, and the address of the page without it."""
    for column, lookup, value in filters.selections():
        label = value_label(known, database, table, column, value, language) if lookup in {"exact", "not"} else value
        plain = {(column, value), (f"{column}__{lookup}", value)} & {
            (key, found) for key in request.args for found in request.args.getlist(key)
        }
        address = path_with_removed_args(request, dict(plain)) if plain else None
        yield {"column": column, "lookup": lookup, "value": label, "without": address}


def sent_to(known: Known, path: str) -> tuple[str, str] | None:
    """Database and table of a page's path, if there is such a table: nothing else is ever redirected."""
    parts = path.strip("/").split("/")
    place = (decoded(parts[0]), decoded(parts[1])) if len(parts) == 2 else ("", "")
    return place if path.startswith(f"/{parts[0]}/") and place in known.types else None


def tidied(pairs: Pairs, types: dict[str, str]) -> Pairs:
    """What a sent form means: filters by name, nothing that was left empty, values as the database has them."""
    given = dict(pairs)
    kept = [
        (key, _value(key, value, types))
        for key, value in pairs
        if value and not key.startswith(("_filter_", SENT)) and key not in {"_sort_by_desc", "_next"}
    ]
    if "_sort_by_desc" in given:
        kept = [("_sort_desc" if key == "_sort" else key, value) for key, value in kept]
    return list(dict.fromkeys([*kept, *_named(given, types)]))


def _named(given: dict[str, str], types: dict[str, str]) -> Iterator[tuple[str, str]]:
    for key, column in given.items():
        if not key.startswith("_filter_column") or not column:
            continue
        number = key.removeprefix("_filter_column")
        lookup, _, fixed = given.get(f"_filter_op{number}", "exact").partition("__")
        value = fixed or _value(column, given.get(f"_filter_value{number}", ""), types)
        if value:
            plain = lookup == "exact" and not column.startswith("_") and "__" not in column
            yield (column if plain else f"{column}__{lookup}"), value


def _value(key: str, value: str, types: dict[str, str]) -> str:
    """Persian digits and Jalali days as the column has them; letters as everywhere in the data."""
    column = key.partition("__")[0]
    if column not in types:
        return value.strip()
    plain = ascii_digits(value.strip()).translate(_SEPARATORS)
    if types[column] in {"INTEGER", "REAL"}:
        return plain
    if column.endswith(("_at", "_date")):
        return _day(plain)
    return normalise(value)


def _day(text: str) -> str:
    if not _JALALI.fullmatch(text):
        return text
    try:
        return gregorian(text)
    except ValueError:
        return text
