"""Social cards: what a messenger shows of a page's address, its title in large letters, 1200 by 630 px.

One for each title, so that pages of one name share it, and kept from build to build. What is below the title is one of
four pictures: only the letters are drawn anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shahrnama.persian import Language
from shahrnama.publish.markdown import add_front_matter
from shahrnama.publish.png import Drawn
from shahrnama.publish.svg import FONT, lines, width_of, words, wrapped

WIDE, HIGH, EDGE, BAND = 1200, 630, 84, 22  # px: what Open Graph's readers cut for
SIZES = ((84, 2), (66, 3), (52, 4))  # px of letters, and in how many lines at most
GROUND, STRIPE, PAPER, SOFT, NOTE = "#083a44", "#0b7285", "#ffffff", "#b9dde4", "#ffe7a3"
BRAND: dict[Language, tuple[str, str]] = {
    "fa": ("شهرنما", "دادهٔ باز شهر، تا مردم خودشان ببینند و بسنجند"),
    "en": ("Shahrnama", "The open data of a city, for its people to check"),
}
DEMO: dict[Language, str] = {"fa": "دادهٔ نمونه و ساختگی", "en": "Fictional demonstration data"}
FOLDER = "cards"
TITLE = re.compile(r"^title: (.+)$", re.M)


@dataclass(frozen=True)
class Card:
    """SVG of a card without its title, SVG of the title (white on black), and where that has its upper left corner."""

    ground: str
    title: str
    corner: tuple[int, int]  # px

    @property
    def name(self) -> str:
        """What no other card has."""
        return hashlib.sha256(f"{self.ground}{self.corner}{self.title}".encode()).hexdigest()[:16]


def card(title: str, language: Language, *, is_demo: bool) -> Card:
    """A card: brand, title as large as it fits, and whether the page's data is fictional."""
    side, anchor = _side(language)
    size, told = _fitted(title)
    first = 330 - size * 0.75 * (len(told) - 1)
    room = round(1.1 * max(width_of(line, size) for line in told))
    wide = min(WIDE - EDGE - BAND, room + EDGE)  # the less, the quicker
    left = WIDE - EDGE // 2 - wide if language == "fa" else EDGE // 2
    area = (left, round(first - 1.2 * size), wide, round(size * (1.5 * len(told) + 0.4)))
    letters = lines(told, (side, first), size * 1.5, anchor=anchor, size=size, fill="#fff", bold=True)
    return Card(_ground(language, is_demo=is_demo), _drawing("#000", letters, area), area[:2])


def _side(language: Language) -> tuple[int, str]:
    return (WIDE - EDGE, "end") if language == "fa" else (EDGE, "start")


@cache
def _ground(language: Language, *, is_demo: bool) -> str:
    persian = language == "fa"
    side, anchor = _side(language)
    name, motto = BRAND[language]
    parts = [
        f'<rect x="{WIDE - BAND if persian else 0}" width="{BAND}" height="{HIGH}" fill="{STRIPE}"/>',
        words(name, (side, 110), anchor=anchor, size=44, fill=PAPER, bold=True),
        words(motto, (side, HIGH - 62), anchor=anchor, size=30, fill=SOFT),
    ]
    if is_demo:
        other, end = (EDGE, "start") if persian else (WIDE - EDGE, "end")
        parts.append(words(DEMO[language], (other, 108), anchor=end, size=30, fill=NOTE))
    return _drawing(GROUND, "".join(parts), (0, 0, WIDE, HIGH))


def _drawing(fill: str, parts: str, area: tuple[int, int, int, int]) -> str:
    """SVG of a part of a card: from where, how wide and high."""
    x, y, wide, high = area
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="{x} {y} {wide} {high}"'
        f' font-family="{FONT}"><rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="{fill}"/>{parts}</svg>'
    )


def _fitted(title: str) -> tuple[int, list[str]]:
    """The largest letters in which the title fits, else the smallest with its end cut."""
    room = WIDE - 2 * EDGE
    for size, most in SIZES:
        told = wrapped(title, room, size)
        if len(told) <= most:
            return size, told
    return size, [*told[: most - 1], f"{told[most - 1]} …"]


def add_cards(docs: Path, language: Language, drawn: Drawn) -> None:
    """Draw a card for each Markdown page of a language below `docs` and name it in its front matter (`card`)."""
    for path in sorted((docs / language).rglob("*.md")):
        markdown = path.read_text(encoding="utf-8")
        title, is_demo = _said(markdown)
        found = card(title, language, is_demo=is_demo)
        name = f"{FOLDER}/{found.name}.png"
        place = docs / name
        if not place.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(drawn.lettered(found.ground, found.title, found.corner, (GROUND, PAPER)))
        add_front_matter(path, {"card": name})


def _said(markdown: str) -> tuple[str, bool]:
    """The title of a page, from its front matter, else its first heading, and whether all its data is fictional."""
    head = markdown.split("\n---\n", 1)[0] if markdown.startswith("---\n") else ""
    found = TITLE.search(head)
    if found:
        return str(json.loads(found[1])) if found[1].startswith('"') else found[1], "\ndemo: true" in head
    heading = re.search(r"^# (.+)$|<h1[^>]*>(.+?)</h1>", markdown, re.M)
    return (re.sub(r"<[^>]+>", "", heading[1] or heading[2]) if heading else ""), "\ndemo: true" in head
