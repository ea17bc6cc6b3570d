"""The drawing of a process map: steps as boxes, the ways between them as arrows, waits beside the arrows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shahrnama.persian import Language
from shahrnama.publish.amounts import said_days, said_share
from shahrnama.publish.layout import Layout, Placed, place
from shahrnama.publish.picture import Ground
from shahrnama.publish.svg import (
    INK,
    PAPER,
    SMALL,
    SOFT,
    TINT,
    WARN,
    WIDTH,
    Point,
    box,
    lines,
    px,
    width_of,
    words,
    wrapped,
)

STEP_WIDTH, LINE_STEP = 138, 18  # px: two steps stand side by side on a phone
MAIN = 0.5  # of what leaves a step: smaller ways say their share
THICKEST = 5  # px of the busiest way


@dataclass(frozen=True)
class Way:
    """One edge: between which steps, for how many cases, waiting how many days (None where not known)."""

    source: str
    target: str
    cases: float
    days: float | None
    share: float  # of what leaves the source


@dataclass(frozen=True)
class Neck:
    """The step before which most waiting lies: its share of all waiting days, its median days (None: not known)."""

    step: str
    share: float
    median: float | None


class ProcessDrawing:
    """Steps as boxes and ways as arrows, placed by Graphviz."""

    def __init__(
        self, ground: Ground, ways: Sequence[Way], steps: Sequence[str], below: Mapping[str, str], neck: Neck | None
    ) -> None:
        self._ground, self._ways, self._steps, self._below, self._neck = ground, ways, steps, below, neck
        self._most = max((way.cases for way in ways), default=1)
        names = {step: wrapped(ground.translated(step), STEP_WIDTH - 12) for step in steps}
        self._names = names
        sizes = {step: (float(STEP_WIDTH), self._tall(step)) for step in steps}
        edges = [
            (way.source, way.target, (width_of(self._said(way), SMALL) + 10, 20.0), way.share >= MAIN) for way in ways
        ]
        self._layout: Layout = place(sizes, edges)
        self._shift = max(0.0, (WIDTH - self._layout.width) / 2)

    @property
    def height(self) -> float:
        """Of the whole map, px, where it is WIDTH wide."""
        return self._layout.height + 8

    @property
    def parts(self) -> list[str]:
        """Ways first, so that no line crosses a box; their words last."""
        if not self._steps:
            return []
        shrink = min(1.0, WIDTH / self._layout.width)
        drawn = [self._way(way, placed) for way, placed in zip(self._ways, self._layout.edges, strict=True)]
        inside = [
            *drawn,
            *(self._box(step) for step in self._steps),
            *(self._label(way, placed) for way, placed in zip(self._ways, self._layout.edges, strict=True)),
        ]
        return inside if shrink == 1 else [f'<g transform="scale({px(shrink)})">', *inside, "</g>"]

    def _is_neck(self, step: str) -> bool:
        return self._neck is not None and self._neck.step == step

    def _tall(self, step: str) -> float:
        return 14 + LINE_STEP * len(self._names[step]) + 16 * (bool(self._below.get(step)) + self._is_neck(step))

    def _said(self, way: Way) -> str:
        language: Language = self._ground.language
        days = said_days(way.days, language) if way.days is not None else ""
        share = said_share(way.share, language) if way.share < MAIN else ""
        return (" · " if language == "en" else "، ").join(filter(None, (share, days)))

    def _at(self, point: Point) -> Point:
        return point[0] + self._shift, point[1] + 4

    def _box(self, step: str) -> str:
        x, y = self._at(self._layout.nodes[step])
        tall, neck = self._tall(step), self._is_neck(step)
        top = y - tall / 2
        names = self._names[step]
        shape = box((x - STEP_WIDTH / 2, top), STEP_WIDTH, tall, WARN if neck else TINT, round_by=6)
        letters, small = (PAPER, PAPER) if neck else (INK, SOFT)
        found = [shape, lines(names, (x, top + 20), LINE_STEP, anchor="middle", fill=letters, bold=True)]
        under = top + 20 + LINE_STEP * len(names) - 1
        if self._below.get(step):
            found.append(words(self._below[step], (x, under), anchor="middle", size=SMALL, fill=small))
            under += 16
        if neck and self._neck:
            share = said_share(self._neck.share, self._ground.language)
            badge = f"گلوگاه: {share} انتظار" if self._ground.language == "fa" else f"Bottleneck: {share}"
            found.append(words(badge, (x, under), anchor="middle", size=SMALL, fill=letters, bold=True))
        return "".join(found)

    def _way(self, way: Way, placed: Placed) -> str:
        colour = WARN if self._is_neck(way.target) else SOFT
        thick = 1 + (THICKEST - 1) * way.cases / self._most
        points = [self._at(point) for point in placed.curve]
        (x, y), *rest = points
        path = f"M{px(x)},{px(y)}C" + " ".join(f"{px(across)},{px(down)}" for across, down in rest)
        line = f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{px(thick)}"/>'
        return line + _head(points, placed.tip, self._at, colour, thick)

    def _label(self, way: Way, placed: Placed) -> str:
        text = self._said(way)
        if not text or placed.label is None:
            return ""
        neck = self._is_neck(way.target)
        x, y = self._at(placed.label)
        return words(text, (x, y + 4), anchor="middle", size=SMALL, fill=WARN if neck else INK, bold=neck)


def _head(points: Sequence[Point], tip: Point, at: Callable[[Point], Point], colour: str, thick: float) -> str:
    """A triangle from the end of the curve to the step's edge."""
    (x, y), (to_x, to_y) = points[-1], at(tip)
    long = max(((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5, 0.1)
    wide = 3.5 + thick / 2
    across = (-(to_y - y) / long * wide, (to_x - x) / long * wide)
    corners = ((to_x, to_y), (x + across[0], y + across[1]), (x - across[0], y - across[1]))
    return f'<polygon points="{" ".join(f"{px(a)},{px(b)}" for a, b in corners)}" fill="{colour}"/>'
