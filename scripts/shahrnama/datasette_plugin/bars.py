"""Bars: a chart of an answer that needs neither script nor style of its own, so that a strict policy lets it be.

The words and numbers are text of the page, which wraps, turns with the language and is read aloud; only the bars are
SVG, and their widths are attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

MOST_BARS = 25  # more are read in the table
WIDTH = 1000  # of the SVG's own units


@dataclass(frozen=True)
class Bar:
    """One bar: where it begins and how long it is, in thousandths of the line, and its number as text."""

    series: int
    start: int
    length: int
    shown: Any


@dataclass(frozen=True)
class Bars:
    """A chart: a line for each row with its label, a bar for each series; `zero` is where bars begin."""

    titles: list[str]
    lines: list[tuple[Any, list[Bar]]]
    zero: int
    left_out: int  # rows of the answer that are not drawn


def bars(titles: list[str], rows: Sequence[tuple[Any, list[tuple[Any, Any]]]]) -> Bars | None:
    """A chart of rows of (label, [(number, its text) for each title]); None where there is no number but nothing."""
    kept = [(label, values) for label, values in rows if any(_is_number(value) for value, _ in values)][:MOST_BARS]
    numbers = [value for _, values in kept for value, _ in values if _is_number(value)]
    least, most = min([0, *numbers]), max([0, *numbers])
    if least == most:
        return None
    zero = round(-least / (most - least) * WIDTH)
    lines = [
        (label, [_bar(series, value, shown, least, most) for series, (value, shown) in enumerate(values)])
        for label, values in kept
    ]
    return Bars(titles, lines, zero, len(rows) - len(kept))


def _bar(series: int, value: Any, shown: Any, least: float, most: float) -> Bar:
    if not _is_number(value):
        return Bar(series, 0, 0, shown)
    ends = sorted(round((end - least) / (most - least) * WIDTH) for end in (0, value))
    return Bar(series, ends[0], ends[1] - ends[0], shown)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and isfinite(value)
