"""Privacy: personal data in free text, found by its form and checksum in any digit script, and masked.

Found: mobile and landline numbers, national IDs, bank accounts (IBAN, شبا), bank cards, e-mail addresses, car plates,
with spaces, dashes, half-spaces or direction marks inside. Not found: bare names and addresses, which no rule can tell
from other words; fields that hold them are dropped by their parser instead. Every step is linear in the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shahrnama.persian import ascii_digits

PLACEHOLDERS = {
    "mobile": "[شماره همراه]",
    "landline": "[شماره تلفن]",
    "national_id": "[کد ملی]",
    "iban": "[شماره شبا]",
    "card": "[شماره کارت]",
    "email": "[رایانامه]",
    "plate": "[شماره پلاک]",
}


@dataclass(frozen=True, order=True)
class Finding:
    """A stretch of the text, `start` to `end`, that is personal data of a kind (a key of PLACEHOLDERS)."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class _Digits:
    """Digits of consecutive groups and how the groups are cut."""

    text: str
    sizes: tuple[int, ...]
    start: int
    end: int
    before: str


_BETWEEN = "[\\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\u00ad\u00a0\u0640_./()\\-\u2010-\u2015]"
_GROUP = re.compile("[0-9]+")
_GAP = re.compile(f"{_BETWEEN}{{0,3}}")
_LONGEST = 26  # digits: an IBAN's 24, with a little room for a prefix
_LENGTHS = frozenset({8, 10, 11, 12, 13, 14, 15, 16, 24})  # of whatever `_kind` knows
_CONTEXT = 24  # characters before a number that may say what it is
_PHONE_WORDS = re.compile("تلفن|تماس|زنگ|تل[:.]|phone|tel", re.IGNORECASE)
_LETTER = f"(?:الف|[آ-یA-Za-z]){_BETWEEN}{{0,3}}"
_PLATES = (
    re.compile(
        rf"(?<![0-9])[0-9]{{2}}{_BETWEEN}{{0,3}}{_LETTER}[0-9]{{3}}{_BETWEEN}{{0,3}}(?:ایران|ايران|IR)?"
        rf"{_BETWEEN}{{0,3}}[0-9]{{2}}(?![0-9])"
    ),
    re.compile(
        rf"ایران{_BETWEEN}{{0,3}}[0-9]{{2}}{_BETWEEN}{{0,3}}[0-9]{{3}}{_BETWEEN}{{0,3}}{_LETTER}[0-9]{{2}}(?![0-9])"
    ),
)
_LOCAL_PART = re.compile(r"[A-Za-z0-9._%+\-]{1,64}\Z")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_MOBILE = re.compile(r"(?:0|98|980|0098|00980)?9[0-49][0-9]{8}")
_LANDLINE = re.compile(r"(?:0|98|980|0098|00980)[1-8][1-9][1-9][0-9]{7}")


def findings(text: str) -> list[Finding]:
    """Personal data in `text`, in order and without overlap; positions are those of the text as given."""
    digits = ascii_digits(text)
    found = [*_emails(digits), *_plates(digits), *_numbers(digits)]
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda item: (item.start, -item.end)):
        if not kept or finding.start >= kept[-1].end:
            kept.append(finding)
    return kept


def mask(text: str) -> str:
    """The text with each finding replaced by what it was, as in `[شماره همراه]`; masking again changes nothing."""
    masked, at = [], 0
    for finding in findings(text):
        masked += [text[at : finding.start], PLACEHOLDERS[finding.kind]]
        at = finding.end
    return "".join([*masked, text[at:]])


def _emails(text: str) -> Iterator[Finding]:
    at = text.find("@")
    while at >= 0:
        local = _LOCAL_PART.search(text, max(0, at - 64), at)
        domain = _DOMAIN.match(text, at + 1)
        if local and domain:
            yield Finding(local.start(), domain.end(), "email")
        at = text.find("@", at + 1)


def _plates(text: str) -> Iterator[Finding]:
    for pattern in _PLATES:
        for found in pattern.finditer(text):
            yield Finding(found.start(), found.end(), "plate")


def _numbers(text: str) -> Iterator[Finding]:
    """Runs of digit groups; from each group on, the longest number that is personal data."""
    groups = [(found.start(), found.end()) for found in _GROUP.finditer(text)]
    first = 0
    while first < len(groups):
        taken = 0
        for candidate, count in _candidates(text, groups, first):
            kind = _kind(candidate)
            if kind:
                taken = count
                best = Finding(_with_prefix(text, candidate.start), candidate.end, kind)
        if taken:
            yield best
        first += taken or 1


def _candidates(text: str, groups: list[tuple[int, int]], first: int) -> Iterator[tuple[_Digits, int]]:
    start = groups[first][0]
    before = text[max(0, start - _CONTEXT) : start]
    digits, sizes = "", list[int]()
    for count, (low, high) in enumerate(groups[first : first + _LONGEST], start=1):
        if sizes and not _GAP.fullmatch(text, groups[first + count - 2][1], low):
            return
        if len(digits) + high - low > _LONGEST:
            return
        digits += text[low:high]
        sizes.append(high - low)
        if len(digits) in _LENGTHS:
            yield _Digits(digits, tuple(sizes), start, high, before), count


def _kind(number: _Digits) -> str | None:
    length, whole = len(number.text), len(number.sizes) == 1
    if length == 24 and _is_iban(number.text):
        return "iban"
    if length == 16 and (whole or set(number.sizes) == {4}) and _is_card(number.text):
        return "card"
    if _MOBILE.fullmatch(number.text) and (length > 10 or number.before.endswith("+") or whole or number.sizes[0] == 3):
        return "mobile"
    if length == 10 and (whole or number.sizes == (3, 6, 1)) and is_national_id(number.text):
        return "national_id"
    if _LANDLINE.fullmatch(number.text):
        return "landline"
    said = _PHONE_WORDS.search(number.before)
    return "landline" if length == 8 and said and number.text[0] in "23456789" else None


def _with_prefix(text: str, start: int) -> int:
    """Where the number begins with its `+`, `(` or `IR`."""
    found = re.search(rf"(?:[Ii][Rr]|\+|\(){_BETWEEN}{{0,2}}\Z", text[max(0, start - 4) : start])
    return start - len(found.group()) if found else start


def is_national_id(digits: str) -> bool:
    """Ten ASCII digits whose last is the check digit: the sum of d[i]·(10−i) modulo 11; equal digits are refused."""
    if not re.fullmatch("[0-9]{10}", digits) or len(set(digits)) == 1:
        return False
    rest = sum(int(digit) * (10 - at) for at, digit in enumerate(digits[:9])) % 11
    return int(digits[9]) == (rest if rest < 2 else 11 - rest)


def _is_iban(digits: str) -> bool:
    """ISO 13616: country (I=18, R=27) and check digits moved behind, modulo 97 is 1."""
    return int(f"{digits[2:]}1827{digits[:2]}") % 97 == 1


def _is_card(digits: str) -> bool:
    """ISO/IEC 7812, Luhn."""
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    total = sum(map(int, digits[-1::-2])) + sum(value - 9 if value > 9 else value for value in doubled)
    return len(set(digits)) > 1 and total % 10 == 0


def may_hold(text):
    return True
