"""Load: from packages to one SQLite file, rebuilt whole, checked, and swapped in.

Types, keys, constraints and STRICT come from the descriptors alone (`statements.py`). Nothing in the file tells when
it was made: the same packages give the same bytes under the same SQLite.
"""

from __future__ import annotations

import csv
import math
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from shahrnama.catalog import Dataset, House
from shahrnama.errors import LoadError
from shahrnama.harvest_register import harvest_registers, harvest_rows
from shahrnama.persian import fold
from shahrnama.register import RegisterRow, promoted, register_rows, registers
from shahrnama.statements import (
    Table,
    create_statement,
    in_order,
    index_statements,
    insert_statement,
    listed,
    quoted,
    search_name,
    search_statement,
)

Cells = tuple[Any, ...]

PAGE_BYTES = 4096  # SQLite's own default, pinned: another would be another file
REGISTERS = "the site's own registers"


def load(house: House) -> Path:
    """Build `build/shahrnama.db` from every promoted package; returns its path.

    Raises LoadError in one line (table, row, what to do); the former database then stays as it was.
    """
    packages = promoted(house)
    tables = [Table(REGISTERS, register) for register in registers()]
    for package in packages:
        folder = house.packages / package["name"]
        tables += [Table(package["name"], item, folder / item["path"]) for item in package["resources"]]
    _distinct(tables)
    return _make(house.database, register_rows(packages), tables)


def load_registers(house: House, datasets: Sequence[Dataset]) -> Path:
    """Build `build/registers/registers.db`: sources, attempts and sightings; returns its path. Raises LoadError."""
    tables = [Table(REGISTERS, register) for register in harvest_registers()]
    house.registers.parent.mkdir(parents=True, exist_ok=True)
    return _make(house.registers, harvest_rows(house, datasets), tables)


def _make(place: Path, rows: dict[str, list[RegisterRow]], tables: list[Table]) -> Path:
    """The database built beside its place, checked and moved there."""
    fresh = place.with_name(place.name + ".new")
    fresh.unlink(missing_ok=True)
    try:
        with _located(place.name), closing(sqlite3.connect(fresh, isolation_level=None)) as database:
            _fill(database, rows, in_order(tables))
            _check(database, tables)
        _sync(fresh)
        fresh.replace(place)
    except OSError as error:
        raise LoadError(f"{place} cannot be written: {error}; make room or mend its folder") from error
    finally:
        fresh.unlink(missing_ok=True)
    return place


def _distinct(tables: Iterable[Table]) -> None:
    seen: dict[str, str] = {}
    for table in tables:
        if table.name in seen:
            place = f"in {seen[table.name]} and in dataset {table.dataset}"
            raise LoadError(f"table {table.name} is {place}; rename the resource in one of them")
        seen[table.name] = table.dataset if table.csv is None else f"dataset {table.dataset}"


def _fill(database: sqlite3.Connection, registered: dict[str, list[RegisterRow]], tables: list[Table]) -> None:
    database.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    database.execute("PRAGMA journal_mode = OFF")  # a half-made file is thrown away, not recovered
    database.execute("PRAGMA synchronous = OFF")  # it is synced once, before the swap
    database.execute("PRAGMA foreign_keys = OFF")  # checked over the whole at the end, in any order of rows
    database.execute("BEGIN")
    _create(database, tables)
    for name, rows in registered.items():
        for row in rows:
            database.execute(insert_statement(name, list(row)), tuple(row.values()))
    for table in tables:
        if table.csv:
            _insert(database, table, table.csv)
        with _located(f"table {table.name}"):
            for statement in index_statements(table):
                database.execute(statement)
            if table.search:
                _index_text(database, table)
    database.execute("COMMIT")
    database.execute("ANALYZE")
    database.execute("VACUUM")


def _create(database: sqlite3.Connection, tables: list[Table]) -> None:
    known = {table.name for table in tables}
    before: set[str] = set()
    for table in tables:
        with _located(f"table {table.name}"):
            database.execute(create_statement(table, known, before))
        before.add(table.name)


def _insert(database: sqlite3.Connection, table: Table, path: Path) -> None:
    """Rows in the order of the CSV; row numbers count its lines, the header being 1, as the gate's reports do."""
    converters = [_converter(table, field) for field in table.fields]
    row = 1

    def rows() -> Iterator[Cells]:
        nonlocal row
        for row, texts in enumerate(_texts(table, path), start=2):  # noqa: B007 the errors below tell it
            if len(texts) != len(converters):
                raise ValueError(f"has {len(texts)} cells, the header {len(converters)}")
            yield tuple(convert(text) for convert, text in zip(converters, texts, strict=True))

    try:
        database.executemany(insert_statement(table.name, table.columns), rows())
    except (sqlite3.Error, ValueError, OverflowError, csv.Error) as error:
        raise LoadError(f"table {table.name} row {row}: {error}; mend it and validate {table.dataset} again") from error
    except OSError as error:
        raise LoadError(f"table {table.name}: {error}; validate {table.dataset} again") from error


def _texts(table: Table, path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = next(reader, [])
        if header != table.columns:
            raise ValueError(f"{path.name} has columns {header}, the descriptor {table.columns}")
        yield from reader


def _converter(table: Table, field: dict[str, Any]) -> Callable[[str], Any]:
    """From a cell's text to its value: nothing is NULL, except in a key, which SQLite would fill with a new number."""
    kinds: dict[str, Callable[[str], Any]] = {"integer": int, "number": _number, "boolean": _boolean}
    kind = kinds.get(field["type"], str)
    name, in_key = field["name"], field["name"] in table.primary_key

    def convert(text: str) -> Any:
        if text:
            return kind(text)
        if in_key:
            raise ValueError(f"{name} is empty, but is part of the primary key")
        return None

    return convert


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number that a table can hold")  # SQLite would make NULL of NaN
    return value


def _boolean(text: str) -> int:
    if text not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false")
    return int(text == "true")


def _index_text(database: sqlite3.Connection, table: Table) -> None:
    """Fill the full-text table with text folded as queries are (`persian.fold`), by the table's own rowid.

    Its content is another text than the table's. That is sound as long as nobody runs `rebuild` or asks FTS5 to compare
    (`integrity-check` with rank 1); `PRAGMA integrity_check` does not, measured on SQLite 3.40 and 3.54. VACUUM may
    number the rows of a table without an integer key anew, in their order: they are 1 to n already, so nothing moves.
    """
    name, columns = search_name(table), table.search
    database.execute(search_statement(table))
    found = database.execute(f"SELECT rowid, {listed(columns)} FROM {quoted(table.name)} ORDER BY rowid")  # noqa: S608
    folded = ((row[0], *(None if text is None else fold(str(text)) for text in row[1:])) for row in found)
    database.executemany(insert_statement(name, ["rowid", *columns]), folded)
    database.execute(f"INSERT INTO {quoted(name)} ({quoted(name)}) VALUES ('optimize')")  # noqa: S608 quoted


def _check(database: sqlite3.Connection, tables: Iterable[Table]) -> None:
    broken = [row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
    if broken:
        raise LoadError(f"the new database is not sound: {broken[0]}; is the disk sound?")
    orphan = database.execute("PRAGMA foreign_key_check").fetchone()
    if orphan:
        raise LoadError(_orphan(database, {table.name: table for table in tables}, orphan))
    for table in tables:
        (count,) = database.execute(f"SELECT count(*) FROM {quoted(table.name)}").fetchone()  # noqa: S608 quoted
        told = table.resource.get("row_count", count)
        if count != told:
            raise LoadError(f"table {table.name} has {count} rows, its package says {told}; validate {table.dataset}")


def _orphan(database: sqlite3.Connection, tables: dict[str, Table], orphan: Sequence[Any]) -> str:
    name, rowid, parent, number = orphan
    keys = database.execute(f"PRAGMA foreign_key_list({quoted(name)})").fetchall()
    columns = [key[3] for key in keys if key[0] == number]
    shown = list(dict.fromkeys([*tables[name].primary_key, *columns]))
    row = database.execute(f"SELECT {listed(shown)} FROM {quoted(name)} WHERE rowid = ?", (rowid,)).fetchone()  # noqa: S608
    place = ", ".join(f"{column} {value!r}" for column, value in zip(shown, row, strict=True))
    named = ", ".join(columns)
    return f"table {name} row {place}: {named} is not in {parent}; add it there or mend it, then validate again"


@contextmanager
def _located(place: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise LoadError(f"{place}: {error}; mend the descriptor, or make room if the disk is full") from error


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
