"""Dates in two calendars: a Jalali date as text, and a Gregorian date that is none by mistake.

Iran counts years by the solar Hijri (Jalali) calendar, official since 11 Farvardin 1304 (31 March 1925): six months of
31 days, five of 30, and Esfand of 29, or 30 in a leap year. Read as Gregorian, `1403-01-31` is a day 621 years ago,
and no stock type objects. The calendar itself is `persian.gregorian`'s.
"""

from __future__ import annotations

import re
from datetime import date

from shahrnama.checks.fault import CALENDAR_DOUBTFUL, JALALI_DATE, JALALI_IN_GREGORIAN, YEAR_DOUBTFUL, Fault
from shahrnama.persian import gregorian

JALALI_YEARS = range(1200, 1501)  # what a record of a city can hold: 1821 to 2122 of the Gregorian calendar
OFFICIAL_FROM = 1304  # the law of 11 Farvardin 1304; earlier dates were written in other calendars and converted later
GREGORIAN_FROM = 1800  # no register of a city begins earlier, unless its field names an earlier `minimum`

_FORM = re.compile(r"([0-9]{4})([/-])([0-9]{2})\2([0-9]{2})")


def jalali_fault(text: str) -> Fault | None:
    """What is wrong with a Jalali date of the form `1404/01/31` or `1404-01-31` in ASCII digits; None if nothing.

    A year before OFFICIAL_FROM is `calendar-doubtful`: it may be right, but was reckoned afterwards.
    """
    found = _FORM.fullmatch(text)
    if not found:
        return Fault(JALALI_DATE, "write the date as 1404/01/31 or 1404-01-31, in ASCII digits")
    year = int(found[1])
    if year not in JALALI_YEARS:
        last = JALALI_YEARS[-1]
        return Fault(JALALI_DATE, f"year {year} is outside {JALALI_YEARS[0]} to {last}; is the date Gregorian?")
    try:
        gregorian(text)
    except ValueError:
        return Fault(JALALI_DATE, f"there is no day {found[3]}{found[2]}{found[4]} in the Jalali year {year}")
    if year < OFFICIAL_FROM:
        note = f"year {year} is before the solar calendar became official in {OFFICIAL_FROM}; was it lunar?"
        return Fault(CALENDAR_DOUBTFUL, note)
    return None


def gregorian_fault(value: date, earliest: int = GREGORIAN_FROM) -> Fault | None:
    """What is wrong with the year of a Gregorian date or datetime; None if nothing.

    A year in JALALI_YEARS always is a Jalali date in the wrong column; one before `earliest` is doubtful.
    """
    if value.year in JALALI_YEARS:
        return Fault(JALALI_IN_GREGORIAN, f"year {value.year} is Jalali; set `calendar: jalali` or convert the date")
    if value.year < earliest:
        return Fault(YEAR_DOUBTFUL, f"year {value.year} is before {earliest}; mend it or set the field's `minimum`")
    return None


def is_leap(year: int) -> bool:
    """Whether Esfand of a Jalali year has 30 days."""
    try:
        gregorian(f"{year}-12-30")
    except ValueError:
        return False
    return True
