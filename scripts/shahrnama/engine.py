"""The SQL engine: DuckDB over tables as CSV files. The only module that knows it; the SQL itself is portable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
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

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Names of the columns and all rows of a query; EngineError where it cannot be run."""
        try:
            found = self._connection.execute(sql)
            names = [column[0] for column in found.description or ()]
            return names, found.fetchall()
        except duckdb.Error as error:
            raise EngineError(" ".join(str(error).split())) from error


def _csv(path: str, types: dict[str, str]) -> str:
    """The table function that reads a CSV of ours: names and types are the descriptor's, nothing is guessed."""
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
    quoted = path.replace("'", "''")
    return (
        f"read_csv('{quoted}', header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        f"nullstr = '', max_line_size = 16777216, columns = {{{columns}}})"
    )


def text_query(path: Path, names: Sequence[str], sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query over `source`, the CSV at `path` with every cell as text; EngineError where it cannot be run."""
    with duckdb.connect(config={"threads": 1}) as connection:
        try:
            source = _csv(str(path), dict.fromkeys(names, "VARCHAR"))
            connection.execute(f"CREATE VIEW source AS SELECT * FROM {source}")  # noqa: S608 names of the descriptor
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
