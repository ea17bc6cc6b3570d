"""Synonyms: what people ask for, and what the city calls it; the search over tables and over pages finds that, too.

An everyday word finds the official one, and not the other way round: who searches for the official word counts what it
names. Broken plurals (`منطقه`, `مناطق`), which no suffix tells, and two spellings of English find each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shahrnama.persian import fold

EVERYDAY = {
    "آشغال": ("زباله", "پسماند"),
    "جوب": ("جوی",),
    "پارک": ("بوستان",),
    "ماشین": ("خودرو",),
    "جواز": ("پروانه", "مجوز"),
    "شکایت": ("گلایه",),
    "چاله": ("لکه",),  # گیری
    "garbage": ("waste",),
    "trash": ("waste",),
    "rubbish": ("waste",),
    "license": ("licence", "permit"),
    "complaint": ("blame",),
}
SAME = (
    ("منطقه", "مناطق"),
    ("خدمت", "خدمات"),
    ("معبر", "معابر"),
    ("سند", "اسناد"),
    ("تکلیف", "تکالیف"),
    ("اداره", "ادارات"),
    ("مصوبه", "مصوبات"),
    ("معامله", "معاملات"),
    ("شکایت", "شکایات"),
    ("organisation", "organization"),
    ("neighbourhood", "neighborhood"),
    ("centre", "center"),
)


def _pairs() -> Iterator[tuple[str, str]]:
    yield from ((asked, found) for asked, names in EVERYDAY.items() for found in names)
    for one, other in SAME:
        yield from ((one, other), (other, one))


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for first, second in pairs:
        found[first] = (*found.get(first, ()), second)
    return found


_FOLDED = [(fold(asked), fold(found)) for asked, found in _pairs()]
FINDS = _grouped(_FOLDED)  # by a folded word: those that it finds besides itself
FOUND_BY = _grouped((found, asked) for asked, found in _FOLDED)  # the reverse
