"""Unique fields and keys: 64-bit hashes of what each row holds, so that a column costs eight bytes a row.

Frictionless compares values as read: `01` is `1`, `1.50` is `1.5`. So each cell is hashed as one canonical text of its
value. Where the raw text surely is that text, polars hashes it; else Frictionless reads the cell and the text is made
here. Equal values have equal texts; unequal ones may collide, which only replays a row too many.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from frictionless import Field
from numpy.typing import NDArray

from shahrnama.proof import times
from shahrnama.proof.cells import FAULTS, Column, is_plain_number
from shahrnama.proof.errors import UnprovableError

Hashes = NDArray[np.uint64]
NOTHING = np.uint64(0)  # the hash of a missing value, or of a key whose values are all missing: it equals nothing
MIXER = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio's fraction, odd: no two columns cancel out
INTEGER = r"\A(?:0|-?[1-9][0-9]{0,17})\z"
NUMBER = (
    r"\A(?:0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,7})\.[0-9]{0,6}[1-9])\z"  # up to 15 digits: doubles differ, too
)
LONGEST = 40  # digits of a canonical decimal that is written out


@dataclass(frozen=True)
class Key:
    """A unique field or a primary key: the positions of its columns."""

    positions: tuple[int, ...]


def canonical(field: Field, cell: pl.Expr) -> pl.Expr:
    """True where the raw text is the canonical text of the value."""
    if field.type in ("string", "any"):
        return pl.lit(value=True)
    if field.type == "integer":
        return cell.str.contains(INTEGER)
    if field.type == "number" and is_plain_number(field):
        return cell.str.contains(NUMBER)
    if shapes := times.shapes(field):
        return pl.any_horizontal(*(cell.str.contains(shape.expression) for shape in shapes))
    return pl.lit(value=False)


def key_text(column: Column, cell: str | None) -> str | None:
    """The canonical text of a cell; None where it is missing or of the wrong type."""
    try:
        value = column.value(cell)
    except FAULTS as error:
        raise UnprovableError(f"field {column.field.name!r} cannot be compared: {error}") from error
    return text_of(column.field, value)


def text_of(field: Field, value: Any) -> str | None:
    """The canonical text of a value; None for a missing one. Raises UnprovableError for types without such a text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal | float):
        return _decimal(Decimal(repr(value)) if isinstance(value, float) else value)
    if isinstance(value, int) or field.type == "yearmonth":
        return repr(value)
    if isinstance(value, dt.datetime):
        return _datetime(field, value)
    if isinstance(value, dt.date):
        return value.strftime(times.DEFAULTS["date"] if field.format == "default" else _form(field))
    raise UnprovableError(f"field {field.name!r} is part of a key, and its type {field.type} has no canonical text")


def _form(field: Field) -> str:
    return field.format if times.shapes(field) else "%Y-%m-%d"


def _datetime(field: Field, value: dt.datetime) -> str:
    if value.utcoffset() is not None:
        try:
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        except OverflowError as error:
            raise UnprovableError(f"field {field.name!r} holds a key at the end of time: {error}") from error
    found = times.shapes(field)
    if len(found) == 1 and not value.microsecond:
        return value.strftime(found[0].format)
    return value.isoformat()


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        return str(value)
    if not value:
        return "0"
    sign, digits, power = value.as_tuple()
    exponent = int(power)
    text = "".join(map(str, digits)).lstrip("0")
    stripped = text.rstrip("0")
    exponent += len(text) - len(stripped)
    minus = "-" if sign else ""
    if abs(exponent) > LONGEST:
        return f"{minus}{stripped}e{exponent}"
    if exponent >= 0:
        return f"{minus}{stripped}{'0' * exponent}"
    padded = stripped.rjust(1 - exponent, "0")
    return f"{minus}{padded[:exponent]}.{padded[exponent:]}"


def hashes_of(texts: Sequence[str | None]) -> Hashes:
    """One hash for each text; NOTHING for None."""
    series = pl.Series(texts, dtype=pl.String)
    found = _filled(series.hash())
    found[series.is_null().to_numpy()] = NOTHING
    return found


def column_hashes(column: Column, name: str, frame: pl.DataFrame) -> tuple[Hashes, NDArray[np.bool_]]:
    """A hash for each cell of a column, and which cells are not in canonical form (their rows are replayed)."""
    found = frame.select(
        missing=column.missing, plain=canonical(column.field, pl.col(name)) & ~column.missing, raw=pl.col(name)
    )
    hashes = _filled(found["raw"].hash())
    hashes[_mask(found["missing"], len(frame))] = NOTHING
    lax: NDArray[np.bool_] = ~_mask(found["plain"] | found["missing"], len(frame))
    if lax.any():
        read = cache(lambda raw: key_text(column, raw))
        hashes[lax] = hashes_of([read(raw) for raw in found["raw"].filter(pl.Series(lax)).to_list()])
    return hashes, lax


def combined(columns: Sequence[Hashes]) -> Hashes:
    """One hash for each row of a key; NOTHING where every value is missing."""
    if len(columns) == 1:
        return columns[0]
    total = np.zeros(len(columns[0]), np.uint64)
    for hashes in columns:
        total = total * MIXER + hashes
    total[total == NOTHING] = np.uint64(1)
    total[np.all([hashes == NOTHING for hashes in columns], axis=0)] = NOTHING
    return total


def repeated(parts: Sequence[Hashes]) -> Hashes:
    """The hashes that are there more than once, in order."""
    hashes = pl.Series(np.concatenate(parts)).sort().to_numpy()  # several times faster than numpy's
    twice: Hashes = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
    found: Hashes = twice[twice != NOTHING]
    return found


def among(hashes: Hashes, wanted: Hashes) -> NDArray[np.bool_]:
    """Which of the hashes are among the wanted ones, which are in order."""
    places = np.minimum(np.searchsorted(wanted, hashes), len(wanted) - 1)
    return np.asarray(wanted[places] == hashes)


def _filled(series: pl.Series) -> Hashes:
    hashes = series.to_numpy().astype(np.uint64, copy=True)
    hashes[hashes == NOTHING] = np.uint64(1)
    return hashes


def _mask(series: pl.Series, height: int) -> NDArray[np.bool_]:
    mask = series.to_numpy().astype(np.bool_)
    return mask if len(mask) == height else np.full(height, mask[0])
