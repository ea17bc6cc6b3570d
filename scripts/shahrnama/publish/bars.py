"""Bars: one value each, the largest first, with its number at its end, so that no axis has to be read.

Names that are short stand beside their bars, long ones above them, whole. Persian bars run from the right. Groups that
have an order of their own, as ages have, keep it (`sort: codes`); what is the sum of others is left out (`leave_out`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from shahrnama.errors import PublishError
from shahrnama.persian import number
from shahrnama.publish.measures import can_be_summed, said
from shahrnama.publish.picture import Drawing, Ground, amount, required, written
from shahrnama.publish.sentences import of_ranked
from shahrnama.publish.svg import BAR, INK, PAPER, SMALL, SOFT, WARN, WIDTH, box, stroke, width_of, words, wrapped

SHORT = 118  # px: names up to this stand beside their bars
THICK, GAP, LINE_STEP, TOP = 15, 10, 18, 4  # px
MOST = 20  # bars, where the declaration does not say
BY_CODES = "codes"
ENOUGH = 5  # things from which a median says something

Pair = tuple[str, float]
Named = tuple[str, float, bool]  # name, value, whether it stands out


def ranked(specification: Mapping[str, Any], ground: Ground) -> list[Pair]:
    """Values of `y` by those of `x`, added up, largest first; PublishError where shares or medians would be added.

    With `sort: codes` they come in the order of the labels of `x`.
    """
    required(specification, "x", "y", "resource")
    x, y = specification["x"], specification["y"]
    sums: dict[str, float] = {}
    for row in ground.rows(specification["resource"]):
        value = amount(row, y)
        if row[x] and row[x] not in specification.get("leave_out", ()) and value is not None:
            if row[x] in sums and not can_be_summed(y):
                raise PublishError(f"{y} is no amount and cannot be summed by {x}; draw a table with one row for each")
            sums[row[x]] = sums.get(row[x], 0) + value
    if specification.get("sort") == BY_CODES:
        places = {code: place for place, code in enumerate(ground.labels.get(x, ()))}
        return sorted(sums.items(), key=lambda pair: places.get(pair[0], len(places)))
    return _by_value(sums.items())


def _by_value(pairs: Iterable[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def bars(specification: Mapping[str, Any], ground: Ground, _key: str | None, highlight: str | None) -> Drawing:
    """Bars of the `top` largest; `highlight` is the value of `x` whose bar stands out, wherever it ranks."""
    pairs, x, y = ranked(specification, ground), specification["x"], specification["y"]
    shown = pairs[: int(specification.get("top") or MOST)]
    shown += [pair for pair in pairs[len(shown) :] if pair[0] == highlight]
    named = [(ground.label(x, key), value, key == highlight) for key, value in shown]
    alike = specification.get("sort") != BY_CODES  # groups of an order of their own have no middle one
    parts, height = _Bars(named, y, ground, _middle(pairs) if alike else None).drawn()
    told = [(ground.label(x, key), value) for key, value in (pairs if alike else _by_value(pairs))]
    return Drawing(
        of_ranked(told, y, ground.language, len(shown), middle=alike),
        parts,
        height,
        (ground.heading(specification["resource"], x), ground.heading(specification["resource"], y)),
        tuple((name, said(value, y, ground.language)) for name, value, _ in named),
        (x, "name", y),
        tuple((key, ground.label(x, key), written(value)) for key, value in shown),
    )


def _middle(pairs: list[Pair]) -> tuple[float, int] | None:
    """The median and of how many, where there are enough to have one worth a line."""
    middle = median(value for _, value in pairs) if len(pairs) >= ENOUGH else -1
    return (middle, len(pairs)) if middle >= 0 else None


class _Bars:
    """Where everything stands: names at the foot or above, bars from the reading side, numbers at their ends."""

    def __init__(self, named: list[Named], y: str, ground: Ground, middle: tuple[float, int] | None) -> None:
        self.named, self.y, self.ground, self.middle = named, y, ground, middle
        self.persian = ground.language == "fa"
        widest = max((width_of(name) for name, _, _ in named), default=0)
        self.beside = widest <= SHORT
        self.start = widest + 12 if self.beside else 0.0
        numbers = max((width_of(self._said(value)) for _, value, _ in named), default=0) + 8
        self.scale = (WIDTH - self.start - numbers) / max([value for _, value, _ in named] + [0.0001])

    def drawn(self) -> tuple[list[str], float]:
        """All parts from top to bottom, and how high they are."""
        parts: list[str] = []
        at: float = TOP
        for name, value, stands_out in self.named:
            names = [name] if self.beside else wrapped(name, WIDTH - 4)
            above = 0 if self.beside else LINE_STEP * len(names) + 1
            parts += [self._from_side(line, at + 12.5 + LINE_STEP * row) for row, line in enumerate(names)]
            at += above
            parts += self._bar(value, at, stands_out)
            at += THICK + GAP
        if self.middle is None:
            return parts, at - GAP + TOP
        return [*parts, self._from_side(self._note(*self.middle), at + 8, size=SMALL, fill=SOFT)], at + 14

    def _bar(self, value: float, at: float, stands_out: bool) -> list[str]:
        long = max(value * self.scale, 0.5)
        left = WIDTH - self.start - long if self.persian else self.start
        edge = left - 5 if self.persian else left + long + 5
        colour, anchor = WARN if stands_out else BAR, "end" if self.persian else "start"
        line = [self._median(self.middle[0], at)] if self.middle else []
        text = words(self._said(value), (edge, at + 12.5), anchor=anchor, fill=colour if stands_out else INK,
                     bold=stands_out, halo=bool(line))  # fmt: skip
        return [box((left, at), long, THICK, colour), *line, text]

    def _median(self, middle: float, at: float) -> str:
        """A piece of the dashed line, as high as a bar with what is around it."""
        x = self.start + middle * self.scale
        place = WIDTH - x if self.persian else x
        ends = [(place, at - 3), (place, at + THICK + (GAP - 3 if self.beside else 3))]
        return stroke(ends, PAPER, 3) + stroke(ends, SOFT, 1.2, dashed=True)

    def _note(self, middle: float, count: int) -> str:
        many, much = number(count, self.ground.language), self._said(middle)
        return f"خط‌چین: میانهٔ همهٔ {many} مورد ({much})" if self.persian else f"Dashed: median of all {many} ({much})"

    def _from_side(self, text: str, y: float, **style: Any) -> str:
        """A line of text from the side where reading begins."""
        return words(text, (WIDTH if self.persian else 0, y), anchor="end" if self.persian else "start", **style)

    def _said(self, value: float) -> str:
        return said(value, self.y, self.ground.language)
