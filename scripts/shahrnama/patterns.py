"""Regular expressions from elsewhere: whether matching takes a time that only grows with the text's length.

Python's `re` tries one way after another, so that `(a+)+$` needs 2^n steps for n letters. A pattern is read as the
automaton of its letters (Glushkov, "The abstract theory of automata", 1961): which letter may follow which. Where the
next character always decides, nothing is tried twice (Brüggemann-Klein and Wood, "One-unambiguous regular languages",
1998); where it does not, the choice must be outside loops, or be when to leave a loop for a tail without loops. What is
not proved is refused. Matching begins at the start of the cell, as Frictionless does it; searching is another matter.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any

from shahrnama.charsets import Spans, folded, meets, spans_of

LONGEST = 300  # characters of a pattern
MOST_COPIES = 64  # of a counted repeat; one with more is read as a loop, which has all its choices
MOST_LETTERS = 150  # positions of the automaton
MOST_WORK = 10_000  # ranges of characters compared: a hundredth of a second
MOST_CHOICES = 6  # outside loops: each may double the work

_SRE: Any = importlib.import_module("re._parser")  # private to Python, the only way to its own reading of a pattern
_HARMLESS = re.UNICODE | re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_ONE_LETTER = ("LITERAL", "NOT_LITERAL", "ANY", "IN")


class _Unproved(Exception):  # noqa: N818 no error: the answer is no
    """The pattern is not provably linear."""


@dataclass(frozen=True)
class _Part:
    """What a part of a pattern begins and ends with (positions), and whether it may be empty, in one way only."""

    first: frozenset[int]
    last: frozenset[int]
    may_be_empty: bool


_EMPTY = _Part(frozenset(), frozenset(), True)


class _Automaton:
    """Letters of a pattern by position, and the positions that may follow each; twice where two loops lead there."""

    def __init__(self, *, folds: bool) -> None:
        self.letters: list[Spans] = [()]  # position 0 is the start, and no letter
        self.follow: list[list[int]] = [[]]
        self.folds = folds

    def letter(self, spans: Spans) -> _Part:
        """A new position."""
        if len(self.letters) > MOST_LETTERS:
            raise _Unproved
        self.letters.append(folded(spans) if self.folds else spans)
        self.follow.append([])
        here = frozenset([len(self.letters) - 1])
        return _Part(here, here, False)

    def join(self, before: Iterable[int], after: Iterable[int]) -> None:
        """Let every position of `after` follow every one of `before`."""
        added = sorted(after)
        for position in before:
            self.follow[position].extend(added)

    def sequence(self, items: Any) -> _Part:
        """Parts one after the other."""
        whole = _EMPTY
        for item in items:
            part = self.part(item)
            self.join(whole.last, part.first)
            whole = _Part(
                whole.first | part.first if whole.may_be_empty else whole.first,
                whole.last | part.last if part.may_be_empty else part.last,
                whole.may_be_empty and part.may_be_empty,
            )
        return whole

    def part(self, item: Any) -> _Part:
        """One node of Python's own tree."""
        name, value = str(item[0]), item[1]
        if name in _ONE_LETTER:
            return self.letter(spans_of(name, value))
        if name == "AT":
            return _EMPTY
        if name in ("ASSERT", "ASSERT_NOT") and all(str(kind) in (*_ONE_LETTER, "AT") for kind, _ in value[1]):
            return _EMPTY
        if name == "SUBPATTERN":
            return self.sequence(value[3])
        if name == "ATOMIC_GROUP":
            return self.sequence(value)
        if name == "BRANCH":
            return self.branch([self.sequence(way) for way in value[1]])
        if name in _REPEATS:
            return self.repeat(*value)
        raise _Unproved  # a reference back, a condition, or what a later Python invents

    def branch(self, ways: list[_Part]) -> _Part:
        """One of several parts, of which at most one may be empty."""
        if sum(way.may_be_empty for way in ways) > 1:
            raise _Unproved
        first = frozenset[int]().union(*(way.first for way in ways))
        last = frozenset[int]().union(*(way.last for way in ways))
        return _Part(first, last, any(way.may_be_empty for way in ways))

    def repeat(self, low: int, high: int, body: Any) -> _Part:
        """A counted repeat as so many copies, a long one as a loop; never of what may itself be empty."""
        copies = [self.sequence(body)]
        if copies[0].may_be_empty:
            raise _Unproved
        if high > MOST_COPIES:
            self.join(copies[0].last, copies[0].first)
            return _Part(copies[0].first, copies[0].last, low == 0)
        copies += [self.sequence(body) for _ in range(1, int(high))]
        for before, after in pairwise(copies):
            self.join(before.last, after.first)
        ends = frozenset[int]().union(*(copy.last for copy in copies[max(low, 1) - 1 :]))
        return _Part(copies[0].first, ends, low == 0) if high else _EMPTY

    def is_linear(self) -> bool:
        """Whether the choices that the next character leaves open cannot multiply."""
        clashes = list(self.clashes())
        reach = _closure(self.follow) if clashes else []
        loops = sum(1 << at for at, reached in enumerate(reach) if reached >> at & 1)
        tailless = [bool((reached | 1 << at) & loops) for at, reached in enumerate(reach)]
        open_choices = 0
        for position, first, second in clashes:
            if not loops >> position & 1:
                open_choices += 1
                continue
            leaving = [at for at in (first, second) if not reach[at] >> position & 1]
            if not leaving or any(tailless[at] for at in leaving):
                return False
        return open_choices <= MOST_CHOICES

    def clashes(self) -> Iterator[tuple[int, int, int]]:
        """Each position with two that may follow it on one and the same character."""
        work = MOST_WORK
        for position, after in enumerate(self.follow):
            for first, second in combinations(after, 2):
                one, other = sorted((self.letters[first], self.letters[second]), key=len)
                work -= 1 + len(one)
                if work < 0:
                    raise _Unproved
                if any(meets(span, other) for span in one):
                    yield position, first, second


@lru_cache(maxsize=1_000)
def is_linear(pattern: str) -> bool:
    """Whether matching `pattern` at the start of a text provably takes linear time; False if it is no pattern."""
    if len(pattern) > LONGEST:
        return False
    try:
        tree = _SRE.parse(pattern)
        if tree.state.flags & ~int(_HARMLESS) or re.search(r"\(\?[a-zA-Z]*[aL]", pattern):
            return False  # ASCII and locale change what the classes mean
        automaton = _Automaton(folds=bool(re.search(r"\(\?[a-zA-Z]*i", pattern)))
        automaton.join([0], automaton.sequence(tree).first)
        return automaton.is_linear()
    except (_Unproved, re.error, OverflowError, RecursionError):
        return False


def _closure(follow: list[list[int]]) -> list[int]:
    """For each position those that can be reached from it in one step or more, as bits (Warshall, 1962)."""
    reach = [sum({1 << to for to in after}) for after in follow]
    for via in range(len(reach)):
        for at, reached in enumerate(reach):
            if reached >> via & 1:
                reach[at] |= reach[via]
    return reach
