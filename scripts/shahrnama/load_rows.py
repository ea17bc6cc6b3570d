"""Rows of a package's CSV into their table: typed a column at a time, and one by one where something is wrong.

Some hundred rows are read, turned into columns and typed by the same functions that type a single cell. Where they hold
a fault they are typed and inserted row by row, so that the fault that is named is the first in the file, under its own
number.
"""

from __future__ import annotations

import csv
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from shahrnama.errors import LoadError
from shahrnama.statements import Table, insert_statement

Cells = Sequence[str]
Values = Sequence[Any]

CHUNK_ROWS = 250  # up to 1000 take the same time, but more memory; 10,000 take longer


@dataclass(frozen=True)
class Column:
    """How the cells of one column become values: nothing is NULL, except in a key, which SQLite would number anew."""

    name: str
    in_key: bool
    convert: Callable[[str], Any] | None  # None: the text is the value

    def typed(self, texts: Cells) -> Values:
        """Values of cells; ValueError if one is none of the type, or is empty in a key."""
        if self.in_key and "" in texts:
            raise ValueError(f"{self.name} is empty, but is part of the primary key")
        if self.convert is None:
            return [text or None for text in texts] if "" in texts else texts
        return [self.convert(text) if text else None for text in texts]


def columns(table: Table) -> list[Column]:
    """The columns of a table, in its order."""
    kinds: dict[str, Callable[[str], Any]] = {"integer": int, "number": _number, "boolean": _boolean}
    named = [(str(field["name"]), kinds.get(field["type"])) for field in table.fields]
    return [Column(name, name in table.primary_key, convert) for name, convert in named]


def insert_rows(database: sqlite3.Connection, table: Table, path: Path) -> None:
    """Insert a CSV in its order; LoadError names the first row in error by its number, the header being 1.

    That number is the count of rows that went in before, whether a cell, a constraint or the file itself is at fault.
    """
    statement, typing = insert_statement(table.name, table.columns), columns(table)
    before, row = database.total_changes, 1
    try:
        with opened(table, path) as texts:
            row = 2
            for rows in chunks(texts):
                database.executemany(statement, _values(typing, rows))
    except (sqlite3.Error, ValueError, OverflowError, csv.Error) as error:
        row += database.total_changes - before
        raise LoadError(f"table {table.name} row {row}: {error}; mend it and validate {table.dataset} again") from error
    except OSError as error:
        raise LoadError(f"table {table.name}: {error}; validate {table.dataset} again") from error


@contextmanager
def opened(table: Table, path: Path) -> Iterator[Iterator[list[str]]]:
    """The rows of a CSV below its header; ValueError if that is not the descriptor's."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = next(reader, [])
        if header != table.columns:
            raise ValueError(f"{path.name} has columns {header}, the descriptor {table.columns}")
        yield reader


def chunks(texts: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    """Rows, up to CHUNK_ROWS together; those before a place where the file breaks come before its error is raised."""
    broken: Exception | None = None
    while not broken:
        rows: list[list[str]] = []
        try:
            rows.extend(islice(texts, CHUNK_ROWS))
        except (csv.Error, ValueError) as error:
            broken = error
        if rows:
            yield rows
        elif not broken:
            return
    raise broken


def by_column(rows: Sequence[Cells], width: int) -> list[Cells]:
    """The cells of each column; ValueError if any row has not `width` of them."""
    cells = list[Cells](zip(*rows, strict=True))
    if len(cells) != width:
        raise ValueError(f"rows have {len(cells)} cells, the header {width}")
    return cells


def _values(typing: Sequence[Column], rows: Sequence[Cells]) -> Iterable[Values]:
    try:
        cells = by_column(rows, len(typing))
        return zip(*(column.typed(texts) for column, texts in zip(typing, cells, strict=True)), strict=True)
    except ValueError:
        return _one_by_one(typing, rows)


def _one_by_one(typing: Sequence[Column], rows: Iterable[Cells]) -> Iterator[Values]:
    for cells in rows:
        if len(cells) != len(typing):
            raise ValueError(f"has {len(cells)} cells, the header {len(typing)}")
        yield [column.typed([text])[0] for column, text in zip(typing, cells, strict=True)]


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number that a table can hold")  # SQLite would make NULL of NaN
    return value


def _boolean(text: str) -> int:
    if text not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false")
    return int(text == "true")
