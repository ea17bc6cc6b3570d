"""Foreign keys within a package: Frictionless' lookup, built from the distinct keys of the table referred to.

Frictionless parses every row of that table; the set it ends up with is the set of its distinct keys, each read once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from frictionless import Field
from frictionless.resources import TableResource
from frictionless.table.lookup import Lookup

from shahrnama.proof.cells import FAULTS, Column, missing_values
from shahrnama.proof.cut import CHUNK_BYTES, chunks
from shahrnama.proof.errors import UnprovableError
from shahrnama.proof.records import cells, split
from shahrnama.proof.table import Table, table_of

Values = tuple[Any, ...]
DESCRIBING = ("name", "title", "description", "constraints", "rdfType", "example", "missingValues")
MOST_REMEMBERED = 100_000


@dataclass(frozen=True)
class Reference:
    """A foreign key: the columns that refer, the values there are, and the raw keys that surely are among them."""

    positions: tuple[int, ...]
    columns: tuple[Column, ...]
    values: set[Values]
    raw: pl.Series | None = None
    known: dict[Values, bool] = field(default_factory=dict, compare=False)

    def has(self, key: Values) -> bool:
        """Whether the values that Frictionless reads from the raw cells are there, or are all missing."""
        if key in self.known:
            return self.known[key]
        try:
            values = tuple(column.value(cell) for column, cell in zip(self.columns, key, strict=True))
            found = set(values) == {None} or values in self.values
        except FAULTS:
            found = False
        if len(self.known) < MOST_REMEMBERED:
            self.known[key] = found
        return found


def joined(names: Sequence[str]) -> pl.Expr:
    """One text for the cells of several columns that no other cells have: each is preceded by its length."""
    if len(names) == 1:
        return pl.col(names[0])
    parts = [(pl.col(name).str.len_bytes().cast(pl.String), pl.lit(":"), pl.col(name)) for name in names]
    return pl.concat_str([item for part in parts for item in part])


def references(resource: TableResource, size: int = CHUNK_BYTES) -> tuple[Lookup, dict[tuple[str, Values], Any]]:
    """Frictionless' lookup for the foreign keys of a resource, and for each the table and its raw keys.

    Raises UnprovableError where Frictionless must build it, because the table is not there or not a plain CSV file.
    """
    lookup: Any = Lookup()
    origins: dict[tuple[str, Values], Any] = {}
    for key in resource.schema.foreign_keys:
        name, names = key["reference"]["resource"], tuple(key["reference"]["fields"])
        if not all(fields and len(set(fields)) == len(fields) for fields in (names, key["fields"])):
            raise UnprovableError("a foreign key has no fields, or one twice")
        lookup.setdefault(name, {})
        if names in lookup[name]:
            continue
        source = _source(resource, name)
        with source:
            table = table_of(source)
            lookup[name][names], raw = _values(table, names, size)
        origins[name, names] = (table, raw)
    return lookup, origins


def _source(resource: TableResource, name: str) -> TableResource:
    """A copy of the resource referred to, as frictionless/resources/table.py `__open_lookup` makes it."""
    if name == resource.name or not name:
        source: Any = resource.to_copy()
    elif resource.package and resource.package.has_resource(name):
        source = resource.package.get_resource(name).to_copy()
    else:
        raise UnprovableError(f"a foreign key refers to {name!r}, which is not in the package")
    if not isinstance(source, TableResource):
        raise UnprovableError(f"a foreign key refers to {name!r}, which is not a table")
    if source.schema:
        source.schema.foreign_keys = []
    return source


def _values(table: Table, names: Sequence[str], size: int) -> tuple[set[Values], pl.Series | None]:
    """The distinct values of a key, and the raw texts that they were read from (None if a field is not there)."""
    positions = [table.position(name) for name in names]
    texts, odd = distinct(table, [position for position in positions if position is not None], size)
    readers = [None if position is None else table.columns[position] for position in positions]
    found = set()
    for key in (*texts.iter_rows(), *odd):
        cell = iter(key)
        try:
            values = tuple(reader.value(next(cell)) if reader else None for reader in readers)
            if set(values) != {None}:
                found.add(values)
        except FAULTS as error:
            raise UnprovableError(f"a key of {table.path.name} cannot be read: {error}") from error
    whole = None not in positions and bool(names)
    return found, texts.select(joined(texts.columns)).to_series() if whole else None


def distinct(table: Table, positions: Sequence[int], size: int) -> tuple[pl.DataFrame, set[tuple[str | None, ...]]]:
    """The distinct raw keys of a table's regular rows, and those of the others (None for a cell that is not there)."""
    names = [str(position) for position in dict.fromkeys(positions)]
    parts = [pl.DataFrame(schema=dict.fromkeys(names, pl.String))]
    odd: set[tuple[str | None, ...]] = set()
    first = 1
    for chunk in chunks(table.path, table.separator.encode(), size):
        records = split(chunk, len(table.columns), table.separator)
        rows = records.regular + first
        parts.append(records.frame.filter(pl.Series(rows >= table.first_row)).select(names).unique())
        for index, row in cells(records.data, records.bounds, records.irregular(), table.separator):
            if first + index >= table.first_row:
                odd.add(tuple(row[int(name)] if int(name) < len(row) else None for name in names))
        first += len(records)
        if len(parts) > 16:  # so that repeated keys do not pile up
            parts = [pl.concat(parts).unique()]
    return pl.concat(parts).unique(maintain_order=True), odd


def resolve(
    resource: TableResource, table: Table, lookup: Any, origins: dict[tuple[str, Values], Any]
) -> tuple[Reference, ...]:
    """The foreign keys that Frictionless checks: those whose fields are all in the table."""
    found = []
    for key in resource.schema.foreign_keys if lookup else ():
        positions = [table.position(name) for name in key["fields"]]
        if None in positions:
            continue
        name, names = key["reference"]["resource"], tuple(key["reference"]["fields"])
        columns = tuple(table.columns[position] for position in positions if position is not None)
        origin, raw = origins.get((name, names), (None, None))
        alike = origin is not None and raw is not None and _alike(columns, origin, names)
        found.append(
            Reference(
                tuple(p for p in positions if p is not None), columns, lookup[name][names], raw if alike else None
            )
        )
    return tuple(found)


def _alike(columns: Sequence[Column], origin: Table, names: Sequence[str]) -> bool:
    """Whether both tables read the same text as the same value."""
    others = [origin.columns[position] for name in names if (position := origin.position(name)) is not None]
    return len(others) == len(columns) and all(
        _reading(one.field) == _reading(other.field) for one, other in zip(columns, others, strict=True)
    )


def _reading(found: Field) -> tuple[dict[str, Any], list[str]]:
    descriptor = found.to_descriptor()
    return {name: value for name, value in descriptor.items() if name not in DESCRIBING}, missing_values(found)
