"""The registry of smart-city projects, one ID card each, as an office keeps it. Fictional, from a seed.

`planted/projects.yaml` says what is planted: the first cards are written there with all their dates, one custodian's
projects nearly all slip, and cards of one pillar lack what a card must have.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

from persiantools.jdatetime import JalaliDate

from democity.generator import CLOCK
from democity.planted import planted

TRUTHS = planted("projects")
CARDS = 140  # at scale 1, with the planted ones
TODAY = CLOCK.date()
CUSTODIANS = (
    "سازمان فناوری اطلاعات", "معاونت حمل‌ونقل و ترافیک", "معاونت شهرسازی و معماری", "معاونت خدمات شهری",
    "معاونت فنی و عمرانی", "ادارهٔ فضای سبز", "معاونت فرهنگی و اجتماعی",
)  # fmt: skip
KINDS = {  # pillar: names of projects with the goal of each
    "داده": (
        ("انبار داده‌های {}", "گزارش‌های {} در یک جا و بی‌تناقض در دسترس باشد."),
        ("داشبورد مدیریت {}", "مدیران و مردم وضع {} را هر روز ببینند."),
    ),
    "شبکه": (
        ("فیبر نوری {}", "شعبه‌های {} به شبکهٔ پرسرعت شهر وصل شوند."),
        ("حسگرهای {}", "خرابی در {} پیش از شکایت مردم دیده شود."),
    ),
    "نرم‌افزار": (
        ("سامانهٔ {}", "کارهای {} بی‌کاغذ و بی‌مراجعه انجام شود."),
        ("یکپارچه‌سازی نرم‌افزارهای {}", "برای {} یک بار داده وارد شود، نه چند بار."),
    ),
    "خدمات": (
        ("خدمات غیرحضوری {}", "شهروند برای کارهای {} به اداره نرود."),
        ("برنامهٔ همراه {}", "خدمات {} در تلفن همراه در دسترس باشد."),
    ),
}  # fmt: skip
SUBJECTS = (
    "پسماند", "بوستان‌ها", "پارکینگ‌ها", "چراغ‌های راهنمایی", "اتوبوس‌رانی", "آتش‌نشانی", "عوارض", "املاک شهر",
    "کتابخانه‌ها", "میدان‌های میوه و تره‌بار", "روشنایی معابر", "آرامستان",
)  # fmt: skip
TECHNOLOGIES = ("اینترنت اشیا", "هوش مصنوعی", "کلان‌داده", "رایانش ابری", "سامانهٔ اطلاعات مکانی", "زنجیرهٔ بلوکی")
PARTNERS = tuple(f"شرکت نمونهٔ فناور {name}" for name in ("الف", "ب", "پ", "ت", "ث", "ج"))
PARTNER_SHARE, DISTRICT_SHARE, STOPPED_SHARE = 0.4, 0.5, 0.04
NO_BUDGET_SHARE, NO_TECHNOLOGY_SHARE = 0.06, 0.1
PLANNED, RUNNING, OPENED, STOPPED = "در دست برنامه‌ریزی", "در حال اجرا", "افتتاح‌شده", "متوقف"


@dataclass(frozen=True)
class Promise:
    """A day that was promised, and the day on which it was said."""

    day: date
    stated: date


@dataclass(frozen=True)
class Card:
    """An ID card of a project; what the office left blank is None."""

    project_id: str
    name: str
    custodian: str | None
    goal: str | None
    pillar: str
    technologies: tuple[str, ...]
    partner: str | None
    budget_irr: int | None
    status: str
    district: int | None
    start: date
    promises: tuple[Promise, ...]
    opened: date | None
    updated: date


def generate_cards(seed: int = 1404, scale: float = 1.0) -> tuple[Card, ...]:
    """The registry in order of number: the planted cards, and others until there are CARDS times `scale`."""
    rng = random.Random(seed + 1402)
    planted_cards = [_planted(rng, number, item) for number, item in TRUTHS["cards"].items()]
    wanted = max(len(planted_cards) + 1, round(CARDS * scale))
    numbers = (f"SC-{number:03d}" for number in count(len(planted_cards) + 1))
    cards = [*planted_cards, *(_card(rng, next(numbers)) for _ in range(wanted - len(planted_cards)))]
    return tuple(cards)


def gregorian(text: str) -> date:
    """A Jalali day in ASCII digits, 1405/08/30."""
    year, month, day = (int(part) for part in text.split("/"))
    found: date = JalaliDate(year, month, day).to_gregorian()
    return found


def _planted(rng: random.Random, number: str, item: dict[str, Any]) -> Card:
    promises = tuple(Promise(gregorian(day), gregorian(stated)) for day, stated in item["promises"])
    opened = gregorian(item["opened"]) if item["opened"] else None
    goal = f"راه‌اندازی {item['name']}" if item["custodian"] else None
    start = promises[0].stated if promises else TODAY - timedelta(days=200)
    status = STOPPED if item.get("stopped") else OPENED if opened else RUNNING
    return Card(number, item["name"], item["custodian"], goal, item["pillar"], (TECHNOLOGIES[0],), None,
                _budget(rng), status, None, start, promises, opened, TODAY)  # fmt: skip


def _card(rng: random.Random, number: str) -> Card:
    pillar, custodian, subject = rng.choice(list(KINDS)), rng.choice(CUSTODIANS), rng.choice(SUBJECTS)
    name, goal = rng.choice(KINDS[pillar])
    start = TODAY - timedelta(days=rng.randrange(40, 1600))
    promises, opened = _course(rng, start, custodian)
    is_stopped = opened is None and rng.random() < STOPPED_SHARE
    bare = TRUTHS["bare_pillar"]
    is_bare = rng.random() < (bare["share"] if pillar == bare["pillar"] else bare["elsewhere"])
    lacks = rng.randrange(3) if is_bare else None  # the custodian, the goal, or both
    district = rng.randrange(1, 23) if rng.random() < DISTRICT_SHARE else None
    updated = TODAY - timedelta(days=rng.randrange(60))
    return Card(
        project_id=number,
        name=name.format(subject) + (f" در منطقهٔ {district}" if district else ""),
        custodian=None if lacks in {0, 2} else custodian,
        goal=None if lacks in {1, 2} else goal.format(subject),
        pillar=pillar,
        technologies=() if rng.random() < NO_TECHNOLOGY_SHARE else tuple(rng.sample(TECHNOLOGIES, rng.randrange(1, 4))),
        partner=rng.choice(PARTNERS) if rng.random() < PARTNER_SHARE else None,
        budget_irr=None if rng.random() < NO_BUDGET_SHARE else _budget(rng),
        status=OPENED if opened else STOPPED if is_stopped else RUNNING if TODAY - start > timedelta(90) else PLANNED,
        district=district,
        start=start,
        promises=promises,
        opened=opened,
        updated=max(updated, opened or updated, *(promise.stated for promise in promises)),
    )


def _course(rng: random.Random, start: date, custodian: str) -> tuple[tuple[Promise, ...], date | None]:
    """What was promised when, and the opening if it has come: kept, or late after none to two revisions."""
    late = TRUTHS["late_custodian"]
    is_late = custodian == late["custodian"]
    first = Promise(start + timedelta(days=rng.randrange(180, 540)), start + timedelta(days=rng.randrange(20)))
    if rng.random() >= (late["share"] if is_late else late["elsewhere"]):
        opened = first.day - timedelta(days=rng.randrange(25))
        return (first,), opened if opened <= TODAY else None
    slip = timedelta(days=rng.randrange(*((late["least_days"], 420) if is_late else (20, late["least_days"]))))
    promises = [first]
    for part in _parts(rng, slip):
        said = promises[-1].day - timedelta(days=rng.randrange(1, 15))
        if said > TODAY:
            break
        promises.append(Promise(promises[-1].day + part, said))
    opened = first.day + slip
    return tuple(promises), opened if opened <= TODAY else None


def _parts(rng: random.Random, slip: timedelta) -> Sequence[timedelta]:
    """The revisions that a slip was told in: none, one, or two; the last may be short of the whole."""
    told = rng.randrange(3)
    whole = max(told, slip.days - rng.randrange(20))
    return [timedelta(days=whole // told)] * told if told else []


def _budget(rng: random.Random) -> int:
    return int(round(rng.lognormvariate(25.5, 0.9), -7))
