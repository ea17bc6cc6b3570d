"""Load: from packages to one SQLite file, rebuilt whole, checked, and swapped in.

Types, keys, constraints and STRICT come from the descriptors alone (`statements.py`). Nothing in the file tells when
it was made: the same packages give the same bytes under the same SQLite.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from shahrnama.catalog import Dataset, House
from shahrnama.errors import LoadError
from shahrnama.harvest_register import harvest_registers, harvest_rows
from shahrnama.load_facets import add_facet_counts
from shahrnama.load_rows import insert_rows
from shahrnama.load_search import PAGE_BYTES, add_index, built_apart
from shahrnama.register import RegisterRow, promoted, register_rows, registers
from shahrnama.statements import (
    Table,
    create_statement,
    in_order,
    index_statements,
    insert_statement,
    listed,
    quoted,
)

CACHE_KB = 65_536  # four times as much saves a tenth of the time
REGISTERS = "the site's own registers"


def load(house: House, check: Callable[[Path], None] = lambda _: None) -> Path:
    """Build `build/shahrnama.db` from every promoted package; returns its path.

    `check` is shown the new file before readers are. Raises LoadError in one line (table, row, what to do), or what
    `check` raises; the former database then stays as it was.
    """
    packages = promoted(house)
    tables = [Table(REGISTERS, register) for register in registers()]
    for package in packages:
        folder = house.packages / package["name"]
        tables += [Table(package["name"], item, folder / item["path"]) for item in package["resources"]]
    _distinct(tables)
    return _make(house.database, register_rows(packages), tables, check)


def load_registers(house: House, datasets: Sequence[Dataset], check: Callable[[Path], None] = lambda _: None) -> Path:
    """Build `build/registers/registers.db`: sources, attempts, what the gate said; returns its path, as `load` does."""
    tables = [Table(REGISTERS, register) for register in harvest_registers()]
    house.registers.parent.mkdir(parents=True, exist_ok=True)
    return _make(house.registers, harvest_rows(house, datasets), tables, check)


def _make(place: Path, rows: dict[str, list[RegisterRow]], tables: list[Table], check: Callable[[Path], None]) -> Path:
    """The database built beside its place, checked and moved there."""
    fresh, folder = place.with_name(place.name + ".new"), place.with_name(place.name + ".search")
    fresh.unlink(missing_ok=True)
    try:
        with built_apart(tables, folder) as indexed, _opened(fresh) as database:
            with _unchecked(database):
                _fill(database, rows, in_order(tables))
            _check(database, in_order(tables))  # while the indexes of large tables are still being built
            indexed()
            with _unchecked(database):
                _finish(database, in_order(tables), folder)
        check(fresh)
        _sync(fresh)
        fresh.replace(place)
    except OSError as error:
        raise LoadError(f"{place} cannot be written: {error}; make room or mend its folder") from error
    finally:
        fresh.unlink(missing_ok=True)
    return place


@contextmanager
def _opened(place: Path) -> Iterator[sqlite3.Connection]:
    """A new file to fill once, by one writer."""
    with _located(place.stem), closing(sqlite3.connect(place, isolation_level=None)) as database:
        database.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        database.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        database.execute("PRAGMA temp_store = FILE")  # in memory, what an index sorts would grow with the rows
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA journal_mode = OFF")  # a half-made file is thrown away, not recovered
        database.execute("PRAGMA synchronous = OFF")  # it is synced once, before the swap
        database.execute("PRAGMA foreign_keys = OFF")  # checked over the whole at the end, in any order of rows
        yield database


@contextmanager
def _unchecked(database: sqlite3.Connection) -> Iterator[None]:
    """CHECK constraints wait for `integrity_check`, which tries them all: at each insertion they cost more than it."""
    database.execute("PRAGMA ignore_check_constraints = ON")
    yield
    database.execute("PRAGMA ignore_check_constraints = OFF")


def _distinct(tables: Iterable[Table]) -> None:
    seen: dict[str, str] = {}
    for table in tables:
        if table.name in seen:
            place = f"in {seen[table.name]} and in dataset {table.dataset}"
            raise LoadError(f"table {table.name} is {place}; rename the resource in one of them")
        seen[table.name] = table.dataset if table.csv is None else f"dataset {table.dataset}"


def _fill(database: sqlite3.Connection, registered: dict[str, list[RegisterRow]], tables: list[Table]) -> None:
    database.execute("BEGIN")
    _create(database, tables)
    for name, rows in registered.items():
        for row in rows:
            database.execute(insert_statement(name, list(row)), tuple(row.values()))
    for table in tables:
        if table.csv:
            insert_rows(database, table, table.csv)
        with _located(f"table {table.name}"):
            for statement in index_statements(table):
                database.execute(statement)
    add_facet_counts(database, tables)
    database.execute("COMMIT")


def _finish(database: sqlite3.Connection, tables: Iterable[Table], folder: Path) -> None:
    """Search, statistics, and a last look at every page.

    No row or index that `_check` has judged is written again, and search tables have no index: comparing indexes with
    rows, which `quick_check` leaves out, is done. VACUUM would have nothing to do: nothing was deleted.
    """
    for table in tables:
        if table.search:
            with _located(f"table {table.name}"):
                add_index(database, table, folder)
    database.execute("ANALYZE")
    _sound(database, "quick_check")


def _create(database: sqlite3.Connection, tables: list[Table]) -> None:
    known = {table.name for table in tables}
    before: set[str] = set()
    for table in tables:
        with _located(f"table {table.name}"):
            database.execute(create_statement(table, known, before))
        before.add(table.name)


def _check(database: sqlite3.Connection, tables: Sequence[Table]) -> None:
    try:
        _sound(database, "integrity_check")
    except LoadError:
        _name_unchecked(tables)  # where a value breaks a CHECK, its row is a better answer
        raise
    orphan = database.execute("PRAGMA foreign_key_check").fetchone()
    if orphan:
        raise LoadError(_orphan(database, {table.name: table for table in tables}, orphan))
    for table in tables:
        (count,) = database.execute(f"SELECT count(*) FROM {quoted(table.name)}").fetchone()  # noqa: S608 quoted
        told = table.resource.get("row_count", count)
        if count != told:
            raise LoadError(f"table {table.name} has {count} rows, its package says {told}; validate {table.dataset}")


def _name_unchecked(tables: Sequence[Table]) -> None:
    """Insert every row again, checked: LoadError names the first that breaks its table's constraints."""
    with closing(sqlite3.connect("", isolation_level=None)) as scratch:  # a temporary file
        scratch.execute("BEGIN")
        _create(scratch, list(tables))
        for table in tables:
            if table.csv:
                insert_rows(scratch, table, table.csv)


def _sound(database: sqlite3.Connection, check: str) -> None:
    broken = [row[0] for row in database.execute(f"PRAGMA {check}") if row[0] != "ok"]
    if broken:
        raise LoadError(f"the new database is not sound: {broken[0]}; is the disk sound?")


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
