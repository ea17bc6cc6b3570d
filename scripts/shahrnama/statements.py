"""The SQL of a published table, from its descriptor alone: the schema makes the table, nothing is inferred."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shahrnama.errors import LoadError

COLUMN_TYPES = {
    "string": "TEXT",
    "integer": "INTEGER",
    "number": "REAL",
    "boolean": "INTEGER",
    "date": "TEXT",
    "datetime": "TEXT",
}
TOKENIZER = "ascii tokenchars '.'"  # folded texts are words and spaces; it takes half the time of unicode61
CAPTURES = {"fields": ["capture_id"], "reference": {"resource": "captures", "fields": ["capture_id"]}}


def foreign_keys(resource: dict[str, Any]) -> list[dict[str, Any]]:
    """Foreign keys of a published resource, into its own package and into others."""
    return [*(resource["schema"].get("foreignKeys") or ()), *(resource.get("crossPackageForeignKeys") or ())]


@dataclass(frozen=True)
class Table:
    """One table to make: the dataset it is of, its resource as `datapackage.json` has it, and its CSV if it has one."""

    dataset: str
    resource: dict[str, Any]
    csv: Path | None = None

    @property
    def name(self) -> str:
        """Name of the resource and of the table."""
        return str(self.resource["name"])

    @property
    def fields(self) -> list[dict[str, Any]]:
        """Fields in published order."""
        return list(self.resource["schema"]["fields"])

    @property
    def columns(self) -> list[str]:
        """Names of the columns in published order."""
        return [str(field["name"]) for field in self.fields]

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Columns of the primary key."""
        return _names(self.resource["schema"].get("primaryKey"))

    @property
    def rowid_column(self) -> str | None:
        """The column that is SQLite's rowid: a primary key that is one INTEGER (https://sqlite.org/rowidtable.html)."""
        types = {str(field["name"]): COLUMN_TYPES.get(field["type"]) for field in self.fields}
        key = self.primary_key
        return key[0] if len(key) == 1 and types.get(key[0]) == "INTEGER" else None

    @property
    def keys(self) -> list[dict[str, Any]]:
        """Foreign keys into this package, into others, and from every harvested row to its capture."""
        traced = self.resource.get("kind") == "harvested" and "capture_id" in self.columns
        return [*foreign_keys(self.resource), *([CAPTURES] if traced else [])]

    @property
    def search(self) -> list[str]:
        """Columns of the full-text index."""
        return self._known("search", (self.resource.get("table") or {}).get("search") or ())

    @property
    def facets(self) -> list[str]:
        """Columns whose values are counted for readers."""
        return self._known("facets", (self.resource.get("table") or {}).get("facets") or ())

    @property
    def indexes(self) -> list[tuple[str, ...]]:
        """Columns of each index that the descriptor lists."""
        listed = (self.resource.get("table") or {}).get("indexes") or ()
        return [tuple(self._known("indexes", _names(columns))) for columns in listed]

    def parent(self, key: dict[str, Any]) -> str:
        """The table that a foreign key names; Table Schema v1 writes `""` for the table itself."""
        return str(key["reference"]["resource"]) or self.name

    def _known(self, option: str, names: Iterable[str]) -> list[str]:
        """The names, refused if one is no column: SQLite would take it for a text and index that."""
        found = list(names)
        for name in found:
            if name not in self.columns:
                raise LoadError(f"table {self.name}: {option} names {name!r}, which is no column; mend its `table`")
        return found


def in_order(tables: Sequence[Table]) -> list[Table]:
    """Tables with those that foreign keys name before them (depth-first topological order); a cycle is cut anywhere."""
    by_name = {table.name: table for table in tables}
    ordered: dict[str, Table] = {}
    entered: set[str] = set()

    def visit(table: Table) -> None:
        if table.name in entered:
            return
        entered.add(table.name)
        for key in table.keys:
            if table.parent(key) in by_name:
                visit(by_name[table.parent(key)])
        ordered[table.name] = table

    for table in tables:
        visit(table)
    return list(ordered.values())


def create_statement(table: Table, known: Collection[str], before: Collection[str]) -> str:
    """The CREATE TABLE of a resource: STRICT, with its keys, and foreign keys to the tables that are `known`.

    A key into a table that is not made `before` (itself, or one of a cycle) is checked at commit only. Columns of the
    primary key are NOT NULL, which SQLite does not ask by itself.
    """
    parts = [_column(table, field) for field in table.fields]
    if table.primary_key:
        parts.append(f"PRIMARY KEY ({listed(table.primary_key)})")
    for key in table.keys:
        parent = table.parent(key)
        if parent in known:
            target = f"{quoted(parent)} ({listed(_names(key['reference']['fields']))})"
            late = "" if parent in before else " DEFERRABLE INITIALLY DEFERRED"
            parts.append(f"FOREIGN KEY ({listed(_names(key['fields']))}) REFERENCES {target}{late}")
    return f"CREATE TABLE {quoted(table.name)} (\n  " + ",\n  ".join(parts) + "\n) STRICT"


def insert_statement(name: str, columns: Sequence[str]) -> str:
    """The INSERT of one row."""
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {quoted(name)} ({listed(columns)}) VALUES ({marks})"  # noqa: S608 quoted names


def index_statements(table: Table) -> Iterator[str]:
    """Indexes on every foreign key and on what the descriptor lists; the primary key has its own."""
    wanted = [*(_names(key["fields"]) for key in table.keys), *table.indexes]
    unique = {(field["name"],) for field in table.fields if _constraints(field).get("unique")}
    for columns in dict.fromkeys(wanted):
        if columns != table.primary_key[: len(columns)] and columns not in unique:
            name = quoted("_".join((table.name, *columns)))
            yield f"CREATE INDEX {name} ON {quoted(table.name)} ({listed(columns)})"


def search_statement(table: Table) -> str:
    """The full-text table over the columns in `search`, which Datasette finds by `content="table"`, double quotes.

    A dot stays in a word, as in `persian.fold`, which leaves it in decimals only: 3.5 is neither 3 nor 5.
    """
    options = f'content={quoted(table.name)}, content_rowid="rowid", tokenize="{TOKENIZER}"'
    return f"CREATE VIRTUAL TABLE {quoted(search_name(table))} USING fts5({listed(table.search)}, {options})"


def search_name(table: Table) -> str:
    """Name of a table's full-text table."""
    return f"{table.name}_fts"


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def listed(names: Iterable[str]) -> str:
    """SQL identifiers with commas."""
    return ", ".join(quoted(name) for name in names)


def _column(table: Table, field: dict[str, Any]) -> str:
    name, constraints = quoted(field["name"]), _constraints(field)
    if field["type"] not in COLUMN_TYPES:
        kinds = ", ".join(COLUMN_TYPES)
        raise LoadError(f"table {table.name}: {field['name']} is of type {field['type']!r}; use one of {kinds}")
    parts = [name, COLUMN_TYPES[field["type"]]]
    if constraints.get("required") or field["name"] in table.primary_key:
        parts.append("NOT NULL")
    if constraints.get("unique") and table.primary_key != (field["name"],):
        parts.append("UNIQUE")
    if field["type"] == "boolean":
        parts.append(f"CHECK ({name} IN (0, 1))")
    elif constraints.get("enum"):
        parts.append(f"CHECK ({name} IN ({', '.join(_literal(value) for value in constraints['enum'])}))")
    return " ".join(parts)


def _constraints(field: dict[str, Any]) -> dict[str, Any]:
    return field.get("constraints") or {}


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())
