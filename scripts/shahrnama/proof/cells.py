"""What a cell may be, as expressions over raw texts: true only where Frictionless surely finds no fault.

Everything that is not surely right is left to `Column.reader`, Frictionless' own, so lax forms (Persian digits, padded
numbers, `1_000`, short dates) need no second definition here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

import frictionless
import polars as pl

from shahrnama.proof import times
from shahrnama.proof.patterns import anchored, narrow, widths

BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
LONGEST = 2**31  # characters; no cell has as many
LENGTHS = {"minLength": 0, "maxLength": LONGEST}
NUMBER_BYTES = 20  # of the longest integer or number that polars is trusted with: both still mean the same exactly
FEW = 3  # texts that are sooner compared one by one than looked up
FAULTS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError, AssertionError)
# what a reader may raise on a strange cell; the row is replayed, and raises then and there what it always would

Reader = Callable[[Any], tuple[Any, dict[str, str] | None]]


@dataclass(frozen=True)
class Column:
    """A column of the table: Frictionless' field and reader, which texts are missing, where a cell is proved, and
    whether a missing one is a fault.
    """

    field: frictionless.Field
    reader: Reader
    missing: pl.Expr
    proved: pl.Expr
    required: bool

    def value(self, cell: str | None) -> Any:
        """What Frictionless reads; None for missing cells and those of the wrong type."""
        return self.reader(cell)[0]

    def accepts(self, cell: str) -> bool:
        """Whether Frictionless finds no fault with the cell."""
        try:
            return not self.reader(cell)[1]
        except FAULTS:
            return False


def column(field: frictionless.Field, name: str) -> Column:
    """The column called `name` in the frame; raises whatever Frictionless raises for constraints it cannot read."""
    cell = pl.col(name)
    texts = missing_values(field)
    missing = _one_of(cell, set(texts))
    reader = field.create_cell_reader()
    required = bool(field.constraints.get("required"))
    rules = {
        name: value
        for name in field.supported_constraints
        if name != "required" and (value := field.constraints.get(name)) is not None
    }
    listed = _listed(field, rules)
    if listed is not None:
        right = {text for text in listed if _right(reader, text)}
        return Column(field, reader, missing, _one_of(cell, right if required else {*right, *texts}), required)
    present = PROOFS.get(field.type, _time)(field, cell, rules)
    return Column(field, reader, missing, present & ~missing if required else present | missing, required)


def missing_values(field: frictionless.Field) -> list[str]:
    """The texts that the field reads as missing (frictionless/schema/field.py, `create_cell_reader`)."""
    if not field.has_defined("missing_values") and field.schema:
        return list(field.schema.missing_values)
    return list(field.missing_values)


def is_plain_number(field: frictionless.Field) -> bool:
    """Whether digits, a minus and a point mean what they mean by default."""
    group, point = getattr(field, "group_char", ""), getattr(field, "decimal_char", ".")
    return point == "." and not set(group) & set("0123456789+-.eE")


def _listed(field: frictionless.Field, rules: dict[str, Any]) -> Iterable[str] | None:
    """The texts of a column that may have only these, each still to be asked about; None if it may have others."""
    if "enum" in rules:
        return map(str, rules["enum"])
    if isinstance(field, frictionless.fields.BooleanField):
        return [*map(str, field.true_values), *map(str, field.false_values)]
    return None


def _one_of(cell: pl.Expr, texts: set[str]) -> pl.Expr:
    if not texts:
        return pl.lit(value=False)
    return cell.is_in(sorted(texts)) if len(texts) > FEW else reduce(or_, map(cell.eq, sorted(texts)))


def _right(reader: Reader, text: str) -> bool:
    try:
        value, notes = reader(text)
    except FAULTS:
        return False
    return value is not None and not notes


def _string(field: frictionless.Field, cell: pl.Expr, rules: dict[str, Any]) -> pl.Expr:
    if field.format != "default" or not set(rules) <= {"minLength", "maxLength", "pattern"}:
        return pl.lit(value=False)
    low, high = (min(max(rules.get(name, default), 0), LONGEST) for name, default in LENGTHS.items())
    shortest, longest = 0, LONGEST
    found = [pl.lit(value=True)]
    if "pattern" in rules:
        whole = anchored(rules["pattern"])
        expression = narrow(whole)
        if expression is None or not _compiles(expression):
            return pl.lit(value=False)
        found.append(cell.str.contains(expression))
        shortest, longest = widths(whole) or (shortest, longest)
    if low > shortest or high < longest:
        found.append(cell.str.len_chars().is_between(low, high))
    return reduce(and_, found)


def _compiles(expression: str) -> bool:
    try:
        pl.Series([""]).str.contains(expression)
    except pl.exceptions.PolarsError:
        return False
    return True


def _any(_field: frictionless.Field, _cell: pl.Expr, rules: dict[str, Any]) -> pl.Expr:
    return pl.lit(value=not rules)


def _bounds(field: frictionless.Field, rules: dict[str, Any]) -> dict[str, Any] | None:
    """The bounds as Frictionless reads them; None if there are other rules."""
    read = field.create_value_reader()
    return {name: read(value) for name, value in rules.items()} if set(rules) <= set(BOUNDS) else None


def _integer(field: frictionless.Field, cell: pl.Expr, rules: dict[str, Any]) -> pl.Expr:
    """What polars reads as an integer, Python's `int` reads as the same one (it reads more: spaces, underscores)."""
    bounds = _bounds(field, rules)
    if not is_plain_number(field) or bounds is None:
        return pl.lit(value=False)
    if not all(isinstance(value, int) and abs(value) < 2**62 for value in bounds.values()):
        return pl.lit(value=False)
    lows = [value + name.startswith("exclusive") for name, value in bounds.items() if name.lower().endswith("minimum")]
    highs = [value - name.startswith("exclusive") for name, value in bounds.items() if name.lower().endswith("maximum")]
    value = cell.cast(pl.Int64, strict=False)
    right = (
        value.is_between(max(lows, default=-(2**63)), min(highs, default=2**63 - 1)) if bounds else value.is_not_null()
    )
    return right & (cell.str.len_bytes() <= NUMBER_BYTES)


def _number(field: frictionless.Field, cell: pl.Expr, rules: dict[str, Any]) -> pl.Expr:
    """What polars reads as a finite double, Decimal reads, too, and exactly: so a double proves a bound only where
    rounding cannot have crossed it.
    """
    bounds = _bounds(field, rules)
    if not is_plain_number(field) or bounds is None:
        return pl.lit(value=False)
    if not all(_is_moderate(bound) for bound in bounds.values()):
        return pl.lit(value=False)
    lows = [_beyond(bound, math.inf) for name, bound in bounds.items() if name.lower().endswith("minimum")]
    highs = [_beyond(bound, -math.inf) for name, bound in bounds.items() if name.lower().endswith("maximum")]
    value = cell.cast(pl.Float64, strict=False).is_between(max(lows, default=-1e18), min(highs, default=1e18))
    return value & (cell.str.len_bytes() <= NUMBER_BYTES)


def _is_moderate(bound: Any) -> bool:
    try:
        return isinstance(bound, int | float | Decimal) and abs(float(bound)) < 2**62
    except (ValueError, OverflowError):
        return False


def _beyond(bound: float | Decimal, towards: float) -> float:
    """A double that is surely past the bound: two steps, as one may be the rounding of the bound itself."""
    return math.nextafter(math.nextafter(float(bound), towards), towards)


def _time(field: frictionless.Field, cell: pl.Expr, rules: dict[str, Any]) -> pl.Expr:
    bounds = _bounds(field, rules)
    found = times.proof(field, cell, bounds) if bounds is not None else None
    return pl.lit(value=False) if found is None else found


PROOFS = {"string": _string, "any": _any, "integer": _integer, "number": _number}
