"""Look at one chunk: which of its rows are surely right, and what they hold in the columns that must be unique."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import and_
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shahrnama.proof.cells import Column
from shahrnama.proof.cut import Chunk, Mask
from shahrnama.proof.keys import NOTHING, Hashes, column_hashes, combined, hashes_of, key_text
from shahrnama.proof.lookup import Reference, joined
from shahrnama.proof.records import Records, cells, split
from shahrnama.proof.table import Table

Sizes = NDArray[np.unsignedinteger[Any]]  # kept for every record of the file
MOST_REMEMBERED = 20_000  # texts of all columns that Frictionless was asked about; a few MB


@dataclass(frozen=True)
class Plan:
    """A table, its foreign keys, and more demands on it (column position, expression over the raw text)."""

    table: Table
    references: tuple[Reference, ...] = ()
    demands: tuple[tuple[int, Callable[[pl.Expr], pl.Expr]], ...] = ()
    known: dict[tuple[int, str], bool] = field(default_factory=dict, compare=False)
    lock: threading.Lock = field(default_factory=threading.Lock, compare=False)

    @cached_property
    def whole_row(self) -> pl.Expr:
        """What is asked of a row as a whole."""
        return _whole_row(self)

    @cached_property
    def proofs(self) -> dict[str, pl.Expr]:
        """All of them true where every cell, every foreign key and the row as a whole are surely right."""
        columns = self.table.columns
        cells = {f"cell {index}": column.proved for index, column in enumerate(columns)}
        keys = {f"key {index}": _referred(reference, columns) for index, reference in enumerate(self.references)}
        return {**cells, **keys, "row": self.whole_row}


@dataclass(frozen=True)
class Look:
    """A chunk that was looked at: how long its records are, which to replay, and a hash of each for every key."""

    offset: int
    sizes: Sizes
    doubted: Mask
    hashes: tuple[Hashes, ...]


def look(plan: Plan, chunk: Chunk) -> Look:
    """Look at every row of a chunk; raises UnprovableError where Frictionless must read the whole table."""
    table = plan.table
    records = split(chunk, len(table.columns), table.separator)
    frame = records.frame
    doubted = _doubted(plan, frame) if len(frame) else np.zeros(0, np.bool_)
    hashed: dict[int, Hashes] = {}
    for position in dict.fromkeys(position for key in table.keys for position in key.positions):
        hashed[position], lax = column_hashes(table.columns[position], str(position), frame)
        doubted |= lax
    mask = np.ones(len(records), np.bool_)
    mask[records.regular] = doubted
    full = _with_irregular(table, records, hashed)
    hashes = tuple(combined([full[position] for position in key.positions]) for key in table.keys)
    sizes = np.diff(records.bounds)
    return Look(chunk.offset, sizes.astype(np.min_scalar_type(sizes.max(initial=0))), mask, hashes)


def _doubted(plan: Plan, frame: pl.DataFrame) -> Mask:
    # with_columns stretches a proof of literals alone; polars plans many small expressions faster than a large one
    found = frame.with_columns(**plan.proofs).select(*plan.proofs)
    proved = _mask(found.select(pl.all_horizontal(pl.all())).to_series())
    if proved.all():
        return ~proved
    places = np.flatnonzero(~proved)
    doubtful, found = frame[places], found[places]
    doubted = ~_mask(found["row"])
    for index, column in enumerate(plan.table.columns):
        doubted |= _still_doubted(plan, index, column, doubtful, ~_mask(found[f"cell {index}"]))
    for index, reference in enumerate(plan.references):
        doubted |= _unknown(plan, reference, doubtful, ~_mask(found[f"key {index}"]))
    proved[places] = ~doubted
    return ~proved


def _whole_row(plan: Plan) -> pl.Expr:
    """What is asked of a row as a whole: not blank, a primary key that is not all missing, and the demands."""
    columns, primary = plan.table.columns, plan.table.primary
    filled = [columns, [columns[position] for position in primary]]
    # a proved cell of a required column is one that is not missing
    asked = [some for some in filled if some and not any(column.required for column in some)]
    found = [pl.any_horizontal(*(~column.missing for column in some)) for some in asked]
    found.extend(demand(pl.col(str(position))) for position, demand in plan.demands)
    return reduce(and_, found, pl.lit(value=True))


def _referred(reference: Reference, columns: tuple[Column, ...]) -> pl.Expr:
    if reference.raw is None:
        return pl.lit(value=False)
    missing = pl.all_horizontal(*(columns[position].missing for position in reference.positions))
    return missing | joined([str(position) for position in reference.positions]).is_in(reference.raw.implode())


def _still_doubted(plan: Plan, index: int, column: Column, frame: pl.DataFrame, doubted: Mask) -> Mask:
    """Of the cells that are not proved, those that Frictionless itself finds wrong: it is asked once for each text."""
    if not doubted.any():
        return doubted
    cells_in_doubt = frame[str(index)].filter(pl.Series(doubted))
    with plan.lock:
        if len(plan.known) > MOST_REMEMBERED:
            plan.known.clear()
        verdicts = {}
        for text in cells_in_doubt.unique().to_list():
            verdicts[text] = plan.known.get((index, text))
            if verdicts[text] is None:
                plan.known[index, text] = verdicts[text] = column.accepts(text)
    right = [text for text, verdict in verdicts.items() if verdict]
    doubted[doubted] = ~_mask(cells_in_doubt.is_in(right)) if right else True
    return doubted


def _unknown(plan: Plan, reference: Reference, frame: pl.DataFrame, doubted: Mask) -> Mask:
    """Of the keys that are not proved, those that are not in the table that they refer to."""
    if not doubted.any():
        return doubted
    names = [str(position) for position in reference.positions]
    keys = frame.select(names).filter(pl.Series(doubted))
    with plan.lock:
        distinct = keys.unique(maintain_order=True)
        known = pl.Series([reference.has(key) for key in distinct.iter_rows()], dtype=pl.Boolean)
    right = distinct.filter(known).select(joined(distinct.columns)).to_series()
    texts = keys.select(joined(keys.columns)).to_series()
    doubted[doubted] = ~_mask(texts.is_in(right.implode())) if len(right) else True
    return doubted


def _with_irregular(table: Table, records: Records, hashed: Mapping[int, Hashes]) -> dict[int, Hashes]:
    """The hashes of all records of the chunk, where `hashed` has those of the regular ones."""
    irregular = records.irregular()
    full = {position: np.full(len(records), NOTHING) for position in hashed}
    for position, hashes in hashed.items():
        full[position][records.regular] = hashes
    if len(irregular) and hashed:
        rows = [row for _, row in cells(records.data, records.bounds, irregular, table.separator)]
        for position, hashes in full.items():
            column = table.columns[position]
            texts = [key_text(column, row[position] if position < len(row) else None) for row in rows]
            hashes[irregular] = hashes_of(texts)
    return full


def _mask(series: pl.Series) -> Mask:
    """Without nulls: what is not true is false."""
    filled = series.fill_null(value=False) if series.null_count() else series
    found: Mask = filled.to_numpy().astype(np.bool_, copy=True)
    return found
