"""Figures: a picture on a page, with what it is, what to see in it, its numbers, and where to take it from."""

from __future__ import annotations

from html import escape

from shahrnama.persian import Language
from shahrnama.publish.picture import Picture
from shahrnama.publish.sheet import Cell, sheet

WORDS: dict[Language, dict[str, str]] = {
    "fa": {
        "data": "داده‌های این تصویر",
        "download": "CSV",
        "own": "نشانی خودش: ارجاع، تصویر، جاسازی",
    },
    "en": {
        "data": "Data of this picture",
        "download": "CSV",
        "own": "Its own page: cite, download, embed",
    },
}


def figure(item: Picture, root: str, *, own: bool = True) -> str:
    """One line of HTML, so that Markdown leaves it whole.

    `root` leads from the page to its language's home (as `../../`); where the picture has a page of its own, `own` says
    whether to link to it.
    """
    words, up = WORDS[item.language], "../" if item.language == "en" else ""  # files stand beside both languages
    links = (
        f'<p class="more"><a href="{root}{up}{item.file("csv")}">{words["download"]}</a> · '
        f'<a href="{root}{item.address}/">{words["own"]}</a></p>'
        if own and item.is_listed
        else ""
    )
    return (
        f'<figure id="{escape(item.name)}"><figcaption><b>{escape(item.title)}</b> '
        f'<span class="see">{escape(item.sentence)}</span> <span>{escape(item.description)}</span></figcaption>'
        f"{item.svg}"
        f"<details><summary>{words['data']}</summary>{data_table(item)}{links}</details></figure>"
    )


def data_table(item: Picture) -> str:
    """The numbers as a table, in a region that scrolls where it must, reachable by keyboard."""
    return sheet(item.title, item.header, [[Cell(escape(cell)) for cell in row] for row in item.cells])
