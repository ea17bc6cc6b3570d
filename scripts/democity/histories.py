"""What becomes of requests after they came: changes of status, photos and films, ratings. From a seed, like the rest.

`planted/requests.yaml` says what is planted. GeoReport knows only the last change of a request, and here that may be a
note which was written after closing, so that only the history says when a request was closed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from democity.generator import CENTRES, CLOCK, DAYS, City, Record
from democity.planted import planted

TRUTHS = planted("requests")
WORKED_SHARE = 0.8  # of requests that an office says it has begun to work on
RATED_SHARE = 0.35  # of closed requests
SCORES = (1, 2, 3, 4, 5)
USUAL, DISAPPOINTED = (1, 1, 3, 6, 5), (8, 5, 3, 1, 0.5)
MEDIA = (("jpg",), ("mp4",), ("jpg", "mp4"))
SPOT = (0.0021, -0.0032)  # degrees from the middle of the district to where water comes back

Change = tuple[str, datetime]


@dataclass(frozen=True)
class Told:
    """The city as its service tells it, and every change of status in order of request and number."""

    city: City
    changes: tuple[Record, ...]


def told(city: City, seed: int = 1404) -> Told:
    """The city with what became of its requests; the same city and seed give the same on every machine."""
    rng = random.Random(seed + 137)
    broken = {item.service_request_id for item in city.broken}
    requests: list[Record] = []
    changes: list[Record] = []
    for request_id, versions in groupby(city.requests, key=lambda record: str(record["service_request_id"])):
        *stale, last = versions
        place = {} if request_id in broken else _place(rng, last)
        final, history = _lived(rng, {**last, **place})
        requests += [{**record, **place, "rating": None, "media_url": final["media_url"]} for record in stale]
        requests.append(final)
        changes += _numbered(request_id, history)
    return Told(replace(city, requests=tuple(requests)), tuple(changes))


def _place(rng: random.Random, record: Record) -> Record:
    """Where water comes back: most requests of one subject in one district are at one spot."""
    truth = TRUTHS["repeated"]
    if not _is(record, truth) or rng.random() >= truth["share"]:
        return {}
    latitude, longitude = CENTRES[truth["district"] - 1]
    return {"lat": round(latitude + SPOT[0], 6), "long": round(longitude + SPOT[1], 6)}


def _lived(rng: random.Random, record: Record) -> tuple[Record, list[Change]]:
    """The record as it stands at the city's present, and its history."""
    came = datetime.fromisoformat(record["requested_datetime"])
    touched = datetime.fromisoformat(record["updated_datetime"])
    is_closed = record["status"] == "closed" and not _is_forgotten(rng, record, came)
    reopens = rng.random() < _reopened_share(record)
    if is_closed:
        history = _closed(rng, came, touched, reopens)
        last = _noted(rng, touched)
    else:
        history = _open(rng, came, min(touched, came + timedelta(days=2)), reopens)
        last = history[-1][1].replace(microsecond=0)
    changed = {
        "status": "closed" if is_closed else "open",
        "status_notes": record["status_notes"] if is_closed or record["status"] == "open" else "در صف بازدید",
        "updated_datetime": last.isoformat(),
        "media_url": _media(rng, record, came),
        "rating": _rating(rng, record, reopens) if is_closed else None,
    }
    return {**record, **changed}, history


def _closed(rng: random.Random, came: datetime, closed: datetime, reopens: bool) -> list[Change]:
    """A history that ends with closing; where it was reopened, an earlier closing stands in it."""
    first = came + (closed - came) * rng.uniform(0.3, 0.6) if reopens else closed
    history = [("open", came), *_worked(rng, came, first), ("closed", first)]
    if reopens:
        history += [("reopened", first + (closed - first) * rng.uniform(0.1, 0.4)), ("closed", closed)]
    return history


def _open(rng: random.Random, came: datetime, touched: datetime, reopens: bool) -> list[Change]:
    """A history that ends open: looked at or not, or closed too soon and reopened within three days."""
    age = CLOCK - came
    if reopens and age > timedelta(days=20):
        first = came + age * rng.uniform(0.1, 0.5)
        again = first + timedelta(days=rng.uniform(0.5, 3))
        return [("open", came), *_worked(rng, came, first), ("closed", first), ("reopened", again)]
    return [("open", came), *([("in_progress", touched)] if touched > came else [])]


def _worked(rng: random.Random, came: datetime, until: datetime) -> Iterator[Change]:
    if rng.random() < WORKED_SHARE:
        yield "in_progress", came + (until - came) * rng.uniform(0.05, 0.6)


def _numbered(request_id: str, history: list[Change]) -> Iterator[Record]:
    for number, (status, moment) in enumerate(history, start=1):
        at = moment.replace(microsecond=0).isoformat()
        yield {"service_request_id": request_id, "change_number": number, "status": status, "changed_datetime": at}


def _noted(rng: random.Random, closed: datetime) -> datetime:
    """The last change of a closed request: its closing, or a note some days after it."""
    if rng.random() >= TRUTHS["noted"]["share"]:
        return closed
    later = closed + timedelta(days=rng.uniform(1, TRUTHS["noted"]["most_days"]))
    return min(later, CLOCK).replace(microsecond=0)


def _is_forgotten(rng: random.Random, record: Record, came: datetime) -> bool:
    truth = TRUTHS["forgotten"]
    is_old = CLOCK - came > timedelta(days=truth["after_days"])
    return _is(record, truth) and is_old and rng.random() < truth["share"]


def _reopened_share(record: Record) -> float:
    truth = TRUTHS["reopened"]
    return float(truth["share"] if _district(record) == truth["district"] else truth["elsewhere"])


def _media(rng: random.Random, record: Record, came: datetime) -> str | None:
    """Addresses of a photo, a film or both: more and more as the year goes on."""
    first, last = TRUTHS["media"]["first"], TRUTHS["media"]["last"]
    if rng.random() >= last - (last - first) * ((CLOCK - came) / timedelta(days=DAYS)):
        return None
    kinds = rng.choices(MEDIA, (7, 2, 1))[0]
    return ",".join(f"https://media.city.example/137/{record['service_request_id']}.{kind}" for kind in kinds)


def _rating(rng: random.Random, record: Record, was_reopened: bool) -> int | None:
    """One to five, where the citizen gave any."""
    if rng.random() >= RATED_SHARE:
        return None
    disappointed = was_reopened or record["service_code"] == TRUTHS["unhappy"]["service"]
    return rng.choices(SCORES, DISAPPOINTED if disappointed else USUAL)[0]


def _is(record: Record, truth: dict[str, Any]) -> bool:
    return bool(record["service_code"] == truth["service"] and _district(record) == truth["district"])


def _district(record: Record) -> int:
    return int(record["district"])
