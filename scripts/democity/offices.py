"""What the city's offices keep beside 137: contracts, project ID cards, feedback. Fictional, from a seed.

Planted truths: three of ten projects have slipped, some of them twice. Cases of municipal processes and contracts have
modules of their own (`processes`, `procurement`, `budget`).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from democity.budget import budget_sheet
from democity.generator import CLOCK
from democity.opinions import opinions
from democity.procurement import generate_procurement
from democity.vocabulary import PLACES, STREETS

Record = dict[str, Any]

PROJECTS, FEEDBACK = 80, 600  # at scale 1; of the opinions, the first


@dataclass(frozen=True)
class Offices:
    """OCDS releases by date, projects and feedback by number, the budget."""

    releases: tuple[Record, ...]
    projects: tuple[Record, ...]
    feedback: tuple[Record, ...]
    budget: list[list[str]]


def generate_offices(seed: int = 1404, scale: float = 1.0) -> Offices:
    """The offices' records; the same seed and scale give the same records on every machine."""
    rng = random.Random(seed + 1)

    def many(count: int) -> range:
        return range(1, max(1, round(count * scale)) + 1)

    return Offices(
        generate_procurement(seed, scale),
        tuple(_project(rng, number) for number in many(PROJECTS)),
        tuple(islice(opinions(seed, scale), max(1, round(FEEDBACK * scale)))),
        budget_sheet(seed, scale),
    )


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
