"""Sets of characters, as spans of code points: what one letter of a regular expression matches, or a little more.

Exact below U+10000; beyond it every category but space is taken to hold everything, which only makes more meet.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

Spans = tuple[tuple[int, int], ...]  # both ends included, ascending, never touching

LAST = sys.maxunicode
BASIC = 0xFFFF
_CATEGORIES = {"DIGIT": r"\d+", "SPACE": r"\s+", "WORD": r"\w+"}
_FOREIGN_CASES = {"i": (0x130, 0x131), "k": (0x212A, 0x212A), "s": (0x17F, 0x17F)}  # of ASCII letters, beyond ASCII


def spans_of(name: str, value: Any) -> Spans:
    """The characters that one node of Python's `re._parser` matches: ANY, LITERAL, NOT_LITERAL or IN."""
    if name == "ANY":
        return ((0, LAST),)
    if name == "LITERAL":
        return ((value, value),)
    if name == "NOT_LITERAL":
        return _others(((value, value),))
    return _of_class(tuple(value))


@lru_cache(maxsize=100)
def _of_class(items: tuple[Any, ...]) -> Spans:
    """The characters between brackets, or all others."""
    is_negated = str(items[0][0]) == "NEGATE"
    found: list[tuple[int, int]] = []
    for kind, what in items[is_negated:]:
        if str(kind) == "CATEGORY":
            found.extend(_category(str(what)))
        else:
            found.append(what if str(kind) == "RANGE" else (what, what))
    return _others(_merged(found)) if is_negated else _merged(found)


@cache
def _category(name: str) -> Spans:
    """All characters of `\\d`, `\\s`, `\\w` or of what they leave out, as this Python has them."""
    _, *negated, letter = name.split("_")
    every = "".join(map(chr, range(BASIC + 1)))
    basic = tuple((found.start(), found.end() - 1) for found in re.finditer(_CATEGORIES[letter], every))
    spans = _others(basic) if negated else basic
    return spans if letter == "SPACE" else _merged([*spans, (BASIC + 1, LAST)])


def _merged(spans: Iterable[tuple[int, int]]) -> Spans:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _others(spans: Spans) -> Spans:
    """The complement of spans in order."""
    edges = [-1, *(edge for span in spans for edge in span), LAST + 1]
    return tuple((low + 1, high - 1) for low, high in zip(edges[::2], edges[1::2], strict=True) if high - low > 1)


@lru_cache(maxsize=100)
def folded(spans: Spans) -> Spans:
    """The spans in both cases; with a letter beyond ASCII that has two, every such letter."""
    letters = [chr(at) for low, high in spans for at in range(max(low, 65), min(high, 122) + 1) if chr(at).isalpha()]
    found = [*spans, *((ord(letter.swapcase()), ord(letter.swapcase())) for letter in letters)]
    found += [_FOREIGN_CASES[letter.lower()] for letter in letters if letter.lower() in _FOREIGN_CASES]
    if any(meets(span, _cased()) for span in spans):
        found += [*_cased(), *((ord(letter), ord(letter)) for letter in "iksIKS")]
    return _merged([*found, (BASIC + 1, LAST)] if spans and spans[-1][1] > BASIC else found)


@cache
def _cased() -> Spans:
    """Letters between ASCII and BASIC that have two cases."""
    return _merged((at, at) for at in range(128, BASIC + 1) if chr(at).lower() != chr(at).upper())


def meets(span: tuple[int, int], others: Spans) -> bool:
    """Whether a span has a character in common with any of the others."""
    at = bisect_left(others, span[0], key=lambda other: other[1])
    return at < len(others) and others[at][0] <= span[1]
