"""Prove the rows of a table, a chunk at a time, on all processors; what is not proved is marked for replay."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from shahrnama.proof.ahead import Digests, DigestsOf
from shahrnama.proof.cut import CHUNK_BYTES, PROCESSORS, Mask, Positions, chunks
from shahrnama.proof.keys import NOTHING, among, repeated
from shahrnama.proof.look import Look, Plan, Sizes, look
from shahrnama.proof.records import tokenised
from shahrnama.proof.table import Table

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Piece:
    """A chunk that was looked at: where it is, how long its records are, and a bit for each to replay (or none)."""

    offset: int
    first_row: int
    sizes: Sizes
    bits: bytes


@dataclass(frozen=True)
class Proof:
    """A table that was looked at whole: what of it to replay, and what Frictionless' report says of its file."""

    pieces: tuple[Piece, ...]
    rows: int
    replayed: int
    digests: Digests


def prove(plan: Plan, digests_of: DigestsOf, size: int = CHUNK_BYTES, *, first_too: bool = False) -> Proof:
    """Look at every row; raises UnprovableError where Frictionless must. `first_too` has the first row replayed."""
    table = plan.table
    looks = list(_ordered(partial(look, plan), chunks(table.path, table.separator.encode(), size)))
    firsts = np.cumsum([1, *(len(found.doubted) for found in looks)]).tolist()
    for found, first in zip(looks, firsts, strict=False):
        _forget_header(found, table.first_row - first)
        if first_too and first <= table.first_row < first + len(found.doubted):
            found.doubted[table.first_row - first] = True
    _doubt_repeated(looks)
    pieces = tuple(
        Piece(found.offset, first, found.sizes, _bits(found.doubted))
        for found, first in zip(looks, firsts, strict=False)
    )
    replayed = sum(int(found.doubted.sum()) for found in looks)
    return Proof(pieces, max(0, firsts[-1] - table.first_row), replayed, digests_of(table.path))


def replay(table: Table, proof: Proof) -> Iterator[tuple[int, list[str], int]]:
    """The rows that are not proved as Frictionless' tokeniser gives them: number, cells, end in the file."""
    pieces = [piece for piece in proof.pieces if piece.bits]
    for piece, bounds, rows in _ordered(partial(_marked, table), pieces):
        for index, row in rows:
            yield piece.first_row + index, row, piece.offset + int(bounds[index + 1])


def _marked(table: Table, piece: Piece) -> tuple[Piece, Positions, Iterator[tuple[int, list[str]]]]:
    """The rows of a piece that are to be replayed; they are tokenised as they are asked for."""
    bounds = np.concatenate([[0], np.cumsum(piece.sizes, dtype=np.int64)])
    wanted = np.flatnonzero(np.unpackbits(np.frombuffer(piece.bits, np.uint8), count=len(piece.sizes)))
    places = zip(bounds[wanted].tolist(), piece.sizes[wanted].tolist(), strict=True)
    with table.path.open("rb", buffering=0) as file:
        records = [os.pread(file.fileno(), size, piece.offset + place) for place, size in places]
    return piece, bounds, zip(wanted.tolist(), tokenised(records, table.separator), strict=True)


def _forget_header(found: Look, rows: int) -> None:
    if rows > 0:
        found.doubted[:rows] = False
        for hashes in found.hashes:
            hashes[:rows] = NOTHING


def _doubt_repeated(looks: list[Look]) -> None:
    """Doubt every row whose key another row has too: Frictionless' message names the earlier one."""
    for keys in zip(*(found.hashes for found in looks), strict=True):
        twice = repeated(keys)
        for found, hashes in zip(looks, keys, strict=True) if len(twice) else ():
            found.doubted[:] |= among(hashes, twice)


def _bits(mask: Mask) -> bytes:
    return np.packbits(mask).tobytes() if mask.any() else b""


def _ordered(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """The results in order, with a few at work at a time, so that memory does not grow with the file."""
    with ThreadPoolExecutor(PROCESSORS) as pool:
        waiting: deque[Future[R]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > PROCESSORS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
