"""Cut a CSV file into chunks of whole records, exactly where Python's `csv` reader would.

A file whose quotes follow RFC 4180 (2.5 to 2.7) is read alike by every reader; one that does not is read by each in its
own way. So the quotes are looked at first: outside of quoted cells a quote may only open a cell (after a separator or a
line feed), inside it may only close one (before a separator or the end of a line) or stand doubled. Records that break
this, and records with a carriage return that ends no line, are *odd*: Python's reader says where they end.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shahrnama.proof.errors import UnprovableError

PROCESSORS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
SHARED_BYTES = 48 << 20  # every processor is busy with a chunk, and many shall take no more memory than a few
CHUNK_BYTES = max(2 << 20, min(12 << 20, SHARED_BYTES // PROCESSORS))  # large, so that Python's part is small
RECORD_BYTES = 64 << 20  # a longer record (an unclosed quote) is left to Frictionless
QUOTE, LINE_FEED, RETURN = b'"\n\r'
BOM = b"\xef\xbb\xbf"
LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")  # what `open(newline="")` gives as one line

Positions = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Span:
    """Bytes `start` to `stop` of a chunk: any number of regular records, or exactly one odd one."""

    start: int
    stop: int
    odd: bool


@dataclass(frozen=True)
class Chunk:
    """Whole records: bytes that start at `offset` in the file, their spans without gaps, and where their quotes are."""

    offset: int
    data: bytes
    spans: tuple[Span, ...]
    quotes: Positions


def chunks(path: Path, separator: bytes, size: int = CHUNK_BYTES) -> Iterator[Chunk]:
    """The file in chunks of about `size` bytes; raises UnprovableError where a record is too long or not UTF-8."""
    with path.open("rb") as file:
        offset = len(BOM) if file.read(len(BOM)) == BOM else 0
        wanted, last = size, False
        while not last:
            file.seek(offset)
            data = file.read(wanted)
            last = len(data) < wanted
            marks = _Marks.of(data, separator, last=last)
            spans = tuple(_spans(data, separator, marks, last=last))
            stop = spans[-1].stop if spans else 0
            if stop:
                quotes = marks.quotes[: np.searchsorted(marks.quotes, stop)]
                yield Chunk(offset, data[:stop], spans, quotes)
                offset, wanted = offset + stop, size
            elif wanted > RECORD_BYTES:
                raise UnprovableError(f"the record at byte {offset} is longer than {RECORD_BYTES} bytes")
            else:
                wanted *= 2


def _spans(data: bytes, separator: bytes, marks: _Marks, *, last: bool) -> Iterator[Span]:
    at = 0
    while at < len(data):
        wrong = marks.next_wrong(at)
        stop = marks.last_end(data, at, len(data) if wrong is None else wrong)
        if wrong is None and last and stop < len(data):
            if marks.outside(at, len(data)):
                stop = len(data)  # the last record may lack its line feed
            else:
                wrong = len(data)  # or the closing quote
        if stop > at:
            yield Span(at, stop, odd=False)
            at = stop
        if wrong is None:
            return
        ends = record_end(data, at, separator, last=last)
        if ends is None:
            return
        yield Span(at, ends, odd=True)
        at = ends


def record_end(data: bytes, start: int, separator: bytes, *, last: bool) -> int | None:
    """Where Python's reader ends the record that starts at `start`; None if it needs what follows `data`."""
    at = start

    def lines() -> Iterator[str]:
        nonlocal at
        while at < len(data):
            line = _line(data, at)
            whole = line.endswith(b"\n") or (line.endswith(b"\r") and at + len(line) < len(data))
            if not whole and not last:
                break
            at += len(line)
            yield line.decode("utf-8")
        if not last:
            at = len(data) + 1  # asked for a line that is not here yet

    try:
        next(csv.reader(lines(), delimiter=separator.decode()), None)
    except UnicodeDecodeError as error:
        raise UnprovableError(f"is not UTF-8: {error}") from error
    except csv.Error as error:
        raise UnprovableError(str(error)) from error
    return at if start < at <= len(data) else None


def _line(data: bytes, at: int) -> bytes:
    match = LINE.match(data, at)
    return match[0] if match else b""


@dataclass(frozen=True)
class _Marks:
    """Quotes of a chunk, and what is wrong where the first of them (even) or the second (odd) opens a cell."""

    quotes: Positions
    wrong: tuple[Positions, Positions]

    @classmethod
    def of(cls, data: bytes, separator: bytes, *, last: bool) -> _Marks:
        array = np.frombuffer(data, np.uint8)
        quotes = np.flatnonzero(array == QUOTE)
        lone = _lone_returns(data, array, last=last)
        if not len(quotes):
            return cls(quotes, (lone, lone[:0]))
        before = np.where(quotes > 0, array[quotes - 1], LINE_FEED)
        after = np.where(quotes + 1 < len(array), array[np.minimum(quotes + 1, len(array) - 1)], LINE_FEED)
        doubled = np.flatnonzero(np.diff(quotes) == 1)
        opens = (before == separator[0]) | (before == LINE_FEED)
        closes = (after == separator[0]) | (after == LINE_FEED) | (after == RETURN)
        opens[doubled + 1] = True
        closes[doubled] = True
        even = np.arange(len(quotes)) % 2 == 0
        side = np.searchsorted(quotes, lone) % 2 == 0
        first = np.concatenate([quotes[np.where(even, ~opens, ~closes)], lone[side]])
        second = np.concatenate([quotes[np.where(even, ~closes, ~opens)], lone[~side]])
        return cls(quotes, (np.sort(first), np.sort(second)))

    def outside(self, start: int, at: int) -> bool:
        """Whether `at` is outside of quoted cells, if `start` is."""
        low, high = np.searchsorted(self.quotes, (start, at))
        return bool((high - low) % 2 == 0)

    def next_wrong(self, at: int) -> int | None:
        """The first wrong byte from `at`, where a record starts."""
        wrong = self.wrong[int(np.searchsorted(self.quotes, at)) % 2]
        index = np.searchsorted(wrong, at)
        return int(wrong[index]) if index < len(wrong) else None

    def last_end(self, data: bytes, start: int, before: int) -> int:
        """The end of the last record that ends before `before`; `start` if none does."""
        base = int(np.searchsorted(self.quotes, start))
        while (at := data.rfind(b"\n", start, before)) >= 0:
            index = int(np.searchsorted(self.quotes, at))
            if (index - base) % 2 == 0:
                return at + 1
            before = int(self.quotes[index - 1])
        return start


def _lone_returns(data: bytes, array: NDArray[np.uint8], *, last: bool) -> Positions:
    """Carriage returns that no line feed follows; at the very end of what is read so far it is not known."""
    if b"\r" not in data:
        return np.empty(0, np.int64)
    returns = np.flatnonzero(array == RETURN)
    after = array[np.minimum(returns + 1, len(array) - 1)]
    lone: Positions = returns[(after != LINE_FEED) & (last | (returns + 1 < len(array)))]
    return lone
