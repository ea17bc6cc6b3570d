"""Scales: round numbers for axes, and places in time for what is dated by day, Jalali month or year."""

from __future__ import annotations

from math import ceil, floor, log10

from shahrnama.errors import PublishError
from shahrnama.persian import Language, display_date, display_month, local_date, persian_digits

STEPS = (1, 2, 2.5, 5, 10)  # what people count in


def ceiling(value: float) -> float:
    """The least round number that is not below `value`; 1 for nothing."""
    if value <= 0:
        return 1
    size = 10 ** floor(log10(value))
    return float(next(step * size for step in STEPS if step * size >= value * (1 - 1e-9)))


def moment_of(value: str, column: str) -> float:
    """Place of a cell in time: days of dates and times, months of `_month` (Jalali), years of `_year`."""
    try:
        if column.endswith("_month"):
            year, month = value.split("-")
            return int(year) * 12 + int(month) - 1
        return int(value) if column.endswith("_year") else local_date(value).toordinal()
    except ValueError as error:
        raise PublishError(
            f"{column}: {value!r} is no {column.rpartition('_')[2]}; a line needs a column of time"
        ) from error


def said_moment(value: str, column: str, language: Language) -> str:
    """آبان ۱۴۰۵, ۱۴۰۵ or ۳۰ آبان ۱۴۰۵, by the column."""
    if column.endswith("_month"):
        return display_month(value, language) or value
    if column.endswith("_year"):
        return persian_digits(value) if language == "fa" else value
    return display_date(value, language)


def spread(count: int, most: int) -> list[int]:
    """At most `most` of `count` positions, evenly apart, first and last among them."""
    if count <= most:
        return list(range(count))
    step = ceil((count - 1) / (most - 1))
    inner = [at for at in range(0, count - 1, step) if count - 1 - at >= step / 2]
    return [*inner, count - 1]
