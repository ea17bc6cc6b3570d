"""Event logs as CSV, one event a row: what process mining tools export; the rows have the shape of `xes.events`.

No standard says how the columns are called, so that the caller does. By the custom of these tools a column `case:x`
holds the attribute x of the case, repeated on every row of it, and a column without a name counts the rows.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from shahrnama.errors import ParseError
from shahrnama.formats.strict import to_utc

Row = dict[str, Any]
NEEDED = ("case_id", "activity", "at")
OPTIONAL = ("performer", "role", "group", "lifecycle")
CASE = "case:"


def events(
    body: bytes, columns: Mapping[str, str], naive_zone: str | None = None, *, timespec: str = "seconds"
) -> Iterator[Row]:
    """Rows as of `xes.events`, case by case as they first come, numbered by time, then by the order of the file.

    `columns` gives the header of case_id, activity and at, and of performer, role, group, lifecycle where there are.
    Other cells that are not empty are attributes; `timespec` is of `to_utc`. ParseError in one line, with the line of
    the file, for a broken or cut file, a header missing or twice, a row of another width, a time that cannot be read,
    and case attributes that differ within a case.
    """
    if wrong := sorted({*NEEDED} - set(columns)) or sorted(set(columns) - {*NEEDED, *OPTIONAL}):
        raise ParseError(f"columns of the event log: {', '.join(wrong)} missing or unknown; see event_csv.events")
    cases: dict[str, list[tuple[datetime, Row]]] = {}
    for line, cells in _records(body, columns):
        moment, row = _row(cells, columns, naive_zone, f"line {line}")
        case = cases.setdefault(row["case_id"], [])
        if case and case[0][1]["case_attributes"] != row["case_attributes"]:
            raise ParseError(f"line {line}: the case {row['case_id']!r} has other {CASE} values than on its first row")
        case.append((moment, row))
    for case in cases.values():
        for number, (_, row) in enumerate(sorted(case, key=lambda pair: pair[0]), start=1):
            at = to_utc(row["at"], naive_zone=naive_zone, timespec=timespec)
            yield row | {"event_number": number, "at": at}


def _records(body: bytes, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        reader = csv.reader(StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        header = next(reader, [])
        _check(header, columns)
        for cells in reader:
            if cells and len(cells) != len(header):
                raise ParseError(f"line {reader.line_num} has {len(cells)} cells where the header has {len(header)}")
            if cells:
                yield reader.line_num, dict(zip(header, cells, strict=True))
    except UnicodeDecodeError as error:
        raise ParseError(f"the event log is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except csv.Error as error:
        raise ParseError(f"the event log is broken CSV (line {reader.line_num}: {error}); get it again") from error


def _check(header: list[str], columns: Mapping[str, str]) -> None:
    if twice := sorted(name for name, count in Counter(header).items() if count > 1):
        raise ParseError(f"the event log has a column twice: {', '.join(twice)}")
    if missing := sorted(set(columns.values()) - set(header)):
        raise ParseError(f"the event log has no column {', '.join(missing)}; its header is {', '.join(header)[:200]!r}")


def _row(cells: dict[str, str], columns: Mapping[str, str], naive_zone: str | None, where: str) -> tuple[datetime, Row]:
    mapped = {name: cells.pop(header).strip() or None for name, header in columns.items()}
    if empty := [columns[name] for name in NEEDED if mapped[name] is None]:
        raise ParseError(f"{where} has no {', '.join(empty)}; every event needs one")
    cells.pop("", None)
    filled = {name: value for name, value in cells.items() if value}
    moment = _moment(str(mapped["at"]), naive_zone, where)
    return moment, {
        "case_id": mapped["case_id"],
        "event_number": 0,
        "activity": mapped["activity"],
        **{name: mapped.get(name) for name in OPTIONAL},
        "lifecycle": mapped.get("lifecycle") or "complete",
        "at": str(mapped["at"]),
        "attributes": {name: value for name, value in filled.items() if not name.startswith(CASE)},
        "case_attributes": {name.removeprefix(CASE): value for name, value in filled.items() if name.startswith(CASE)},
    }


def _moment(text: str, naive_zone: str | None, where: str) -> datetime:
    """The time with its fraction, which `to_utc` cuts off and the order of events needs."""
    try:
        to_utc(text, naive_zone=naive_zone)
    except (ParseError, OverflowError) as error:  # the second: a time at the ends of the calendar
        raise ParseError(f"{where}: {error}") from error
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo or naive_zone is None else moment.replace(tzinfo=ZoneInfo(naive_zone))
