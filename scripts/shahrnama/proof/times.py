"""Dates and times in fixed-width forms, as expressions for polars: what surely parses, and what surely sorts.

Frictionless reads them with `datetime.strptime` (frictionless/fields/date.py, datetime.py) or, in the default format of
a datetime, with `dateutil.parser.isoparse`. Both take more forms than these; those are read by Frictionless itself.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import frictionless
import polars as pl

MONTH_DAY = (
    "(?:(?:0[13578]|1[02]){0}(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11){0}(?:0[1-9]|[12][0-9]|30)"
    "|02{0}(?:0[1-9]|1[0-9]|2[0-8]))"
)  # of every year
LEAP_YEAR = "(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)"
DAY_MONTH = (
    "(?:(?:0[1-9]|[12][0-9]|3[01]){0}(?:0[13578]|1[02])|(?:0[1-9]|[12][0-9]|30){0}(?:0[469]|11)"
    "|(?:0[1-9]|1[0-9]|2[0-8]){0}02)"
)
PARTS = {
    "Y": "[1-9][0-9]{3}",
    "m": "(?:0[1-9]|1[0-2])",
    "d": "(?:0[1-9]|1[0-9]|2[0-8])",
    "H": "(?:[01][0-9]|2[0-3])",
    "M": "[0-5][0-9]",
    "S": "[0-5][0-9]",
}
ORDER = "YmdHMS"
ALLOWED = {"date": "Ymd", "datetime": "YmdHMS", "time": "HMS"}
DEFAULTS = {"date": "%Y-%m-%d"}
ISO_NAIVE, ISO_UTC = "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Shape:
    """A format whose texts have one width: its expression, and whether texts sort as what they say."""

    format: str
    expression: str
    is_ordered: bool


def shapes(field: frictionless.Field) -> tuple[Shape, ...]:
    """The fixed-width forms in which a cell of the field surely parses, each to another value; empty if unknown."""
    allowed = ALLOWED.get(field.type)
    if not allowed or field.format == "any":
        return ()
    if field.type == "datetime" and field.format == "default":
        return tuple(shape for text in (ISO_NAIVE, ISO_UTC) if (shape := _shape(text, allowed)))
    found = _shape(DEFAULTS.get(field.type, "") if field.format == "default" else field.format, allowed)
    return (found,) if found else ()


def proof(field: frictionless.Field, cell: pl.Expr, bounds: dict[str, Any]) -> pl.Expr | None:
    """True where the cell surely parses and keeps the bounds (constraint: value as read); None if it cannot be said."""
    candidates = shapes(field)
    if bounds:
        texts = {shape: _texts(field, shape, bounds) for shape in candidates if shape.is_ordered}
        fitting = [(shape, found) for shape, found in texts.items() if found is not None]
    else:
        fitting = [(shape, {}) for shape in candidates]
    if not fitting:
        return None
    return reduce(or_, (_within(cell, shape, found) for shape, found in fitting))


def _within(cell: pl.Expr, shape: Shape, bounds: dict[str, str]) -> pl.Expr:
    compare = {
        "minimum": cell.ge,
        "maximum": cell.le,
        "exclusiveMinimum": cell.gt,
        "exclusiveMaximum": cell.lt,
    }
    bounded = (compare[name](pl.lit(text)) for name, text in bounds.items())
    return reduce(and_, bounded, cell.str.contains(shape.expression))


def _texts(field: frictionless.Field, shape: Shape, bounds: dict[str, Any]) -> dict[str, str] | None:
    """The bounds as texts of this shape; None if one cannot be compared with it."""
    found = {}
    for name, value in bounds.items():
        if not isinstance(value, dt.date | dt.datetime) or value.year < 1000:
            return None
        if field.type == "datetime" and not _comparable(
            value, in_utc=field.format == "default" and shape.format == ISO_UTC
        ):
            return None
        found[name] = value.strftime(shape.format)
    return found


def _comparable(value: Any, *, in_utc: bool) -> bool:
    """Whether a bound is of the kind that the form's texts are read as; Frictionless fails where kinds are mixed."""
    if not isinstance(value, dt.datetime) or value.microsecond:
        return False
    return value.utcoffset() == (dt.timedelta(0) if in_utc else None)


def _shape(form: str, allowed: str) -> Shape | None:
    tokens = _tokens(form)
    names = [token[1] for token in tokens if len(token) == 2]
    if not names or len(set(names)) < len(names) or not set(names) <= set(allowed):
        return None
    expression = _expression(tokens)
    places = [ORDER.index(name) for name in names]
    return Shape(form, rf"\A{expression}\z", places == sorted(places))


def _expression(tokens: list[str]) -> str:
    """The expression of a format; month and day are taken together where only one character is between them."""
    parts, at = [], 0
    while at < len(tokens):
        run = [token[1:] for token in tokens[at : at + 3]]
        if run in (["m", "", "d"], ["d", "", "m"]):
            both = MONTH_DAY if run[0] == "m" else DAY_MONTH
            parts.append(both.replace("{0}", _literal(tokens[at + 1])))
            at += 3
        else:
            token = tokens[at]
            parts.append(PARTS[token[1]] if len(token) == 2 else _literal(token))
            at += 1
    if [token[1:] for token in tokens[:5]] == ["Y", "", "m", "", "d"]:
        first, second = _literal(tokens[1]), _literal(tokens[3])
        parts[:3] = [f"(?:{''.join(parts[:3])}|{LEAP_YEAR}{first}02{second}29)"]
    return "".join(parts)


def _tokens(form: str) -> list[str]:
    """Directives (two characters) and literal characters; `%%` and unknown directives give a directive not allowed."""
    tokens, at = [], 0
    while at < len(form):
        width = 2 if form[at] == "%" else 1
        tokens.append(form[at : at + width].ljust(width, "?"))
        at += width
    return tokens


def _literal(character: str) -> str:
    return rf"\x{{{ord(character):x}}}"
