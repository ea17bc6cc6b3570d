"""Event logs of three municipal processes, and the catalogue of the processes, from the systems that keep them.

Building permits come as XES (IEEE 1849), where start and completion of a step are two events. Business licences come
as a table with one row a step, its start and end in Jalali dates and Persian digits, Tehran's time. Payments of
contractors come as a table with one row an event, Gregorian times without an offset, Tehran's too. A parser yields the
records of a log as they are, one row for each moment of a step, numbered in the order of the log: what is wrong with
them is found, counted and mended in `derive/`, where everybody can read how. Records hold offices and roles, never
persons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from shahrnama.catalog import Row
from shahrnama.client import Source
from shahrnama.errors import ParseError
from shahrnama.formats import event_csv, xes
from shahrnama.formats.strict import exhaust, required, to_utc
from shahrnama.formats.strict_json import documents
from shahrnama.formats.tabular import rows
from shahrnama.persian import ascii_digits, gregorian, normalise

TEHRAN = "Asia/Tehran"
CHANNELS = {"الکترونیکی": "electronic", "حضوری": "in_person"}
LIFECYCLE = {"شروع": "start", "پایان": "complete", "توقف": "suspend"}  # words of the payment system
PAYMENT_COLUMNS = {"case_id": "پرونده", "activity": "مرحله", "group": "واحد", "role": "نقش", "lifecycle": "رخداد",
                   "at": "زمان"}  # fmt: skip
LICENCE_TIMES = (("start", "شروع"), ("complete", "پایان"))

IGNORED = ("performer",)  # the clerk who did it: a person, even where the system writes a number


def fetch(source: Source) -> None:
    """The catalogue, which two tables are read from, and the three logs."""
    source.get("municipal_processes", "processes.json")
    source.get("process_steps", "processes.json")
    source.get("permit_log_events", "permits.xes.gz")
    source.get("licence_log_events", "business_licences.csv")
    source.get("payment_log_events", "contract_payments.csv")


def municipal_processes(body: bytes) -> Iterator[Row]:
    """One row for each process of the catalogue."""
    for entry in _entries(body):
        steps = required(entry, "steps")
        visits = sum(bool(step["needs_visit"]) for step in steps)
        yield {
            "municipal_process_id": required(entry, "id"),
            "name_fa": normalise(required(entry, "name_fa")),
            "name_en": required(entry, "name_en"),
            "owner_name": normalise(required(entry, "owner")),
            "step_count": len(steps),
            "visit_step_count": visits,
            "channel_code": "electronic" if not visits else "in_person" if visits == len(steps) else "mixed",
            "legal_limit_days": int(required(entry, "limit_days")),
            "limit_days_code": required(entry, "limit_counts"),
            "limit_basis": normalise(required(entry, "limit_basis")),
        }
        exhaust(entry)


def process_steps(body: bytes) -> Iterator[Row]:
    """One row for each step of each process, numbered in the order of the catalogue."""
    for entry in _entries(body):
        for number, step in enumerate(entry["steps"], start=1):
            office = step.pop("office")
            yield {
                "municipal_process_id": entry["id"],
                "step_number": number,
                "activity": normalise(required(step, "activity")),
                "office_kind": normalise(office) if office else None,
                "role": normalise(required(step, "role")),
                "needs_visit": bool(required(step, "needs_visit")),
                "is_last": bool(required(step, "is_last")),
            }
            exhaust(step)


def permit_log_events(body: bytes) -> Iterator[Row]:
    """One row for each event of the permits' log, numbered within its case in the order of the log."""
    for event in xes.events(body):
        attributes = event.pop("attributes")
        exhaust(event.pop("case_attributes"))
        yield _record(
            ascii_digits(event.pop("case_id")),
            event.pop("event_number"),
            event.pop("activity"),
            event.pop("group"),
            event.pop("role"),
            attributes.pop("channel", None),
            event.pop("lifecycle").lower(),
            event.pop("at"),
        )
        exhaust(attributes)
        exhaust(event, ignore=IGNORED)


def licence_log_events(body: bytes) -> Iterator[Row]:
    """A row of the licences' table gives its start and its end, whichever it has, numbered by the order of the file."""
    numbers: Counter[str] = Counter()
    for record in rows(body):
        case_id = ascii_digits(required(record, "شمارهٔ پرونده"))
        moments = [(lifecycle, _jalali_time(record.pop(header))) for lifecycle, header in LICENCE_TIMES]
        activity, office = required(record, "مرحله"), record.pop("واحد")
        role, channel = record.pop("سمت"), record.pop("شیوه")
        exhaust(record)
        if not any(at for _, at in moments):
            raise ParseError(f"the case {case_id} has a step {activity!r} with neither start nor end; ask the office")
        for lifecycle, at in moments:
            if at:
                numbers[case_id] += 1
                yield _record(case_id, numbers[case_id], activity, office, role, channel, lifecycle, at)


def payment_log_events(body: bytes) -> Iterator[Row]:
    """One row for each row of the payments' table; its order promises nothing, so that time gives the number."""
    for event in event_csv.events(body, PAYMENT_COLUMNS, naive_zone=TEHRAN):
        attributes = event.pop("attributes")
        exhaust(event.pop("case_attributes"))
        lifecycle = event.pop("lifecycle")
        if lifecycle not in LIFECYCLE:
            raise ParseError(f"the case {event['case_id']} has an event of kind {lifecycle!r}, which is unknown")
        yield _record(
            ascii_digits(event.pop("case_id")),
            event.pop("event_number"),
            event.pop("activity"),
            event.pop("group"),
            event.pop("role"),
            attributes.pop("شیوهٔ انجام", None),
            LIFECYCLE[lifecycle],
            event.pop("at"),
        )
        exhaust(attributes)
        exhaust(event, ignore=IGNORED)


def _record(case_id: str, number: int, activity: str, office: str | None, role: str | None, channel: str | None,
            lifecycle: str, at: str) -> Row:  # fmt: skip
    if channel and normalise(channel) not in CHANNELS:
        raise ParseError(f"the case {case_id} has a step done by {channel!r}; is it one of {', '.join(CHANNELS)}?")
    return {
        "case_id": case_id,
        "record_number": number,
        "activity": normalise(activity),
        "office": normalise(office) if office else None,
        "role": normalise(role) if role else None,
        "channel_code": CHANNELS[normalise(channel)] if channel else None,
        "lifecycle_code": lifecycle,
        "recorded_at": at,
    }


def _jalali_time(text: str | None) -> str | None:
    """`۱۴۰۵/۰۸/۳۰ ۱۰:۱۵:۰۰` of Tehran as UTC."""
    if not text:
        return None
    try:
        day, clock = ascii_digits(text).split()
        return to_utc(f"{gregorian(day)}T{clock}", naive_zone=TEHRAN)
    except ValueError as error:
        raise ParseError(f"{text!r} is no Jalali day and time, as in ۱۴۰۵/۰۸/۳۰ ۱۰:۱۵:۰۰") from error


def _entries(body: bytes) -> list[dict[str, Any]]:
    [entries] = documents(body)
    if not isinstance(entries, list):
        raise ParseError("the catalogue is no list of processes")
    return entries
