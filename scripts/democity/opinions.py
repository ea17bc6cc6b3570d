"""What people say of the city's services: a score from 1 to 5 and a few words, in JSON lines. Fictional, from a seed.

Planted truths are written down in `planted/feedback.yaml`: a service that most blame and one that most praise, a month
that was bad for one service, a district that is worse than others, a service on which hardly anyone says anything, and
texts with personal data.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import accumulate
from typing import Any

from democity.answer import Answer
from democity.generator import CLOCK
from democity.vocabulary import PLACES, SERVICES, Service

Record = dict[str, Any]

PATH = "/feedback/feedback.jsonl"
AT_SCALE_1, BAD_AT_SCALE_1 = 18_000, 60
MINUTES = 525_600  # twelve Jalali months before CLOCK, from the first day of Azar 1404
BLAMED, PRAISED, THIN = "137-0203", "137-0402", "137-0304"
BAD_MONTH = ("137-0501", "2026-07-23", "2026-08-23")  # service; Mordad 1405 by its first day and the first after it
BAD_MINUTES = (131_040, 175_680)  # of that month, before CLOCK: days 91 to 122
BAD_DISTRICT = 15
USUAL, BLAME, PRAISE, BAD = (5, 3, 3, 4, 3), (8, 4, 2, 3, 2), (2, 2, 2, 5, 5), (14, 6, 2, 2, 2)  # odds of scores 1 to 5
THIN_SCORES = (1, 5, 2, 4, 1, 5, 2)  # of the thin service in each month, whatever the scale
PERSONAL = (
    " من سیمرغ یگانه‌پندار هستم، شماره ۰۹۱۲۰۰۰۷۷۶۶",
    " ایمیل shahrvand77@example.org",
)
PERSONAL_EVERY = 150


def opinions(seed: int = 1404, scale: float = 1.0) -> Iterator[Record]:
    """Opinions in order of their numbers; the same seed and scale give the same ones on every machine."""
    rng = random.Random(seed + 13)
    for number, record in enumerate(_said(rng, scale), start=1):
        yield {"feedback_id": f"F{number:06d}", **record}


def _said(rng: random.Random, scale: float) -> Iterator[Record]:
    spoken = {service.code: service for service in SERVICES if service.code != THIN}
    odds = list(accumulate(service.weight for service in spoken.values()))
    for code in rng.choices(list(spoken), cum_weights=odds, k=max(1, round(AT_SCALE_1 * scale))):
        yield _opinion(rng, spoken[code], rng.randrange(MINUTES))
    for _ in range(round(BAD_AT_SCALE_1 * scale)):
        yield _opinion(rng, spoken[BAD_MONTH[0]], rng.randrange(*BAD_MINUTES))
    thin = next(service for service in SERVICES if service.code == THIN)
    for month in range(12):
        for score in THIN_SCORES:
            yield {**_opinion(rng, thin, 43_200 * month + rng.randrange(40_000)), "score": score}


class Opinions:
    """The file of all opinions; None for what other desks answer."""

    def __init__(self, seed: int = 1404, scale: float = 1.0) -> None:
        self._seed, self._scale = seed, scale

    def answer(self, path: str) -> Answer | None:
        """`feedback.jsonl`, made when it is asked for."""
        if path != PATH:
            return None
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in opinions(self._seed, self._scale))
        return Answer(200, "application/x-ndjson", lines.encode(), 1, 1)


def _opinion(rng: random.Random, service: Service, minutes_ago: int) -> Record:
    district, created_at = rng.randrange(1, 23), (CLOCK - timedelta(minutes=minutes_ago + 1)).isoformat()
    text = rng.choice(service.complaints).format(n=rng.randrange(2, 9), place=rng.choice(PLACES))
    if rng.randrange(PERSONAL_EVERY) == 0:
        text += rng.choice(PERSONAL)
    return {
        "created_at": created_at,
        "district": district,
        "service_code": service.code,
        "score": rng.choices((1, 2, 3, 4, 5), _odds(service.code, district, created_at))[0],
        "text": text,
    }


def _odds(service: str, district: int, created_at: str) -> tuple[int, ...]:
    code, first, after = BAD_MONTH
    if service == code and first <= created_at[:10] < after:
        return BAD
    if service == PRAISED:
        return PRAISE
    return BLAME if service == BLAMED or district == BAD_DISTRICT else USUAL
