"""Three municipal processes of the fictional city and the cases that went through them, from a seed and a scale.

Offices work from Saturday to Wednesday, 7:30 to 14:30; what applicants do has no hours. Planted truths, written down in
`planted/processes.yaml`: each process has one step that takes most of the waiting and one office that is far slower at
it, a share of cases that come back for missing papers, a share done online that grows from month to month, a share over
the (fictional) legal limit, and records as bad as real logs have (see `process_faults`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from democity.generator import CLOCK

DAY, OPEN, CLOSE = 86_400, 27_000, 52_200  # seconds: a day; 7:30 and 14:30
SHIFT = CLOSE - OPEN  # a working day of seven hours
EPOCH = datetime(2024, 1, 6, tzinfo=CLOCK.tzinfo)  # a Saturday before everything, from which seconds are counted
NOW = int((CLOCK - EPOCH).total_seconds())
DAYS = 540  # of arrivals before CLOCK
DISTRICTS = tuple(f"منطقهٔ {''.join(chr(0x6F0 + int(digit)) for digit in str(number))}" for number in range(1, 23))
DEPUTIES = ("معاونت فنی و عمرانی", "معاونت خدمات شهری", "معاونت حمل‌ونقل", "معاونت اجتماعی", "سازمان بوستان‌ها")


@dataclass(frozen=True)
class Step:
    """A step: the office's kind (None: the applicant), median working days of waiting and hours of work."""

    activity: str
    office: str | None
    role: str
    waiting_days: float
    work_hours: float
    needs_visit: bool = False  # in person, even where the case is electronic


@dataclass(frozen=True)
class MunicipalProcess:
    """A process: its steps in order, and what is planted in it."""

    id: str
    name_fa: str
    name_en: str
    owner: str
    prefix: str
    cases: int  # at scale 1
    limit_days: int
    counts_working_days: bool
    places: tuple[str, ...]
    steps: tuple[Step, ...]
    bottleneck: int  # number of the step, from 0
    slow_place: str
    slow_factor: float
    back: Step  # what the applicant does when papers are missing
    back_after: int
    back_share: float
    electronic: tuple[float, float]  # share of cases begun online, at the beginning and now


PERMIT = MunicipalProcess(
    "building_permit", "صدور پروانهٔ ساختمان", "Building permit", "معاونت شهرسازی و معماری", "P", 1200, 45, True,
    DISTRICTS, (
        Step("ثبت درخواست", "شهرسازی", "متصدی پذیرش", 0, 0.3),
        Step("بررسی مدارک", "شهرسازی", "کارشناس پرونده", 2, 1.0),
        Step("بازدید کارشناس", "شهرسازی", "کارشناس بازدید", 4, 2.0),
        Step("استعلام آتش‌نشانی", "آتش‌نشانی", "کارشناس ایمنی", 12, 3.0),
        Step("محاسبهٔ عوارض", "درآمد", "کارشناس درآمد", 2, 1.5),
        Step("پرداخت عوارض", None, "متقاضی", 3, 0.2),
        Step("کنترل نقشه", "شهرسازی", "کارشناس فنی", 5, 5.0),
        Step("صدور پروانه", "شهرسازی", "مدیر شهرسازی", 1, 0.5),
    ), 3, DISTRICTS[11], 3.0, Step("رفع نقص مدارک", None, "متقاضی", 5, 0.5), 1, 0.20, (0.35, 0.85),
)  # fmt: skip
LICENCE = MunicipalProcess(
    "business_licence", "صدور مجوز کسب‌وکار", "Business licence", "معاونت خدمات شهری", "L", 900, 20, True,
    DISTRICTS, (
        Step("ثبت درخواست", "دفتر خدمات", "متصدی پذیرش", 0, 0.3),
        Step("احراز هویت حضوری", "دفتر خدمات", "متصدی پذیرش", 1, 0.2, needs_visit=True),
        Step("بازرسی محل", "بازرسی", "بازرس", 3, 1.5),
        Step("تأیید بهداشت", "مرکز بهداشت", "کارشناس بهداشت", 7, 1.0),
        Step("پرداخت هزینهٔ مجوز", None, "متقاضی", 2, 0.2),
        Step("صدور مجوز", "دفتر خدمات", "مدیر دفتر", 1, 0.4),
    ), 3, DISTRICTS[4], 3.0, Step("رفع ایرادهای بازرسی", None, "متقاضی", 6, 1.0), 2, 0.12, (0.20, 0.60),
)  # fmt: skip
PAYMENT = MunicipalProcess(
    "contract_payment", "پرداخت صورت‌وضعیت پیمانکار", "Payment of a contractor's bill", "معاونت مالی", "C", 700, 60,
    False, DEPUTIES, (
        Step("ثبت صورت‌وضعیت", "دبیرخانه", "متصدی دبیرخانه", 0, 0.3),
        Step("تأیید ناظر", "نظارت", "ناظر", 4, 6.0),
        Step("کنترل اسناد", "امور قراردادها", "کارشناس قرارداد", 4, 4.0),
        Step("تأمین اعتبار", "بودجه", "کارشناس بودجه", 14, 1.0),
        Step("تأیید ذی‌حساب", "ذی‌حسابی", "ذی‌حساب", 3, 2.0),
        Step("پرداخت", "خزانه", "متصدی پرداخت", 2, 0.3),
    ), 3, DEPUTIES[1], 2.5, Step("اصلاح صورت‌وضعیت", None, "پیمانکار", 4, 3.0), 2, 0.30, (0.10, 0.50),
)  # fmt: skip
PROCESSES = (PERMIT, LICENCE, PAYMENT)


@dataclass(frozen=True)
class Done:
    """A step of a case as it was done, times in seconds since EPOCH; `completed` is None where it still runs."""

    activity: str
    office: str
    role: str
    is_electronic: bool
    started: int
    completed: int | None


@dataclass(frozen=True)
class Case:
    """One case with its steps in order; `is_ended` where the last step of the process is completed."""

    id: str
    place: str
    steps: tuple[Done, ...]
    is_ended: bool


def cases(process: MunicipalProcess, seed: int = 1404, scale: float = 1.0) -> list[Case]:
    """The cases of a process in order of arrival; the same seed and scale give the same cases on every machine."""
    rng = random.Random(f"{seed} {process.id}")
    count = max(1, round(process.cases * scale))
    arrivals = sorted(_open_at(NOW - rng.uniform(1, DAYS) * DAY) for _ in range(count))
    return [_case(rng, process, number, arrival) for number, arrival in enumerate(arrivals, start=1)]


def moment(seconds: int) -> datetime:
    """The time of the city's clocks."""
    return EPOCH + timedelta(seconds=seconds)


def later(seconds: float, shift_seconds: float) -> int:
    """The moment that many seconds of office hours after another, both since EPOCH."""
    total = worked(seconds) + shift_seconds
    days, rest = divmod(total, SHIFT)
    weeks, day = divmod(int(days), 5)
    return round((weeks * 7 + day) * DAY + OPEN + rest)


def worked(seconds: float) -> float:
    """Office hours from EPOCH to a moment, in seconds."""
    day, of_day = divmod(seconds, DAY)
    weeks, weekday = divmod(int(day), 7)
    today = min(max(of_day - OPEN, 0), SHIFT) if weekday < 5 else 0
    return (weeks * 5 + min(weekday, 5)) * SHIFT + today


def _open_at(seconds: float) -> int:
    """The moment itself in office hours, else the next opening."""
    return later(seconds, 0)


def _case(rng: random.Random, process: MunicipalProcess, number: int, arrival: int) -> Case:
    place = rng.choice(process.places)
    low, high = process.electronic
    is_electronic = rng.random() < low + (high - low) * (1 - (NOW - arrival) / (DAYS * DAY))
    done: list[Done] = []
    at = arrival
    for step in _path(rng, process):
        is_slow = step is process.steps[process.bottleneck] and place == process.slow_place
        started, completed = _times(rng, step, at, process.slow_factor if is_slow else 1.0)
        if started > NOW:
            break
        office = f"{step.office} {place}" if step.office else step.role
        ended = completed if completed <= NOW else None
        done.append(Done(step.activity, office, step.role, is_electronic and not step.needs_visit, started, ended))
        at = completed
    last = process.steps[-1].activity
    is_ended = bool(done) and done[-1].activity == last and done[-1].completed is not None
    return Case(f"{process.prefix}-{number:06d}", place, tuple(done), is_ended)


def _path(rng: random.Random, process: MunicipalProcess) -> Iterator[Step]:
    """The steps of a case: a share comes back once for what is missing, and is looked at again."""
    for number, step in enumerate(process.steps):
        yield step
        if number == process.back_after and rng.random() < process.back_share:
            yield process.back
            yield step


def _times(rng: random.Random, step: Step, at: int, factor: float) -> tuple[int, int]:
    """Start and completion of a step that could begin at `at`: log-normal around its medians."""
    waiting, work = factor * rng.lognormvariate(0, 0.5), step.work_hours * 3600 * rng.lognormvariate(0, 0.4)
    if step.office is None:
        started = round(at + step.waiting_days * DAY * waiting)
        return started, round(started + work)
    started = later(at, step.waiting_days * SHIFT * waiting)
    return started, later(started, work)
