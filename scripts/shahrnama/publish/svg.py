"""SVG: the few shapes that pictures are made of, drawn once for the light page, the dark page and the world outside.

Colours are CSS variables of the page with a value of their own behind them (`var(--ink,#17252a)`), so that a picture in
a page follows its light or dark dress; `alone` resolves them for a picture that stands by itself. Widths of text are
estimated and not measured from fonts: the same data gives the same bytes on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from shahrnama.persian import Language

INK, SOFT, LINE = "var(--ink,#17252a)", "var(--soft,#44565c)", "var(--line,#cfdadd)"
BAR, WARN, PAPER, TINT = "var(--bar,#0b7285)", "var(--warn,#9a3412)", "var(--paper,#fff)", "var(--tint,#e3f0f3)"
FONT = "Vazirmatn, Tahoma, sans-serif"
WIDTH = 360  # px: nearly unscaled on a phone 390 px wide
SIZE, SMALL = 14, 12  # px of letters
LETTER, LATIN, DIGIT = 0.45, 0.53, 0.6  # width of a letter in heights of letters, a little over Vazirmatn's means
ASCII, DIGITS = re.compile("[!-/:-~]"), re.compile("[0-9۰-۹]")
NARROW = re.compile("[\u200c\u064b-\u0655\u0670]")  # half-spaces and marks take no room

Point = tuple[float, float]


def width_of(text: str, size: float = SIZE) -> float:
    """Room that a text takes, px, rather too much than too little."""
    shown = NARROW.sub("", text)
    latin, digits = len(ASCII.findall(shown)), len(DIGITS.findall(shown))
    return size * (LATIN * latin + DIGIT * digits + LETTER * (len(shown) - latin - digits))


def wrapped(text: str, room: float, size: float = SIZE) -> list[str]:
    """The text in lines of at most `room` px, broken at spaces; a longer word stays whole."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def px(value: float) -> str:
    """A length in as few letters as it takes."""
    return f"{round(value, 1):g}"


def words(text: str, at: Point, *, anchor: str = "start", size: float = SIZE, fill: str = INK, bold: bool = False,
          halo: bool = False) -> str:  # fmt: skip
    """A line of text; `anchor` is start (grows to the right), middle or end, whatever the language.

    `halo` keeps lines that pass behind it from touching its letters.
    """
    x, y = at
    side = "" if anchor == "start" else f' text-anchor="{anchor}"'
    weight = ' font-weight="700"' if bold else ""
    letters = "" if size == SIZE else f' font-size="{px(size)}"'
    around = f' stroke="{PAPER}" stroke-width="3" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{px(x)}" y="{px(y)}" fill="{fill}" unicode-bidi="plaintext"{side}{letters}{weight}{around}>'
        f"{escape(text, quote=False)}</text>"
    )


def lines(texts: Sequence[str], at: Point, step: float, **style: str | float | bool) -> str:
    """Lines of text below each other, `step` px apart."""
    x, y = at
    return "".join(words(text, (x, y + row * step), **style) for row, text in enumerate(texts))  # type: ignore[arg-type]


def box(at: Point, width: float, height: float, fill: str, *, round_by: float = 2, stroke: str = "") -> str:
    """A rectangle from its upper left corner."""
    border = f' stroke="{stroke}" stroke-width="1.5"' if stroke else ""
    return (
        f'<rect x="{px(at[0])}" y="{px(at[1])}" width="{px(width)}" height="{px(height)}" rx="{px(round_by)}"'
        f' fill="{fill}"{border}/>'
    )


def dot(at: Point, radius: float, fill: str, stroke: str = "none") -> str:
    """A circle."""
    return (
        f'<circle cx="{px(at[0])}" cy="{px(at[1])}" r="{px(radius)}" fill="{fill}" stroke="{stroke}" stroke-width="2"/>'
    )


def stroke(points: Iterable[Point], colour: str, thick: float = 1, *, dashed: bool = False) -> str:
    """A line through points."""
    path = " ".join(f"{px(x)},{px(y)}" for x, y in points)
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{px(thick)}" stroke-linejoin="round"'
        f"{dashes}/>"
    )


def picture(kind: str, width: float, height: float, parts: Iterable[str], *, title: str, desc: str,
            language: Language) -> str:  # fmt: skip
    """Inline SVG as wide as its place, named and described for screen readers."""
    return (
        f'<svg class="picture {kind}" width="{px(width * 1.2)}" viewBox="0 0 {px(width)} {px(height)}" role="img"'
        f' lang="{language}" direction="ltr" font-family="{FONT}" font-size="{SIZE}">'
        f"<title>{escape(title, quote=False)}</title>"
        f"<desc>{escape(desc, quote=False)}</desc>{''.join(parts)}</svg>"
    )


def resolved(svg: str) -> str:
    """The picture in the light page's colours, for where no page lends it any."""
    return re.sub(r"var\(--[a-z-]+,([^()]+)\)", r"\1", svg)
