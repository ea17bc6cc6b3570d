"""Synthetic personal data, its disguises, and decoys: the corpus that measures the scanner.

Nothing here belongs to anybody: every identifier is drawn by a seeded generator and given a valid checksum. The
disguises are what people and forms do to a number; decoys are what a city's data holds beside.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shahrnama.persian import persian_digits
from shahrnama.privacy.checks import is_card, is_national_id

ZWNJ, NBSP, TATWEEL = "\u200c", "\u00a0", "\u0640"
CHECKSUMMED = ("national_id", "card", "iban")
NUMERIC = (*CHECKSUMMED, "mobile", "landline", "postal_code")
CALLED = {
    "national_id": "کد ملی",
    "card": "شماره کارت",
    "iban": "شبا",
    "mobile": "موبایل",
    "landline": "تلفن",
    "postal_code": "کد پستی",
    "email": "رایانامه",
    "plate": "پلاک خودرو",
    "name": "",
}
CUTS = {
    "national_id": ((3, 6, 1), (3, 3, 4), (5, 5)),
    "card": ((4, 4, 4, 4), (4, 4, 4, 4), (8, 8)),
    "iban": ((2, 4, 4, 4, 4, 4, 2), (2, 22), (2, 4, 4, 4, 4, 4, 2)),
    "mobile": ((4, 3, 4), (4, 3, 2, 2), (4, 7)),
    "landline": ((3, 8), (3, 4, 4), (3, 2, 2, 2, 2)),
    "postal_code": ((5, 5), (5, 5), (5, 5)),
}
AREAS = ("021", "026", "031", "051", "041", "071", "013", "025")
BINS = ("603799", "589210", "627353", "502229", "610433", "621986", "627412", "504172", "606373", "585983")
LETTERS = "بجدسصطقلمنهی"
GIVEN = ("رضا", "علی", "محمد", "زهرا", "مریم", "سارا", "حسین", "فاطمه", "امیر", "نرگس", "کیارش", "هوتن")
FAMILY = ("محمدی", "رضایی", "حسینی", "کریمی", "نوری", "اسدپور", "شریف\u200cزاده", "قاسمیان", "سلطان", "بیات", "مقدم")
TITLES = ("آقای", "خانم", "مهندس", "دکتر", "جناب آقای", "سرکار خانم", "حاج", "جناب آقای دکتر", "آقاي", "سید")


@dataclass(frozen=True)
class Planted:
    """A text with one piece of personal data in it, `value` as it is written there."""

    text: str
    kind: str
    value: str
    disguise: str


def identifiers(seed: int, count: int) -> Iterator[tuple[str, str]]:
    """`count` pairs of kind and value, all kinds in turn."""
    rng = random.Random(seed)
    makers = tuple(MAKERS.items())
    for number in range(count):
        kind, make = makers[number % len(makers)]
        yield kind, make(rng)


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _until(rng: random.Random, head: str, length: int, is_valid: Callable[[str], bool]) -> str:
    while True:
        found = head + _digits(rng, length - len(head))
        if is_valid(found):
            return found


def _iban(rng: random.Random) -> str:
    account = "0" + _digits(rng, 21)
    check = 98 - int(f"{account}182700") % 97
    return f"{check:02}{account}"


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "national_id": lambda rng: _until(rng, "", 10, is_national_id),
    "card": lambda rng: _until(rng, rng.choice(BINS), 16, is_card),
    "iban": _iban,
    "mobile": lambda rng: f"09{rng.choice('01239')}{_digits(rng, 8)}",
    "landline": lambda rng: f"{rng.choice(AREAS)}{rng.choice('23456789')}{_digits(rng, 7)}",
    "postal_code": lambda rng: "".join(rng.choice("13456789") for _ in range(10)),
    "email": lambda rng: (
        f"{rng.choice(['ali', 'm.rad', 'sara_n', 'x-1'])}{rng.randrange(99)}@example.{rng.choice(['ir', 'com'])}"
    ),
    "plate": lambda rng: (
        f"{rng.randrange(11, 99)} {rng.choice(LETTERS)} {rng.randrange(111, 999)} ایران {rng.randrange(11, 99)}"
    ),
    "name": lambda rng: " ".join(
        (rng.choice(GIVEN), rng.choice(FAMILY)) if rng.random() < 0.6 else (rng.choice(FAMILY),)
    ),
}

Change = Callable[[str, str, random.Random], str]


def arabic_digits(text: str) -> str:
    """ASCII digits as Arabic-Indic ones."""
    return text.translate({0x30 + value: chr(0x660 + value) for value in range(10)})


def wide_digits(text: str) -> str:
    """ASCII digits as full-width ones."""
    return text.translate({0x30 + value: chr(0xFF10 + value) for value in range(10)})


def _mixed(value: str, kind: str, rng: random.Random) -> str:
    scripts = (str, persian_digits, arabic_digits, wide_digits)
    return "".join(rng.choice(scripts)(letter) for letter in value)


def _cut(joint: str, which: int = 0) -> Change:
    def change(value: str, kind: str, rng: random.Random) -> str:
        if kind not in CUTS:
            return value.replace(" ", joint) if kind == "plate" and joint else value
        pieces, at = [], 0
        for size in CUTS[kind][which]:
            pieces.append(value[at : at + size])
            at += size
        return joint.join(pieces)

    return change


def _between(mark: str) -> Change:
    """The mark after every character of a number; of words at one place, for nobody writes so."""

    def change(value: str, kind: str, rng: random.Random) -> str:
        if kind in NUMERIC:
            return mark.join(value)
        at = rng.randrange(1, len(value))
        return value[:at] + mark + value[at:]

    return change


def _once(mark: str) -> Change:
    def change(value: str, kind: str, rng: random.Random) -> str:
        at = rng.randrange(1, len(value))
        return value[:at] + mark + value[at:]

    return change


def _as(script: Callable[[str], str], then: Change | None = None) -> Change:
    def change(value: str, kind: str, rng: random.Random) -> str:
        return script(then(value, kind, rng) if then else value)

    return change


def _prefixed(prefix: str, joint: str = "") -> Change:
    """Phones with a prefix for their 0, accounts with IR; others as they are."""

    def change(value: str, kind: str, rng: random.Random) -> str:
        if kind in {"mobile", "landline"}:
            return prefix + joint + value[1:]
        return f"IR{joint}{value}" if kind == "iban" else value

    return change


def _email(sign: str, dot: str = ".") -> Change:
    def change(value: str, kind: str, rng: random.Random) -> str:
        local, found, host = value.partition("@")
        return f"{local}{sign}{host.replace('.', dot)}" if found else value

    return change


def _open(value: str, kind: str, rng: random.Random) -> str:
    """The first part in parentheses: (021) 55001234."""
    cut = _cut(" ")(value, kind, rng)
    head, found, rest = cut.partition(" ")
    return f"({head}) {rest}" if found and kind in NUMERIC else cut


CHANGES: dict[str, Change] = {
    "plain": lambda value, kind, rng: value,
    "Persian digits": _as(persian_digits),
    "Arabic digits": _as(arabic_digits),
    "full-width digits": _as(wide_digits),
    "mixed digits": _mixed,
    "spaces": _cut(" "),
    "spaces, another cut": _cut(" ", 1),
    "dashes": _cut("-"),
    "dashes, a third cut": _cut("-", 2),
    "dots": _cut("."),
    "slashes": _cut("/"),
    "underscores": _cut("_"),
    "en dashes": _cut("–"),
    "dashes with spaces": _cut(" - "),
    "no-break spaces": _cut(NBSP),
    "two spaces": _cut("  "),
    "half-spaces at cuts": _cut(ZWNJ),
    "a half-space anywhere": _once(ZWNJ),
    "half-spaces everywhere": _between(ZWNJ),
    "a tatweel": _once(TATWEEL),
    "tatweels at cuts": _cut(TATWEEL),
    "soft hyphens": _between("\u00ad"),
    "zero-width spaces": _between("\u200b"),
    "word joiners": _between("\u2060"),
    "a byte order mark inside": _once("\ufeff"),
    "direction marks inside": _once("\u200e"),
    "direction marks everywhere": _between("\u200f"),
    "an isolate around": lambda value, kind, rng: f"\u2066{value}\u2069",
    "an embedding around": lambda value, kind, rng: f"\u202a{value}\u202c",
    "a line's end inside": _cut("\n"),
    "a Windows line's end inside": _cut("\r\n"),
    "a dash and a line's end": _cut("-\n"),
    "parentheses around": lambda value, kind, rng: f"({value})",
    "parentheses inside": _open,
    "+98": _prefixed("+98"),
    "+98 and a space": _prefixed("+98", " "),
    "0098": _prefixed("0098"),
    "98": _prefixed("98"),
    "Persian digits with dashes": _as(persian_digits, _cut("-")),
    "Arabic digits with spaces": _as(arabic_digits, _cut(" ")),
    "Persian digits and half-spaces": _as(persian_digits, _between(ZWNJ)),
    "full-width dashes": _cut("－"),
    "a full-width at sign": _email("＠"),
    "spaces around the sign": _email(" @ "),
    "[at]": _email(" [at] "),
    "[at] and dot": _email(" [at] ", " dot "),
    "at and dot": _email(" at ", " dot "),
    "(at) and (dot)": _email("(at)", "(dot)"),
}
FRAMES: dict[str, str] = {
    "alone": "{value}",
    "called": "{called} {value}",
    "called, colon": "{called}: {value}",
    "in a sentence": "سلام، چراغ کوچه خاموش است. {called} {value} است؛ لطفا رسیدگی کنید",
    "at the end": "لطفا با من تماس بگیرید. {called} {value}",
    "glued before": "{called}{value} بنویسید",
    "glued behind": "{called} {value}است",
    "in quotes": "گفت «{value}» و رفت",
    "after another number": "منطقه ۱۲، {called} {value}، طبقه ۳",
}
NEEDS_A_WORD = {"postal_code"}


def corpus(seed: int, count: int) -> Iterator[Planted]:
    """Every identifier in every disguise, the frames in turn; a name always behind a title."""
    rng = random.Random(seed + 1)
    frames = list(FRAMES.items())
    for kind, plain in identifiers(seed, count):
        for disguise, change in CHANGES.items():
            value = change(plain, kind, rng)
            frame, form = rng.choice(frames)
            if kind in NEEDS_A_WORD and "called" not in form:
                form = "{called} {value}"
            called = rng.choice(TITLES) if kind == "name" else CALLED[kind]
            if kind == "name":
                form = form.replace("«{value}»", "{called} {value}").replace("{called}{value}", "{called} {value}")
                form = "{called} {value}" if form == "{value}" else form.replace("{value}است", "{value} است")
            elif kind in {"email", "plate"}:
                form = form.replace("{called}{value}", "{called} {value}").replace("{value}است", "{value} است")
            yield Planted(form.format(called=called, value=value), kind, value, f"{disguise}, {frame}")


PLAIN_DECOYS = (
    "سامانهٔ 137 و 1888 و اورژانس 115 و آتش‌نشانی 125",
    "در سال ۱۴۰۵/۰۸/۳۰ ساعت ۱۴:۰۵",
    "از 1405/01/01 تا 1405/12/29",
    "تاریخ تماس: 2026-03-21",
    "تماس در 20260321",
    "2026-03-21T00:00:00Z",
    "2026-03-21 14:05:33.123456+03:30",
    "شمارهٔ درخواست 1405-0001234",
    "SR-2024-00012345",
    "نامهٔ شمارهٔ 1405/12/3456 مورخ 1405/08/30",
    "بودجه ۱۲٬۳۴۵٬۶۷۸٬۹۰۱ ریال",
    "مبلغ 12,500,000,000 ریال",
    "مبلغ 4271427684 ریال",
    "قیمت 4111111111111111 ریال",
    "اعتبار ۹۱۲۰۰۰۱۲۳۴ تومان",
    "35.715298, 51.404343",
    "35.7012345678",
    "35.7012345678, 51.4084575948",
    "۳۵٫۷۰۰۸۴۵۷۵۹۴۸",
    "طول 51.4271427684 و عرض 35.0084575948",
    "منطقهٔ ۱۲، کوچهٔ ۵، طبقهٔ ۳، واحد ۱۰",
    "پروانهٔ ۱۲۳۴۵۶۷۸",
    "خط ۴، ایستگاه ۱۲، ساعت ۷ تا ۲۲",
    "مناطق 1 2 3 4 5 6 7 8 9 10 11 12",
    "سال‌های 1390 1391 1392 1393 1394 1395",
    "سال‌های 2010 2011 2012 2013",
    "کد رهگیری 0084575948",
    "مساحت 1250 متر و زیربنا 3400 متر",
    "۲۲ منطقه و ۳۷۴ محله",
    "نامه‌ای @ نوشتم",
    "نسخهٔ 2.10.3 و 192.168.100.100",
    "00:1A:2B:3C:4D:5E",
    "ساعت ۱۰ و ۳۰۰ ۱۲ نفر",
    "بین ۱۲ و ۳۴۵ ۱۲",
    "ابعاد 12x345 78",
    "look at the end of line 12",
    "meet at www.tehran.ir",
    "ISBN 978-964-311-000-0",
    "پایهٔ ۱۲ ب، شعبهٔ ۳",
    "آقای شهردار دستور داد",
    "خانم‌ها و آقایان محترم",
    "آقایان و بانوان",
    "خیابان دکتر شریعتی، نبش کوچهٔ ۵",
    "بزرگراه شهید همت",
    "بیمارستان دکتر شریعتی",
    "میدان دکتر فاطمی",
    "بلوار شهید دکتر چمران",
    "خیابان حاج قاسم سلیمانی",
    "پل سید خندان",
    "کوچهٔ شهید سید محمد حسینی",
    "دکتر گفت که باید بستری شود",
    "جناب آقای رئیس",
    "سرکار خانم مدیر محترم",
    "مهندس ناظر نیامد",
    "آقای راننده توقف نکرد",
    "خانم باردار و سالمند",
    "پزشکی به نام مهندسی",
    "حاجی‌آباد و سیدآباد",
)


def decoys(seed: int) -> Iterator[str]:
    """What is no personal data: the list, and numbers of other kinds whose checksums fail, in all scripts."""
    rng = random.Random(seed)
    yield from PLAIN_DECOYS
    wrong = {
        "کد رهگیری {}": lambda: _until(rng, rng.choice("1345678"), 10, lambda found: not is_national_id(found)),
        "شمارهٔ پرونده {}": lambda: _until(rng, rng.choice("1345678"), 10, lambda found: not is_national_id(found)),
        "شناسهٔ ملی شرکت {}": lambda: _until(rng, rng.choice(["101", "103", "140"]), 11, lambda _: True),
        "کد اقتصادی {}": lambda: _until(rng, "4111", 12, lambda _: True),
        "شناسهٔ واریز {}": lambda: _until(rng, "6", 16, lambda found: not is_card(found)),
        "شناسهٔ پرداخت {}": lambda: _until(rng, "3", 30, lambda _: True),
        "مبلغ {} ریال": lambda: f"{rng.randrange(10**6, 10**13):,}",
        "به ارزش {} تومان": lambda: f"{rng.randrange(10**9, 10**10)}",
        "سهم {}": lambda: f"{rng.random():.12f}",
        "نقطهٔ {}": lambda: f"{rng.uniform(35, 36):.10f}, {rng.uniform(51, 52):.10f}",
        "روز {}": lambda: f"{rng.randrange(1380, 1406)}/{rng.randrange(1, 13):02}/{rng.randrange(1, 30):02}",
        "زمان {}": lambda: f"{rng.randrange(2010, 2027)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02} 09:12:30",
        "{}": lambda: f"{rng.getrandbits(256):064x}",
        "پیوست {}": lambda: f"{rng.getrandbits(64):016x}",
        "درخواست 1405-{}": lambda: _digits(rng, 7),
        "خط {} اتوبوس": lambda: _digits(rng, 3),
    }
    for number in range(20):
        for form, make in wrong.items():
            yield form.format((persian_digits, str)[number % 2](make()))
