"""Cells: one value of a table for people, as HTML, by what its field says; nothing of the data becomes markup."""

from __future__ import annotations

import re
from html import escape
from typing import Any
from urllib.parse import quote

from shahrnama.persian import Language, display_month, persian_digits
from shahrnama.publish.amounts import said_number, said_rials, said_share
from shahrnama.publish.markdown import LONGEST_CELL, moment
from shahrnama.publish.texts import WORDS, codes

EMPTY = "—"
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")
BOOLEANS = ("is_", "has_", "needs_")
YEAR = re.compile(r"1[34]\d\d")  # as text: a number would get thousands
PERSIAN = re.compile(r"[آ-ی]")
NUMERIC = ("integer", "number")


def shown(value: Any, name: str, field: dict[str, Any], language: Language) -> str:
    """The cell `value` of the column `name`, whose field may be empty where no descriptor knows the column.

    Shares are percents, rials are said in the unit that people use, codes by their labels, dates in the reader's
    calendar with the other on hover; long text is cut with an ellipsis.
    """
    if value is None or value == "":
        return EMPTY
    labels = codes(field, language)
    if str(value) in labels:
        return escape(labels[str(value)])
    if field.get("type") == "boolean" or name.startswith(BOOLEANS):
        return WORDS[language]["yes" if value in (1, "1", "true", True) else "no"]
    if isinstance(value, str) and (month := display_month(value, language)):
        return month
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return moment(value, language)
    if isinstance(value, str) and YEAR.fullmatch(value):
        return persian_digits(value) if language == "fa" else value
    if is_number(value, field):
        return _number(float(value), name, language)
    return text(str(value), language)


def is_number(value: Any, field: dict[str, Any]) -> bool:
    """Whether the cell is a number: what its field says, else what it is."""
    return field["type"] in NUMERIC if "type" in field else isinstance(value, (int, float))


def text(value: str, language: Language, longest: int = LONGEST_CELL) -> str:
    """Text of the data as HTML: cut, a web address as a link, Persian marked as such on English pages."""
    if value.startswith(("http://", "https://")):
        return f'<a href="{href(value)}" dir="ltr" rel="nofollow">{escape(value[:longest])}</a>'
    short = value if len(value) <= longest else value[: longest - 1].rsplit(" ", 1)[0] + "…"
    return in_language(escape(" ".join(short.split())), language)


def in_language(html: str, language: Language) -> str:
    """HTML of one text, isolated from the direction of what surrounds it; Persian says so on an English page."""
    persian = ' lang="fa"' if language == "en" and PERSIAN.search(html) else ""
    return f"<bdi{persian}>{' '.join(html.split())}</bdi>"


def href(address: str) -> str:
    """A web address as it may stand in an attribute, in Markdown too: what either gives a meaning is encoded."""
    return escape(quote(address, safe="!#$%&'()*+,-./:;=?@_~"))


def _number(value: float, name: str, language: Language) -> str:
    if name.endswith("_share") or name == "share":
        return said_share(value, language)
    if name.endswith("_irr"):
        return said_rials(value, language)
    if name.endswith("_year"):
        return persian_digits(str(int(value))) if language == "fa" else str(int(value))  # a year has no thousands
    return said_number(value, language)
