"""The records of a chunk: where each starts, and the cells of those that are regular as a frame of texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from shahrnama.proof.cut import LINE_FEED, QUOTE, RETURN, Chunk, Mask, Positions, Span
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
    return zip(wanted.tolist(), tokenised(pieces, separator), strict=True)


def tokenised(pieces: list[bytes], separator: str) -> Iterator[list[str]]:
    """The cells of records, each a piece of its own, in the order of the file; raises UnprovableError if not UTF-8."""
    # a lone return that ends a record must not meet a line feed that is a record of its own
    whole = [piece + b"\n" if piece.endswith(b"\r") else piece for piece in pieces[:-1]]
    try:
        text = b"".join(whole + pieces[-1:]).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnprovableError(f"is not UTF-8: {error}") from error
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def split(chunk: Chunk, width: int, separator: str) -> Records:
    """The records of a chunk, those with exactly `width` cells as a frame; raises UnprovableError if not UTF-8."""
    bounds, odd = _bounds(chunk)
    kept, edges = chunk, bounds
    if odd.any() or b"\r" in chunk.data:
        kept = _kept(chunk, bounds, odd)
        edges, _ = _bounds(kept)
    frame = _frame(kept.data, len(edges) - 1, width, separator)
    if frame is None:  # polars saw other records: rather slow than wrong
        return Records(chunk.data, bounds, np.empty(0, np.int64), _empty(width))
    whole = _whole(frame, kept, edges, width)
    return Records(chunk.data, bounds, np.flatnonzero(~odd)[whole], frame if whole.all() else frame.filter(whole))


def _bounds(chunk: Chunk) -> tuple[Positions, Mask]:
    """The bounds, and which records are odd."""
    feeds = np.flatnonzero(np.frombuffer(chunk.data, np.uint8) == LINE_FEED)
    starts = np.array([span.start for span in chunk.spans], np.int64)
    bases = np.searchsorted(chunk.quotes, starts)  # quotes before each span: parity is counted within it
    odd = np.array([span.odd for span in chunk.spans], np.bool_)
    if len(starts) == 1 and not odd[0]:
        if len(chunk.quotes):
            feeds = feeds[np.searchsorted(chunk.quotes, feeds) % 2 == 0]
        ends = [] if chunk.data.endswith(b"\n") else [len(chunk.data)]
        bounds = np.concatenate([[0], feeds + 1, ends]).astype(np.int64)
        return bounds, np.zeros(len(bounds) - 1, np.bool_)
    span = np.searchsorted(starts, feeds, side="right") - 1
    inside = (np.searchsorted(chunk.quotes, feeds) - bases[span]) % 2 == 1
    stops = np.array([span.stop for span in chunk.spans], np.int64)
    bounds = np.unique(np.concatenate([[0], feeds[~inside & ~odd[span]] + 1, stops]))
    return bounds, np.isin(bounds[:-1], starts[odd])


def _kept(chunk: Chunk, bounds: Positions, wrong: Mask) -> Chunk:
    """The records that are not wrong, without the carriage returns of their line ends."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], wrong, [True]]).astype(np.int8)))
    starts, stops = bounds[edges[::2]].tolist(), bounds[edges[1::2]].tolist()
    data = b"".join(chunk.data[start:stop] for start, stop in zip(starts, stops, strict=True))
    array = np.frombuffer(data, np.uint8)
    returns, quotes = np.flatnonzero(array == RETURN), np.flatnonzero(array == QUOTE)
    if len(returns):
        array = np.delete(array, returns[np.searchsorted(quotes, returns) % 2 == 0])
        quotes = np.flatnonzero(array == QUOTE)
    return Chunk(chunk.offset, array.tobytes(), (Span(0, len(array), odd=False),), quotes)


def _frame(data: bytes, height: int, width: int, separator: str) -> pl.DataFrame | None:
    """Regular records as texts, ragged ones cut or filled; None if there are not as many."""
    if not height:
        return _empty(width)
    try:
        frame = pl.read_csv(
            data,
            has_header=False,
            schema={str(i): pl.String for i in range(width)},
            separator=separator,
            empty_string_is_null=False,
            extra_columns="ignore",
            missing_columns="insert",
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
    return frame.fill_null("") if any(column.null_count() for column in frame.get_columns()) else frame


def _whole(frame: pl.DataFrame, chunk: Chunk, bounds: Positions, width: int) -> Mask:
    """Which rows of the frame hold every byte of their records, but for `width` - 1 separators, the line's end, and the
    quotes that only quote. A record with more cells, or fewer, has another number of separators.
    """
    if not len(frame):
        return np.empty(0, np.bool_)
    cells_bytes = frame.select(pl.sum_horizontal(pl.all().str.len_bytes())).to_series().to_numpy().astype(np.int64)
    content = np.diff(bounds) - 1
    content[-1] += not chunk.data.endswith(b"\n")
    quotes = chunk.quotes
    marks = np.zeros(len(content), np.int64)
    if len(quotes):
        doubled = quotes[2::2][quotes[2::2] - quotes[1:-1:2] == 1]  # an opening quote right after a closing one
        for places, sign in ((quotes, 1), (doubled, -1)):
            marks += sign * np.bincount(np.searchsorted(bounds, places, side="right") - 1, minlength=len(marks))
    whole: Mask = cells_bytes == content - marks - (width - 1)
    return whole & (content > 0) if width == 1 else whole  # of one column, an empty line is a blank row


def _empty(width: int) -> pl.DataFrame:
    return pl.DataFrame(schema={str(i): pl.String for i in range(width)})
