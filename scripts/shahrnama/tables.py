"""Tables as CSV files: typed cells out and in, by the descriptor alone, with the same bytes for the same rows."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from shahrnama.catalog import Resource, Row
from shahrnama.errors import DatasetError

Cell = str | int | float | bool | None


def write_table(path: Path, resource: Resource, rows: Iterable[Row]) -> int:
    """Write rows sorted by the primary key as RFC 4180 CSV (UTF-8, `\\n`, header); returns how many there are."""
    ordered = sorted(rows, key=_sort_key(resource))
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [field.name for field in resource.fields]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([cell_text(row[name]) for name in names] for row in ordered)
    return len(ordered)


def cell_text(value: Any) -> str:
    """A cell's lexical form (Table Schema v1, types): booleans true/false, times as they are, null as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
    return str(value)


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a CSV as text; DatasetError names the line whose cells do not fit the header."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = next(reader, None)
        if not header:
            raise DatasetError(f"{path}: is empty; the first line must name the columns")
        for cells in reader:
            if len(cells) != len(header):
                raise DatasetError(
                    f"{path}: line {reader.line_num} has {len(cells)} cells, the header {len(header)}; mend the line"
                )
            yield dict(zip(header, cells, strict=True))


def typed(resource: Resource, row: dict[str, str]) -> Row:
    """The row with numbers as numbers, for sorting; what cannot be read stays text for the gate to name."""
    return {name: _value(text, _TYPES.get(kind, str)) for name, text, kind in _cells(resource, row)}


def _cells(resource: Resource, row: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    for field in resource.fields:
        yield field.name, row[field.name], field.type


_TYPES: dict[str, Callable[[str], Cell]] = {"integer": int, "number": float}


def _value(text: str, kind: Callable[[str], Cell]) -> Cell:
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        return text


def _sort_key(resource: Resource) -> Callable[[Row], tuple[tuple[int, Any], ...]]:
    """Orders by the key: nulls first, numbers before text, so that a broken key sorts instead of failing here."""
    names = resource.primary_key or tuple(field.name for field in resource.fields)

    def key(row: Row) -> tuple[tuple[int, Any], ...]:
        return tuple(_rank(row[name]) for name in names)

    return key


def _rank(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, 0)
    return (1, value) if isinstance(value, int | float) else (2, cell_text(value))
