"""Tile map: one square for each place, where it lies of its neighbours, shaded by a value that is also written in it.

The map is schematic, and its sentence says so. Where tiles stand is data: the `tile_row` and `tile_column` of the
places' own table, whose README says what they rest on; tiles are alike in size and share no boundary that is anywhere.
North is up and west is left in every language. The shades are one hue from light to dark, which all kinds of colour
sight tell apart, in equal steps of the value; letters on each keep a contrast of at least 4.5 (WCAG 1.4.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from shahrnama.errors import PublishError
from shahrnama.persian import Language
from shahrnama.publish.bars import ranked
from shahrnama.publish.measures import said, said_short, unit
from shahrnama.publish.picture import Drawing, Ground, written
from shahrnama.publish.sentences import lowest, of_ranked
from shahrnama.publish.svg import LINE, SMALL, SOFT, WARN, WIDTH, box, px, width_of, words

SHADES = (
    ("#dff1f4", "#12262b"),
    ("#a6d8e0", "#12262b"),
    ("#62b3c2", "#0d1f24"),
    ("#1d7587", "#ffffff"),
    ("#0a4552", "#ffffff"),
)
SCHEMATIC: dict[Language, str] = {
    "fa": "نقشهٔ کاشی‌وار است: جای تقریبی، نه مرز رسمی.",
    "en": "The map is made of tiles: approximate positions, no official boundaries.",
}
GAP, TALL, LEGEND = 4, 56, 44  # px: between tiles, a tile, the legend


def tile_map(specification: Mapping[str, Any], ground: Ground, _key: str | None, highlight: str | None) -> Drawing:
    """A tile for each place of `x`; one without a value is empty; `highlight` is outlined."""
    pairs, x, y = ranked(specification, ground), specification["x"], specification["y"]
    places = ground.places.get(x)
    if not places:
        raise PublishError(f"{x} names nothing that has a tile_row and a tile_column; a tile map needs both")
    values = dict(pairs)
    columns = max(column for _, column in places.values())
    wide = (WIDTH - GAP * (columns - 1)) / columns
    low, high = (min(values.values()), max(values.values())) if values else (0.0, 1.0)
    parts = []
    for key, (row, column) in sorted(places.items(), key=lambda item: item[1]):
        corner = (column - 1) * (wide + GAP), (row - 1) * (TALL + GAP)
        parts.append(_tile(ground.label(x, key), values.get(key), corner, wide, (low, high), y, ground))
        if key == highlight:
            parts.append(_outline(corner, wide))
    height = max(row for row, _ in places.values()) * (TALL + GAP)
    parts += [_north(places, wide, ground), *_legend(height + 10, low, high, y, ground)]
    ordered = sorted(places, key=lambda key: (-values.get(key, float("-inf")), key))
    resource = specification["resource"]
    named = [(ground.label(x, key), value) for key, value in pairs]
    sentence = of_ranked(named, y, ground.language)
    if len(named) > 1:
        sentence += f" {lowest(named, y, ground.language)}"
    sentence += f" {SCHEMATIC[ground.language]}"
    return Drawing(
        sentence,
        parts,
        height + LEGEND,
        (ground.heading(resource, x), ground.heading(resource, y)),
        tuple(
            (ground.label(x, key), said(values[key], y, ground.language) if key in values else "—") for key in ordered
        ),
        (x, "name", y),
        tuple((key, ground.label(x, key), written(values[key]) if key in values else "") for key in ordered),
    )


def _tile(
    name: str,
    value: float | None,
    corner: tuple[float, float],
    wide: float,
    ends: tuple[float, float],
    y: str,
    ground: Ground,
) -> str:
    middle = corner[0] + wide / 2
    if value is None:
        shapes = box(corner, wide, TALL, "none", round_by=5, stroke=LINE)
        letters, text = SOFT, "—"
    else:
        shade, letters = SHADES[_class(value, *ends)]
        shapes, text = box(corner, wide, TALL, shade, round_by=5, stroke=LINE), said_short(value, y, ground.language)
    size = SMALL if width_of(name, SMALL) < wide - 4 else SMALL * (wide - 4) / width_of(name, SMALL)
    return (
        f"<g><title>{escape(name)}: {escape(text)}</title>{shapes}"
        f"{words(name, (middle, corner[1] + 20), anchor='middle', size=size, fill=letters)}"
        f"{words(text, (middle, corner[1] + 42), anchor='middle', size=16, fill=letters, bold=True)}</g>"
    )


def _class(value: float, low: float, high: float) -> int:
    """Which of the shades: equal steps from the lowest to the highest."""
    return min(int(len(SHADES) * (value - low) / (high - low)), len(SHADES) - 1) if high > low else len(SHADES) // 2


def _outline(corner: tuple[float, float], wide: float) -> str:
    return (
        f'<rect x="{px(corner[0] + 1.5)}" y="{px(corner[1] + 1.5)}" width="{px(wide - 3)}" height="{px(TALL - 3)}"'
        f' rx="4" fill="none" stroke="{WARN}" stroke-width="4"/>'
    )


def _north(places: Mapping[str, tuple[int, int]], wide: float, ground: Ground) -> str:
    """Which way is up, in the first corner that no tile takes; nothing where there is none."""
    columns, taken = max(column for _, column in places.values()), set(places.values())
    free = next((column for column in range(1, columns + 1) if (1, column) not in taken), None)
    if free is None:
        return ""
    middle = (free - 1) * (wide + GAP) + wide / 2
    arrow = f'<polygon points="{px(middle)},4 {px(middle - 5)},14 {px(middle + 5)},14" fill="{SOFT}"/>'
    return arrow + words(
        "شمال" if ground.language == "fa" else "North", (middle, 30), anchor="middle", size=SMALL, fill=SOFT
    )


def _legend(at: float, low: float, high: float, y: str, ground: Ground) -> list[str]:
    """The shades in reading order with the values at their bounds."""
    persian, room = ground.language == "fa", WIDTH / len(SHADES)
    parts = []
    for index, (shade, _) in enumerate(SHADES):
        left = WIDTH - room * (index + 1) if persian else room * index
        parts.append(box((left, at), room, 10, shade, round_by=0))
    noun = unit(y, ground.language)
    for index in range(len(SHADES) + 1):
        along = room * index
        text = said_short(low + (high - low) * index / len(SHADES), y, ground.language)
        last = index == len(SHADES)
        side = "middle" if 0 < index < len(SHADES) else ("start" if last == persian else "end")
        text = f"{text} {noun}" if last and noun else text
        parts.append(words(text, (WIDTH - along if persian else along, at + 26), anchor=side, size=SMALL, fill=SOFT))
    return parts
