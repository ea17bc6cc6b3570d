"""Foreign keys across packages: which keys of one CSV file are not in another."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from shahrnama.proof.cut import CHUNK_BYTES, chunks
from shahrnama.proof.errors import ProofError, UnprovableError
from shahrnama.proof.lookup import joined
from shahrnama.proof.records import cells, split

SEPARATOR = ","


def missing_keys(
    table: Path,
    fields: Sequence[str],
    reference: Path,
    reference_fields: Sequence[str],
    *,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Row numbers (the header is row 1) and values of the keys of `table` that are not in `reference`, in their order.

    Texts are compared as they are; keys that are empty in every field are skipped, a cell that is not there is empty.
    Both files are CSV with commas, UTF-8 and a header. Memory: the distinct keys of `reference` and one chunk.
    Raises ProofError where a field is not in a header, or a file is not UTF-8.
    """
    known = _distinct(reference, reference_fields, chunk_bytes)
    for first, keys in _named(table, _keys(table, fields, chunk_bytes)):
        empty = pl.all_horizontal(pl.all().eq(""))
        unknown = keys.select(~empty & ~joined(keys.columns).is_in(known.implode())).to_series()
        places = np.flatnonzero(unknown.to_numpy()).tolist()
        for place, values in zip(places, keys.filter(unknown).iter_rows(), strict=True):
            yield first + place, values


def _distinct(path: Path, fields: Sequence[str], size: int) -> pl.Series:
    parts: list[pl.DataFrame] = []
    for _, keys in _named(path, _keys(path, fields, size)):
        parts.append(keys.select(joined(keys.columns).alias("key")).unique())
        if len(parts) > 16:  # so that repeated keys do not pile up
            parts = [pl.concat(parts).unique()]
    return pl.concat(parts).unique().to_series() if parts else pl.Series(dtype=pl.String)


def _named(path: Path, keys: Iterator[tuple[int, pl.DataFrame]]) -> Iterator[tuple[int, pl.DataFrame]]:
    """The same keys; an error says which file it is about."""
    try:
        yield from keys
    except (UnprovableError, UnicodeDecodeError) as error:
        raise ProofError(f"{path} cannot be read: {error}; write it as CSV in UTF-8") from error


def _keys(path: Path, fields: Sequence[str], size: int) -> Iterator[tuple[int, pl.DataFrame]]:
    """The keys of each chunk, one row for each record, with the number of the first; the header is left out."""
    positions, width = _positions(path, fields)
    first = 1
    for chunk in chunks(path, SEPARATOR.encode(), size):
        records = split(chunk, width, SEPARATOR)
        keys = records.frame.select(pl.col(str(position)).alias(f"key {i}") for i, position in enumerate(positions))
        irregular = records.irregular()
        if len(irregular):
            rows = [row for _, row in cells(records.data, records.bounds, irregular, SEPARATOR)]
            others = [[row[position] if position < len(row) else "" for row in rows] for position in positions]
            order = np.argsort(np.concatenate([records.regular, irregular]))
            strange = pl.DataFrame(dict(zip(keys.columns, others, strict=True)), schema=keys.schema)
            keys = pl.concat([keys, strange])[order]
        skip = 1 if first == 1 else 0
        yield first + skip, keys[skip:]
        first += len(records)


def _positions(path: Path, fields: Sequence[str]) -> tuple[list[int], int]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
    absent = [name for name in fields if name not in header]
    if absent or not fields:
        raise ProofError(f"{path}: no field {', '.join(absent)} in its header; name fields of the table")
    return [header.index(name) for name in fields], len(header)
