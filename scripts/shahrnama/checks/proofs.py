"""Proofs: the checks as vectorised expressions over raw text, true only where the check certainly finds nothing.

A proof may be false for a cell that passes, never true for one that fails: what it does not prove is judged one by one.
Each is linear in the text: Rust's regular expressions do not backtrack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import reduce

import polars as pl

from shahrnama.checks.amounts import DECIMAL_MARKS, GROUP_MARKS, MINUS, MOST_DIGITS
from shahrnama.checks.dates import JALALI_YEARS, OFFICIAL_FROM, is_leap
from shahrnama.checks.legal_id import WEIGHTS

Proof = Callable[[pl.Expr], pl.Expr]

_LONG = "(?:0[1-6]{s}(?:0[1-9]|[12][0-9]|3[01]))"
_SHORT = "(?:0[7-9]|1[0-2]){s}(?:0[1-9]|[12][0-9])|(?:0[7-9]|1[01]){s}30"
_YEAR_FIRST = re.compile(r"default|%Y-%m-%d(?:[T ]%H:%M(?::%S(?:\.%f)?)?(?:Z|%z)?)?")  # no week or day of the year
_ANY_DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}Z?)?$"
_DIGIT, _NONZERO, _ZERO = "[0-9۰-۹٠-٩]", "[1-9۱-۹١-٩]", "[0۰٠]"


def proof_of_jalali(text: pl.Expr) -> pl.Expr:
    """An ordinary Jalali date of an official year, in one of the two published forms."""
    years = range(OFFICIAL_FROM, JALALI_YEARS.stop)
    leap = "|".join(str(year) for year in years if is_leap(year))
    every = "|".join(map(str, years))
    forms = [
        f"(?:{every}){mark}(?:{_LONG}|{_SHORT})".replace("{s}", mark) + f"|(?:{leap}){mark}12{mark}30"
        for mark in ("/", "-")
    ]
    return text.str.contains(f"^(?:{'|'.join(forms)})$")


def proof_of_gregorian(form: str, earliest: int) -> Proof:
    """A date that begins with a year from `earliest` on which is no Jalali one; nothing is proved of other formats."""

    def proof(text: pl.Expr) -> pl.Expr:
        if form == "any":
            told = text.str.contains(_ANY_DATE)
        elif _YEAR_FIRST.fullmatch(form):
            told = text.str.contains("^[0-9]{4}-")
        else:
            return pl.lit(False)
        year = text.str.slice(0, 4).cast(pl.Int32, strict=False)
        before = JALALI_YEARS[0] - 1  # whose last midnight, written as 24:00, is in the next year
        return told & year.ge(earliest) & ~year.is_between(before, JALALI_YEARS[-1])

    return proof


def proof_of_amount(*, is_rials: bool) -> Proof:
    """A whole number in any of the digits, grouped by one mark or not at all, or with a fraction unless `is_rials`."""
    grouped = "|".join(f"{_NONZERO}{_DIGIT}{{0,2}}(?:{mark}{_DIGIT}{{3}}){{1,5}}" for mark in GROUP_MARKS)
    whole = f"{_ZERO}|{_NONZERO}{_DIGIT}{{0,{MOST_DIGITS - 1}}}|{grouped}"
    fraction = "" if is_rials else f"(?:[{DECIMAL_MARKS}]{_DIGIT}{{1,{MOST_DIGITS}}})?"
    form = f"^[{MINUS}]?(?:{whole}){fraction}$"
    return lambda text: text.str.contains(form)


def proof_of_legal_id(text: pl.Expr) -> pl.Expr:
    """Eleven digits whose last fits the others."""
    number = text.cast(pl.Int64, strict=False)
    digits = [number // int(10**place) % 10 for place in range(10, -1, -1)]
    added = digits[9] + 2
    total = reduce(pl.Expr.add, [(digit + added) * weight for digit, weight in zip(digits[:10], WEIGHTS, strict=True)])
    serial = number // 100 % 1_000_000
    return text.str.contains("^[0-9]{11}$") & (serial > 0) & (total % 11 % 10 == digits[10])


def or_missing(proof: Proof, missing: Sequence[str]) -> Proof:
    """The proof, true also where the text stands for no value, and false where the column has null."""
    return lambda text: (text.is_in(list(missing)) | proof(text).fill_null(False)).fill_null(False)
