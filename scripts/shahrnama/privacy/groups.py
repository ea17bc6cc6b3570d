"""Digits as people group them: `0912 000-1234` is one run of three groups, with how each is joined to the one before.

What surely is no identifier never comes into a run: decimals such as `35.7012345678` (a comma or a word ends a run
anyway) and UUIDs. They and walls count as neighbours all the same, so that masking one number never changes what is
thought of the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from shahrnama.privacy.view import GAP_CLASS, WALL

_TOKEN = re.compile(
    rf"(?P<other>{WALL}+"
    r"|(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])"
    r"|(?<![0-9.+A-Za-z])(?:0|[1-9][0-9]{0,2})\.[0-9]++(?![.0-9]))"
    r"|[0-9]++"
)
_GAP = re.compile(f"{GAP_CLASS}{{1,8}}")  # `) - ` and more are seen; longer ones part two numbers
_LONGEST_GAP = 8
_WEIGHTLESS = str.maketrans("", "", " \n()")
_LEAD = 30  # characters before a run that may say what it is
SHORTEST = 8  # digits of whatever is looked for
_SHORT = 4  # digits: so short a number may stand between a word and what it says


@dataclass(frozen=True)
class Run:
    """Groups of digits that gaps join; `offsets` are theirs within `digits`, with the end of the last behind."""

    text: str
    digits: str
    offsets: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    joints: tuple[str | None, ...]  # before each group, and behind the last; None where nothing joins
    lead_from: int

    @cached_property
    def ends(self) -> dict[int, int]:
        """Number of the group that ends at an offset."""
        return {offset: number for number, offset in enumerate(self.offsets[1:])}

    @cached_property
    def lead(self) -> str:
        """The text before the run, back to the number before it."""
        start = self.spans[0][0]
        return self.text[max(self.lead_from, start - _LEAD) : start]


def runs(text: str) -> Iterator[Run]:
    """Every run of a view's text that is long enough to be looked at, in order; together they are read once."""
    held: list[tuple[int, int]] = []
    joints: list[str | None] = []
    lead_from = last = 0
    for token in _TOKEN.finditer(text):
        is_other = token.lastgroup == "other"
        joint = _joint(text, last, token.start()) if last else None
        if held and (joint is None or is_other):
            if last - held[0][0] >= SHORTEST:
                yield _run(text, held, [*joints, joint], lead_from)
            lead_from = last if last - held[0][0] > _SHORT else lead_from
            held, joints = [], []
        if is_other:
            lead_from = token.end()
        else:
            held.append(token.span())
            joints.append(joint)
        last = token.end()
    if held and last - held[0][0] >= SHORTEST:
        yield _run(text, held, [*joints, None], lead_from)


def _run(text: str, spans: list[tuple[int, int]], joints: list[str | None], lead_from: int) -> Run:
    pieces = [text[start:end] for start, end in spans]
    offsets = [0]
    for piece in pieces:
        offsets.append(offsets[-1] + len(piece))
    return Run(text, "".join(pieces), tuple(offsets), tuple(spans), tuple(joints), lead_from)


def _joint(text: str, low: int, high: int) -> str | None:
    """The gap between two numbers as its kind: `-`, `.`, a line's end, or a space (parentheses too); None if no gap."""
    if high - low > _LONGEST_GAP or not _GAP.fullmatch(text, low, high):
        return None
    gap = text[low:high]
    return gap.translate(_WEIGHTLESS) or ("\n" if "\n" in gap else " ")
