"""Tables as CSV files: typed cells out and in, by the descriptor alone, with the same bytes for the same rows."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from shahrnama.catalog import Resource, Row
from shahrnama.errors import DatasetError, ParseError
from shahrnama.formats.delimited import lines
from shahrnama.spool import spooled

if TYPE_CHECKING:
    from _csv import Writer

Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Written:
    """How many rows a table got; how often a key came again, and how often then with other content."""

    rows: int
    repeated: int = 0
    differing: int = 0


def write_table(
    path: Path, resource: Resource, rows: Iterable[Row], amend: Callable[[Row], Row] = lambda row: row
) -> Written:
    """Write rows, each as `amend` leaves it, sorted by the primary key as RFC 4180 CSV (UTF-8, `\\n`, header).

    Of rows with the same key the one newest by the resource's `newest_by` is written, a tie going to the later; without
    `newest_by` all are, for the gate to refuse. Memory does not grow with the rows (see `spool`).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [field.name for field in resource.fields]
    decides = resource.descriptor.get("newest_by")
    by_key = _sort_key(resource)

    def order(row: Row) -> tuple[Any, ...]:
        return (by_key(row), row[decides] or "") if decides else (by_key(row),)

    written = repeated = differing = 0
    with path.open("w", encoding="utf-8", newline="") as file, spooled(rows, order, path.parent) as ordered:
        writer = csv_writer(file)
        writer.writerow(names)
        for versions in _versions(ordered, by_key if decides else None):
            row = amend(versions[-1])
            writer.writerow([cell_text(row[name]) for name in names])
            written += 1
            repeated += len(versions) - 1
            differing += sum(_content(row) != _content(versions[-1]) for row in versions[:-1])
    return Written(written, repeated, differing)


class _Lines:
    """Ends lines with `\\n` for a writer that ends them with `\\r\\n`, and so quotes a lone `\\r` in a cell."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, line: str) -> int:
        return self._file.write(line.removesuffix("\r\n") + "\n")


def csv_writer(file: TextIO) -> Writer:
    """A writer of RFC 4180 CSV whose lines end with `\\n`; unlike Python's own, what it writes it can read again."""
    return csv.writer(_Lines(file), lineterminator="\r\n")


def _versions(ordered: Iterable[Row], by_key: Callable[[Row], Any] | None) -> Iterator[list[Row]]:
    """Rows of the same key together, in order; each alone where there is no key to compare by."""
    if by_key is None:
        yield from ([row] for row in ordered)
    else:
        yield from (list(same) for _, same in groupby(ordered, by_key))


def _content(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "capture_id"}


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
    """Rows of a CSV as text; DatasetError names the line that is no CSV in UTF-8, or does not fit the header."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            yield from _rows(path, reader)
        except (csv.Error, UnicodeDecodeError) as error:
            raise DatasetError(
                f"{path}: cannot be read after line {reader.line_num} ({error}); save it as CSV in UTF-8"
            ) from error


def read_authored(path: Path) -> Iterator[dict[str, str]]:
    """Rows as `read_rows` gives them, of a table that people keep: DatasetError also where a quote does not quote."""
    header: list[str | None] | None = None
    try:
        for number, cells in lines(path.read_text(encoding="utf-8"), cut_by=","):
            if cells == header and len(cells) > 1:
                raise DatasetError(f"{path}: line {number} is the header again; take it out")
            header = header or cells
    except (ParseError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: {error}; save it as CSV in UTF-8") from error
    yield from read_rows(path)


def _rows(path: Path, reader: Any) -> Iterator[dict[str, str]]:
    header = next(reader, None)
    if not header:
        raise DatasetError(f"{path}: is empty; the first line must name the columns")
    if len(set(header)) < len(header):
        raise DatasetError(f"{path}: names a column twice in its first line; rename one")
    for cells in reader:
        if len(cells) != len(header):
            raise DatasetError(
                f"{path}: line {reader.line_num} has {len(cells)} cells, the header {len(header)}; mend the line"
            )
        yield dict(zip(header, cells, strict=True))


def count_rows(path: Path) -> int:
    """Rows of a CSV below its header."""
    with path.open(encoding="utf-8", newline="") as file:
        return max(0, sum(1 for _ in csv.reader(file)) - 1)


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
    return (1, value) if isinstance(value, int | float | Decimal) else (2, cell_text(value))
