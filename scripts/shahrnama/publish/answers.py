"""Answers: read-only questions to the built database, and which tables and columns each of them read.

SQL of pages is authored, yet it is held to reading: SQLite's own authorizer refuses whatever is no SELECT, and tells
where each result came from, so that a page knows the titles of its columns and whether its data is fictional.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from shahrnama import persian
from shahrnama.errors import PublishError

ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
REGISTERS = "registers"  # the schema of the registers of harvests in a query: registers.sources
MOST_ROWS = 2000  # of one answer: a page is read by people
MISSING = re.compile(r"no such table: (\S+)")

Record = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """Rows of a query, its columns in order, and the columns that it read of each table, by table."""

    columns: tuple[str, ...] = ()
    rows: tuple[Record, ...] = ()
    read: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Answers:
    """The database of a build, with the registers beside it where there are any."""

    def __init__(self, database: Path, registers: Path) -> None:
        self._database, self._registers = database, registers
        self._read: dict[str, dict[str, frozenset[str]]] = {}
        self._reading: dict[str, set[str]] = {}

    def ask(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Answer:
        """The answer to one SELECT; nothing where a table that it names is not published.

        Raises PublishError for SQL that cannot be run, that would do more than read, or that gives too many rows.
        """
        self._reading = {}
        try:
            cursor = self._connection.execute(sql, dict(parameters or {}))
            rows = cursor.fetchmany(MOST_ROWS + 1)
        except sqlite3.Error as error:
            if MISSING.match(str(error)):
                return Answer()
            raise PublishError(f"{' '.join(sql.split())[:120]}: {error}; mend the SQL of the page") from error
        if len(rows) > MOST_ROWS:
            raise PublishError(f"{' '.join(sql.split())[:120]}: gives over {MOST_ROWS} rows; no page is that long")
        if sql not in self._read:  # SQLite asks the authorizer once, when it prepares the statement
            self._read[sql] = {table: frozenset(columns) for table, columns in self._reading.items()}
        names = tuple(column[0] for column in cursor.description)
        return Answer(names, tuple(dict(zip(names, row, strict=True)) for row in rows), self._read[sql])

    @cached_property
    def _connection(self) -> sqlite3.Connection:
        connection = sqlite3.connect(f"{self._database.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        if self._registers.is_file():
            place = f"{self._registers.resolve().as_uri()}?mode=ro&immutable=1"
            connection.execute(f"ATTACH DATABASE ? AS {REGISTERS}", (place,))
        connection.create_function("jalali", 1, _jalali, deterministic=True)
        connection.set_authorizer(self._authorize)
        return connection

    def _authorize(self, action: int, first: str | None, second: str | None, schema: str | None, _: str | None) -> int:
        if action == sqlite3.SQLITE_READ and first:
            table = f"{REGISTERS}.{first}" if schema == REGISTERS else first
            self._reading.setdefault(table, set()).add(second or "")
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_OK if action in ALLOWED else sqlite3.SQLITE_DENY


def _jalali(value: str | None) -> str | None:
    return persian.jalali(value) if value else None
