"""Days as readers write them: in either calendar, in numbers or with the month's name; a month or a year is many days.

Numbers may have any digits; a year from 1200 to 1599 is Jalali, one from 1800 to 2199 Gregorian.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from shahrnama.datasette_plugin.errors import Unread
from shahrnama.persian import JALALI_MONTHS, JALALI_MONTHS_EN, TEHRAN, ascii_digits, fold, gregorian

ISO = re.compile(r"(?:1[89]|2[01])\d\d(?:-\d\d(?:-\d\d(?:[T ]\d\d(?::\d\d(?::\d\d(?:\.\d+)?Z?)?)?)?)?)?")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
_NUMBERS = re.compile(r"(\d{4})(?:[/\-.](\d{1,2}))?(?:[/\-.](\d{1,2}))?")
_CLOCK = re.compile(r"(.+?)[\s،,]+(\d{1,2}):(\d{2})")
_GREGORIAN_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                     "November", "December")  # fmt: skip
_MONTHS = {
    fold(name): (number, jalali)
    for names, jalali in ((JALALI_MONTHS, True), (JALALI_MONTHS_EN, True), (_GREGORIAN_MONTHS, False))
    for number, name in enumerate(names, 1)
}
_SAID_BESIDE = {"روز", "ماه", "سال"}

Parts = tuple[str, str | int, str]  # year, month, day; what is not said is empty


@dataclass(frozen=True)
class Span:
    """Days from the first up to the one that comes after them."""

    first: date
    after: date

    @property
    def last(self) -> date:
        """The last of the days."""
        return self.after - DAY


def span(text: str) -> Span:
    """The days that a text means; Unread if it means none."""
    year, month, day = _parts(text)
    ends = (str(int(year) + 1), 1) if not month or int(month) == 12 else (year, int(month) + 1)
    try:
        first = _day(year, month or 1, day or 1)
        return Span(first, first + DAY if day else _day(*ends, 1))
    except ValueError as error:
        raise Unread("no_day", text) from error


def month(text: str) -> tuple[str, str]:
    """The first and the last Jalali month that a month or a year means, as `1405-08`; Unread if it is neither."""
    year, number, day = _parts(text)
    if day or not _is_jalali(year) or (number and not 1 <= int(number) <= 12):
        raise Unread("no_month", text)
    return (f"{year}-{int(number):02}",) * 2 if number else (f"{year}-01", f"{year}-12")


def moments(text: str) -> tuple[str, str]:
    """When days in Tehran begin and are over, in UTC as timestamps are kept; of a minute, `… ۱۴:۰۵`, likewise."""
    timed = _CLOCK.fullmatch(ascii_digits(text.strip()))
    if not timed:
        found = span(text)
        return _stamp(found.first, time()), _stamp(found.after, time())
    try:
        clock = time(int(timed[2]), int(timed[3]))
    except ValueError as error:
        raise Unread("no_day", text) from error
    day = span(timed[1]).first
    return _stamp(day, clock), _stamp(day, clock, MINUTE)


def _stamp(day: date, clock: time, later: timedelta = timedelta()) -> str:
    """A time in Tehran, and as much later, in UTC as timestamps are kept."""
    return f"{datetime.combine(day, clock, TEHRAN).astimezone(UTC) + later:%Y-%m-%dT%H:%M:%SZ}"


def _parts(text: str) -> Parts:
    numbers = _NUMBERS.fullmatch(ascii_digits(text.strip()))
    found = (numbers[1], numbers[2] or "", numbers[3] or "") if numbers else _named(text)
    if found is None or not (_is_jalali(found[0]) or 1800 <= int(found[0]) < 2200):
        raise Unread("not_a_day", text)
    return found


def _named(text: str) -> Parts | None:
    """Year, month and day of words: a year, at most one month by its name and one day, in any order."""
    words = [word for word in fold(text).split() if word not in _SAID_BESIDE]
    names = [word for word in words if word in _MONTHS]
    numbers = sorted((word for word in words if re.fullmatch(r"\d{4}|\d{1,2}", word)), key=len)
    if len(names) + len(numbers) != len(words) or len(names) > 1 or len(numbers) not in {1, 1 + len(names)}:
        return None
    year, day = numbers[-1], numbers[0] if len(numbers) == 2 else ""
    if len(year) != 4 or len(day) > 2:
        return None
    number, jalali = _MONTHS[names[0]] if names else ("", _is_jalali(year))
    return (year, number, day) if jalali == _is_jalali(year) else None


def _is_jalali(year: str) -> bool:
    return 1200 <= int(year) < 1600


def _day(year: str, month: str | int, day: str | int) -> date:
    if _is_jalali(year):
        return date.fromisoformat(gregorian(f"{year}-{month}-{day}"))
    return date(int(year), int(month), int(day))
