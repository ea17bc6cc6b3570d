"""Names of people, where a title says that a name follows: «آقای رضا محمدی», «سرکار خانم مهندس احمدی».

The words after the title are found, the title is not: one to three of them, up to a verb, a particle, an office or
another word of `words`. A title within a place's name («خیابان دکتر شریعتی») or before an office («آقای شهردار») leads
to nobody. The second word is taken unless it is a common one, the third only if it looks like a name: rather a word
too many than a family name in public.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shahrnama.privacy.prefilter import BEHIND_TITLE, TITLE
from shahrnama.privacy.view import ZWNJ
from shahrnama.privacy.words import FAMILY, GIVEN, PLACES, PLURALS, ROLES, SHORTEST_FAMILY, SKIPPED, STOPS, VERBAL

_LETTER = "[\u0621-\u063a\u0641-\u065f\u066e-\u06d3\u06d5\u06ee\u06ef]"
_MARKS = re.compile("[\u064b-\u065f\u0670]")
_TITLE = re.compile(rf"(?<!{_LETTER}){TITLE}(?={BEHIND_TITLE})")
_WORD = rf"({_LETTER}(?:{ZWNJ}?{_LETTER}){{0,29}})(?!{ZWNJ}?{_LETTER})"  # no Persian name is longer
_FIRST = re.compile(rf"(?:[ \n{ZWNJ}]{{1,4}}[:(«]?|[:(«])[ \n{ZWNJ}]{{0,3}}[(«]?{_WORD}")
_NEXT = re.compile(rf"\.?[ {ZWNJ}]{{1,3}}{_WORD}")
_BEFORE = 48  # characters before a title that may call it part of a place
_PLACE = re.compile(
    rf"(?<!{_LETTER})(?:{'|'.join(sorted(PLACES)).replace(ZWNJ, f'{ZWNJ}?')})[ {ZWNJ}]{{1,3}}"
    rf"(?:(?:شهید|شهیدان|استاد|سردار|مرحوم|آیت{ZWNJ}?الله|جناب|{TITLE})[ {ZWNJ}]{{1,3}}){{0,3}}\Z"
)
_COMMON = frozenset(word.replace(ZWNJ, "") for word in {*STOPS, *ROLES, *PLACES})
_LONGEST = 3  # words of one name


def names(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of a view's text (half-spaces in it) that are names after a title."""
    at = 0
    for title in _TITLE.finditer(text):
        if title.start() < at or _PLACE.search(text, max(0, title.start() - _BEFORE), title.start()):
            continue
        found = list(_name(text, title.end()))
        if found:
            at = found[-1][1]
            yield found[0][0], at


def _name(text: str, at: int) -> Iterator[tuple[int, int]]:
    """The words of the name that begins at `at`, behind its title."""
    taken: list[str] = []
    pattern = _FIRST
    while len(taken) < _LONGEST and (found := pattern.match(text, at)):
        word, start, at = _MARKS.sub("", found.group(1)), found.start(1), found.end(1)
        if not taken and word in SKIPPED:
            continue
        if "." in found.group()[: start - found.start()] and len(taken[-1]) > 1:
            return  # a full stop ends the sentence, unless behind an initial
        if _is_inflected(word) or not _is_name(word.replace(ZWNJ, ""), taken):
            return
        taken.append(word.replace(ZWNJ, ""))
        yield start, at
        pattern = _NEXT


def _is_name(word: str, taken: list[str]) -> bool:
    if word in _COMMON:
        return False
    if not taken:
        return True
    is_given = taken[-1] in GIVEN or len(taken[-1]) == 1
    if len(taken) == 1:
        return is_given or not _is_family(taken[0]) or _is_family(word)
    return is_given or _is_family(word)


def _is_family(word: str) -> bool:
    return word not in GIVEN and (word in FAMILY or (len(word) >= SHORTEST_FAMILY and word.endswith(FAMILY)))


def _is_inflected(word: str) -> bool:
    """Whether half-spaces make it a plural or a verb: خانم‌ها, گفته‌اند, می‌گوید."""
    parts = word.split(ZWNJ)
    return len(parts) > 1 and (parts[0] in VERBAL or parts[-1] in PLURALS)
