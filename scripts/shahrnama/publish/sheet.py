"""Sheet: a table for people, as HTML, that a phone shows row by row where it is too wide to stand side by side.

On a narrow screen the stylesheet makes a card of each row and says each cell's column before it (`data-label`). What is
laid out so is no table to some browsers any more (Safari): the roles say that it is one, whatever its looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape, unescape
from itertools import accumulate

from shahrnama.publish.svg import width_of

ROOM = 356  # px that a phone 390 px wide leaves for a table
LETTERS, PADDING, LEAST = 14.4, 16, 56  # px: height of letters, what is around them in a cell, the narrowest cell
TEXT = 90  # px in which a text of several words can be read, line by line
DRAWN = 84  # px of a picture in a cell
TAG, PICTURE = re.compile(r"<[^>]*>"), re.compile(r"<svg.*?</svg>")


@dataclass(frozen=True)
class Cell:
    """HTML of one cell, and whether it is a number, whose digits line up."""

    html: str
    is_number: bool = False


def sheet(label: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The table on one line of HTML, so that Markdown leaves it whole, in a region that scrolls where it must.

    `label` and `header` are plain text; the region is named by `label` and can be reached by keyboard.
    """
    rows = list(rows)
    needed = accumulate(_needed(title, [row[at] for row in rows]) for at, title in enumerate(header))
    wide = any(width > ROOM for width in needed)  # the rest is not measured
    head = "".join(f"<th scope=col{_role('columnheader', wide)}>{escape(title)}</th>" for title in header)
    body = "".join(_row(row, header, wide) for row in rows)
    group, kind = _role("rowgroup", wide), " cards" if wide else ""
    return (
        f'<div class="rows{kind}" role="region" aria-label="{escape(label)}" tabindex="0">'
        f'<table class="look"{_role("table", wide)}><thead{group}><tr{_role("row", wide)}>{head}</tr></thead>'
        f"<tbody{group}>{body}</tbody></table></div>"
    )


def _needed(title: str, cells: Iterable[Cell]) -> float:
    """Room that a column takes, px, so that it can still be read: numbers on one line, texts line by line."""
    words = max((width_of(word, LETTERS) for word in title.split()), default=0)
    return max(LEAST, PADDING + max([words, *map(_width, cells)]))


def _width(cell: Cell) -> float:
    wide = width_of(_text(cell), LETTERS)
    return (DRAWN if PICTURE.search(cell.html) else 0) + (wide if cell.is_number else min(wide, TEXT))


def _row(row: Sequence[Cell], header: Sequence[str], wide: bool) -> str:
    titles = header if not wide or _text(row[0])[:1].isdigit() else ("", *header[1:])  # a name needs none above a card
    cells = "".join(_cell(cell, title, wide) for cell, title in zip(row, titles, strict=True))
    return f"<tr{_role('row', wide)}>{cells}</tr>"


def _cell(cell: Cell, title: str, wide: bool) -> str:
    kind = ' class="n"' if cell.is_number else ""
    label = f' data-label="{escape(title)}"' if wide and title else ""
    return f"<td{kind}{_role('cell', wide)}{label}>{cell.html}</td>"


def _text(cell: Cell) -> str:
    return unescape(TAG.sub("", PICTURE.sub("", cell.html)))


def _role(name: str, wide: bool) -> str:
    return f" role={name}" if wide else ""
