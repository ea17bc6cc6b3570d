"""Cells: values of the database as people read them, by the column's name (see the house's column suffixes)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from datasette.utils import tilde_encode
from markupsafe import Markup, escape

from shahrnama.datasette_plugin.search import SNIPPET_LETTERS, Term, marked, snippet
from shahrnama.persian import (
    Language,
    display_date,
    display_month,
    display_time,
    fold,
    number,
    persian_digits,
    tomans,
)

LEAST_SPOKEN_IRR = 10_000_000  # a million tomans: less is read as it stands
NOTHING = Markup('<span class="nothing" aria-hidden="true">—</span>')
ANSWERS = {"fa": {0: "نه", 1: "بله"}, "en": {0: "no", 1: "yes"}}


Names = dict[str, tuple[str, str]]  # Persian and English by key


@dataclass
class Labels:
    """Names of rows by database and table, and which column of which table refers where."""

    names: dict[tuple[str, str], Names] = field(default_factory=dict)
    references: dict[tuple[str, str, str], str] = field(default_factory=dict)
    spelled: dict[tuple[str, str], dict[str, set[str]]] = field(default_factory=dict)  # see `folded`

    def behind(self, database: str, table: str | None, column: str) -> Names:
        """The names behind the keys in a column, by key; empty where it refers to nothing that has names."""
        return self.names.get((database, self.references.get((database, table or "", column), "")), {})

    def folded(self, database: str, table: str, column: str) -> dict[str, set[str]]:
        """The keys behind the keys and folded names in a column; made when it is first asked for."""
        other = (database, self.references.get((database, table, column), ""))
        if other not in self.spelled:
            found = self.spelled[other] = {}
            for key, names in self.names.get(other, {}).items():
                for name in (key, fold(key), *(fold(str(said)) for said in names)):
                    found.setdefault(name, set()).add(key)
        return self.spelled[other]

    def of(self, database: str, table: str | None, column: str, key: Any, language: Language) -> str | None:
        """The name behind one key in the language, if it is known."""
        found = self.behind(database, table, column).get(str(key))
        return found[0 if language == "fa" else 1] if found else None


@dataclass(frozen=True)
class Place:
    """Where a cell stands: its table (None in a query), that table's metadata, and what is known of names."""

    database: str
    table: str | None
    metadata: dict[str, Any]
    labels: Labels
    urls: Any  # Datasette's own, which know its base_url
    wanted: tuple[Term, ...] = ()  # what the reader searches for in this column


def rendered(value: Any, column: str, place: Place, language: Language) -> Markup | None:
    """HTML of one value, or None where Datasette's own will do."""
    if isinstance(value, dict) and "label" in value:
        return _reference(value, column, place, language)
    if value is None:
        return NOTHING
    if (place.database, place.table or "", column) in place.labels.references:  # a row's own page looks none up
        shown = persian_digits(str(value)) if language == "fa" and isinstance(value, int) else str(value)
        return _reference({"value": value, "label": shown}, column, place, language)
    words = place.metadata.get("column_values" if language == "fa" else "column_values_en") or {}
    named = (words.get(column) or {}).get(value)
    if named:
        return Markup(f'<span class="code" title="{escape(value)}">{escape(named)}</span>')  # noqa: S704 escaped
    if isinstance(value, int | float):
        return _number(value, column, language)
    return time_cell(str(value), column, language) or _searched(str(value), place)


def _reference(value: dict[str, Any], column: str, place: Place, language: Language) -> Markup | None:
    other = place.labels.references.get((place.database, place.table or "", column))
    if not other or value["value"] is None:
        return None
    address = place.urls.row(place.database, other, tilde_encode(str(value["value"])))
    label = place.labels.of(place.database, place.table, column, value["value"], language) or str(value["label"])
    carried = "?_lang=en" if language == "en" else ""
    return Markup(f'<a href="{escape(address)}{carried}">{escape(label)}</a>')  # noqa: S704 escaped


def _number(value: float, column: str, language: Language) -> Markup:
    if column.startswith(("is_", "has_")) and value in (0, 1):
        return Markup(ANSWERS[language][int(value)])  # noqa: S704 our own words
    if column.endswith("_share"):
        shown = number(round(value * 100, 1), language) + ("٪" if language == "fa" else "%")
    elif column.endswith(("_id", "_code", "_year", "latitude", "longitude")):
        shown = persian_digits(str(value)).replace(".", "٫") if language == "fa" else str(value)
    else:
        shown = number(value, language)
    if column.endswith("_irr") and abs(value) >= LEAST_SPOKEN_IRR:
        return Markup(f'<data value="{value}" title="{tomans(value, language)}">{shown}</data>')  # noqa: S704 a number
    return Markup(f'<data value="{value}">{shown}</data>')  # noqa: S704 a number


def body(rows: list[Any], heads: dict[str, Markup]) -> Markup:
    """The rows of a table's page as HTML, with the attributes of each column's cells from `heads`.

    A template takes three times as long for the same, and these are most of a page.
    """
    parts: list[str] = []
    for row in rows:
        parts.append("<tr>")
        for cell in row:
            kind, value = cell["value_type"], cell["value"]
            parts.append(f'<td {heads[cell["column"]]} type-{kind}"><bdi>{escape(value)}</bdi></td>')
        parts.append("</tr>\n")
    return Markup("".join(parts))  # noqa: S704 escaped


def _searched(value: str, place: Place) -> Markup | None:
    """The text with what was searched for marked; of a long one, the part around it."""
    if not place.wanted:
        return None
    return (marked if len(value) <= SNIPPET_LETTERS else snippet)(value, place.wanted)


def time_cell(value: str, column: str, language: Language) -> Markup | None:
    """A date or time of a column that holds them (`…_at`, `…_date`), in both calendars; None for anything else."""
    if column.endswith("jalali_month"):
        month = display_month(value, language)
        return Markup(f'<data value="{value}">{month}</data>') if month else None  # noqa: S704 a month
    if not column.endswith(("_at", "_date")):
        return None
    other: Language = "en" if language == "fa" else "fa"
    show = display_time if "T" in value else display_date
    try:
        shown, hover = show(value, language), show(value, other)
    except ValueError:
        return None
    return Markup(f'<time datetime="{escape(value)}" title="{hover}">{shown}</time>')  # noqa: S704 escaped
