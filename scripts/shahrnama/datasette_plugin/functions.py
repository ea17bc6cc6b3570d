"""SQL functions for readers: both calendars, folded text, percentiles; the portal's pages `functions` tell of them.

`percentile` and `median` interpolate between the two nearest values in order, as SQLite's own percentile extension
and DuckDB's `quantile_cont` do (Hyndman and Fan 1996, definition 7): so a median asked here is that of our derived
tables, which DuckDB computes.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from math import floor, isfinite
from typing import Any

from shahrnama import persian

MOST_VALUES = 1_000_000  # of one group, 40 MB while they are sorted: beyond it the query is out of memory


def add_functions(connection: Any) -> None:
    """Give a SQLite connection jalali, jalali_year, jalali_month, gregorian, fold, percentile and median."""
    functions: dict[str, Callable[[str], Any]] = {
        "fold": persian.fold,
        "jalali": persian.jalali,
        "jalali_year": lambda day: int(persian.jalali(day)[:4]),
        "jalali_month": lambda day: int(persian.jalali(day)[5:7]),
        "gregorian": persian.gregorian,
    }
    for name, function in functions.items():
        connection.create_function(name, 1, null_safe(function), deterministic=True)
    connection.create_aggregate("percentile", 2, Percentile)
    connection.create_aggregate("median", 1, Median)


def null_safe(function: Callable[[str], Any]) -> Callable[[Any], Any]:
    """The function for SQL: null in, null out; what cannot be read is null too."""

    def called(value: Any) -> Any:
        try:
            return None if value is None else function(str(value))
        except (ValueError, OverflowError):
            return None

    return called


class Percentile:
    """`percentile(x, p)`: p from 0 to 100. Nulls and texts are skipped; no number at all, or no such p, gives null."""

    def __init__(self) -> None:
        self.values = array("d")
        self.share: float | None = None

    def step(self, value: Any, percent: Any) -> None:
        """One row; MemoryError where the group has more than MOST_VALUES of them."""
        if isinstance(percent, int | float) and 0 <= percent <= 100:
            self.share = percent / 100
        if not isinstance(value, int | float) or not isfinite(value):
            return
        if len(self.values) >= MOST_VALUES:
            raise MemoryError  # the one error that sqlite3 hands on under its own name
        self.values.append(value)

    def finalize(self) -> float | None:
        """The value below which `p` percent of the values lie."""
        if self.share is None or not self.values:
            return None
        ordered = sorted(self.values)
        place = self.share * (len(ordered) - 1)
        lower = floor(place)
        upper = min(lower + 1, len(ordered) - 1)
        return ordered[lower] + (place - lower) * (ordered[upper] - ordered[lower])


class Median(Percentile):
    """`median(x)`: `percentile(x, 50)`."""

    def step(self, value: Any, percent: Any = 50) -> None:
        """One row."""
        super().step(value, percent)
