"""The registry as its office sends it: a workbook with a title and a date above the header, every cell a text.

Jalali dates, Persian or ASCII digits, ٬ between thousands, Arabic letters here and there, a dash for "none", and every
promised day of a project in one cell with the day on which it was announced.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from democity.answer import Answer
from democity.protocols import jalali, workbook
from democity.registry import Card, Promise

PATH = "/registry/projects.xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLE = "شناسنامهٔ پروژه‌های شهر هوشمند (شهر نمونه، ساختگی)"
HEADERS = (
    "شناسه", "نام پروژه", "متولی", "هدف", "محور", "فناوری‌ها", "شریک خصوصی", "بودجه (ریال)", "وضعیت", "منطقه",
    "تاریخ شروع", "تاریخ‌های وعده‌داده‌شده", "تاریخ افتتاح", "تاریخ به‌روزرسانی", "کارشناس پی‌گیری",
)  # fmt: skip
PERSIAN = {48 + value: 0x06F0 + value for value in range(10)}
ARABIC = {ord("ی"): "ي", ord("ک"): "ك"}
DASH = "-"


def answer(cards: Sequence[Card]) -> Answer:
    """The workbook on the wire."""
    return Answer(200, XLSX, book(cards))


def book(cards: Sequence[Card]) -> bytes:
    """One right-to-left sheet; the same cards give the same bytes."""
    newest = max(card.updated for card in cards)
    lines: list[Sequence[str]] = [[TITLE], [f"تاریخ گزارش: {_persian(jalali(newest))}"], [], HEADERS]
    lines += [_spelled(number, cells(card)) for number, card in enumerate(cards)]
    return workbook(lines)


def cells(card: Card) -> list[str]:
    """The texts of one card's row, in the order of HEADERS; digits ASCII, letters Persian."""
    number = int(card.project_id.removeprefix("SC-"))
    return [
        card.project_id,
        card.name,
        card.custodian or ("" if number % 2 else DASH),
        card.goal or "",
        card.pillar,
        "، ".join(card.technologies),
        card.partner or "ندارد",
        f"{card.budget_irr:,}".replace(",", "٬") if card.budget_irr else "",
        card.status,
        str(card.district) if card.district else "کل شهر",
        jalali(card.start),
        "؛ ".join(map(_promise, card.promises)),
        _day(card.opened),
        jalali(card.updated),
        f"کارشناس نمونه، داخلی {100 + number % 40}",
    ]


def _promise(promise: Promise) -> str:
    return f"{jalali(promise.day)} (اعلام {jalali(promise.stated)})"


def _day(day: date | None) -> str:
    return jalali(day) if day else ""


def _spelled(number: int, texts: list[str]) -> list[str]:
    """As keyboards write it: digits Persian in three cards of four, letters Arabic in one of five."""
    told = [_persian(text) for text in texts] if number % 4 else texts
    return [text.translate(ARABIC) for text in told] if number % 5 == 2 else told


def _persian(text: str) -> str:
    return text.translate(PERSIAN)
