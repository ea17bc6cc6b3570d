"""Full-text indexes, built beside the database while the rows go in, and then copied into it.

SQLite writes a file with one processor. Folding and indexing the texts of a large table takes as long as inserting and
indexing its rows, so another process does it meanwhile from the same CSV (`python -m shahrnama.load_search`), in a file
for each table. The finished index is copied as it is: FTS5 keeps it in ordinary tables (https://sqlite.org/fts5.html,
section 9, "For Developers: shadow tables" of its sources). What that process could not do is done here.

An index holds another text than its table's: folded, as queries are (`persian.fold`). That is sound as long as nobody
runs `rebuild` or asks FTS5 to compare (`integrity-check` with rank 1); `PRAGMA integrity_check` does not, measured on
SQLite 3.40 and 3.54. VACUUM may number the rows of a table without an integer key anew, in their order: they are 1 to n
already, so nothing moves.
"""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path

from shahrnama.load_rows import CHUNK_ROWS, Values, by_column, chunks, columns, opened
from shahrnama.persian import column_folding
from shahrnama.statements import Table, insert_statement, listed, quoted, search_name, search_statement

PAGE_BYTES = 4096  # SQLite's own default, pinned: another would be another file
APART_BYTES = 8_000_000  # of CSV: below, starting a process costs more than it saves
# FTS5 collects words in memory, by default 1 MB of them, and merges what it has written ever again. 64 MB make two or
# three pieces of a million texts, merged once at the end.
BULK = {"hashsize": 64 << 20, "automerge": 0, "crisismerge": 1000}
SHADOWS = ("data", "idx", "docsize")  # the fourth, config, holds BULK, which is for building only

Batch = tuple[Values, list[Values]]  # row ids, and the texts of each column


@contextmanager
def built_apart(tables: Iterable[Table], folder: Path) -> Iterator[Callable[[], object]]:
    """Starts building the indexes of large tables into `folder`, which goes at the end; yields what waits for them.

    Nobody need know whether the process came to its end: an index is in the folder whole or not at all.
    """
    large = [table for table in tables if table.search and table.csv and _bytes(table.csv) >= APART_BYTES]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    process = _start(large, folder) if large else None
    try:
        yield process.wait if process else lambda: None
    finally:
        if process:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def add_index(database: sqlite3.Connection, table: Table, folder: Path) -> None:
    """Put the full-text table of a loaded table into the database, outside of any transaction."""
    place = folder / f"{table.name}.db"
    if not place.is_file():
        _write(place, table, _loaded(database, table))
    name = search_name(table)
    database.execute("ATTACH ? AS apart", (str(place),))
    database.execute("BEGIN")
    database.execute(search_statement(table))
    for shadow in (quoted(f"{name}_{part}") for part in SHADOWS):
        database.execute(f"DELETE FROM main.{shadow}")  # noqa: S608 quoted
        database.execute(f"INSERT INTO main.{shadow} SELECT * FROM apart.{shadow}")  # noqa: S608 quoted
    database.execute("COMMIT")
    database.execute("DETACH apart")


def main(asked: Path) -> None:
    """Build the indexes that a JSON file asks for, beside it, one after the other; the first that fails ends it."""
    for item in json.loads(asked.read_text(encoding="utf-8")):
        path = Path(item["csv"])
        table = Table(item["dataset"], item["resource"], path)
        try:
            _write(asked.with_name(f"{table.name}.db"), table, _read(table, path))
        except (OSError, ValueError, OverflowError, csv.Error, sqlite3.Error):
            return  # the table that has the fault is named where its rows are loaded


def _start(tables: Iterable[Table], folder: Path) -> subprocess.Popen[bytes]:
    asked = folder / "asked.json"
    items = [{"dataset": table.dataset, "resource": table.resource, "csv": str(table.csv)} for table in tables]
    asked.write_text(json.dumps(items), encoding="utf-8")
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-P", "-m", "shahrnama.load_search", str(asked)]
    return subprocess.Popen(command, env=environ, start_new_session=True)  # a Ctrl-C is for the one that waits


def _bytes(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _write(place: Path, table: Table, batches: Iterable[Batch]) -> None:
    """A file with the index of one table, under its name only when it is whole."""
    partial = place.with_suffix(f".{os.getpid()}.partial")  # of this process alone: a killed run's may still write
    partial.unlink(missing_ok=True)
    name = quoted(search_name(table))
    with closing(sqlite3.connect(partial, isolation_level=None)) as database:
        for pragma in (f"page_size = {PAGE_BYTES}", "journal_mode = OFF", "synchronous = OFF"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        database.execute(search_statement(table))
        for option, value in BULK.items():
            database.execute(f"INSERT INTO {name} ({name}, rank) VALUES (?, ?)", (option, value))  # noqa: S608 quoted
        statement, fold = insert_statement(search_name(table), ["rowid", *table.search]), column_folding()
        for rowids, texts in batches:
            database.executemany(statement, zip(rowids, *map(fold, texts), strict=True))
        database.execute(f"INSERT INTO {name} ({name}) VALUES ('optimize')")  # noqa: S608 quoted
        database.execute("COMMIT")
    partial.replace(place)


def _read(table: Table, path: Path) -> Iterator[Batch]:
    """What `_loaded` will give, from the CSV; ValueError where it would come in another order."""
    key, first, last = table.rowid_column, 1, -math.inf
    wanted = [column for column in columns(table) if column.name in {*table.search, key}]
    places = [table.columns.index(column.name) for column in wanted]
    with opened(table, path) as rows:
        for chunk in chunks(rows):
            cells = by_column(chunk, len(table.columns))
            values = {column.name: column.typed(cells[place]) for column, place in zip(wanted, places, strict=True)}
            rowids = values[key] if key else range(first, first + len(chunk))
            if any(before >= after for before, after in pairwise([last, *rowids])):
                raise ValueError(f"{key} does not ascend")
            first, last = first + len(chunk), rowids[-1]
            yield rowids, [values[name] for name in table.search]


def _loaded(database: sqlite3.Connection, table: Table) -> Iterator[Batch]:
    found = database.execute(f"SELECT rowid, {listed(table.search)} FROM {quoted(table.name)} ORDER BY rowid")  # noqa: S608
    while rows := found.fetchmany(CHUNK_ROWS):
        rowids, *texts = zip(*rows, strict=True)
        yield rowids, list[Values](texts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
