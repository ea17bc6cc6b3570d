"""How the scanner sees a text: one digit script, one letter for each sound, no invisible marks, and where each was.

A view is shorter than its text or as long; `index` leads every character back to its place, so that findings speak of
the text as it was given. What is already masked is a wall: neither number, letter nor context, in every later look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PLACEHOLDERS = {
    "mobile": "[شماره همراه]",
    "landline": "[شماره تلفن]",
    "national_id": "[کد ملی]",
    "iban": "[شماره شبا]",
    "card": "[شماره کارت]",
    "email": "[رایانامه]",
    "plate": "[شماره پلاک]",
    "postal_code": "[کد پستی]",
    "name": "[نام]",
}
ZWNJ = "\u200c"
WALL = "\ue000"  # private use, no letter: stands for every character of what is masked

_SPACES = [0x09, 0x0B, 0x0C, *range(0x1C, 0x20), 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000]
_BREAKS = [0x0D, 0x85, 0x2028, 0x2029]
_DASHES = [0x05BE, *range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63]
_DOTS = [0xB7, 0x066B, 0x06D4, 0x2022, 0x2024, 0x2027, 0x2219, 0x22C5]
_SLASHES = [0x5C, 0x2044, 0x2215, 0xFF3C]
_DIGITS = {zero + value: str(value) for zero in (0x0660, 0x06F0) for value in range(10)}
_STYLED = {0x1D7CE + at: str(at % 10) for at in range(50)}  # mathematical digits: bold, double-struck, ...
_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}

FOLDED: dict[int, str] = {
    **_WIDE,
    **_DIGITS,
    **_STYLED,
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_BREAKS, "\n"),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_DOTS, "."),
    **dict.fromkeys(_SLASHES, "/"),
    **dict.fromkeys(map(ord, "يى"), "ی"),
    ord("ك"): "ک",
    0xFE6B: "@",
}
INVISIBLE = frozenset(
    map(
        chr,
        [
            *(0xAD, 0x034F, 0x061C, 0x0640, 0x180E, 0x200B, 0x20E3, 0xFEFF),
            *range(0x200D, 0x2010),
            *range(0x202A, 0x202F),
            *range(0x2060, 0x2070),
            *range(0xFE00, 0xFE10),
        ],
    )
)
GAP = " \n-/._()"  # what may stand between the digits of one number, as it is seen
GAP_CLASS = r"[ \n\-/._()]"
_HIDDEN = re.compile("[" + "".join(sorted(INVISIBLE)) + "]")
_MASKED = re.compile("|".join(map(re.escape, PLACEHOLDERS.values())))


@dataclass(frozen=True, order=True)
class Finding:
    """A stretch of the text, `start` to `end`, that is personal data of a kind (a key of PLACEHOLDERS)."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class View:
    """A text as it is searched; `index[i]` is the place of `text[i]` in the text as given."""

    text: str
    index: Sequence[int]

    @classmethod
    def of(cls, text: str) -> View:
        """The folded text without its invisible characters, half-spaces kept, with walls where it is masked."""
        if "[" in text:
            text = _MASKED.sub(lambda found: WALL * len(found.group()), text)
        seen = text.translate(FOLDED)
        if not _HIDDEN.search(seen):
            return cls(seen, range(len(seen)))
        kept = [(letter, at) for at, letter in enumerate(seen) if letter not in INVISIBLE]
        return cls("".join(letter for letter, _ in kept), [at for _, at in kept])

    def without_half_spaces(self) -> View:
        """The same with its half-spaces taken out."""
        if ZWNJ not in self.text:
            return self
        kept = [at for letter, at in zip(self.text, self.index, strict=True) if letter != ZWNJ]
        return View(self.text.replace(ZWNJ, ""), kept)

    def walled(self, found: Iterable[tuple[int, int]]) -> View:
        """The same with walls in place of the stretches given (in order, as the view counts)."""
        pieces, at = [], 0
        for start, end in found:
            pieces += [self.text[at:start], WALL * (end - start)]
            at = end
        return View("".join([*pieces, self.text[at:]]), self.index) if pieces else self

    def finding(self, start: int, end: int, kind: str) -> Finding:
        """A stretch of the view as one of the text."""
        return Finding(self.index[start], self.index[end - 1] + 1, kind)
