"""Sparklines: how a number went by Jalali month, as a curve in the cell of a table, with its numbers below the table.

A page's query gives such a cell as JSON, which SQLite makes with `json_group_object(jalali_month, request_count)`, and
says `curve: request_count` of its column (`columns`): the name of the measure tells its unit, as everywhere. Curves
begin at 0, as all of this site's do: one that only trembles looks like one. All rows of a table share the time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import takewhile
from typing import Any

from shahrnama.errors import PublishError
from shahrnama.persian import Language, display_month, number
from shahrnama.publish.measures import said, said_short
from shahrnama.publish.sheet import Cell, sheet
from shahrnama.publish.svg import BAR, dot, stroke
from shahrnama.publish.texts import text

WIDE, TALL, EDGE = 84, 22, 4  # px
LEAST = 2  # points of a line
WORDS: dict[Language, dict[str, str]] = {
    "fa": {
        "numbers": "عددهای خط‌ها",
        "scale": "هر خط از صفر آغاز می‌شود و مقیاس خودش را دارد: نشان می‌دهد چقدر بالا و پایین رفته، "
        "نه این‌که کدام بزرگ‌تر است.",
    },
    "en": {
        "numbers": "Numbers of the curves",
        "scale": "Each curve begins at zero and has a scale of its own: it shows how it rose and fell, "
        "not which is larger.",
    },
}

Course = Mapping[str, float]  # values by Jalali month, in order


def course(cell: object) -> Course:
    """The values of a cell by month, those that are known; empty where the cell is.

    Raises PublishError where it is no JSON object of numbers by Jalali month.
    """
    try:
        found = json.loads(str(cell)) if cell else {}
        known = {month: float(value) for month, value in sorted(found.items()) if value is not None}
    except (ValueError, TypeError, AttributeError) as error:
        raise PublishError(f"{cell!r} is no curve; give json_group_object(jalali_month, value)") from error
    if not all(display_month(month, "en") for month in known):
        raise PublishError(f"{cell!r} is no curve: its keys are no Jalali months, as in 1405-08")
    return known


def months(courses: Iterable[Course]) -> list[str]:
    """Every month that one of the curves has a value in."""
    return sorted({month for one in courses for month in one})


def spark(one: Course, over: Sequence[str], measure: str, language: Language) -> str:
    """The curve with its first and last value beside it, as HTML; its words are the picture's name."""
    if len(one) < LEAST:
        return "—"
    first, *_, last = one.items()
    arrow = "←" if language == "fa" else "→"
    short = [said_short(value, measure, language) for _, value in (first, last)]
    svg = drawn([one.get(month) for month in over], said_course(first, last, len(one), measure, language), language)
    return f'{svg}<small aria-hidden="true">{short[0]} {arrow} {short[1]}</small>'


def numbers(header: Sequence[str], cells: Sequence[Sequence[Cell]], curve: Mapping[str, Any],
            courses: Sequence[Course], language: Language) -> str:  # fmt: skip
    """Below a table: the numbers of one of its columns of curves by month, folded, as HTML.

    A row is named by the table's columns before the first number; `curve` is the field of the curves' column.
    """
    named = max(len(list(takewhile(lambda cell: not cell.is_number, cells[0]))), 1)
    over, words = curve["months"], WORDS[language]
    titles = [*header[:named], *(display_month(month, language) or month for month in over)]
    rows = [[*row[:named], *_values(one, over, curve["curve"], language)]
            for row, one in zip(cells, courses, strict=True)]  # fmt: skip
    title = text(dict(curve), "title", language)
    summary = f"{words['numbers']}: {title}"
    return (
        f"<details><summary>{escape(summary)}</summary><p>{words['scale']}</p>{sheet(summary, titles, rows)}</details>"
    )


def _values(one: Course, over: Iterable[str], measure: str, language: Language) -> list[Cell]:
    return [Cell(said_short(one[month], measure, language) if month in one else "—", True) for month in over]


def said_course(first: tuple[str, float], last: tuple[str, float], count: int, measure: str, language: Language) -> str:
    """From how much in which month to how much in which, over how many months."""
    (start, before), (end, after) = ((display_month(month, language), said(value, measure, language))
                                     for month, value in (first, last))  # fmt: skip
    many = number(count, language)
    if language == "fa":
        return f"از {before} در {start} به {after} در {end}، {many} ماه"
    return f"from {before} in {start} to {after} in {end}, {many} months"


def drawn(values: Sequence[float | None], words: str, language: Language) -> str:
    """The curve alone, from 0; values oldest first, None where unknown; `words` name it to whoever cannot see it.

    Its newest point, with a dot, stands where the language ends its lines.
    """
    known = [value for value in values if value is not None]
    low = min(0, *known)
    span = (max(known) - low) or 1
    step, floor = (WIDE - 2 * EDGE) / max(len(values) - 1, 1), TALL - EDGE
    along = [WIDE - EDGE - step * at if language == "fa" else EDGE + step * at for at in range(len(values))]
    points = [
        (x, floor - (floor - EDGE) * (value - low) / span)
        for x, value in zip(along, values, strict=True)
        if value is not None
    ]
    return (
        f'<svg class="spark" viewBox="0 0 {WIDE} {TALL}" width="{WIDE}" height="{TALL}" role="img">'
        f"<title>{escape(words)}</title>{stroke(points, BAR, 1.8)}{dot(points[-1], 2.6, BAR)}</svg>"
    )
