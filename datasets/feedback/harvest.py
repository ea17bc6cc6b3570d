"""What people say of the city's services, in one file of JSON lines: only counts leave this parser.

A score of 1 or 2 is blame, 4 or 5 is praise, 3 is neither. Rows of single opinions would give back every count that is
hidden for its smallness, so none is written: opinions are counted here, by service and month, by service, by month and
by district, and small counts are hidden here too (`suppress` in the descriptor), with enough others that the totals,
which are published beside them, do not tell them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from shahrnama.captures import Capture
from shahrnama.catalog import Row, read
from shahrnama.client import Source
from shahrnama.errors import ParseError
from shahrnama.formats.strict import exhaust, required, to_utc
from shahrnama.formats.strict_json import documents
from shahrnama.persian import ascii_digits, gregorian, jalali, local_date
from shahrnama.suppress import publishable

FILE = "feedback.jsonl"
TABLES = ("feedback_by_service", "feedback_services", "feedback_months", "feedback_districts")
TONES = {1: "blame", 2: "blame", 3: "neither", 4: "praise", 5: "praise"}
IGNORED = (
    "feedback_id",  # leads to its writer in the office's own files
    "text",  # people's own words, with names and numbers in them: never published
)

Opinion = tuple[str, str, int, str]  # service, Jalali month, district, tone


def fetch(source: Source) -> None:
    """The one file, asked once and counted for each table: what follows `#` is the table that it was taken for."""
    first, *others = TABLES
    body = source.get(first, FILE, check=lambda body: next(documents(body)))
    for resource in others:
        source.taking.take(Capture(resource, f"{FILE}#{resource}", source.store.save(body), len(body)))


def feedback_by_service(body: bytes) -> Iterator[Row]:
    """One row for each service and Jalali month in which anything was said, small counts hidden."""

    def row(key: tuple[str, str], tones: Counter[str]) -> Row:
        return {"service_code": key[0], **_month(key[1]), **_counts(tones), "is_suppressed": False}

    return _hidden("feedback_by_service", body, lambda opinion: opinion[:2], row)


def feedback_services(body: bytes) -> Iterator[Row]:
    """One row for each service: everything that was said of it."""
    return _totals("feedback_services", body, lambda opinion: opinion[0], lambda key: {"service_code": key})


def feedback_months(body: bytes) -> Iterator[Row]:
    """One row for each Jalali month: everything that was said in it."""
    return _totals("feedback_months", body, lambda opinion: opinion[1], _month)


def feedback_districts(body: bytes) -> Iterator[Row]:
    """One row for each district: everything that was said there; what names no district is not in it."""
    return _totals("feedback_districts", body, lambda opinion: opinion[2] or None, lambda key: {"district_id": key})


def _totals(resource: str, body: bytes, key: Callable[[Opinion], Any], named: Callable[[Any], Row]) -> Iterator[Row]:
    def row(value: Any, tones: Counter[str]) -> Row:
        return {**named(value), **_counts(tones), "is_suppressed": False}

    return _hidden(resource, body, key, row)


def _hidden(
    resource: str, body: bytes, key: Callable[[Opinion], Any], row: Callable[[Any, Counter[str]], Row]
) -> Iterator[Row]:
    """The rows as they may be published, by the `suppress` of the resource in this folder's descriptor."""
    counted: dict[Any, Counter[str]] = {}
    for opinion in _opinions(body):
        group = key(opinion)
        if group is not None:
            counted.setdefault(group, Counter())[opinion[3]] += 1
    rows = [row(group, counted[group]) for group in sorted(counted)]
    yield from publishable(read(Path(__file__).parent).resource(resource), rows)


def _opinions(body: bytes) -> Iterator[Opinion]:
    """Service, month, district (0 where none is said) and tone of each opinion; ParseError for any other score."""
    for record in documents(body):
        moment, score = to_utc(required(record, "created_at")), required(record, "score")
        if score not in TONES:
            raise ParseError(f"a score is {score!r}, not one of 1 to 5")
        month = _jalali_month(local_date(moment))
        district = int(ascii_digits(str(record.pop("district", None) or 0)))
        yield ascii_digits(str(required(record, "service_code"))), month, district, TONES[score]
        exhaust(record, ignore=IGNORED)


@cache
def _jalali_month(day: date) -> str:
    """As 1405-08; there are few days and many opinions."""
    return jalali(day.isoformat())[:7]


def _counts(tones: Counter[str]) -> Row:
    return {"praise_count": tones["praise"], "blame_count": tones["blame"]}


def _month(jalali_month: str) -> Row:
    return {"jalali_month": jalali_month, "month_start_date": gregorian(f"{jalali_month}-01")}
