"""What the city's offices keep beside 137: permit cases, contracts, project ID cards, feedback. Fictional, from a seed.

Planted truths: the fire department's inquiry is the bottleneck of permits, twice as slow in district 12; a fifth of the
cases go back for missing papers; one supplier gets a purchase in six pieces just below the tender threshold; three of
ten projects have slipped, some of them twice.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from democity.generator import CLOCK
from democity.opinions import opinions
from democity.vocabulary import PLACES, STREETS

Record = dict[str, Any]

CASES, PROCESSES, PROJECTS, FEEDBACK = 400, 150, 80, 600  # at scale 1; of the opinions, the first
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
THRESHOLD_IRR = 4_500_000_000  # of the fictional city's small purchases
SPLIT_SUPPLIER, SPLIT_PIECES = "S-0007", 6
BUYERS = ("معاونت فنی و عمرانی", "معاونت خدمات شهری", "ادارهٔ فضای سبز")
WORKS = ("خرید نهال", "تعمیر آسفالت", "اجارهٔ ماشین‌آلات", "خرید رایانه", "نصب نیمکت", "چاپ بنر")


@dataclass(frozen=True)
class Offices:
    """Events of permit cases in order of case and time, OCDS releases by date, projects and feedback by number."""

    events: tuple[Record, ...]
    releases: tuple[Record, ...]
    projects: tuple[Record, ...]
    feedback: tuple[Record, ...]


def generate_offices(seed: int = 1404, scale: float = 1.0) -> Offices:
    """The offices' records; the same seed and scale give the same records on every machine."""
    rng = random.Random(seed + 1)

    def many(count: int) -> range:
        return range(1, max(1, round(count * scale)) + 1)

    events = [event for number in many(CASES) for event in _case(rng, number)]
    releases = [release for number in many(PROCESSES) for release in _process(rng, number)]
    releases += _split(rng)
    return Offices(
        tuple(events),
        tuple(sorted(releases, key=lambda release: (release["date"], release["id"]))),
        tuple(_project(rng, number) for number in many(PROJECTS)),
        tuple(islice(opinions(seed, scale), max(1, round(FEEDBACK * scale)))),
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


def _process(rng: random.Random, number: int) -> list[Record]:
    supplier, buyer = f"S-{rng.randrange(1, 40):04d}", rng.randrange(len(BUYERS))
    day, amount = _day(rng, 360), round(rng.lognormvariate(22.5, 0.9), -6)
    return _releases(f"ocds-demo01-{number:05d}", day, buyer, supplier, int(amount), rng.choice(WORKS))


def _split(rng: random.Random) -> list[Record]:
    start = _day(rng, 200)
    return [
        release
        for piece in range(SPLIT_PIECES)
        for release in _releases(f"ocds-demo01-9{piece:04d}", start + timedelta(days=piece), 0, SPLIT_SUPPLIER,
                                 int(THRESHOLD_IRR * 0.95) + piece, "تعمیر آسفالت")
    ]  # fmt: skip


def _releases(ocid: str, day: date, buyer: int, supplier: str, amount: int, work: str) -> list[Record]:
    party = {"id": f"B-{buyer + 1}", "name": BUYERS[buyer]}
    value = {"amount": amount, "currency": "IRR"}
    common = {"ocid": ocid, "initiationType": "tender", "language": "fa", "buyer": party}
    opened, given = f"{day.isoformat()}T08:00:00+03:30", f"{(day + timedelta(days=12)).isoformat()}T08:00:00+03:30"
    tender = {"id": f"{ocid}-t", "title": work, "status": "active", "value": value, "procurementMethod": "open"}
    award = {"id": f"{ocid}-a", "status": "active", "date": given, "value": value,
             "suppliers": [{"id": supplier, "name": f"شرکت {supplier}"}]}  # fmt: skip
    return [
        {**common, "id": f"{ocid}-1", "date": opened, "tag": ["tender"], "tender": tender},
        {**common, "id": f"{ocid}-2", "date": given, "tag": ["award"], "tender": {**tender, "status": "complete"},
         "awards": [award]},
    ]  # fmt: skip


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


def _day(rng: random.Random, days: int) -> date:
    return (CLOCK - timedelta(days=rng.randrange(20, days))).date()
