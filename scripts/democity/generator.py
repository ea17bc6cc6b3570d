"""The city's records, from a seed and a scale: the same seed gives the same city on every machine.

Planted truths that readers and tests can find again: in district 18 street lights take four times as long as elsewhere;
the districts of SLOW_DISTRICTS are slow at everything; some complaints hold personal data (`City.planted`); letters,
digits and half-spaces are mixed as people and systems mix them; some records come twice, once with an older state;
every BROKEN_EVERYth record is broken in one of three ways (`City.broken`), and one names district 0 for MISNAMED's.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from typing import Any

from democity.vocabulary import CLOSING_NOTES, ENDINGS, GREETINGS, OPEN_NOTES, PLACES, SERVICES, STREETS, Service

Record = dict[str, Any]

REQUESTS_AT_SCALE_1 = 12_000
DAYS = 365
LOCAL = timezone(timedelta(hours=3, minutes=30))  # of the fictional city, which has had no summer time
CLOCK = datetime(2026, 11, 22, 0, 0, tzinfo=LOCAL)  # 1405-09-01: the city's present, which never moves
BOTTLENECK = (18, "137-0301", 4.0)  # district, service, times as long
SLOW_DISTRICTS = {22: 1.8, 15: 1.5, 19: 1.6}
NEVER_SHARE = 0.04  # requests that wait for an answer that does not come
PERSONAL_SHARE = 0.03
REPEATED_SHARE = 0.01
BROKEN_EVERY = 997  # records between two that cannot be right
MISNAMED = (500, 11)  # number of the record whose district comes as 0, and the district that it is
HOURS = (1, 1, 0, 0, 0, 1, 2, 5, 9, 11, 12, 10, 8, 6, 6, 6, 7, 8, 9, 8, 7, 5, 4, 2)  # when people write
# Approximate centres of 22 districts laid out like a large city's, degrees north and east; fictional to about a km.
CENTRES = (
    (35.80, 51.46), (35.76, 51.36), (35.77, 51.44), (35.74, 51.50), (35.75, 51.30), (35.73, 51.40), (35.73, 51.44),
    (35.73, 51.50), (35.68, 51.32), (35.68, 51.36), (35.68, 51.39), (35.68, 51.43), (35.71, 51.48), (35.67, 51.47),
    (35.63, 51.47), (35.64, 51.41), (35.65, 51.36), (35.65, 51.29), (35.62, 51.36), (35.59, 51.44), (35.69, 51.22),
    (35.75, 51.20),
)  # fmt: skip
CROWD = (6, 7, 5, 9, 8, 4, 4, 5, 2, 4, 4, 3, 3, 6, 8, 4, 3, 5, 3, 4, 2, 2)  # how many people live where
PERSONAL = {
    "mobile": ("۰۹۱۲۰۰۰{a}{b}", "0935 000 {a} {b}", "+98 912 000{a}{b}", "٠٩١٩٠٠٠{a}{b}"),
    "landline": ("۰۲۱-۵۵۰۰{a}{b}", "021 5500{a}{b}"),
    "national_id": ("{national_id}",),
    "iban": ("{iban}",),
    "card": ("{card}",),
    "email": ("shahrvand{a}@example.org",),
    "plate": ("{b} ب {a2}۱ ایران ۸۸",),
}
PERSONAL_WORDS = {
    "mobile": " شماره من {}", "landline": " تلفن {}", "national_id": " کد ملی {}", "iban": " شبا {}",
    "card": " شماره کارت {}", "email": " ایمیل {}", "plate": " پلاک {}",
}  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """Personal data that the generator put into a request's description."""

    service_request_id: str
    kind: str
    text: str


@dataclass(frozen=True)
class Broken:
    """A request that cannot be right, and the field of its record that says so."""

    service_request_id: str
    field: str


@dataclass(frozen=True)
class City:
    """Everything the city hall would answer with: GeoReport records in order of request, and what was planted."""

    requests: tuple[Record, ...]
    planted: tuple[Planted, ...]
    broken: tuple[Broken, ...]


def generate(seed: int = 1404, scale: float = 1.0) -> City:
    """A city of about 12,000 requests times `scale` in the year before CLOCK."""
    rng = random.Random(seed)
    count = max(1, round(REQUESTS_AT_SCALE_1 * scale))
    moments = sorted(_moment(rng) for _ in range(count))
    planted: list[Planted] = []
    broken: list[Broken] = []
    requests: list[Record] = []
    for number, moment in enumerate(moments, start=1):
        found = _request(rng, number, moment, planted)
        _break(found, number, broken)
        if rng.random() < REPEATED_SHARE:
            requests.append(_earlier(found, moment))
        requests.append(found)
    return City(tuple(requests), tuple(planted), tuple(broken))


def services() -> Iterator[Record]:
    """GeoReport service records, in order of code."""
    for number, service in enumerate(SERVICES):
        yield {
            "service_code": service.code,
            "service_name": service.name,
            "description": f"درخواست و گزارش دربارهٔ {service.name}",
            "metadata": number % 6 == 0,
            "type": "realtime",
            "keywords": service.keywords,
            "group": service.group,
        }


def _moment(rng: random.Random) -> datetime:
    # Complaints grow by a third over the year, as they do where people find that someone answers.
    days_ago = DAYS * (1 - math.sqrt(rng.uniform(0.25, 1.0))) * 2
    hour = rng.choices(range(24), HOURS)[0]
    day = (CLOCK - timedelta(days=1 + int(days_ago))).replace(hour=hour)
    return day + timedelta(minutes=rng.randrange(60), seconds=rng.randrange(60))


def _request(rng: random.Random, number: int, moment: datetime, planted: list[Planted]) -> Record:
    district = rng.choices(range(1, 23), CROWD)[0]
    if number == MISNAMED[0]:
        district = MISNAMED[1]
    service = rng.choices(SERVICES, cum_weights=list(accumulate(item.weight for item in SERVICES)))[0]
    request_id = f"1405-{number:07d}"
    closed_at = _closed_at(rng, moment, district, service)
    latitude, longitude = CENTRES[district - 1]
    return {
        "service_request_id": request_id,
        "status": "closed" if closed_at else "open",
        "status_notes": rng.choice(CLOSING_NOTES if closed_at else OPEN_NOTES),
        "service_name": service.name,
        "service_code": service.code,
        "description": _description(rng, service, request_id, planted),
        "agency_responsible": service.agency,
        "service_notice": None,
        "requested_datetime": moment.isoformat(),
        "updated_datetime": (closed_at or _touched(rng, moment)).isoformat(),
        "expected_datetime": (moment + timedelta(days=math.ceil(service.days * 1.5))).isoformat(),
        "address": f"خیابان {rng.choice(STREETS)}، کوچه {rng.choice(STREETS)} {rng.randrange(1, 40)}",
        "address_id": None,
        "zipcode": None,
        "district": _digits(rng, str(district)),
        "lat": round(latitude + rng.gauss(0, 0.008), 6),
        "long": round(longitude + rng.gauss(0, 0.010), 6),
        "media_url": None,
    }


def _break(record: Record, number: int, broken: list[Broken]) -> None:
    """What real systems send now and then: a district that is not there, swapped coordinates, a Jalali year."""
    if number == MISNAMED[0]:
        record["district"] = "0"
    if number % BROKEN_EVERY:
        return
    field = ("district", "lat", "expected_datetime")[number // BROKEN_EVERY % 3]
    broken.append(Broken(record["service_request_id"], field))
    if field == "district":
        record["district"] = "77"
    elif field == "lat":
        record["lat"], record["long"] = record["long"], record["lat"]
    else:
        record["expected_datetime"] = f"1405{record['expected_datetime'][4:]}"


def _closed_at(rng: random.Random, moment: datetime, district: int, service: Service) -> datetime | None:
    factor = SLOW_DISTRICTS.get(district, 1.0)
    if (district, service.code) == BOTTLENECK[:2]:
        factor *= BOTTLENECK[2]
    days = rng.lognormvariate(math.log(service.days * factor), 0.7)
    never = rng.random() < NEVER_SHARE * factor
    closed_at = moment + timedelta(seconds=round(days * 86400))
    return None if never or closed_at > CLOCK else closed_at


def _touched(rng: random.Random, moment: datetime) -> datetime:
    """When an open request was last looked at: within two days, or never after it came."""
    seen = moment + timedelta(seconds=rng.randrange(172_800)) if rng.random() < 0.7 else moment
    return min(seen, CLOCK)


def _earlier(record: Record, moment: datetime) -> Record:
    """The same request as it stood when it came: pages of a live source overlap while it changes."""
    return {**record, "status": "open", "status_notes": None, "updated_datetime": moment.isoformat()}


def _description(rng: random.Random, service: Service, request_id: str, planted: list[Planted]) -> str:
    text = rng.choice(service.complaints).format(n=_digits(rng, str(rng.randrange(2, 20))), place=rng.choice(PLACES))
    text = rng.choice(GREETINGS) + text + rng.choice(ENDINGS)
    if rng.random() < PERSONAL_SHARE:
        kind = rng.choice(sorted(PERSONAL))
        personal = _personal(rng, kind)
        planted.append(Planted(request_id, kind, personal))
        text += PERSONAL_WORDS[kind].format(personal)
    return _spelled(rng, text)


def _spelled(rng: random.Random, text: str) -> str:
    """As keyboards write it: a quarter with Arabic ya and kaf, some without half-spaces."""
    draw = rng.random()
    if draw < 0.25:
        return text.replace("ی", "ي").replace("ک", "ك")
    return text.replace("\u200c", " ") if draw < 0.45 else text


def _digits(rng: random.Random, text: str) -> str:
    """ASCII digits, or Persian ones for a third."""
    return text.translate({48 + value: 0x06F0 + value for value in range(10)}) if rng.random() < 0.33 else text


def _personal(rng: random.Random, kind: str) -> str:
    """Fictional personal data with the right checksums; its middle of zeros is nobody's."""
    return rng.choice(PERSONAL[kind]).format(
        a=rng.randrange(10, 100),
        b=rng.randrange(10, 100),
        a2=rng.randrange(10, 100),
        national_id=_national_id(f"000{rng.randrange(10**6):06d}"),
        iban=_iban(f"099{rng.randrange(10**6):019d}"),
        card=_card(f"603700000{rng.randrange(10**6):06d}"),
    )


def _national_id(nine: str) -> str:
    rest = sum(int(digit) * (10 - at) for at, digit in enumerate(nine)) % 11
    return f"{nine}{rest if rest < 2 else 11 - rest}"


def _iban(account: str) -> str:
    return f"IR{98 - int(f'{account}182700') % 97:02d}{account}"


def _card(fifteen: str) -> str:
    doubled = [int(digit) * 2 for digit in fifteen[::2]]
    total = sum(value - 9 if value > 9 else value for value in doubled) + sum(map(int, fifteen[1::2]))
    return f"{fifteen}{-total % 10}"
