"""Measures: a value of a column as people say it, by what the column's name says of its unit (see CONTRIBUTING)."""

from __future__ import annotations

from collections.abc import Callable

from shahrnama.persian import Language, number
from shahrnama.publish.amounts import rounded, said_days, said_number, said_rials, said_share

Say = Callable[[float, Language], str]
NOT_SUMMED = ("median_", "mean_", "p90_", "p75_", "p25_", "times_")  # neither are shares and percents


def said(value: float, column: str, language: Language) -> str:
    """۵۴٪, ۱۶٫۹ روز, ۶۹ میلیارد ریال, ۱٬۲۰۰: with its unit where the column has one."""
    return _say(column)(value, language)


def said_short(value: float, column: str, language: Language) -> str:
    """The same without a noun, for where the unit is named once: 16.9, 54%."""
    return number(rounded(value), language) if column.endswith(("_days", "_hours")) else said(value, column, language)


def unit(column: str, language: Language) -> str:
    """The noun that `said_short` leaves out."""
    for suffix, persian, english in (("_days", "روز", "days"), ("_hours", "ساعت", "hours")):
        if column.endswith(suffix):
            return persian if language == "fa" else english
    return ""


def can_be_summed(column: str) -> bool:
    """Whether values of several rows may be added up: shares, percents and medians may not."""
    return not (column.endswith(("_share", "_pct", "_rate", "_rank")) or column.startswith(NOT_SUMMED))


def _say(column: str) -> Say:
    ways: dict[str, Say] = {
        "_share": said_share,
        "_pct": lambda value, language: said_share(value / 100, language),
        "_days": said_days,
        "_hours": lambda value, language: f"{number(rounded(value), language)} {unit('_hours', language)}",
        "_irr": said_rials,
    }
    if column.startswith("times_"):
        return lambda value, language: f"{said_number(value, language)}{' برابر' if language == 'fa' else '×'}"
    return next((way for suffix, way in ways.items() if column.endswith(suffix)), said_number)
