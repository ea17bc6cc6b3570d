"""Numbers that lead to a person, by form, checksum and the words around.

From each group of digits on, the longest number that is one. A checksum alone is enough only for digits grouped as
people group such a number (or not at all); after a word that says what it is any grouping will do. Sums of money and
tracking numbers, which their neighbours name, are no identifiers even if a checksum fits by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from shahrnama.privacy.checks import is_card, is_iban, is_national_id
from shahrnama.privacy.forms import Number, beginning, is_dated, is_glued, is_grouped, is_sum, stands_alone
from shahrnama.privacy.groups import Run, runs

_MOST_GROUPS = {24: 7, 15: 7, 14: 7, 13: 7, 12: 6, 11: 11}  # without a word before; of other lengths 4
_LEAD_DIGITS = 12  # from the start of a run: so far the word before it speaks of its numbers
_AREAS = "11|13|17|2[1345678]|31|34|35|38|41|44|45|51|54|56|58|61|66|71|74|76|77|8[134678]"  # without their 0
_PHONE = re.compile(
    "(?:0|00|98|980|0098|00980)?(?:(?P<mobile>9[0-49][0-9]{8})|" rf"(?P<landline>(?:{_AREAS})[1-9][0-9]{{7}}))"
)
_LOCAL = re.compile("[2-9][0-9]{7}")
_SAYS = re.compile(
    r"(?P<national_id>(?:کد|شماره|شناسه|ش)[ .:ٔی]*ملی|ملی ?:|\bکد ?م\b|national|\bn\.?id\b)"
    r"|(?P<postal_code>پستی|کد ?پست|postal|post ?code|\bzip)"
    r"|(?P<phone>تلفن|تماس|زنگ|تل ?[:.]|همراه|موبایل|فکس|نمابر|شماره ?(?:من|ما|بنده|ام|اش)\b"
    r"|phone|mobile|\btel|fax|call)"
    r"|(?P<card>کارت|card)|(?P<iban>شبا|sheba|iban|حساب)",
    re.IGNORECASE,
)
_MORE = re.compile(r"[ \n]{0,2}(?:و|یا|،|,|;|؛|/|-)?[ \n]{0,2}")  # between two numbers of which a word before said it
_MOST_MORE = 5  # characters


def numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """Stretches of a view's text that are identifying numbers, with their kind."""
    end, kind = 0, ""
    for run in runs(text):
        first = 0
        while first < len(run.spans):
            said = _said(run, first, end, kind)
            found = _longest(run, first, said)
            if found:
                kind, end = found[1], run.spans[found[0].last][1]
                yield beginning(found[0], kind), end, kind
            first = found[0].last + 1 if found else first + 1


def _said(run: Run, first: int, end: int, kind: str) -> tuple[str, ...]:
    """What the words before say of a number, the nearest last; of one that follows another at once, what that was."""
    start = run.spans[first][0]
    if kind and start - end <= _MOST_MORE and _MORE.fullmatch(run.text, end, start):
        return ("phone" if kind in {"mobile", "landline"} else kind,)
    return tuple(found.lastgroup or "" for found in _SAYS.finditer(run.lead)) if _is_near(run, first) else ()


def _is_near(run: Run, first: int) -> bool:
    return run.offsets[first] <= _LEAD_DIGITS and len(run.lead) > 1


def _longest(run: Run, first: int, said: tuple[str, ...]) -> tuple[Number, str] | None:
    """The longest number that begins with a group, and its kind."""
    start, ends = run.offsets[first], run.ends
    phone = _PHONE.match(run.digits, start)
    phone_length = phone.end() - phone.start() if phone else 0
    for length in _lengths(phone_length, bool(said)):
        last = ends.get(start + length)
        if last is None or not (said or _is_cut(run, first, last, length)):
            continue
        if length != phone_length and not _is_likely(run.digits[start : start + length], bool(said)):
            continue
        number = Number(run, first, last, said)
        kind = _kind(number, phone)
        if kind and not is_glued(number, kind):
            return number, kind
    return None


@cache
def _lengths(phone: int, is_said: bool) -> tuple[int, ...]:
    """Which lengths to try, the longest first; 8 and 9 digits are something only where a word says so."""
    wanted = {24, 16, 10, 9, 8} if is_said else {24, 16, 10}
    return tuple(sorted({*wanted, phone} - {0}, reverse=True))


def _is_cut(run: Run, first: int, last: int, length: int) -> bool:
    """The quick half of how digits may be grouped: in few groups, or one by one and alone."""
    groups = last - first + 1
    if groups <= _MOST_GROUPS.get(length, 4) or run.digits[run.offsets[first]] == "0":
        return groups < length or run.joints[first] != run.joints[first + 1]
    return groups == length and run.joints[first] != run.joints[first + 1]


def _is_likely(digits: str, is_said: bool) -> bool:
    """The quick half of the judgement by content: the checksum."""
    length = len(digits)
    if length == 24:
        return is_iban(digits)
    if length == 16:
        return digits[0] in "4569" and is_card(digits)
    return is_said or (length == 10 and is_national_id(digits))


def _kind(number: Number, phone: re.Match[str] | None) -> str | None:
    length = len(number.digits)
    if length in (24, 16):
        kind = "iban" if length == 24 else "card"
        return kind if is_grouped(number, kind) and not (length == 16 and is_sum(number)) else None
    if length == 10 and number.said and number.said[-1] == "postal_code":
        return "postal_code"
    if length == 10 and number.said and number.said[-1] == "national_id" and is_national_id(number.digits):
        return "national_id"
    if phone and phone.end() - phone.start() == length and _is_phone(number, phone):
        return phone.lastgroup
    if length > 10 or is_sum(number):
        return None
    if is_national_id(number.digits.zfill(10)) and is_grouped(number, "national_id"):
        return "national_id"
    is_local = length == 8 and "phone" in number.said and _LOCAL.fullmatch(number.digits)
    return "landline" if is_local and not is_dated(number) else None


def _is_phone(number: Number, phone: re.Match[str]) -> bool:
    """Whether digits in the form of a phone number are one: those without a 0 before need a reason."""
    digits, sizes, is_mobile = number.digits, number.sizes, phone.lastgroup == "mobile"
    if is_dated(number):
        return False
    if digits[0] == "0":
        return True
    if number.before.endswith("+") or "phone" in number.said:
        return True
    if len(digits) > 10:
        return sizes[0] in (2, 3) or (is_mobile and number.is_whole)
    usual = number.is_whole or sizes in {(3, 3, 4), (3, 7), (3, 3, 2, 2), (3, 4, 3)}
    return is_mobile and usual and not is_sum(number) and (number.is_whole or stands_alone(number))
