"""Persian and Jalali: one home for letters, digits, search folding and the calendar.

Text is normalised once, when it is parsed (`normalise`, which keeps the half-space of prose); search folds both what
is indexed and what is asked (`fold`), so that every spelling of a word meets. Dates are Gregorian and UTC inside and
Jalali at the edge, in the time zone Asia/Tehran (never a fixed offset: it was +04:30 in summers until 2022).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

Language = Literal["fa", "en"]

TEHRAN = ZoneInfo("Asia/Tehran")
ZWNJ = "\u200c"
JALALI_MONTHS = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
JALALI_MONTHS_EN = (
    "Farvardin",
    "Ordibehesht",
    "Khordad",
    "Tir",
    "Mordad",
    "Shahrivar",
    "Mehr",
    "Aban",
    "Azar",
    "Dey",
    "Bahman",
    "Esfand",
)
AMOUNT_WORDS = (  # least amount, Persian, English
    (10**12, "هزار میلیارد", "trillion"),
    (10**9, "میلیارد", "billion"),
    (10**6, "میلیون", "million"),
    (10**3, "هزار", "thousand"),
)

_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007"), " ")
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x0640, 0x200B, 0x200D, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_LETTERS = {**dict.fromkeys(map(ord, "يىېۍێ"), "ی"), **dict.fromkeys(map(ord, "كڪګ"), "ک"), 0x00AC: ZWNJ}
_PROSE: dict[int, str | None] = {**_SPACES, **_INVISIBLE, **_LETTERS}

_PERSIAN_DIGITS = {0x30 + value: chr(0x06F0 + value) for value in range(10)}
_DIGITS = {base + value: str(value) for base in (0x06F0, 0x0660) for value in range(10)}
_FOLDED: dict[int, str | None] = {
    **_DIGITS,
    **dict.fromkeys(map(ord, "ةۀهہە"), "ه"),
    **dict.fromkeys(map(ord, "أإٱآ"), "ا"),
    ord("ؤ"): "و",
    ord("ئ"): "ی",
    0x066B: ".",  # decimal separator
    0x066C: None,  # thousands separator
    0x0621: None,  # hamza
    ord(ZWNJ): " ",
}
_MARKS = [*range(0x0300, 0x0370), *range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06EE)]
_SEARCHED = {  # all of these at once
    **dict.fromkeys(_MARKS),
    **_FOLDED,
    **{letter: (said or "").translate(_FOLDED) for letter, said in _PROSE.items()},
}
_TOKEN = re.compile(r"\w+(?:\.\d+)*")

# Inflections that do not change what a reader looks for: plural, plural with ezafe or possessive, comparative.
SUFFIXES = ("هایشان", "هایمان", "هایتان", "هایی", "هایش", "های", "ها", "ترین", "تر")
_ALONE = frozenset({*SUFFIXES, "ای", "ام", "ات", "اش", "اند", "ی", "می", "نمی"})
# Words that only look inflected; those over the shortest stem length need a place here.
_WHOLE = frozenset(
    [
        "تنها",
        "انتها",
        "دختر",
        "دفتر",
        "کمتر",
        "بیشتر",
        "بهتر",
        "برتر",
        "کمترین",
        "بیشترین",
        "بهترین",
        "کامپیوتر",
        "فیلتر",
    ]
)
SHORTEST_STEM = 3  # letters: «بها» and «متر» are words of their own

THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")  # a comma within a number in ASCII digits

REMEMBERED_BYTES = 100_000_000  # of folded words: some 400,000
WORD_BYTES = 200  # what Python needs to remember a word, beside its letters


def normalise(text: str) -> str:
    """Text as it is published: Persian ی and ک, no invisible marks but the half-space, single spaces, NFC."""
    spelled = unicodedata.normalize("NFC", text).translate(_PROSE)
    return re.sub(rf" ?{ZWNJ}+ ?", ZWNJ, " ".join(spelled.split())).strip(ZWNJ)


def fold(text: str) -> str:
    """Words as search compares them, joined by spaces; index and query go through this alike.

    Letters, digits, diacritics, half-spaces, separators of thousands and plural or comparative suffixes (written on,
    with a half-space, or apart) make no difference: `كتابخانه‌ها`, `کتابخانه ها` and `کتابخانه` give the same word.
    """
    words = _words(text)
    return " ".join(_kept(words) or words)


def column_folding() -> Callable[[Iterable[object]], list[str | None]]:
    """A `fold` for column after column of texts, which folds a word once as long as it remembers it.

    It takes what stands between two spaces for itself. That gives the same: no word reaches over a space, and NFKD and
    NFC neither join anything with one nor move a mark over it (UAX 15: it is a starter). None stays None.
    """
    remembered = _Remembered()

    def folded(texts: Iterable[object]) -> list[str | None]:
        remembered.forget_if_full()
        kept = remembered.__getitem__
        named = (None if text is None else str(text) for text in texts)
        return [text and ("".join(map(kept, text.split(" ")))[:-1] or fold(text)) for text in named]

    return folded


class _Remembered(dict[str, str]):
    """Parts of texts and their folded words, each with a space after it; quicker than `functools.cache`."""

    spent = 0  # bytes

    def __missing__(self, part: str) -> str:
        self.spent += WORD_BYTES + 4 * len(part)
        kept = self[part] = " ".join([*_kept(_words(part)), ""])
        return kept

    def forget_if_full(self) -> None:
        if self.spent > REMEMBERED_BYTES:
            self.clear()
            self.spent = 0


def folding() -> dict[str, Any]:
    """What `fold` goes by, for another language's `fold`: `letters` (a sign to what it is read as), and word lists."""
    letters = {chr(sign): said or "" for sign, said in sorted(_SEARCHED.items())}
    lists = {"suffixes": SUFFIXES, "alone": sorted(_ALONE), "whole": sorted(_WHOLE)}
    return {"letters": letters, "shortest_stem": SHORTEST_STEM, **lists}


def _words(text: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", text).translate(_SEARCHED).casefold()  # marks are signs of their own, and go
    return _TOKEN.findall(THOUSANDS.sub("", unicodedata.normalize("NFC", apart)))


def _kept(words: list[str]) -> list[str]:
    return [_stem(word) for word in words if word not in _ALONE]


def _stem(word: str) -> str:
    if word in _WHOLE or not word.endswith(SUFFIXES):
        return word
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= SHORTEST_STEM:
            return word.removesuffix(suffix)
    return word


def ascii_digits(text: str) -> str:
    """Persian and Arabic-Indic digits as ASCII ones; everything else as it is."""
    return text.translate(_DIGITS)


def persian_digits(text: str) -> str:
    """ASCII digits as Persian ones; everything else as it is."""
    return text.translate(_PERSIAN_DIGITS)


def number(value: float, language: Language) -> str:
    """A number for people: grouped by thousands, ۱۲٬۳۴۵٫۶ or 12,345.6."""
    grouped = f"{value:,}"
    return persian_digits(grouped.replace(",", "٬").replace(".", "٫")) if language == "fa" else grouped


def tomans(rials: float, language: Language) -> str:
    """An amount in rials as people say it, rounded: حدود ۱۲٫۵ میلیارد تومان, or about 12.5 billion tomans."""
    amount = rials / 10
    for size, persian, english in AMOUNT_WORDS:
        if abs(amount) >= size:
            rounded = round(amount / size, 1)
            shown = number(int(rounded) if rounded.is_integer() else rounded, language)
            return f"حدود {shown} {persian} تومان" if language == "fa" else f"about {shown} {english} tomans"
    shown = number(round(amount), language)
    return f"{shown} تومان" if language == "fa" else f"{shown} tomans"


def local_date(text: str) -> date:
    """The day in Tehran of an ISO date or a UTC timestamp (`YYYY-MM-DD[THH:MM:SSZ]`); ValueError if it is neither."""
    return _local_time(text).date() if "T" in text else date.fromisoformat(text)


def jalali(text: str) -> str:
    """The Jalali day of an ISO date or UTC timestamp, sortable: 1405-08-30 in ASCII digits."""
    return str(JalaliDate.to_jalali(local_date(text)).isoformat())


def gregorian(text: str) -> str:
    """The ISO date of a Jalali one in any digits, `۱۴۰۵/۰۸/۳۰` or `1405-8-30`; ValueError if there is no such day."""
    year, month, day = (int(part) for part in re.split(r"[/\-.]", ascii_digits(text.strip())))
    found: date = JalaliDate(year, month, day).to_gregorian()
    return found.isoformat()


def display_date(text: str, language: Language) -> str:
    """A date or timestamp as its day in Tehran: ۳۰ آبان ۱۴۰۵, or 21 November 2026."""
    day = local_date(text)
    if language == "en":
        return f"{day.day} {day:%B %Y}"
    local = JalaliDate.to_jalali(day)
    return persian_digits(f"{local.day} {JALALI_MONTHS[local.month - 1]} {local.year}")


def display_month(text: str, language: Language) -> str | None:
    """A Jalali month such as `1405-08` as آبان ۱۴۰۵ or Aban 1405; None if it is none."""
    found = re.fullmatch(r"(1[2-5]\d\d)-(0[1-9]|1[0-2])", text)
    if not found:
        return None
    names = JALALI_MONTHS if language == "fa" else JALALI_MONTHS_EN
    shown = f"{names[int(found[2]) - 1]} {found[1]}"
    return persian_digits(shown) if language == "fa" else shown


def jalali_new_year(year: int) -> date:
    """The Gregorian day on which a Jalali year begins."""
    found: date = JalaliDate(year, 1, 1).to_gregorian()
    return found


def display_time(text: str, language: Language) -> str:
    """A UTC timestamp with its hour and minute in Tehran: ۳۰ آبان ۱۴۰۵، ۱۴:۰۵, or 21 November 2026, 14:05."""
    clock = f"{_local_time(text):%H:%M}"
    day = display_date(text, language)
    return f"{day}، {persian_digits(clock)}" if language == "fa" else f"{day}, {clock}"


def _local_time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(TEHRAN)
