"""Digits as one number: how they are grouped, what stands around them, and what speaks against them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from shahrnama.privacy.groups import Run
from shahrnama.privacy.view import WALL

_DATE = re.compile("(?:13|14|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_YEAR = re.compile("(?:13|14|19|20)[0-9]{2}")
_PAYS = r"ریال|تومان|تومن|میلیون|میلیارد|هزار|درصد|rials?\b|irr\b|tomans?\b"
_MONEY_AFTER = re.compile(rf"[ \n()\-]{{0,3}}(?:{_PAYS})", re.IGNORECASE)
_NONE_BEFORE = re.compile(
    r"(?:رهگیری|پی ?گیری|مرسوله|فاکتور|قبض|پرداخت|مبلغ|بودجه|اعتبار|قیمت|هزینه|ارزش|tracking"
    rf"|{_PAYS})[ :#\-(]{{0,3}}\Z",
    re.IGNORECASE,
)
_IR = re.compile(r"(?<![A-Za-z])I ?R[ \-.:(]{0,2}\Z", re.IGNORECASE)
_PLUS = re.compile(r"(?:\(?\+|\()[ \-.:]{0,2}\Z")
_LATIN_BEFORE = re.compile(rf"(?P<mixed>[0-9{WALL}]?)(?P<word>[A-Za-z]+)\Z")
_LATIN_AFTER = re.compile(r"(?!I ?R[ \-.:(]{0,2}[0-9])[A-Za-z]", re.IGNORECASE)  # the next account's IR is no word
_SHAPES = {
    "national_id": frozenset(
        {
            *((3, 6, 1), (3, 3, 4), (3, 4, 3), (4, 3, 3), (5, 5), (4, 6), (6, 4), (3, 7), (7, 3), (2, 4, 4), (4, 4, 2)),
            *((3, 3, 3, 1), (9, 1), (2, 3, 3, 2), (2, 4, 2, 2)),
        }
    ),
    "card": frozenset([(4, 4, 4, 4), (8, 8), (4, 12), (6, 10), (12, 4), (6, 6, 4), (6, 2, 4, 4)]),
    "iban": frozenset([(2, 4, 4, 4, 4, 4, 2), (4,) * 6, (2, 22), (2, 3, 19), (8, 8, 8), (12, 12), (2, 3, 1, 18)]),
}
_SHORTEST = 10  # digits that need no word before
_LOOSE = frozenset([(4, 4, 4, 4), (2, 4, 4, 4, 4, 4, 2), (3, 6, 1)])  # shapes that need no neighbour of another kind


@dataclass(frozen=True)
class Number:
    """Consecutive groups of a run, `first` to `last`, that may be one number."""

    run: Run
    first: int
    last: int
    said: tuple[str, ...]  # what words before it may call it, the nearest last

    @property
    def digits(self) -> str:
        """All of its digits."""
        return self.run.digits[self.run.offsets[self.first] : self.run.offsets[self.last + 1]]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many digits each group has."""
        ends = self.run.offsets[self.first : self.last + 2]
        return tuple(high - low for low, high in pairwise(ends))

    @property
    def is_whole(self) -> bool:
        """Whether nothing stands between its digits."""
        return self.first == self.last

    @property
    def before(self) -> str:
        """A few characters before it."""
        start = self.run.spans[self.first][0]
        return self.run.text[max(0, start - 24) : start]


def is_grouped(number: Number, kind: str) -> bool:
    """Whether the digits are cut as people cut a number of the kind, or a word before says that it is one."""
    if kind in number.said or (kind == "iban" and _prefix(number.before, kind)):
        return True
    if number.is_whole:
        return len(number.digits) >= _SHORTEST
    if number.sizes in _LOOSE and kind != "national_id":
        return True
    joints = number.run.joints[number.first : number.last + 2]
    is_alone = joints[0] is joints[-1] is None
    if kind != "national_id" and is_alone:
        return True
    if len({*joints[1:-1]}) > 1 or (kind == "national_id" and _has_year(number)):
        return False
    if number.sizes in _LOOSE or (is_alone and joints[1] != " "):  # spaces part the numbers of a list, too
        return True
    return (number.sizes in _SHAPES[kind] or max(number.sizes) == 1) and stands_alone(number)


def _has_year(number: Number) -> bool:
    """Whether a group looks like a year, as in the number of a letter: 1405/12/3456."""
    ends = number.run.offsets[number.first : number.last + 2]
    return any(high - low == 4 and _YEAR.match(number.run.digits, low) for low, high in pairwise(ends))


def stands_alone(number: Number) -> bool:
    """Whether what joins it to its neighbours, if anything does, is not what joins its own groups."""
    joints = number.run.joints
    inside = {*joints[number.first + 1 : number.last + 1]}
    return not inside & {joints[number.first], joints[number.last + 1]}


def is_dated(number: Number) -> bool:
    """Whether its first groups are a date: 2026-03-21, 20260321, 21/03/2026."""
    sizes, digits = number.sizes, number.digits
    if sizes == (8,):
        return bool(_DATE.fullmatch(digits))
    if sizes[:3] == (4, 2, 2):
        return bool(_YEAR.match(digits))
    return sizes[:3] == (2, 2, 4) and bool(_YEAR.match(digits, 4))


def is_sum(number: Number) -> bool:
    """Whether its neighbours call it money or the number of a consignment."""
    if number.said:
        return False
    end = number.run.spans[number.last][1]
    return bool(_NONE_BEFORE.search(number.before) or _MONEY_AFTER.match(number.run.text, end))


def is_glued(number: Number, kind: str) -> bool:
    """Whether Latin letters touch it as they do in hashes and codes; a whole word before it (`tel0912…`) does not."""
    text, end = number.run.text, number.run.spans[number.last][1]
    if _LATIN_AFTER.match(text, end):
        return True
    touching = _LATIN_BEFORE.search(number.before)
    if not touching or (kind == "iban" and _prefix(number.before, kind)):
        return False
    word = touching["word"]
    return bool(touching["mixed"]) or len(word) < 2 or not set(word.lower()) - set("abcdef")


def beginning(number: Number, kind: str) -> int:
    """Where it begins with its `+`, a `(` that is closed within, or an account's `IR`."""
    start, end = number.run.spans[number.first][0], number.run.spans[number.last][1]
    prefix = _prefix(number.before, kind)
    is_open = prefix.startswith("(") and ")" not in number.run.text[start:end]
    return start - len(prefix.removeprefix("(") if is_open else prefix)


def _prefix(before: str, kind: str) -> str:
    found = (_IR if kind == "iban" else _PLUS).search(before)
    return found.group() if found else ""
