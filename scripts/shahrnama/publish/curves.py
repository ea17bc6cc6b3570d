"""Curves: a value over time, one panel for each series, all to the same scale from 0.

Time runs the way the language reads: in Persian the newest point is at the left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shahrnama.errors import PublishError
from shahrnama.publish.measures import can_be_summed, said, said_short
from shahrnama.publish.picture import Drawing, Ground, amount, required, written
from shahrnama.publish.scales import ceiling, moment_of, said_moment, spread
from shahrnama.publish.sentences import isolated, of_course
from shahrnama.publish.svg import BAR, INK, LINE, SMALL, SOFT, WIDTH, Point, dot, stroke, width_of, words

PANEL, NAME, FOOT, TOP = 110, 28, 22, 8  # px: a panel, its name, the months under it, room for the highest number
SIDE = 44  # px for the numbers of the axis
TICKS = 4  # dates under a panel, at most: they must not touch

Series = dict[str, dict[str, float]]  # values by moment, by series


def gathered(specification: Mapping[str, Any], ground: Ground, key: str | None) -> Series:
    """Values of `y` by `x` for each value of `series` (one series where none is named), in order of time."""
    required(specification, "x", "y", "resource")
    x, y, by, split = (specification.get(name) for name in ("x", "y", "by", "series"))
    found: Series = {}
    for row in ground.rows(specification["resource"]):
        value = amount(row, str(y))
        if value is None or not row[str(x)] or (key is not None and row[str(by)] != key):
            continue
        one = found.setdefault(row[split] if split else "", {})
        if row[str(x)] in one and not can_be_summed(str(y)):
            raise PublishError(f"{y} is no amount and cannot be summed by {x}; name its series, or draw another table")
        one[row[str(x)]] = one.get(row[str(x)], 0) + value
    ordered = {
        name: dict(sorted(one.items(), key=lambda pair: moment_of(pair[0], str(x)))) for name, one in found.items()
    }
    return dict(sorted(ordered.items()))


def curves(specification: Mapping[str, Any], ground: Ground, key: str | None, _highlight: str | None) -> Drawing:
    """One panel for each series, with its first and last value written at its ends."""
    series = gathered(specification, ground, key)
    x, y, language = specification["x"], specification["y"], ground.language
    split = str(specification.get("series") or "")
    names = {name: ground.label(split, name) if split else "" for name in series}
    moments = sorted({when for one in series.values() for when in one}, key=lambda when: moment_of(when, x))
    top = ceiling(max((value for one in series.values() for value in one.values()), default=0))
    parts: list[str] = []
    at: float = TOP
    for name, one in series.items():
        if names[name]:
            parts.append(
                words(
                    names[name],
                    (WIDTH if language == "fa" else 0, at + 12),
                    anchor="end" if language == "fa" else "start",
                    bold=True,
                )
            )
            at += NAME
        parts += _panel(one, moments, (at, top), x, y, ground)
        at += PANEL + FOOT + (8 if len(series) > 1 else 0)
    said_of = [
        (f"{isolated(names[name])}: " if names[name] else "")
        + of_course([(said_moment(when, x, language), value) for when, value in one.items()], y, language)
        for name, one in series.items()
    ]
    heading = ground.heading(specification["resource"], x), ground.heading(specification["resource"], y)
    split_heading = (ground.heading(specification["resource"], split),) if split else ()
    rows = [(name, when, value) for name, one in series.items() for when, value in one.items()]
    return Drawing(
        " ".join(said_of) or of_course((), y, language),
        parts,
        at,
        (*split_heading, *heading),
        tuple(
            ((names[name],) if split else ()) + (said_moment(when, x, language), said(value, y, language))
            for name, when, value in rows
        ),
        ((split,) if split else ()) + (x, y),
        tuple(((name,) if split else ()) + (when, written(value)) for name, when, value in rows),
    )


def _panel(
    one: Mapping[str, float], moments: Sequence[str], frame: tuple[float, float], x: str, y: str, ground: Ground
) -> list[str]:
    (at, top), persian = frame, ground.language == "fa"
    start, end = moment_of(moments[0], x), moment_of(moments[-1], x)
    room = WIDTH - SIDE - 14

    def place(when: str, value: float) -> Point:
        along = room * (moment_of(when, x) - start) / max(end - start, 1)
        return (WIDTH - SIDE - along if persian else SIDE + along), at + PANEL * (1 - value / top)

    parts = []
    for share in (0, 0.5, 1):
        height = at + PANEL * (1 - share)
        parts.append(stroke([(0 if persian else SIDE, height), (WIDTH - SIDE if persian else WIDTH, height)], LINE))
        label = said_short(top * share, y, ground.language)
        parts.append(
            words(
                label,
                (WIDTH if persian else 0, height + 4),
                anchor="end" if persian else "start",
                size=SMALL,
                fill=SOFT,
            )
        )
    points = [place(when, value) for when, value in one.items()]
    parts.append(stroke(points, BAR, 2.5))
    ends = list(one.items())
    for when, value in dict.fromkeys((ends[0], ends[-1])):
        spot = place(when, value)
        parts += [dot(spot, 4, BAR), _value(said_short(value, y, ground.language), spot, at)]
    return [*parts, *_months(moments, place, at + PANEL, x, ground)]


def _value(text: str, spot: Point, at: float) -> str:
    """A number near its point, inside the picture, under it where there is no room above."""
    half = width_of(text) / 2
    x = min(max(spot[0], half + 2), WIDTH - SIDE / 2 - half)
    return words(
        text, (x, spot[1] - 9 if spot[1] - 20 > at - TOP else spot[1] + 20), anchor="middle", fill=INK, bold=True
    )


def _months(moments: Sequence[str], place: Any, floor: float, x: str, ground: Ground) -> list[str]:
    parts = []
    for index in spread(len(moments), TICKS):
        text = said_moment(moments[index], x, ground.language)
        half = width_of(text, SMALL) / 2 + 2
        spot = place(moments[index], 0)[0]
        parts.append(stroke([(spot, floor), (spot, floor + 4)], SOFT))
        parts.append(
            words(text, (min(max(spot, half), WIDTH - half), floor + 17), anchor="middle", size=SMALL, fill=SOFT)
        )
    return parts
