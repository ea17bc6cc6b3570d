"""Timeline of promises: when each was made, for which day, and what came of it; how long after the first promise.

One line for each promise, from the day it was made (ring) to the day it named (dot); across them the day on which it
was done, or the newest day in the data. The slip is shaded from the first promise on. Time runs as the language reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shahrnama.persian import Language, display_date, jalali, jalali_new_year, number, persian_digits
from shahrnama.publish.amounts import said_days
from shahrnama.publish.measures import said_short
from shahrnama.publish.picture import Drawing, Ground, required
from shahrnama.publish.svg import BAR, LINE, PAPER, SMALL, SOFT, TINT, WARN, WIDTH, box, dot, stroke, words

STEP, AXIS, EDGE = 40, 26, 10  # px: a promise, the years under them, room at both ends
YEARS = 6  # labels on the axis, at most


@dataclass(frozen=True)
class Promises:
    """What was promised of one thing: ISO dates of (made, promised) in order, of its end, and the newest there is."""

    made: tuple[tuple[str, str], ...]
    done: str
    now: str

    @property
    def late_days(self) -> int:
        """Days after the first promise: to its end, else to its last promise or now, whichever is later."""
        first = date.fromisoformat(self.made[0][1])
        until = self.done or max(self.now, self.made[-1][1])
        return (date.fromisoformat(until) - first).days


def timeline(specification: Mapping[str, Any], ground: Ground, key: str | None, _highlight: str | None) -> Drawing:
    """The promises of the thing whose `by` is `key`; its rows have `promised`, perhaps `stated`, and `actual`.

    The table below the picture has the columns named by `beside` too.
    """
    required(specification, "resource", "by", "promised", "actual")
    promised, stated, actual = specification["promised"], specification.get("stated"), specification["actual"]
    whole = [row for row in ground.rows(specification["resource"]) if row[specification["by"]] == key]
    rows = sorted(
        (row for row in whole if row[promised]), key=lambda row: (row[stated] if stated else "", row[promised])
    )
    made = tuple((row[stated] if stated else "", row[promised]) for row in rows)
    done = next((row[actual] for row in whole if row[actual]), "")
    found = Promises(made, done, _now(specification, ground))
    verb = str(
        specification.get("actual_label_en" if ground.language == "en" else "actual_label")
        or ("Done" if ground.language == "en" else "انجام")
    )
    parts, height = _drawn(found, verb, ground.language) if made else ([], 1.0)
    days, beside = [column for column in (stated, promised, actual) if column], specification.get("beside") or []
    return Drawing(
        said(found, verb, ground.language),
        parts,
        height,
        tuple(
            verb if column == actual else ground.heading(specification["resource"], column)
            for column in (*days, *beside)
        ),
        tuple(
            (
                *(_day(row[column], ground) for column in days),
                *(_other(row[column], column, ground) for column in beside),
            )
            for row in rows
        ),
        (*days, *beside),
        tuple(tuple(row[column] for column in (*days, *beside)) for row in rows),
    )


def _day(day: str, ground: Ground) -> str:
    return display_date(day, ground.language) if day else "—"


def _other(value: str, column: str, ground: Ground) -> str:
    """A cell beside the days: days counted as a number, codes by their labels."""
    if not value:
        return "—"
    return (
        said_short(float(value), column, ground.language) if column.endswith("_days") else ground.label(column, value)
    )


def _now(specification: Mapping[str, Any], ground: Ground) -> str:
    """The newest day in the data, from the table and column that `now` names."""
    place = specification.get("now") or {}
    return max((row[place["column"]] for row in ground.rows(place["resource"])), default="") if place else ""


def said(found: Promises, verb: str, language: Language) -> str:
    """First and last promise, what came of them, and how many days after the first."""
    if not found.made:
        return "تاریخی وعده داده نشده است." if language == "fa" else "No date was promised."
    first, last = (display_date(found.made[at][1], language) for at in (0, -1))
    changes = len(found.made) - 1
    late = said_days(abs(found.late_days), language)
    if language == "fa":
        moved = f" {number(changes, language)} بار عوض شد و آخرین وعده {last} است." if changes else ""
        end = f"{verb}: {display_date(found.done, language)}، " if found.done else "هنوز انجام نشده است: "
        how = (
            f"{late} پس از نخستین وعده."
            if found.late_days > 0
            else "زودتر از نخستین وعده یا در همان روز."
            if found.done
            else "وعده هنوز نرسیده است."
        )
        return f"نخستین وعده {first} بود.{moved} {end}{how}"
    times = "once" if changes == 1 else f"{changes} times"
    moved = f" It was changed {times}, and the last promise is {last}." if changes else ""
    end = f"{verb} {display_date(found.done, language)}, " if found.done else "Not done yet: "
    how = (
        f"{late} after the first promise."
        if found.late_days > 0
        else "on the first promised day or before."
        if found.done
        else "the promise is not due."
    )
    return f"The first promise was {first}.{moved} {end}{how}"


def _drawn(found: Promises, verb: str, language: Language) -> tuple[list[str], float]:
    persian = language == "fa"
    days = [day for pair in found.made for day in pair if day] + [
        day for day in (found.done, found.now if not found.done else "") if day
    ]
    start, end = (date.fromisoformat(pick(days)).toordinal() for pick in (min, max))
    room = WIDTH - 2 * EDGE

    def x(day: str | date) -> float:
        at = day if isinstance(day, date) else date.fromisoformat(day)
        along = EDGE + room * (at.toordinal() - start) / max(end - start, 1)
        return WIDTH - along if persian else along

    height = STEP * (len(found.made) + 1)
    side, anchor = (WIDTH, "end") if persian else (0, "start")
    late = found.late_days > 0
    until = found.done or max(found.now, found.made[-1][1])
    first = x(found.made[0][1])
    parts = [box((min(first, x(until)), 0), abs(x(until) - first), height, TINT, round_by=0)] if late else []
    parts += _years(start, end, height, x, language)
    for at, (made, promised) in enumerate(found.made):
        y = at * STEP + 28
        name = f"وعدهٔ {number(at + 1, language)}: " if persian else f"Promise {at + 1}: "
        parts.append(words(f"{name}{display_date(promised, language)}", (side, y - 12), anchor=anchor, halo=True))
        if made:
            parts += [stroke([(x(made), y), (x(promised), y)], SOFT, 1.5), dot((x(made), y), 3.5, PAPER, SOFT)]
        parts.append(dot((x(promised), y), 5.5, WARN if at and late else BAR))
    last = len(found.made) * STEP + 28
    ends = found.done or found.now
    if ends:
        colour = WARN if late else BAR
        text = f"{verb}: {display_date(ends, language)}" if found.done else _not_yet(ends, language)
        parts += [stroke([(x(ends), 4), (x(ends), last)], colour, 2, dashed=not found.done)]
        parts += [
            words(text, (side, last - 12), anchor=anchor, fill=colour, bold=True, halo=True),
            dot((x(ends), last), 5.5, colour),
        ]
    return parts, height + AXIS + 8


def _not_yet(now: str, language: Language) -> str:
    return f"تا {display_date(now, language)} نشده" if language == "fa" else f"Not by {display_date(now, language)}"


def _years(start: int, end: int, height: float, x: Callable[[date], float], language: Language) -> list[str]:
    """A thin line on each new year of the reader's calendar, every second or third where there are many."""
    first, last = date.fromordinal(start), date.fromordinal(end)
    years: Sequence[int]
    if language == "fa":
        years = range(int(jalali(first.isoformat())[:4]) + 1, int(jalali(last.isoformat())[:4]) + 1)
    else:
        years = range(first.year + 1, last.year + 1)
    years = years[:: len(years) // YEARS + 1]
    parts = []
    for year in years:
        place = x(jalali_new_year(year) if language == "fa" else date(year, 1, 1))
        label = persian_digits(str(year)) if language == "fa" else str(year)
        parts.append(stroke([(place, 0), (place, height + 8)], LINE))
        parts.append(
            words(label, (min(max(place, 16), WIDTH - 16), height + 24), anchor="middle", size=SMALL, fill=SOFT)
        )
    return parts
