"""What the city's offices keep beside 137: permit cases, contracts, project ID cards, feedback. Fictional, from a seed.

Planted truths: the fire department's inquiry is the bottleneck of permits, twice as slow in district 12; a fifth of the
cases go back for missing papers; three of ten projects have slipped, some of them twice. Contracts: see `procurement`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from democity.budget import budget_sheet
from democity.generator import CLOCK
from democity.procurement import generate_procurement
from democity.vocabulary import PLACES, SERVICES, STREETS

Record = dict[str, Any]

CASES, PROJECTS, FEEDBACK = 400, 80, 600  # at scale 1
BOTTLENECK = "استعلام آتش‌نشانی"
SLOW_DISTRICT = 12
STEPS = (  # activity, office, usual days
    ("ثبت درخواست", "دفتر خدمات الکترونیک", 0.1),
    ("بررسی مدارک", "دفتر خدمات الکترونیک", 2.0),
    ("بازدید کارشناس", "شهرسازی منطقه", 5.0),
    (BOTTLENECK, "سازمان آتش‌نشانی", 14.0),
    ("محاسبهٔ عوارض", "درآمد منطقه", 3.0),
    ("پرداخت عوارض", "متقاضی", 6.0),
    ("کنترل نقشه", "شهرسازی منطقه", 7.0),
    ("صدور پروانه", "شهرسازی منطقه", 1.0),
)
BACK, BACK_SHARE = "رفع نقص مدارک", 0.2


@dataclass(frozen=True)
class Offices:
    """Events of permit cases by case and time, OCDS releases by date, projects and feedback by number, the budget."""

    events: tuple[Record, ...]
    releases: tuple[Record, ...]
    projects: tuple[Record, ...]
    feedback: tuple[Record, ...]
    budget: list[list[str]]


def generate_offices(seed: int = 1404, scale: float = 1.0) -> Offices:
    """The offices' records; the same seed and scale give the same records on every machine."""
    rng = random.Random(seed + 1)

    def many(count: int) -> range:
        return range(1, max(1, round(count * scale)) + 1)

    events = [event for number in many(CASES) for event in _case(rng, number)]
    return Offices(
        tuple(events),
        generate_procurement(seed, scale),
        tuple(_project(rng, number) for number in many(PROJECTS)),
        tuple(_feedback(rng, number) for number in many(FEEDBACK)),
        budget_sheet(seed, scale),
    )


def _case(rng: random.Random, number: int) -> list[Record]:
    district, moment = rng.randrange(1, 23), CLOCK - timedelta(days=rng.uniform(30, 400))
    is_electronic = rng.random() < 0.7
    found: list[Record] = []
    for activity, office, days in STEPS:
        factor = 2.0 if (activity, district) == (BOTTLENECK, SLOW_DISTRICT) else 1.0
        moment += timedelta(days=days * factor * rng.lognormvariate(0, 0.5))
        found.append(_event(number, activity, office, moment, district, is_electronic))
        if activity == "بررسی مدارک" and rng.random() < BACK_SHARE:
            moment += timedelta(days=rng.uniform(2, 12))
            found.append(_event(number, BACK, "متقاضی", moment, district, is_electronic))
            moment += timedelta(days=rng.uniform(0.5, 3))
            found.append(_event(number, activity, office, moment, district, is_electronic))
    return [event for event in found if event["at"] <= CLOCK.isoformat()] or found[:1]


def _event(number: int, activity: str, office: str, at: datetime, district: int, is_electronic: bool) -> Record:
    moment = at.replace(microsecond=0).isoformat()
    channel = "الکترونیکی" if is_electronic else "حضوری"
    return {"case": f"P-{number:05d}", "activity": activity, "office": office, "at": moment,
            "district": district, "channel": channel}  # fmt: skip


def _project(rng: random.Random, number: int) -> Record:
    start = _day(rng, 900)
    promised = [start + timedelta(days=rng.randrange(120, 500))]
    while rng.random() < 0.3 and len(promised) < 4:
        promised.append(promised[-1] + timedelta(days=rng.randrange(60, 300)))
    return {
        "id": f"{number:04d}",
        "title": f"{rng.choice(('احداث', 'بهسازی', 'تجهیز'))} {rng.choice(PLACES)} {rng.choice(STREETS)}",
        "district": rng.randrange(1, 23),
        "budget_irr": round(rng.lognormvariate(25, 1), -7),
        "start": start,
        "promised": promised,
        "progress": min(100, max(0, round((CLOCK.date() - start).days / max(1, (promised[-1] - start).days) * 100))),
    }


def _feedback(rng: random.Random, number: int) -> Record:
    service = rng.choice(SERVICES)
    return {
        "feedback_id": f"F{number:06d}",
        "created_at": (CLOCK - timedelta(minutes=rng.randrange(500_000))).isoformat(),
        "district": rng.randrange(1, 23),
        "service_code": service.code,
        "score": rng.choices((1, 2, 3, 4, 5), (5, 3, 3, 4, 3))[0],
        "text": rng.choice(service.complaints).format(n=rng.randrange(2, 9), place=rng.choice(PLACES)),
    }


def _day(rng: random.Random, days: int) -> date:
    return (CLOCK - timedelta(days=rng.randrange(20, days))).date()
