"""Guard: what a connection that answers strangers may do, whatever SQL they send.

After SQLite's own advice for hostile SQL (sqlite.org/security.html): limits, an authorizer, a heap limit, no trust in
the schema; and a budget of bytes for each answer, which SQLite does not have.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

OLDEST_SQLITE = (3, 37, 0)  # the first with STRICT tables
HEAP_BYTES = 40 * 2**20  # of all of SQLite in a process; what a query holds, sorts and joins lives in it
ANSWER_BYTES = 2 * 2**20  # the largest answer; whole tables are files
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 100_000,  # of a text or row: forty times the longest that was ever published
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 20_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 25_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 20,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 1_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 5,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
# `printf('%.*c', 5e8, 'x')` counts to 5e8 whatever the limit of length; the blobs are memory for nothing; the rest
# tells of the machine (`fts3_tokenizer` even an address of its memory) or loads code.
DENIED_FUNCTIONS = {"printf", "format", "zeroblob", "randomblob", "load_extension", "rtreecheck", "edit"}
DENIED_PREFIXES = ("sqlite_", "fts3_", "fts5", "readfile", "writefile")
STATEMENTS = "sqlite_stmt"  # the SQL of every reader of this process
DENIED_TABLES = {STATEMENTS, "dbstat", "sqlite_dbpage", "sqlite_dbdata", "sqlite_dbptr", "bytecode", "tables_used"}
SHAPE = {"table_info", "table_xinfo", "table_list", "foreign_key_list", "index_list", "index_info", "index_xinfo"}
PRAGMAS = SHAPE | {"schema_version", "page_count", "page_size", "data_version", "encoding"}
OURS_ONLY = {"database_list"}  # Datasette asks; to a reader it would tell the path of the file
ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE}

Shaped = TypeVar("Shaped")


class AnswerTooLarge(sqlite3.OperationalError):
    """An answer went over its budget of bytes."""


def unfit(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str | None:
    """Why this SQLite cannot serve strangers, in one line; None where it can."""
    told = ".".join(map(str, version))
    if version < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        return f"SQLite {needed} or newer is needed, this Python has {told}; use a Python of a newer distribution"
    if not hasattr(sqlite3.Connection, "setlimit"):
        return "this Python's sqlite3 cannot limit queries (no Connection.setlimit); Python 3.11 or newer can"
    with closing(sqlite3.connect(":memory:")) as probe:
        options = {row[0] for row in probe.execute("PRAGMA compile_options")}
    if "ENABLE_FTS5" not in options:
        return f"this SQLite {told} has no full-text search (FTS5); use the one of your distribution"
    if "THREADSAFE=0" in options:
        return f"this SQLite {told} was built for one thread; use the one of your distribution"
    return None


def protect(connection: sqlite3.Connection, *, ours: bool) -> None:
    """Bind a connection to the limits above; `ours` is one that runs only SQL that this project wrote."""
    for limit, most in LIMITS.items():
        connection.setlimit(limit, most)
    connection.set_authorizer(None)
    for setting in ("query_only = 1", "trusted_schema = 0", "temp_store = MEMORY", "mmap_size = 0"):
        connection.execute(f"PRAGMA {setting}")
    connection.set_authorizer(_ours if ours else _stranger)


def limit_memory() -> None:
    """Keep all of SQLite in this process within HEAP_BYTES, from now on and for good: it cannot be raised again."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"PRAGMA hard_heap_limit = {HEAP_BYTES}")


def counted(shape: Callable[[sqlite3.Cursor, Any], Shaped], most: int) -> Callable[[sqlite3.Cursor, Any], Shaped]:
    """A row factory like `shape` that raises AnswerTooLarge once a cursor has given more than `most` bytes."""
    given: WeakKeyDictionary[sqlite3.Cursor, int] = WeakKeyDictionary()

    def count(cursor: sqlite3.Cursor, row: Any) -> Shaped:
        total = given.get(cursor, 0) + sum(len(cell) if isinstance(cell, str | bytes) else 8 for cell in row)
        if total > most:
            raise AnswerTooLarge(f"answer larger than {most} bytes")
        given[cursor] = total
        return shape(cursor, row)

    return count


def _ours(action: int, first: str | None, second: str | None, _database: str | None, _inner: str | None) -> int:
    if action == sqlite3.SQLITE_PRAGMA and first in OURS_ONLY:
        return sqlite3.SQLITE_OK
    return _stranger(action, first, second, _database, _inner)


def _stranger(action: int, first: str | None, second: str | None, _database: str | None, _inner: str | None) -> int:
    if action in ALLOWED:
        allowed = True
    elif action == sqlite3.SQLITE_READ:
        allowed = _may_read((first or "").lower())
    elif action == sqlite3.SQLITE_FUNCTION:
        allowed = _may_call((second or "").lower())
    elif action == sqlite3.SQLITE_PRAGMA:
        allowed = (first or "").lower() in PRAGMAS
    else:  # FTS5 declares its table by an update of the schema in memory; the file is read only all the same
        allowed = action == sqlite3.SQLITE_UPDATE and first == "sqlite_master"
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _may_read(table: str) -> bool:
    if table.startswith("pragma_"):
        return table.removeprefix("pragma_") in SHAPE
    return table not in DENIED_TABLES


def _may_call(function: str) -> bool:
    return function not in DENIED_FUNCTIONS and not function.startswith(DENIED_PREFIXES)
