"""Counts of facets, made once at load: how many rows of a table hold each value of the columns in its `facets`.

Counting a million rows takes a tenth of a second for each facet, and every reader of a table's first page asks for all
of them. Whole tables are answered from here instead (see `datasette_plugin.facets`); only a filtered table is counted.
`facet_columns` says of each column how many values it has and how many rows have none; `facet_counts` holds the
MOST_VALUES most frequent of them, in the order that Datasette shows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from shahrnama.statements import Table, quoted

MOST_VALUES = 1000  # of one column, as many as Datasette ever returns: a column with more is no facet
TABLES = ("facet_columns", "facet_counts")
CREATE = (
    """CREATE TABLE facet_columns (
  "table" TEXT NOT NULL,
  "column" TEXT NOT NULL,
  value_count INTEGER NOT NULL,
  empty_count INTEGER NOT NULL,
  PRIMARY KEY ("table", "column")
) STRICT""",
    """CREATE TABLE facet_counts (
  "table" TEXT NOT NULL,
  "column" TEXT NOT NULL,
  place INTEGER NOT NULL,
  value ANY NOT NULL,
  row_count INTEGER NOT NULL,
  PRIMARY KEY ("table", "column", place)
) STRICT, WITHOUT ROWID""",
)


def add_facet_counts(database: sqlite3.Connection, tables: Iterable[Table]) -> None:
    """Make both tables and fill them for every column that a descriptor lists in `facets`."""
    for statement in CREATE:
        database.execute(statement)
    for table in tables:
        for column in table.facets:
            _count(database, table.name, column)


def _count(database: sqlite3.Connection, table: str, column: str) -> None:
    found = database.execute(
        f"SELECT {quoted(column)}, count(*) FROM {quoted(table)} GROUP BY 1 ORDER BY 2 DESC, 1"  # noqa: S608 quoted
    )
    values = empty = 0
    for value, rows in found:
        if value is None:
            empty = rows
            continue
        values += 1
        if values <= MOST_VALUES:
            database.execute("INSERT INTO facet_counts VALUES (?, ?, ?, ?, ?)", (table, column, values, value, rows))
    database.execute("INSERT INTO facet_columns VALUES (?, ?, ?, ?)", (table, column, values, empty))
