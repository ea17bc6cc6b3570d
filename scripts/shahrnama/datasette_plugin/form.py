"""The filter form: lists to choose from, what is filtered in words, and what a reader typed as the database has it.

The form is sent with `_form=1`; `tidied` gives the address that it means, so that one selection has one address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from datasette.utils import path_with_removed_args
from datasette.utils import tilde_decode as decoded

from shahrnama.datasette_plugin import typed
from shahrnama.datasette_plugin.known import Known
from shahrnama.datasette_plugin.rules import page
from shahrnama.datasette_plugin.typed import Columns
from shahrnama.persian import Language, display_date, display_month, display_time, normalise

SENT = "_form"
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
        named = lookup in {"exact", "not"}
        label = value_label(known, database, table, column, value, language) if named else value
        plain = {(column, value), (f"{column}__{lookup}", value)} & {
            (key, found) for key in request.args for found in request.args.getlist(key)
        }
        address = path_with_removed_args(request, dict(plain)) if plain else None
        yield {"column": column, "lookup": lookup, "value": _said(column, label, language), "without": address}


def _said(column: str, value: str, language: Language) -> str:
    """A day, time or month as the cells of its column have it; anything else as it is."""
    if column.endswith("jalali_month"):
        return display_month(value, language) or value
    if column.endswith("_at" if "T" in value else "_date"):
        with suppress(ValueError):
            return (display_time if "T" in value else display_date)(value, language)
    return value


def place_of(path: str) -> tuple[str, str, str] | None:
    """Database, table or question, and format of an address; None of one that is neither's."""
    plain = page(path)
    parts = plain.strip("/").split("/")
    if len(parts) != 2 or not path.startswith(f"/{parts[0]}/"):
        return None
    return decoded(parts[0]), decoded(parts[1]), path[len(plain) :]


def tidied(pairs: Pairs, columns: Columns) -> Pairs:
    """What an address means: values as the database has them, and of a sent form nothing that was left empty."""
    given = dict(pairs)
    if SENT not in given:
        return typed.tidied(columns, [(key, value) for key, value in pairs if (key, value) != ("_search", "")])
    kept = [
        (key, normalise(value))
        for key, value in pairs
        if value and not key.startswith(("_filter_", SENT)) and key not in {"_sort_by_desc", "_next"}
    ]
    if "_sort_by_desc" in given:
        kept = [("_sort_desc" if key == "_sort" else key, value) for key, value in kept]
    return list(dict.fromkeys(typed.tidied(columns, [*kept, *_named(given)])))


def _named(given: dict[str, str]) -> Iterator[tuple[str, str]]:
    for key, column in given.items():
        if not key.startswith("_filter_column") or not column:
            continue
        number = key.removeprefix("_filter_column")
        lookup, _, fixed = given.get(f"_filter_op{number}", "exact").partition("__")
        value = fixed or normalise(given.get(f"_filter_value{number}", ""))
        if value:
            yield f"{column}__{lookup}", value
