"""The few places that need Frictionless' private parts (5.21): open without its lookup, and stream other rows.

Its errors each turn the same few names of properties into snake case: that is remembered in the meantime.

`make test` compares every report with Frictionless' own, so a version that has other parts fails there, loudly.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import frictionless
from frictionless.resources import TableResource
from frictionless.vendors import stringcase

from shahrnama.proof.errors import UnprovableError
from shahrnama.proof.examine import Source
from shahrnama.proof.prove import Proof, replay
from shahrnama.proof.table import Table

READ_BYTES = 8192  # what Python's text layer asks of a file at a time: Frictionless counts the bytes it has been given


def open_without_lookup(resource: Any) -> None:
    """Open a resource, but do not have Frictionless read the tables that it refers to."""
    schema = resource.schema
    keys = schema.foreign_keys
    if keys and not schema.fields:
        raise UnprovableError("it has foreign keys and no fields")
    if keys:  # an assignment alone would make Frictionless take an empty schema for a declared one
        schema.foreign_keys = []
    try:
        resource.open()
    finally:
        if keys:
            schema.foreign_keys = keys


@contextmanager
def remembered_names() -> Iterator[None]:
    """Frictionless' `snakecase`, a function of its argument alone, works out each name once within the context."""
    plain = stringcase.snakecase
    stringcase.snakecase = cache(plain)
    try:
        yield
    finally:
        stringcase.snakecase = plain


class _Rows:
    """Stands for the dialect while Frictionless makes its row stream: the content is these rows, with their numbers."""

    def __init__(self, table: Table, proof: Proof) -> None:
        self.table, self.proof, self.end = table, proof, 0

    def read_enumerated_content_stream(self, _cells: Any) -> Iterator[tuple[int, list[str]]]:
        for number, cells, end in replay(self.table, self.proof):
            self.end = end
            yield number, cells


def replaying(resource: TableResource, table: Table, proof: Proof, lookup: Any) -> Source:
    """An open resource whose row stream has only the rows that are not proved, and counts as if it had them all."""
    rows, private, stats, dialect = _Rows(table, proof), "_TableResource__{}".format, resource.stats, resource.dialect
    stream = getattr(resource, private("parser")).loader.byte_stream
    setattr(resource, private("lookup"), lookup)
    resource._dialect = rows  # type: ignore[assignment]
    try:
        getattr(resource, private("open_row_stream"))()
    finally:
        resource._dialect = dialect

    def at_row(row: frictionless.Row) -> None:
        """Frictionless has by now been given whole blocks of the file, up to the one in which the row ends."""
        stats.rows = row.row_number - table.first_row + 1
        if rows.end == proof.digests.bytes and not _ends_line(table.path):
            at_end()  # it has looked for more, and counted all
        elif (read := stats.bytes or 0) < rows.end:
            read += len(stream.read1(READ_BYTES))  # perhaps less: what is left of what was read ahead
            blocks = -(-max(0, rows.end - read) // READ_BYTES)
            stats.bytes = min(read + blocks * READ_BYTES, proof.digests.bytes)

    def at_end() -> None:
        stats.rows, found = proof.rows, proof.digests
        stats.bytes, stats.md5, stats.sha256 = found.bytes, found.md5, found.sha256

    return Source(resource, at_row, at_end)


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read() in (b"\n", b"\r")
