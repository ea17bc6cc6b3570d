"""Load: from packages to one SQLite file, rebuilt whole, checked, and swapped in.

The schema makes the table: types, keys, constraints and STRICT come from the descriptor alone. Nothing in the file
tells when it was made, so that the same packages give the same bytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shahrnama.atomic import read_json
from shahrnama.catalog import House
from shahrnama.errors import LoadError
from shahrnama.persian import fold
from shahrnama.register import REGISTER, register_rows
from shahrnama.tables import read_rows

COLUMN_TYPES = {"integer": "INTEGER", "boolean": "INTEGER", "number": "REAL"}  # everything else is TEXT
BOOLEANS = {"true": 1, "false": 0}
PAGE_BYTES = 4096  # SQLite's own default, pinned: another would be another file


@dataclass(frozen=True)
class Table:
    """One published table: its dataset, its resource as `datapackage.json` has it, and its CSV."""

    dataset: str
    resource: dict[str, Any]
    csv: Path

    @property
    def name(self) -> str:
        """Name of the resource and of the table."""
        return str(self.resource["name"])

    @property
    def fields(self) -> list[dict[str, Any]]:
        """Fields in published order."""
        return list(self.resource["schema"]["fields"])

    @property
    def keys(self) -> list[dict[str, Any]]:
        """Foreign keys into this and other packages."""
        inside = self.resource["schema"].get("foreignKeys") or []
        return [*inside, *(self.resource.get("crossPackageForeignKeys") or [])]

    @property
    def options(self) -> dict[str, Any]:
        """Options of the table: search, indexes, facets."""
        return dict(self.resource.get("table") or {})


def load(house: House) -> Path:
    """Build `build/shahrnama.db` from every promoted package; returns its path.

    Raises LoadError in one line (table, row, what to do); the former database then stays as it was.
    """
    packages = [read_json(path) for path in sorted(house.packages.glob("*/datapackage.json"))]
    if not packages:
        raise LoadError(f"{house.packages}: nothing is promoted yet; run `shahrnama build` and see what it says")
    tables = [
        Table(package["name"], resource, house.packages / package["name"] / resource["path"])
        for package in packages
        for resource in package["resources"]
    ]
    _unique(tables)
    fresh = house.database.with_name(house.database.name + ".new")
    fresh.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(fresh, isolation_level=None)) as database:
            _fill(database, packages, tables)
            _check(database, tables)
        fresh.replace(house.database)
    finally:
        fresh.unlink(missing_ok=True)
    return house.database


def _unique(tables: Iterable[Table]) -> None:
    seen = dict.fromkeys(REGISTER, "the site's own registers")
    for table in tables:
        if table.name in seen:
            raise LoadError(f"table {table.name} is in {seen[table.name]} and in {table.dataset}; rename one of them")
        seen[table.name] = f"dataset {table.dataset}"


def _fill(database: sqlite3.Connection, packages: list[dict[str, Any]], tables: list[Table]) -> None:
    database.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    database.execute("PRAGMA journal_mode = OFF")  # a half-made file is thrown away, not recovered
    database.execute("BEGIN")
    for table in tables:
        database.execute(create_statement(table, tables))
    for name, columns in REGISTER.items():
        database.execute(f"CREATE TABLE {quoted(name)} ({columns}) STRICT")
    for name, rows in register_rows(packages).items():
        for row in rows:
            _insert(database, name, list(row), [tuple(row.values())])
    for table in tables:
        _insert(database, table.name, [field["name"] for field in table.fields], _values(table))
        for statement in _index_statements(table):
            database.execute(statement)
        _index_text(database, table)
    database.execute("COMMIT")
    database.execute("ANALYZE")
    database.execute("VACUUM")


def create_statement(table: Table, tables: Iterable[Table]) -> str:
    """The CREATE TABLE of a resource: STRICT, with its keys and with its foreign keys where the other table is here.

    Columns of the primary key are NOT NULL too, which SQLite does not ask by itself.
    """
    primary = _names(table.resource["schema"].get("primaryKey"))
    parts = [_column(field, primary) for field in table.fields]
    if primary:
        parts.append(f"PRIMARY KEY ({_list(primary)})")
    known = {other.name for other in tables}
    for key in table.keys:
        if key["reference"]["resource"] in known:
            target = f"{quoted(key['reference']['resource'])} ({_list(_names(key['reference']['fields']))})"
            parts.append(f"FOREIGN KEY ({_list(_names(key['fields']))}) REFERENCES {target}")
    if _traced(table):
        parts.append("FOREIGN KEY (capture_id) REFERENCES captures (capture_id)")
    return f"CREATE TABLE {quoted(table.name)} (\n  " + ",\n  ".join(parts) + "\n) STRICT"


def _traced(table: Table) -> bool:
    return table.resource["kind"] == "harvested" and any(field["name"] == "capture_id" for field in table.fields)


def _column(field: dict[str, Any], primary: tuple[str, ...]) -> str:
    name, constraints = quoted(field["name"]), field.get("constraints") or {}
    parts = [name, COLUMN_TYPES.get(field["type"], "TEXT")]
    if constraints.get("required") or field["name"] in primary:
        parts.append("NOT NULL")
    if constraints.get("unique"):
        parts.append("UNIQUE")
    if field["type"] == "boolean":
        parts.append(f"CHECK ({name} IN (0, 1))")
    elif constraints.get("enum"):
        parts.append(f"CHECK ({name} IN ({', '.join(_literal(value) for value in constraints['enum'])}))")
    return " ".join(parts)


def _values(table: Table) -> Iterator[tuple[Any, ...]]:
    types = [field["type"] for field in table.fields]
    for number, row in enumerate(read_rows(table.csv), start=2):
        try:
            yield tuple(_value(text, kind) for text, kind in zip(row.values(), types, strict=True))
        except (KeyError, ValueError) as error:
            raise LoadError(f"{table.csv.name} row {number}: {error}; validate the package again") from error


def _value(text: str, kind: str) -> str | int | float | None:
    if not text:
        return None
    if kind == "boolean":
        return BOOLEANS[text]
    if kind == "integer":
        return int(text)
    return float(text) if kind == "number" else text


def _insert(database: sqlite3.Connection, table: str, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {quoted(table)} ({_list(columns)}) VALUES ({marks})"  # noqa: S608 quoted names
    try:
        database.executemany(statement, rows)
    except sqlite3.Error as error:
        raise LoadError(
            f"table {table}: {error}; correct its descriptor or its rows, then package and validate"
        ) from error


def _index_statements(table: Table) -> Iterator[str]:
    """Indexes on what readers filter by and on every foreign key; the primary key has its own."""
    wanted = [_names(key["fields"]) for key in table.keys] + [
        _names(item) for item in table.options.get("indexes") or ()
    ]
    primary = _names(table.resource["schema"].get("primaryKey"))
    for columns in dict.fromkeys(wanted):
        if columns != primary[: len(columns)]:
            name = quoted("_".join(("ix", table.name, *columns)))
            yield f"CREATE INDEX {name} ON {quoted(table.name)} ({_list(columns)})"


def _index_text(database: sqlite3.Connection, table: Table) -> None:
    """Full text over the columns in `search`, folded as queries are (`persian.fold`), by the table's own rowid.

    An external-content table whose content is not the table's own text: `rebuild` would undo the folding, and the
    file is never written again, so nothing does. Datasette detects it by `content="table"`.
    """
    columns = list(table.options.get("search") or ())
    if not columns:
        return
    index = quoted(f"{table.name}_fts")
    content = f'content="{table.name}", content_rowid="rowid", tokenize="unicode61 remove_diacritics 2"'
    database.execute(f"CREATE VIRTUAL TABLE {index} USING fts5({_list(columns)}, {content})")
    rows = database.execute(f"SELECT rowid, {_list(columns)} FROM {quoted(table.name)}").fetchall()  # noqa: S608 quoted
    folded = [(row[0], *(fold(str(text)) if text is not None else None for text in row[1:])) for row in rows]
    _insert(database, f"{table.name}_fts", ["rowid", *columns], folded)
    database.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # noqa: S608 quoted


def _check(database: sqlite3.Connection, tables: Iterable[Table]) -> None:
    broken = [row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
    if broken:
        raise LoadError(f"the new database is not sound: {broken[0]}; is the disk full?")
    orphan = database.execute("PRAGMA foreign_key_check").fetchone()
    if orphan:
        raise LoadError(
            f"table {orphan[0]} row {orphan[1]} refers to a row that {orphan[2]} does not have; add it there"
        )
    for table in tables:
        (count,) = database.execute(f"SELECT count(*) FROM {quoted(table.name)}").fetchone()  # noqa: S608 quoted
        if count != table.resource["row_count"]:
            raise LoadError(f"table {table.name} has {count} rows, its package says {table.resource['row_count']}")


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"


def _list(names: Iterable[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())
