"""What Frictionless knows of a table once it has opened it: where the rows are, and what each cell should be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frictionless
from frictionless.formats.csv import CsvControl
from frictionless.resources import TableResource

from shahrnama.proof.cells import Column, column
from shahrnama.proof.errors import UnprovableError
from shahrnama.proof.keys import Key

SEPARATORS = ",;\t|"


@dataclass(frozen=True)
class Table:
    """A CSV file that can be cut: its separator, the number of its first row, its columns and its keys."""

    path: Path
    separator: str
    first_row: int
    columns: tuple[Column, ...]
    keys: tuple[Key, ...]
    primary: tuple[int, ...]

    def position(self, name: str) -> int | None:
        """Which column has the field's name; None if no label has it."""
        names = [column.field.name for column in self.columns]
        return names.index(name) if name in names else None


def table_of(resource: TableResource) -> Table:
    """The table behind an open resource; raises UnprovableError where only Frictionless can read it."""
    path = _path(resource)
    separator = _separator(resource)
    first_row = _first_row(resource.dialect)
    _demand(bool(resource.labels), "it has no header row")
    fields = resource.header.get_expected_fields()
    names = [field.name for field in fields]
    _demand(len(set(names)) == len(names), "two columns have one name")
    columns = tuple(column(field, str(index)) for index, field in enumerate(fields))
    primary = resource.schema.primary_key
    positions = tuple(dict.fromkeys(names.index(name) for name in primary)) if set(primary) <= set(names) else ()
    _demand(not primary or resource.dialect.header_case, "a primary key whose labels may be in any case")
    unique = [(index,) for index, field in enumerate(fields) if field.constraints.get("unique")]
    keys = dict.fromkeys(key for key in (positions, *unique) if key)
    return Table(path, separator, first_row, columns, tuple(map(Key, keys)), positions)


def _demand(condition: bool, reason: str) -> None:
    if not condition:
        raise UnprovableError(reason)


def _path(resource: TableResource) -> Path:
    simple = not (resource.memory or resource.remote or resource.multipart or resource.compression)
    _demand(simple and resource.scheme == "file" and resource.format == "csv", "it is not a plain CSV file")
    _demand(resource.encoding in ("utf-8", "utf-8-sig"), f"its encoding is {resource.encoding}")
    _demand(frictionless.system.onerror == "ignore", "Frictionless is set to stop at errors")
    return Path(str(resource.normpath).removeprefix("file://"))


def _separator(resource: TableResource) -> str:
    control: Any = CsvControl.from_dialect(resource.dialect)
    usual = control.quote_char == '"' and control.escape_char is None and not control.skip_initial_space
    _demand(usual, "its dialect quotes, escapes or trims in another way")
    _demand(len(control.delimiter) == 1 and control.delimiter in SEPARATORS, f"its delimiter is {control.delimiter!r}")
    return str(control.delimiter)


def _first_row(dialect: frictionless.Dialect) -> int:
    commented = dialect.comment_char or dialect.comment_rows or dialect.skip_blank_rows
    _demand(not commented, "its dialect skips comments or blank rows")
    return dialect.header_rows[-1] + 1 if dialect.header and dialect.header_rows else 1
