"""Spool: rows in order without holding them all, by sorted runs on disk that are merged (Knuth, vol. 3, 5.4)."""

from __future__ import annotations

import heapq
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

RUN_ROWS = 50_000  # rows that are held at once: about 100 MB of a wide table
BATCH_ROWS = 500  # rows that are read back at once from each run

Row = dict[str, Any]
Order = Callable[[Row], Any]


@contextmanager
def spooled(rows: Iterable[Row], order: Order, folder: Path) -> Iterator[Iterator[Row]]:
    """The rows in `order`, equal ones as they came; beyond RUN_ROWS they wait in `folder` meanwhile."""
    with ExitStack() as open_runs:
        runs: list[IO[bytes]] = []
        held: list[Row] = []
        for row in rows:
            held.append(row)
            if len(held) == RUN_ROWS:
                runs.append(open_runs.enter_context(tempfile.TemporaryFile(dir=folder)))
                _write(runs[-1], sorted(held, key=order))
                held = []
        held.sort(key=order)
        yield heapq.merge(*map(_read, runs), held, key=order) if runs else iter(held)


def _write(run: IO[bytes], rows: list[Row]) -> None:
    for at in range(0, len(rows), BATCH_ROWS):
        pickle.dump(rows[at : at + BATCH_ROWS], run, pickle.HIGHEST_PROTOCOL)
    run.seek(0)


def _read(run: IO[bytes]) -> Iterator[Row]:
    while True:
        try:
            yield from pickle.load(run)  # noqa: S301 written by this process, in a file without a name
        except EOFError:
            return
