"""The city's electronic services as its CKAN catalogue lists them, and how much they are used. Fictional, from a seed.

Each service is a CKAN dataset with custom fields (`extras`, all of them text), each office a CKAN organization, and use
is a DataStore table. Values are as people type them: some digits are Persian, some letters Arabic. Planted truths are
written down in `planted/eservices.yaml`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from democity.answer import Answer, as_json
from democity.planting import BUYERS, persian

Record = dict[str, Any]

ACTION = "/ckan/api/3/action/"
NAMES = {
    "B-04": (
        "مجوز تردد در محدودهٔ طرح",
        "کارت پارک حاشیه‌ای",
        "مجوز حمل بار",
        "شکایت از جریمهٔ پارک",
        "مسیر ویژهٔ معلولان",
    ),
    "B-01": ("مجوز حفاری معبر", "گواهی پایان حفاری", "اجارهٔ ماشین‌آلات", "نقشهٔ تأسیسات معبر"),
    "B-06": ("پروانهٔ ساختمان", "گواهی پایان کار", "استعلام کاربری زمین", "دستور نقشه", "نقل و انتقال پروانه"),
    "B-02": ("مجوز دست‌فروشی موقت", "نوبت جمع‌آوری نخاله", "غرفهٔ بازار روز", "پرداخت عوارض نوسازی"),
    "B-03": ("مجوز هرس درخت", "سفارش نهال رایگان", "مجوز جابه‌جایی درخت"),
    "B-05": ("ثبت‌نام فرهنگسرا", "اجارهٔ سالن ورزشی", "عضویت کتابخانه", "مجوز اجرای خیابانی"),
    "B-07": ("تأییدیهٔ ایمنی ساختمان", "آموزش ایمنی محله", "گزارش حریق برای بیمه"),
    "B-08": ("حساب شهروندی", "گواهی امضای الکترونیک", "صندوق نامه‌های شهروند", "پیگیری درخواست"),
}
OFFICES = {code: BUYERS[code] for code in sorted(NAMES)}
LEVELS = ("information", "form", "transaction", "electronic")
ODDS = {  # of the levels, by office
    "B-01": (3, 4, 3, 1), "B-02": (1, 2, 4, 4), "B-03": (3, 3, 2, 2), "B-04": (1, 2, 3, 5), "B-05": (2, 2, 2, 4),
    "B-06": (3, 4, 4, 0), "B-07": (3, 3, 2, 2), "B-08": (0, 0, 0, 1),
}  # fmt: skip
WHOLLY_ELECTRONIC = "B-08"
CONTRADICTED = (3, 11, 14)  # numbers of services: called electronic, with a visit
NEVER_USED = (7, 21)
MOVED_ONLINE = 1
MONTHS = tuple(f"{1403 + (at + 8) // 12}/{(at + 8) % 12 + 1:02d}" for at in range(24))  # 1403/09 to 1405/08
LIMIT = 500  # rows of one answer


class Eservices:
    """Answers of the catalogue on electronic services; None for what other desks answer."""

    def __init__(self, seed: int = 1404, scale: float = 1.0) -> None:
        rng = random.Random(seed + 11)
        self.services = tuple(_services(rng, scale))
        self.uses = tuple(row for service in self.services for row in _uses(rng, service))

    def answer(self, path: str, query: Mapping[str, str]) -> Answer | None:
        """`organization_list`, `package_search` of type `eservice` and `datastore_search` of `eservice-uses`."""
        action = path.removeprefix(ACTION)
        if action == "organization_list":
            found = [{"id": code, "name": code.lower(), "title": name} for code, name in OFFICES.items()]
            return as_json({"success": True, "result": found}, 200, 1, 1)
        if action == "package_search" and query.get("fq") == "type:eservice":
            some, page, pages = _page(self.services, query, "start", "rows")
            result = {"count": len(self.services), "results": [_as_package(service) for service in some]}
            return as_json({"success": True, "result": result}, 200, page, pages)
        if action == "datastore_search" and query.get("resource_id") == "eservice-uses":
            some, page, pages = _page(self.uses, query, "offset", "limit")
            fields = [{"id": name, "type": "text"} for name in self.uses[0]]
            result = {"fields": fields, "records": some, "total": len(self.uses)}
            return as_json({"success": True, "result": result}, 200, page, pages)
        return None


def _page(rows: tuple[Record, ...], query: Mapping[str, str], at: str, most: str) -> tuple[list[Record], int, int]:
    """Some of the rows, with which page this is of how many."""
    start, limit = _number(query.get(at), 0), max(1, min(_number(query.get(most), 100), LIMIT))
    return list(rows[start : start + limit]), start // limit + 1, -(-len(rows) // limit)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else otherwise


def _services(rng: random.Random, scale: float) -> Iterator[Record]:
    """Every service that has a name, and beyond scale 1 the same again in other districts."""
    named = [(office, name) for office, names in NAMES.items() for name in names]
    for at in range(max(len(named), round(len(named) * scale))):
        office, name = named[at % len(named)]
        district = at // len(named)
        yield _service(rng, at + 1, office, f"{name}، حوزهٔ {persian(str(district))}" if district else name)


def _service(rng: random.Random, number: int, office: str, name: str) -> Record:
    level, steps = rng.choices(LEVELS, ODDS[office])[0], rng.randrange(3, 9)
    if name == NAMES[office][0] and office != WHOLLY_ELECTRONIC:  # no other office is so in all of its services
        level = min(level, "transaction", key=LEVELS.index)
    if number in CONTRADICTED:
        level = "electronic"
    elif number in NEVER_USED or number == MOVED_ONLINE:
        level = "transaction"
    visits = {"information": steps, "form": steps - 1, "transaction": rng.randrange(1, steps), "electronic": 0}[level]
    return {
        "id": f"ES-{number:04d}",
        "number": number,
        "office": office,
        "name": _typed(rng, name),
        "level": level,
        "steps": _digits(rng, steps),
        "visits": _digits(rng, 1 if number in CONTRADICTED else visits),
    }


def _as_package(service: Record) -> Record:
    """The service as a CKAN dataset: what CKAN has no field for is in `extras`."""
    extras = {key: service[key] for key in ("level", "steps", "visits")}
    return {
        "id": service["id"],
        "name": service["id"].lower(),
        "title": service["name"],
        "type": "eservice",
        "state": "active",
        "organization": {"id": service["office"], "title": OFFICES[service["office"]]},
        "extras": [{"key": key, "value": value} for key, value in extras.items()],
        "resources": [],
    }


def _uses(rng: random.Random, service: Record) -> Iterator[Record]:
    """Cases that were begun each month: online where the service can be begun online, else at the counter."""
    number, usual = service["number"], rng.lognormvariate(6, 0.8)
    share = rng.uniform(0.3, 0.6) if service["level"] == "transaction" else rng.uniform(0.9, 1.0)
    if service["level"] in {"information", "form"}:
        share = 0
    for at, month in enumerate(MONTHS):
        if number == MOVED_ONLINE:
            share = 0.10 if at < 12 else 0.80
        elif number in NEVER_USED:
            share = 0.02 if at < 12 else 0
        cases = round(usual * rng.uniform(0.8, 1.2)) + 5
        online = round(cases * share)
        yield {
            "_id": (number - 1) * len(MONTHS) + at + 1,
            "service": service["id"],
            "month": persian(month) if rng.random() < 0.3 else month,
            "online": str(online),
            "in_person": _digits(rng, cases - online),
        }


def _typed(rng: random.Random, name: str) -> str:
    """As keyboards write it: a fifth with Arabic letters."""
    return name.replace("ی", "ي").replace("ک", "ك") if rng.random() < 0.2 else name


def _digits(rng: random.Random, value: int) -> str:
    return persian(str(value)) if rng.random() < 0.25 else str(value)
