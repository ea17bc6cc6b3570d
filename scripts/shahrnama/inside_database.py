"""Inside a database: everything that an SQLite file holds, as texts with their places, and known identifiers in it.

More than its tables show: a full-text index keeps what a row no longer holds (after UPDATE and VACUUM, its MATCH still
finds the former text), and pages keep what was deleted (see `dead_bytes`).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

from shahrnama.dead_bytes import MAGIC, dead_bytes
from shahrnama.identifiers import Known, places
from shahrnama.pieces import END, Piece, cells, runs
from shahrnama.statements import quoted

DIGIT_TERMS = "(term >= '0' AND term < ':') OR (term >= '٠' AND term < '٪') OR (term >= '۰' AND term < 'ۺ')"


def is_database(path: Path) -> bool:
    """Whether the file says that it is SQLite's."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


HEADER = re.compile(r"\A[A-Za-z]{1,9}(?=\d)")  # a record's header may look like letters before its first text


def database_pieces(path: Path) -> Iterator[Piece]:
    """Schema, text cells of every table, numbers in full-text indexes, and the bytes that no query shows."""
    with closing(_opened(path)) as database:
        yield from (("schema", sql) for (sql,) in database.execute("SELECT sql FROM sqlite_schema WHERE sql NOT NULL"))
        for table in _tables(database):
            rows = database.execute(f"SELECT * FROM {quoted(table)}")  # noqa: S608 quoted
            columns = [column[0] for column in rows.description]
            yield from ((f"table {table} {place}", text) for place, text in cells(columns, rows, columns, first=1))
        for index in _indexes(database):
            yield from _index(database, index)
    for place, body in dead_bytes(path):
        yield from ((place, HEADER.sub("", run, count=1)) for run in runs(body))


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    database.text_factory = lambda body: body.decode("utf-8", "replace")
    return database


def _tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    )
    return [name for (name,) in found]


def _indexes(database: sqlite3.Connection) -> list[str]:
    found = database.execute("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%USING fts5%' ORDER BY name")
    return [name for (name,) in found]


def _index(database: sqlite3.Connection, index: str) -> Iterator[Piece]:
    """Numbers in a full-text index as they stood in the text, from the places of their tokens (fts5, 'instance')."""
    database.execute(f"CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, {quoted(index)}, instance)")
    try:
        terms = database.execute(
            f"SELECT doc, col, offset, term FROM temp.terms WHERE {DIGIT_TERMS} ORDER BY doc, col, offset"  # noqa: S608
        )
        for (document, column), found in groupby(terms, key=lambda row: (row[0], row[1])):
            yield f"full-text index {index} row {document} column {column}", _joined(found)
    finally:
        database.execute("DROP TABLE temp.terms")


def _joined(found: Iterable[Any]) -> str:
    text, before = "", -1
    for _, _, offset, term in found:
        text += f"{' ' if offset == before + 1 else END}{term}"
        before = offset
    return text


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [column[0] for column in database.execute(f"SELECT * FROM {quoted(table)} LIMIT 0").description]  # noqa: S608


def _is_number(value: int, wanted: Known) -> bool:
    """An integer column keeps no leading zeros: a national ID may have lost two."""
    return any(str(value).zfill(length) in wanted.numbers for length in wanted.lengths)


def known_in_database(path: Path, wanted: Known) -> Iterator[str]:
    """What bytes do not show: numbers stored as integers, and the full-text indexes, whose terms share prefixes."""
    with closing(_opened(path)) as database:
        for table in _tables(database):
            for column in _columns(database, table):
                named = quoted(column)
                large = f"SELECT {named} FROM {quoted(table)} WHERE typeof({named}) = 'integer' AND {named} > 999999"  # noqa: S608
                if any(_is_number(value, wanted) for (value,) in database.execute(large)):
                    yield f"table {table} column {column}"
        for index in _indexes(database):
            for place, text in _index(database, index):
                if any(True for _ in places(text, wanted)):
                    yield place
            for email in sorted(wanted.emails):
                phrases = {" ".join(re.findall(words, email)) for words in (r"\w+", r"[\w.]+")}  # folded, and as it was
                query = f"SELECT 1 FROM {quoted(index)} WHERE {quoted(index)} MATCH ? LIMIT 1"  # noqa: S608 quoted
                if any(database.execute(query, (f'"{phrase}"',)).fetchone() for phrase in sorted(phrases)):
                    yield f"full-text index {index}"
