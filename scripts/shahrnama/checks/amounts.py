"""Amounts as Persian sources write them: `۱۲٬۳۴۵٬۶۷۸`, `12,345,678`, `۱۲٫۵`, to a number, or a reason why not.

A thousand is marked by `٬` (U+066C), `,` or `،` (U+060C, which keyboards have), a fraction by `٫` (U+066B) or `.`.
Digits may be Persian, Arabic or ASCII. What could mean two numbers is refused: `12,34` is no number in either reading
of the comma. Money is in rials, which are whole; an amount in tomans is ten times as much and must say so elsewhere.
"""

from __future__ import annotations

import re
from decimal import Decimal

from shahrnama.checks.fault import PERSIAN_AMOUNT, Fault
from shahrnama.persian import ascii_digits

GROUP_MARKS = "٬,،"
DECIMAL_MARKS = "٫."
MINUS = "-\u2212"
MOST_DIGITS = 18  # before the mark and after it: what a 64-bit integer of SQLite certainly holds
LONGEST = 60  # characters: more than any such number, so that a swallowed line is not parsed

_EDGES = " \t\u00a0\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2068\u2069"  # spaces and direction marks
_DIGITS = re.compile("[0-9]+")
_STRANGE = re.compile(f"[^0-9{GROUP_MARKS}{DECIMAL_MARKS}]")


def amount(text: str) -> int | Decimal:
    """The number of an amount as its source writes it: int without a fraction, else an exact Decimal.

    ValueError says what is wrong: other characters, two decimal marks, mixed or misplaced group marks, leading zeros.
    """
    plain = ascii_digits(text.strip(_EDGES))
    if len(plain) > LONGEST:
        raise ValueError(f"is {len(plain)} characters long; an amount has at most {LONGEST}")
    is_negative = plain.startswith(tuple(MINUS))
    unsigned = plain[1:] if is_negative else plain
    strange = _STRANGE.search(unsigned)
    if strange:
        raise ValueError(f"holds {strange[0]!r}; keep the digits and put the unit into the field's name")
    whole, fraction = _halves(unsigned)
    digits = _ungrouped(whole)
    if fraction is None:
        return -int(digits) if is_negative else int(digits)
    return Decimal(f"{'-' if is_negative else ''}{digits}.{fraction}")


def rials(text: str) -> int:
    """The whole rials of an amount; ValueError as `amount`, and where it has a fraction that is not zero."""
    found = amount(text)
    if found != int(found):
        raise ValueError("has a fraction; rials are whole, is the amount in another unit?")
    return int(found)


def amount_fault(text: str, *, is_rials: bool) -> Fault | None:
    """What is wrong with the text of an amount, of rials if `is_rials`; None if nothing."""
    try:
        _ = rials(text) if is_rials else amount(text)
    except ValueError as error:
        return Fault(PERSIAN_AMOUNT, str(error))
    return None


def _halves(text: str) -> tuple[str, str | None]:
    """Text before the decimal mark, and the digits after it (None without a mark)."""
    marks = [mark for mark in text if mark in DECIMAL_MARKS]
    if len(marks) > 1:
        raise ValueError(f"has {len(marks)} decimal marks; group thousands with ٬ or a comma")
    if not marks:
        return text, None
    whole, fraction = text.split(marks[0])
    if not _DIGITS.fullmatch(fraction):
        raise ValueError(f"has no digits alone after its decimal mark {marks[0]}")
    if len(fraction) > MOST_DIGITS:
        raise ValueError(f"has more than {MOST_DIGITS} digits after its decimal mark")
    return whole, fraction


def _ungrouped(text: str) -> str:
    """The digits of a whole number without its group marks."""
    used = sorted({mark for mark in text if mark in GROUP_MARKS})
    if len(used) > 1:
        raise ValueError(f"mixes the group marks {' and '.join(used)}")
    groups = text.split(used[0]) if used else [text]
    if used and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):
        raise ValueError(f"has groups of other than three digits; is {used[0]} a decimal mark?")
    digits = "".join(groups)
    if not digits:
        raise ValueError("has no digits before a mark, or none at all")
    if len(digits) > 1 and digits.startswith("0"):
        raise ValueError("begins with a zero; is it an identifier, or is a mark misplaced?")
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"has more than {MOST_DIGITS} digits; is a mark missing?")
    return digits
