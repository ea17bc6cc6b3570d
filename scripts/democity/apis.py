"""The city's open APIs as its register lists them, and the programs of other people that call them. Fictional.

Two JSON lists: `catalogue.json` and `clients.json`. What nobody entered is null. Names of programs are in the register
whether their makers published them or not, as registers have them. Planted truths: see `planted/eservices.yaml`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from democity.answer import Answer
from democity.eservices import OFFICES
from democity.planting import persian

Record = dict[str, Any]

PATH = "/apis/"
TOPICS = (
    "ایستگاه‌های اتوبوس", "کیفیت هوا", "بوستان‌ها", "کتابخانه‌ها", "پروانه‌های ساختمان", "پارکینگ‌ها", "بازارهای میوه",
    "رویدادهای فرهنگی", "درخت‌های شهر", "محدوده‌های محله‌ها",
)  # fmt: skip
LICENCES = ("CC-BY-4.0", "ODbL-1.0", "city-terms", "none", None)
FORMATS = ("json", "geojson", "xml", "csv", "html", "xls")
STANDARDS = ("none", "none", "openapi", "ogc_api", "gtfs", None)
PUBLISHED = ("همسفر شهر", "نقشهٔ بی‌مانع", "هوانما", "شهرپیما", "کتاب‌یاب", "پارک‌یاب")
UNPUBLISHED = ("برنامهٔ پنهان‌ساز سپهر", "اپلیکیشن خانگی نیکروز")
KINDS = ("app", "website", "research")
REST_AT_SCALE_1 = 15  # APIs beside the planted ones


class Apis:
    """Answers of the register of APIs; None for what other desks answer."""

    def __init__(self, seed: int = 1404, scale: float = 1.0) -> None:
        rng = random.Random(seed + 12)
        self.catalogue = tuple(_catalogue(rng, scale))
        self.clients = tuple(client for api in self.catalogue for client in _clients(rng, api))

    def answer(self, path: str) -> Answer | None:
        """`catalogue.json` and `clients.json`."""
        found = {"catalogue.json": self.catalogue, "clients.json": self.clients}.get(path.removeprefix(PATH))
        if not path.startswith(PATH) or found is None:
            return None
        body = json.dumps(found, ensure_ascii=False, indent=1).encode()
        return Answer(200, "application/json", body, 1, 1)


BEST: Record = {
    "documentation": True, "key": False, "approval": False, "licence": "CC-BY-4.0", "format": "geojson",
    "standard": "ogc_api", "cors": True, "rate_limit": 600, "version": "2.1.0",
    "uptime": {"share": 0.998, "days": 90, "method": "external_probe"},
}  # fmt: skip
WORST: Record = {
    "documentation": False, "key": True, "approval": True, "licence": "none", "format": "html", "standard": "none",
    "cors": False, "rate_limit": None, "version": None, "uptime": {"share": 0.91, "days": 30, "method": "own_monitor"},
}  # fmt: skip
PLANTED: tuple[tuple[str, Record], ...] = (
    ("خط‌ها و ایستگاه‌های مترو", BEST),
    ("دادهٔ باز ترافیک", {**BEST, "approval": True, "licence": "city-terms", "version": None}),
    ("استعلام عوارض", {**BEST, "key": True, "uptime": {"share": 1.0, "days": 365, "method": "self_report"}}),
    ("استعلام پروندهٔ ملک", WORST),
    ("تقویم رویدادها", {**BEST, "cors": None, "rate_limit": None}),
)


def _catalogue(rng: random.Random, scale: float) -> Iterator[Record]:
    for number, (name, facts) in enumerate(PLANTED, start=1):
        yield _api(rng, number, name, facts)
    for at in range(max(1, round(REST_AT_SCALE_1 * scale))):
        again = f" ({persian(str(at // len(TOPICS) + 1))})" if at >= len(TOPICS) else ""
        yield _api(rng, len(PLANTED) + at + 1, TOPICS[at % len(TOPICS)] + again, _facts(rng))


def _facts(rng: random.Random) -> Record:
    """Between the best and the worst: always a key, so that none of these meets all criteria."""
    method = rng.choice(("external_probe", "own_monitor", "self_report", None))
    return {
        "documentation": rng.random() < 0.7,
        "key": True,
        "approval": rng.random() < 0.5,
        "licence": rng.choice(LICENCES),
        "format": rng.choice(FORMATS[:4]),  # one criterion at least is met
        "standard": rng.choice(STANDARDS),
        "cors": rng.choice((True, False, None)),
        "rate_limit": rng.choice((60, 120, 600, None)),
        "version": rng.choice(("1.0", "1.4.2", "3", None)),
        "uptime": {"share": round(rng.uniform(0.95, 1), 4), "days": 90, "method": method} if method else None,
    }


def _api(rng: random.Random, number: int, name: str, facts: Record) -> Record:
    office = rng.choice(list(OFFICES))
    return {
        "id": f"API-{number:03d}",
        "name": name,
        "owner": {"code": office, "name": OFFICES[office]},
        **facts,
        "changed": f"{rng.randrange(1402, 1405)}/{rng.randrange(1, 13):02d}/{rng.randrange(1, 30):02d}",
    }


def _clients(rng: random.Random, api: Record) -> Iterator[Record]:
    """Programs with the calls of the last thirty days; API-001 has most of them."""
    number = int(api["id"][4:])
    names = [(name, True) for name in (PUBLISHED[:3] if number == 1 else rng.sample(PUBLISHED, rng.randrange(3)))]
    hidden = 9 if number == 1 else rng.randrange(5)
    names += [(UNPUBLISHED[at % 2], False) for at in range(hidden)]
    for at, (name, published) in enumerate(names, start=1):
        yield {
            "api": api["id"],
            "client": f"{api['id']}-{at:02d}",
            "name": name,
            "published": published,
            "kind": rng.choice(KINDS),
            "maker_email": f"sazandeh{at}@example.org",
            "calls": round(rng.lognormvariate(8, 1)),
        }
