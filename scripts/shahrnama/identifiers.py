"""Identifiers: one written form of personal data for every spelling, and where any of a known set stands in a text.

Digits of every script count, with the separators that people put into numbers; phone numbers are compared without
their trunk or country prefix (0, 98, 0098), IBANs without IR, plates as `12ب34588`, e-mail addresses in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

GAP = "[\\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\u00ad\u00a0\u0640_./()\\-\u2010-\u2015]"
_LETTER = "(?:الف|[آ-يیکA-Za-z])"
_FIRST = r"\d(?<!\d\d)(?!\d{3}-\d\d-\d\d(?!\d))"  # of a group that is no ISO date: every row has some
_RUN = re.compile(rf"{_FIRST}(?:{GAP}{{0,3}}\d){{6,}}")
_DIGITS = re.compile(r"\d+")
_DOMAIN = re.compile(r"[\w\-]+\.[\w.\-]*\w")
_EMAIL_REACH = 96  # characters before and after an at sign that an address is looked for in
_PLATE = re.compile(
    rf"\d\d{GAP}{{0,3}}{_LETTER}{GAP}{{0,3}}\d{{3}}{GAP}{{0,3}}(?:ایران|ايران|IR)?{GAP}{{0,3}}\d\d(?!\d)"
)
_PLATE_TURNED = re.compile(rf"(?:ایران|ايران){GAP}{{0,3}}\d\d{GAP}{{0,3}}\d{{3}}{GAP}{{0,3}}{_LETTER}{GAP}{{0,3}}\d\d")
_PREFIXED = re.compile("(?:00980|0098|980|98|0)([1-9][0-9]{9})")
_LONGEST_PREFIX = 5
_SPELLED = str.maketrans({"ي": "ی", "ك": "ک", "+": None})


@dataclass(frozen=True)
class Known:
    """Identifiers that must stand nowhere, in their one form; `repr` tells their number only."""

    numbers: frozenset[str]
    emails: frozenset[str]
    plates: frozenset[str]
    lengths: tuple[int, ...]  # of the numbers
    domains: frozenset[str]  # of the addresses

    def __repr__(self) -> str:
        return f"Known({len(self.numbers) + len(self.emails) + len(self.plates)} identifiers)"


def known(texts: Iterable[str]) -> Known:
    """Identifiers as they were found, in any spelling, ready to be looked for; what is empty is left out."""
    forms = {form for form in map(normal, texts) if form}
    numbers = frozenset(form for form in forms if form.isdecimal())
    emails = frozenset(form for form in forms if "@" in form)
    domains = frozenset(email.partition("@")[2] for email in emails)
    lengths = tuple(sorted({len(number) for number in numbers}))
    return Known(numbers, emails, frozenset(forms - numbers - emails), lengths, domains)


def normal(text: str) -> str:
    """The one written form of an identifier."""
    folded = ascii_folded(text).translate(_SPELLED)
    if "@" in folded:
        return folded.strip().lower()
    squeezed = re.sub(GAP, "", folded)
    turned = re.fullmatch(r"(?:ایران)(\d\d)(\d{3})(\D+)(\d\d)", squeezed)
    if turned:
        return "".join(turned.group(4, 3, 2, 1))
    bare = re.sub("ایران|(?i:IR)", "", squeezed)
    prefixed = _PREFIXED.fullmatch(bare)
    return prefixed.group(1) if prefixed else bare


def ascii_folded(text: str) -> str:
    """Digits of every script as ASCII ones."""
    if text.isascii():
        return text
    return "".join(str(int(char)) if char > "9" and char.isdecimal() else char for char in text)


def places(text: str, wanted: Known) -> Iterator[int]:
    """Where in the text an identifier of the set begins, by kind of identifier.

    A number is met inside a longer run of digits, or as whole groups that only separators part. Linear in the text.
    """
    if wanted.lengths:
        met: dict[str, bool] = {}
        for run in _RUN.finditer(text):
            spelled = run.group()
            if spelled not in met:
                met[spelled] = _holds(spelled, wanted)
            if met[spelled]:
                yield run.start()
    at = text.find("@") if wanted.emails else -1
    while at >= 0:
        if _is_email(text[max(0, at - _EMAIL_REACH) : at].lower(), text[at + 1 : at + _EMAIL_REACH].lower(), wanted):
            yield at
        at = text.find("@", at + 1)
    if wanted.plates:
        for pattern in (_PLATE, _PLATE_TURNED):
            yield from (found.start() for found in pattern.finditer(text) if normal(found.group()) in wanted.plates)


def _is_email(before: str, after: str, wanted: Known) -> bool:
    """Whether a known address has its at sign here, whatever stands right before and after it."""
    domain = _DOMAIN.match(after)
    ends = (end for end in range(3, domain.end() + 1 if domain else 0) if after[:end] in wanted.domains)
    return any(f"{before[at:]}@{after[:end]}" in wanted.emails for end in ends for at in range(len(before)))


def _holds(run: str, wanted: Known) -> bool:
    groups = [ascii_folded(group) for group in _DIGITS.findall(run)]
    shortest, longest = wanted.lengths[0], wanted.lengths[-1] + _LONGEST_PREFIX
    for first, group in enumerate(groups):
        if len(group) >= shortest and _inside(group, wanted):
            return True
        joined = ""
        for more in groups[first : first + longest]:
            joined += more
            if len(joined) > longest:
                break
            prefixed = _PREFIXED.fullmatch(joined) if len(joined) > shortest else None
            if joined in wanted.numbers or (prefixed and prefixed.group(1) in wanted.numbers):
                return True
    return False


def _inside(group: str, wanted: Known) -> bool:
    return any(
        group[at : at + length] in wanted.numbers for length in wanted.lengths for at in range(len(group) - length + 1)
    )
