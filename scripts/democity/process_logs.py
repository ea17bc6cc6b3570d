"""The logs of the three processes as three systems send them, and their catalogue.

Permits come as XES in gzip (and as OCEL and CSV, for readers of those): start and completion are two events, and each
carries the number of a clerk, which nobody may publish. Licences come as a table with one row a step, in Persian
headers, Jalali times and Persian digits. Payments come as a table with one row an event, in Gregorian times without an
offset.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from itertools import groupby
from xml.sax.saxutils import quoteattr

from persiantools.jdatetime import JalaliDate

from democity.process_faults import Log, Record, log
from democity.processes import LICENCE, PAYMENT, PERMIT, PROCESSES, MunicipalProcess, Step, moment

PERSIAN = {48 + value: 0x06F0 + value for value in range(10)}
LICENCE_HEADERS = ("شمارهٔ پرونده", "مرحله", "واحد", "سمت", "شیوه", "شروع", "پایان")
PAYMENT_HEADERS = ("پرونده", "مرحله", "واحد", "نقش", "رخداد", "شیوهٔ انجام", "زمان")
LIFECYCLE = {"start": "شروع", "complete": "پایان", "suspend": "توقف"}
CHANNEL = {True: "الکترونیکی", False: "حضوری"}


class ProcessLogs:
    """Files by path: media type and the function that writes them; nothing is made before it is asked for."""

    def __init__(self, seed: int, scale: float) -> None:
        @cache
        def of(process: MunicipalProcess) -> Log:
            return log(process, PROCESSES.index(process), seed, scale)

        self.files: dict[str, tuple[str, Callable[[], bytes]]] = {
            "/logs/permits.xes.gz": ("application/gzip", lambda: gzip.compress(_xes(of(PERMIT)), 6, mtime=0)),
            "/logs/permits.ocel.json": ("application/json", lambda: _ocel(of(PERMIT))),
            "/logs/permits.csv": ("text/csv", lambda: _plain_csv(of(PERMIT))),
            "/logs/business_licences.csv": ("text/csv", lambda: _licences(of(LICENCE))),
            "/logs/contract_payments.csv": ("text/csv", lambda: _payments(of(PAYMENT))),
            "/logs/processes.json": ("application/json", _catalogue),
        }


def _by_case(found: Log) -> Iterator[tuple[str, list[Record]]]:
    for case, records in groupby(found.records, key=lambda record: record.case):
        yield case, list(records)


def _time(at: int) -> str:
    return moment(at).isoformat()


def _xes(found: Log) -> bytes:
    """By IEEE 1849: a trace for each case, `lifecycle:transition` on each event."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">'
    ]
    for case, records in _by_case(found):
        parts.append("<trace>" + _attribute("string", "concept:name", case))
        for record in records:
            clerk = zlib.crc32(f"{record.office}{record.at}".encode()) % 7
            parts.append("<event>" + _attribute("string", "concept:name", record.activity))
            parts.append(_attribute("string", "org:group", record.office))
            parts.append(_attribute("string", "org:role", record.role))
            parts.append(_attribute("string", "org:resource", f"کارمند {clerk}"))
            parts.append(_attribute("string", "channel", CHANNEL[record.is_electronic]))
            parts.append(_attribute("string", "lifecycle:transition", record.lifecycle))
            parts.append(_attribute("date", "time:timestamp", _time(record.at)) + "</event>")
        parts.append("</trace>")
    return "\n".join([*parts, "</log>\n"]).encode()


def _attribute(kind: str, key: str, value: object) -> str:
    return f'<{kind} key="{key}" value={quoteattr(str(value))}/>'


def _ocel(found: Log) -> bytes:
    """By OCEL 2.0: each event belongs to its case and to its office."""
    offices = dict.fromkeys(record.office for record in found.records)
    names = dict.fromkeys(record.activity for record in found.records)
    content = {
        "eventTypes": [{"name": name, "attributes": []} for name in names],
        "objectTypes": [{"name": "case", "attributes": []}, {"name": "office", "attributes": []}],
        "objects": [
            *({"id": case, "type": "case", "attributes": []} for case, _ in _by_case(found)),
            *({"id": office, "type": "office", "attributes": []} for office in offices),
        ],
        "events": [
            {"id": f"e{number}", "type": record.activity, "time": _time(record.at), "attributes": [], "relationships": [
                {"objectId": record.case, "qualifier": "case"}, {"objectId": record.office, "qualifier": "office"},
            ]}
            for number, record in enumerate(found.records, start=1)
        ],
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False).encode()


def _plain_csv(found: Log) -> bytes:
    rows = [(r.case, r.activity, r.office, r.lifecycle, CHANNEL[r.is_electronic], _time(r.at)) for r in found.records]
    return _csv([("case", "activity", "office", "lifecycle", "channel", "at"), *rows])


def _licences(found: Log) -> bytes:
    """One row a step; a start that no completion follows, and the other way round, has an empty cell."""
    rows: list[tuple[str, ...]] = []
    records = list(found.records)
    while records:
        first = records.pop()
        pair = [first]
        if first.lifecycle == "complete" and records and _starts(records[-1], first):
            pair.insert(0, records.pop())
        times = {record.lifecycle: _jalali(record.at) for record in pair}
        rows.append((first.case, first.activity, first.office, first.role, CHANNEL[first.is_electronic],
                     times.get("start", ""), times.get("complete", "")))  # fmt: skip
    return b"\xef\xbb\xbf" + _csv([LICENCE_HEADERS, *reversed(rows)])


def _starts(record: Record, completion: Record) -> bool:
    return record.lifecycle == "start" and (record.case, record.activity) == (completion.case, completion.activity)


def _payments(found: Log) -> bytes:
    rows = [
        (r.case, r.activity, r.office, r.role, LIFECYCLE[r.lifecycle], CHANNEL[r.is_electronic],
         f"{moment(r.at):%Y-%m-%d %H:%M:%S}")
        for r in found.records
    ]  # fmt: skip
    return _csv([PAYMENT_HEADERS, *rows])


def _jalali(at: int) -> str:
    when = moment(at)
    day = JalaliDate.to_jalali(when.date())
    return f"{day.year}/{day.month:02}/{day.day:02} {when:%H:%M:%S}".translate(PERSIAN)


def _csv(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _catalogue() -> bytes:
    """The city's list of its processes: who owns each, its steps, and its limit, which is fictional like the city."""
    return json.dumps([_entry(process) for process in PROCESSES], ensure_ascii=False, indent=1).encode()


def _entry(process: MunicipalProcess) -> dict[str, object]:
    steps = (*process.steps[:-1], process.back, process.steps[-1])
    return {
        "id": process.id,
        "name_fa": process.name_fa,
        "name_en": process.name_en,
        "owner": process.owner,
        "limit_days": process.limit_days,
        "limit_counts": "working_days" if process.counts_working_days else "calendar_days",
        "limit_basis": "مصوبهٔ ساختگی شورای شهر نمونه",
        "steps": [_step(step, step is steps[-1]) for step in steps],
    }


def _step(step: Step, is_last: bool) -> dict[str, object]:
    return {
        "activity": step.activity,
        "office": step.office,
        "role": step.role,
        "needs_visit": step.needs_visit,
        "is_last": is_last,
    }
