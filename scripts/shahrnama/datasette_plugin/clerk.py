"""Clerk: a process that answers one reader's SQL at a time, and that can be ended where nothing else ends a query.

SQLite stops a query between two steps of its program only, and one step can take a minute. So readers' SQL runs apart
from the pages, with limits of its own; what cannot be interrupted is ended with its process (see `clerks.py`).

Messages on the standard streams are `marshal` behind four bytes of length. In: database, sql, parameters,
milliseconds, rows, cells. Out: whether the process retires, and either columns, rows and whether there are more, or
the kind of failure and SQLite's words.
"""

from __future__ import annotations

import marshal
import os
import resource
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any, BinaryIO
from urllib.parse import quote

from shahrnama import datasette_plugin
from shahrnama.datasette_plugin.guard import ANSWER_BYTES, AnswerTooLarge, counted, limit_memory, protect

ADDRESS_SPACE_BYTES = 512 * 2**20  # what SQLite's own limit does not count: answers, and aggregates in Python
RETIRING_BYTES = 48 * 2**20  # a process that a query has blown up to this makes room for a fresh one
NICENESS = 10  # pages go first
AGAIN_SECONDS = 0.02  # an interrupt that fell between two statements of a query is sent again
LENGTH_BYTES = 4
TOO_SLOW, TOO_LARGE, TOO_MUCH_MEMORY, WRONG = "too_slow", "too_large", "too_much_memory", "wrong"

Question = tuple[str, str, Any, float, int, int]
Answer = tuple[Any, ...]


@dataclass
class Clerk:
    """The connections of the process, by database."""

    files: dict[str, Path]
    opened: dict[str, sqlite3.Connection] = field(default_factory=dict)

    def answer(self, question: Question) -> Answer:
        """Columns, rows, whether there are more; or the kind of failure and SQLite's words."""
        name, sql, parameters, milliseconds, most_rows, most_cells = question
        try:
            connection = self._connection(name)
            with _timed(connection, milliseconds), closing(connection.execute(sql, parameters)) as cursor:
                columns = [column[0] for column in cursor.description or ()]
                most = min(most_rows, most_cells // max(len(columns), 1))
                rows = cursor.fetchmany(most + 1)
                return columns, rows[:most], len(rows) > most
        except AnswerTooLarge as error:
            return TOO_LARGE, str(error)
        except MemoryError:
            return TOO_MUCH_MEMORY, "out of memory"
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
            return _kind(str(error)), str(error)

    def _connection(self, name: str) -> sqlite3.Connection:
        if name not in self.opened:
            address = f"file:{quote(str(self.files[name]))}?immutable=1"
            connection = sqlite3.connect(address, uri=True, check_same_thread=False, cached_statements=0)
            connection.text_factory = lambda text: str(text, "utf-8", "replace")
            datasette_plugin.prepare_connection(connection, name)
            protect(connection, ours=False)
            connection.row_factory = counted(lambda _, row: row, ANSWER_BYTES)
            self.opened[name] = connection
        return self.opened[name]


@contextmanager
def _timed(connection: sqlite3.Connection, milliseconds: float) -> Iterator[None]:
    """Interrupt what the connection does once its time is over."""
    done = Event()

    def watch() -> None:
        over = not done.wait(milliseconds / 1000)
        while over:
            connection.interrupt()
            over = not done.wait(AGAIN_SECONDS)

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()  # else a late interrupt would meet the next question


def _kind(message: str) -> str:
    if message == "interrupted":
        return TOO_SLOW
    if "string or blob too big" in message:
        return TOO_LARGE
    return TOO_MUCH_MEMORY if "out of memory" in message else WRONG


def resident_bytes() -> int:
    """Memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def packed(message: Any) -> bytes:
    """A message as it goes over a stream."""
    body = marshal.dumps(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def unpacked(body: bytes) -> Any:
    """The message of a body without its length; only from a process of our own."""
    return marshal.loads(body)  # noqa: S302 not from strangers


def serve(clerk: Clerk, asked: BinaryIO, told: BinaryIO) -> None:
    """Answer until the other side closes its stream, or until the process has grown too large."""
    retires = False
    while not retires and (length := asked.read(LENGTH_BYTES)):
        answer = clerk.answer(unpacked(asked.read(int.from_bytes(length, "big"))))
        retires = resident_bytes() > RETIRING_BYTES
        told.write(packed((retires, answer)))
        told.flush()
    os._exit(0)  # at once: taking a large interpreter down in order would hold its memory for a while


def main(arguments: list[str]) -> None:
    """Serve the databases given as name and path by turns, on the standard streams."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit_memory()
    files = {name: Path(path) for name, path in zip(arguments[::2], arguments[1::2], strict=True)}
    serve(Clerk(files), sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main(sys.argv[1:])
