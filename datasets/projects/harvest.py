"""The registry of smart-city projects: one workbook, one ID card a row, every promised day of a project in one cell.

The office keeps it by hand. A title stands above the header; digits are Persian or ASCII, days are Jalali, amounts have
٬ between thousands, and a dash or «ندارد» stands where there is none. What is written otherwise is refused, naming the
project and the column: a promise that is misread would be somebody's broken word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from shahrnama.catalog import Row
from shahrnama.client import Source
from shahrnama.errors import ParseError
from shahrnama.formats.strict import exhaust, required
from shahrnama.formats.tabular import rows
from shahrnama.persian import ascii_digits, fold, gregorian, normalise

PATH = "projects.xlsx"
NOTHING = frozenset({"-", "–", "—", "ندارد"})
EVERYWHERE = "کل شهر"
STATUSES = {
    fold(name): code
    for name, code in {
        "در دست برنامه‌ریزی": "planned",
        "در حال اجرا": "running",
        "افتتاح‌شده": "opened",
        "متوقف": "stopped",
    }.items()
}
PILLARS = {
    fold(name): code
    for name, code in {"داده": "data", "شبکه": "network", "نرم‌افزار": "software", "خدمات": "services"}.items()
}
DAY = r"1[34]\d\d/\d{1,2}/\d{1,2}"
PROMISE = re.compile(rf"({DAY}) \(اعلام ({DAY})\)")
BETWEEN = re.compile(r"\s*[؛;]\s*")
AMOUNT = re.compile(r"\d{1,3}(?:٬\d{3})+|\d+")
PROMISES = "تاریخ‌های وعده‌داده‌شده"
IGNORED = (
    "کارشناس پی‌گیری",  # a person and their telephone
)


def fetch(source: Source) -> None:
    """The one workbook, for both tables that are read from it."""
    for resource in ("projects", "project_promises"):
        source.get(resource, PATH, check=lambda body: next(rows(body)))


def projects(body: bytes) -> Iterator[Row]:
    """One row for each project: what stands on its ID card; what the card leaves blank is empty."""
    for record in rows(body):
        project_id = _id(record)
        record.pop(PROMISES)
        yield {
            "project_id": project_id,
            "project_name": normalise(required(record, "نام پروژه")),
            "custodian_name": _text(record.pop("متولی")),
            "goal": _text(record.pop("هدف")),
            "pillar_code": _code(record.pop("محور"), PILLARS, project_id, "محور"),
            "technologies": _text(record.pop("فناوری‌ها")),
            "private_partner_name": _text(record.pop("شریک خصوصی")),
            "budget_irr": _amount(record.pop("بودجه (ریال)"), project_id),
            "status_code": _code(required(record, "وضعیت"), STATUSES, project_id, "وضعیت"),
            "district_id": _district(record.pop("منطقه"), project_id),
            "start_date": _day(record.pop("تاریخ شروع"), project_id),
            "opened_date": _day(record.pop("تاریخ افتتاح"), project_id),
            "updated_date": _day(required(record, "تاریخ به‌روزرسانی"), project_id),
        }
        exhaust(record, ignore=IGNORED)


def project_promises(body: bytes) -> Iterator[Row]:
    """One row for each day that was ever promised, in the order of the cell: `1404/06/31 (اعلام 1403/11/15)؛ …`."""
    for record in rows(body):
        project_id, text = _id(record), _text(record.pop(PROMISES))
        for number, part in enumerate(BETWEEN.split(ascii_digits(text)) if text else (), start=1):
            found = PROMISE.fullmatch(part)
            if not found:
                raise _refused(
                    project_id, PROMISES, part, "write 1404/06/31 (اعلام 1403/11/15), with ؛ between promises"
                )
            yield {
                "project_id": project_id,
                "promise_number": number,
                "promised_date": _day(found.group(1), project_id),
                "stated_date": _day(found.group(2), project_id),
            }


def _id(record: dict[str, Any]) -> str:
    return ascii_digits(normalise(required(record, "شناسه")))


def _text(value: str | None) -> str | None:
    text = normalise(value or "")
    return None if not text or text in NOTHING else text


def _code(value: str | None, codes: dict[str, str], project_id: str, column: str) -> str | None:
    text = _text(value)
    if text is None:
        return None
    if fold(text) not in codes:
        raise _refused(project_id, column, text, f"known are {', '.join(codes)}")
    return codes[fold(text)]


def _amount(value: str | None, project_id: str) -> int | None:
    text = ascii_digits(_text(value) or "")
    if text and not AMOUNT.fullmatch(text):
        raise _refused(project_id, "بودجه (ریال)", text, "write whole rials, with ٬ between thousands or nothing")
    return int(text.replace("٬", "")) if text else None


def _district(value: str | None, project_id: str) -> int | None:
    """Number of the district; None for the whole city."""
    text = _text(value)
    if text is None or text == EVERYWHERE:
        return None
    if not text.isdecimal():
        raise _refused(project_id, "منطقه", text, f"write a number, or {EVERYWHERE}")
    return int(ascii_digits(text))


def _day(value: str | None, project_id: str) -> str | None:
    text = ascii_digits(_text(value) or "")
    if not text:
        return None
    try:
        if re.fullmatch(DAY, text):
            return gregorian(text)
    except ValueError as error:
        raise _refused(project_id, "a date", text, "there is no such day in the Jalali calendar") from error
    raise _refused(project_id, "a date", text, "write a Jalali day, such as 1404/06/31")


def _refused(project_id: str, column: str, text: str, remedy: str) -> ParseError:
    return ParseError(f"project {project_id}, {column}: {text[:60]!r} cannot be read; {remedy}")
