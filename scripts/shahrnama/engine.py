"""The SQL engine: DuckDB over tables as CSV files. The only module that knows it; the SQL itself is portable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from shahrnama.catalog import Resource

COLUMN_TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}


WHOLE = {
    *("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
}
TIMES = {"DATE": "%Y-%m-%d", "TIMESTAMP": "%Y-%m-%dT%H:%M:%SZ"}


class EngineError(Exception):
    """SQL that cannot be run, in one line: the caller knows whose it is."""


class Engine:
    """Tables under their own names, and queries over them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def view(self, resource: Resource, path: str) -> None:
        """Offer the CSV at `path` as a table named and typed like the resource; empty cells are NULL."""
        types = {field.name: COLUMN_TYPES[field.type] for field in resource.fields}
        self._connection.execute(f'CREATE OR REPLACE VIEW "{resource.name}" AS SELECT * FROM {_csv(path, types)}')  # noqa: S608

    def keep(self, resource: Resource, path: str) -> None:
        """Read the CSV at `path` once, as a table named and typed like the resource, for queries that ask it often.

        Where a cell is not of its column's type, it stays a view: queries that do not ask that column still run.
        """
        types = {field.name: COLUMN_TYPES[field.type] for field in resource.fields}
        try:
            self._connection.execute(f'CREATE TABLE "{resource.name}" AS SELECT * FROM {_csv(path, types)}')  # noqa: S608
        except duckdb.Error:
            self.view(resource, path)

    def columns(self, sql: str) -> list[tuple[str, str]]:
        """Name and type of each column of a query; EngineError where it cannot be run."""
        try:
            found = self._connection.execute(f"DESCRIBE {sql}").fetchall()
        except duckdb.Error as error:
            raise EngineError(" ".join(str(error).split())) from error
        return [(row[0], row[1]) for row in found]

    def write(self, sql: str, resource: Resource, path: Path) -> None:
        """Keep what a query gives as the table of the resource, and write it as `tables.write_table` would.

        The same cells in the same order without a Python object for each: sorted by the primary key, nulls first, with
        `cell_text`'s forms of numbers and times (more cells may be quoted). EngineError where it cannot be run.
        """
        fields = [(field.name, COLUMN_TYPES[field.type]) for field in resource.fields]
        cells = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in fields)
        shown = ", ".join(f'{_shown(kind, name)} AS "{name}"' for name, kind in self.columns(sql))
        sorted_by = resource.primary_key or tuple(field.name for field in resource.fields)
        keys = ", ".join(f'found."{name}" NULLS FIRST' for name in sorted_by)
        target = str(path).replace("'", "''")
        try:
            self._connection.execute(f"CREATE TEMP TABLE written AS {sql}")
            self._connection.execute(
                f"COPY (SELECT {shown} FROM written AS found ORDER BY {keys}) TO '{target}' "  # noqa: S608
                "(FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULL '')"
            )
            self._connection.execute(f'CREATE TABLE "{resource.name}" AS SELECT {cells} FROM written')  # noqa: S608
            self._connection.execute("DROP TABLE written")
        except duckdb.Error as error:
            raise EngineError(" ".join(str(error).split())) from error

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Names of the columns and all rows of a query; EngineError where it cannot be run."""
        try:
            found = self._connection.execute(sql)
            names = [column[0] for column in found.description or ()]
            return names, found.fetchall()
        except duckdb.Error as error:
            raise EngineError(" ".join(str(error).split())) from error


def can_write(kind: str) -> bool:
    """Whether `Engine.write` has a form for columns of this type of the engine's."""
    return kind in {*WHOLE, *TIMES, "DOUBLE", "FLOAT", "VARCHAR"} or kind.startswith("DECIMAL")


def _shown(kind: str, name: str) -> str:
    """A cell's lexical form, as `tables.cell_text` gives it; EngineError for a type that has none here."""
    cell = f'found."{name}"'
    if kind in WHOLE:
        return f"CAST({cell} AS VARCHAR)"
    if kind in {"DOUBLE", "FLOAT"} or kind.startswith("DECIMAL"):
        number = f"CAST({cell} AS DOUBLE)"
        whole = f"{number} = trunc({number}) AND abs({number}) < {2**53}"
        return f"CASE WHEN {whole} THEN CAST(CAST({number} AS BIGINT) AS VARCHAR) ELSE CAST({number} AS VARCHAR) END"
    if kind == "VARCHAR":
        return f"nullif({cell}, '')"
    if kind in TIMES:
        return f"strftime({cell}, '{TIMES[kind]}')"
    raise EngineError(f"column {name} is of type {kind}, which has no form of its own in a CSV")


def _csv(path: str, types: dict[str, str]) -> str:
    """The table function that reads a CSV of ours: names and types are the descriptor's, nothing is guessed."""
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
    quoted = path.replace("'", "''")
    return (
        f"read_csv('{quoted}', header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        f"nullstr = '', max_line_size = 16777216, columns = {{{columns}}})"
    )


@cache
def _asked() -> duckdb.DuckDBPyConnection:
    """One database, always empty, whose cursors answer `text_query`: to start one takes as long as twenty answers."""
    # files are read anew by every query: a stage writes the same path again within the tick of a file's time
    return duckdb.connect(config={"threads": 1, "enable_external_file_cache": False})


def text_query(path: Path, names: Sequence[str], sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query over `source`, the CSV at `path` with every cell as text; EngineError where it cannot be run."""
    with _asked().cursor() as connection:
        try:
            source = _csv(str(path), dict.fromkeys(names, "VARCHAR"))
            connection.execute(f"CREATE TEMP VIEW source AS SELECT * FROM {source}")  # noqa: S608 names of the descriptor
        except duckdb.Error as error:
            raise EngineError(" ".join(str(error).split())) from error
        return Engine(connection).rows(sql)[1]


@contextmanager
def engine(tables: Iterable[tuple[Resource, str]]) -> Iterator[Engine]:
    """An engine that knows the tables; one thread, so that sums of floats come in one order and give the same bytes."""
    with duckdb.connect(config={"threads": 1}) as connection:
        found = Engine(connection)
        for resource, path in tables:
            found.view(resource, path)
        yield found
