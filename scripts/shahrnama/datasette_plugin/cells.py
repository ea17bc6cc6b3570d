"""Cells: values of the database as people read them, by the column's name (see the house's column suffixes)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from datasette.utils import tilde_encode
from markupsafe import Markup

from shahrnama.persian import Language, display_date, display_time, number, persian_digits

LARGEST_LABELLED = 5_000  # rows: a table of names, not one of events
NOTHING = Markup('<span class="nothing" aria-hidden="true">—</span>')
ANSWERS = {"fa": {0: "نه", 1: "بله"}, "en": {0: "no", 1: "yes"}}


@dataclass
class Labels:
    """Persian and English names by table and key, and which column of which table refers where."""

    names: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    references: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, table: str | None, column: str, key: Any, label: str, language: Language) -> str:
        """The name behind a foreign key's value in the language, or `label` where none is known."""
        other = self.references.get((table or "", column))
        found = self.names.get(other or "", {}).get(str(key))
        return found[0 if language == "fa" else 1] if found else label


@dataclass(frozen=True)
class Place:
    """Where a cell stands: its table (None in a query), that table's metadata, and what is known of names."""

    database: str
    table: str | None
    metadata: dict[str, Any]
    labels: Labels
    urls: Any  # Datasette's own, which know its base_url


async def load_labels(datasette: Any, labels: Labels) -> None:
    """Fill `labels` from every table with a label column; English is its `…_en` twin where the label is `…_fa`."""
    for name, database in datasette.databases.items():
        for table in await database.table_names():
            for key in await database.foreign_keys_for_table(table):
                labels.references[table, key["column"]] = key["other_table"]
            label = (datasette.metadata(database=name, table=table) or {}).get("label_column") or ""
            keys = await database.primary_keys(table)
            if label and len(keys) == 1:
                twin = label.removesuffix("_fa") + "_en"
                english = twin if twin in await database.table_columns(table) else label
                columns = f'"{keys[0]}", "{label}", coalesce("{english}", "{label}")'
                sql = f'select {columns} from "{table}" limit {LARGEST_LABELLED}'  # noqa: S608 our own names
                rows = (await database.execute(sql)).rows
                labels.names[table] = {str(key): (persian, other) for key, persian, other in rows}


def rendered(value: Any, column: str, place: Place, language: Language) -> Markup | None:
    """HTML of one value, or None where Datasette's own will do."""
    if isinstance(value, dict) and "label" in value:
        return _reference(value, column, place, language)
    if value is None:
        return NOTHING
    if (place.table or "", column) in place.labels.references:  # a row's own page does not look them up
        shown = persian_digits(str(value)) if language == "fa" and isinstance(value, int) else str(value)
        label = place.labels.of(place.table, column, value, shown, language)
        return _reference({"value": value, "label": label}, column, place, language)
    words = place.metadata.get("column_values" if language == "fa" else "column_values_en") or {}
    named = (words.get(column) or {}).get(value)
    if named:
        return Markup('<span class="code" title="{}">{}</span>').format(value, named)
    if isinstance(value, int | float):
        return _number(value, column, language)
    return _text(str(value), column, language)


def _reference(value: dict[str, Any], column: str, place: Place, language: Language) -> Markup | None:
    other = place.labels.references.get((place.table or "", column))
    if not other or value["value"] is None:
        return None
    address = place.urls.row(place.database, other, tilde_encode(str(value["value"])))
    label = place.labels.of(place.table, column, value["value"], str(value["label"]), language)
    return Markup('<a href="{}{}">{}</a>').format(address, "?_lang=en" if language == "en" else "", label)


def _number(value: float, column: str, language: Language) -> Markup:
    if column.startswith(("is_", "has_")) and value in (0, 1):
        return Markup("{}").format(ANSWERS[language][int(value)])
    if column.endswith("_share"):
        shown = number(round(value * 100, 1), language) + ("٪" if language == "fa" else "%")
    elif column.endswith(("_id", "_code", "_year", "latitude", "longitude")):
        shown = persian_digits(str(value)).replace(".", "٫") if language == "fa" else str(value)
    else:
        shown = number(value, language)
    return Markup('<data value="{}">{}</data>').format(value, shown)


def _text(value: str, column: str, language: Language) -> Markup | None:
    if not column.endswith(("_at", "_date")):
        return None
    other: Language = "en" if language == "fa" else "fa"
    show = display_time if "T" in value else display_date
    try:
        shown, hover = show(value, language), show(value, other)
    except ValueError:
        return None
    return Markup('<time datetime="{}" title="{}">{}</time>').format(value, hover, shown)
