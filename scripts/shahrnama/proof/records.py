"""The records of a chunk: where each starts, and the cells of those that are regular as a frame of texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shahrnama.proof.cut import LINE_FEED, QUOTE, RETURN, Chunk, Mask, Positions
from shahrnama.proof.errors import UnprovableError


@dataclass(frozen=True)
class Records:
    """Records of a chunk in their order: `frame` holds the cells (columns "0", "1", ...) of the `regular` ones.

    Record i is `data[bounds[i]:bounds[i + 1]]`. The others (odd quotes, too few or too many cells, blank lines) are
    for Python's reader: see `cells`.
    """

    data: bytes
    bounds: Positions
    regular: Positions
    frame: pl.DataFrame

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def irregular(self) -> Positions:
        """Which records are not in the frame."""
        mask = np.ones(len(self), np.bool_)
        mask[self.regular] = False
        return np.flatnonzero(mask)


def cells(data: bytes, bounds: Positions, wanted: Positions, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The wanted records (ascending), tokenised by Python as Frictionless does; raises UnprovableError if not UTF-8."""
    pieces = [data[bounds[i] : bounds[i + 1]] for i in wanted.tolist()]
    try:
        text = b"".join(pieces).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnprovableError(f"is not UTF-8: {error}") from error
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return zip(wanted.tolist(), rows, strict=True)


def split(chunk: Chunk, width: int, separator: str) -> Records:
    """The records of a chunk, those with exactly `width` cells as a frame; raises UnprovableError if not UTF-8."""
    array = np.frombuffer(chunk.data, np.uint8)
    quotes = np.flatnonzero(array == QUOTE)
    bounds, odd = _bounds(chunk, array, quotes)
    wrong = odd | (_separators(chunk, array, quotes, bounds, separator) != width - 1)
    if width == 1:
        wrong |= np.isin(array[bounds[:-1]], (LINE_FEED, RETURN))
    regular = np.flatnonzero(~wrong)
    frame = _frame(_kept(chunk.data, bounds, wrong), len(regular), width, separator)
    if frame is None:  # polars saw other cells: rather slow than wrong
        return Records(chunk.data, bounds, regular[:0], _empty(width))
    return Records(chunk.data, bounds, regular, frame)


def bounds_of(chunk: Chunk) -> Positions:
    """Where the records of a chunk start, and where the last one ends."""
    array = np.frombuffer(chunk.data, np.uint8)
    return _bounds(chunk, array, np.flatnonzero(array == QUOTE))[0]


def _bases(chunk: Chunk, quotes: Positions) -> tuple[Positions, Positions]:
    """Where each span starts, and how many quotes are before it: parity is counted within a span."""
    starts = np.array([span.start for span in chunk.spans], np.int64)
    return starts, np.searchsorted(quotes, starts)


def _bounds(chunk: Chunk, array: NDArray[np.uint8], quotes: Positions) -> tuple[Positions, Mask]:
    feeds = np.flatnonzero(array == LINE_FEED)
    starts, bases = _bases(chunk, quotes)
    odd = np.array([span.odd for span in chunk.spans], np.bool_)
    stops = np.array([span.stop for span in chunk.spans], np.int64)
    if len(quotes) or odd.any():
        span = np.searchsorted(starts, feeds, side="right") - 1
        inside = (np.searchsorted(quotes, feeds) - bases[span]) % 2 == 1
        feeds = feeds[~inside & ~odd[span]]
    bounds = np.unique(np.concatenate([[0], feeds + 1, stops]))
    return bounds, np.isin(bounds[:-1], starts[odd])


def _separators(
    chunk: Chunk,
    array: NDArray[np.uint8],
    quotes: Positions,
    bounds: Positions,
    separator: str,
) -> Positions:
    """How many separators are outside of quoted cells, per record; without meaning for odd ones."""
    found = np.flatnonzero(array == ord(separator))
    count = np.diff(np.searchsorted(found, bounds))
    if len(quotes) > 1:
        starts, bases = _bases(chunk, quotes)
        span = np.searchsorted(starts, quotes[:-1], side="right") - 1
        opening = np.flatnonzero((np.arange(len(quotes) - 1) - bases[span]) % 2 == 0)
        low, high = np.searchsorted(found, quotes[opening]), np.searchsorted(found, quotes[opening + 1])
        record = np.searchsorted(bounds, quotes[opening], side="right") - 1
        count = count - np.bincount(record, high - low, len(count)).astype(np.int64)
    return count


def _kept(data: bytes, bounds: Positions, wrong: Mask) -> bytes:
    """The records that are not wrong, without the carriage returns of their line ends."""
    if wrong.any():
        edges = np.flatnonzero(np.diff(np.concatenate([[True], wrong, [True]]).astype(np.int8)))
        starts, stops = bounds[edges[::2]].tolist(), bounds[edges[1::2]].tolist()
        data = b"".join(data[start:stop] for start, stop in zip(starts, stops, strict=True))
    if b"\r" not in data:
        return data
    array = np.frombuffer(data, np.uint8)
    returns = np.flatnonzero(array == RETURN)
    outside = returns[np.searchsorted(np.flatnonzero(array == QUOTE), returns) % 2 == 0]
    return np.delete(array, outside).tobytes()


def _frame(data: bytes, height: int, width: int, separator: str) -> pl.DataFrame | None:
    """Regular records as texts; None if the frame does not hold every byte of them."""
    if not height:
        return _empty(width)
    try:
        frame = pl.read_csv(
            data,
            has_header=False,
            schema={str(i): pl.String for i in range(width)},
            separator=separator,
            empty_string_is_null=False,
            extra_columns="raise",
            missing_columns="raise",
            glob=False,
        )
    except pl.exceptions.PolarsError:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise UnprovableError(f"is not UTF-8: {error}") from error
        return None
    if frame.shape != (height, width):
        return None
    lengths = frame.select(pl.all().str.len_bytes().cast(pl.Int64).sum()).row(0)
    return frame if None not in lengths and sum(lengths) == _cell_bytes(data, height, width) else None


def _cell_bytes(data: bytes, height: int, width: int) -> int:
    """How many bytes the cells have together: all, without separators, line feeds, and quotes that only quote."""
    quotes = np.flatnonzero(np.frombuffer(data, np.uint8) == QUOTE)
    doubled = np.count_nonzero(np.diff(quotes)[1::2] == 1)  # a closing quote and the opening one right after it
    ends = height if data.endswith(b"\n") else height - 1
    return len(data) - len(quotes) + int(doubled) - ends - (width - 1) * height


def _empty(width: int) -> pl.DataFrame:
    return pl.DataFrame(schema={str(i): pl.String for i in range(width)})
