"""Quality: a score for each dataset, of parts that a reader can follow, and that publishing less cannot raise.

Good and complete cells are counted against the most that were ever there, not against what came this time: a row or a
column that is dropped still stands in the denominator, so leaving out what is bad never scores better than sending it.
Parts, with their weights: `valid` (filled cells of rows that passed, of the most ever filled), `complete` (filled cells
that came, of the most ever filled), `timely` (whether the source answered when it was due), `reachable` (the share of
requests that were answered) and `accepted` (whether the newest version passed the gate, less a tenth for each warning
that stands). Parts that a dataset kept by hand cannot have are left out, and the others share their weight.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from shahrnama.atomic import read_json, write_json
from shahrnama.captures import CaptureStore
from shahrnama.catalog import Dataset, House
from shahrnama.issue import ERROR, WARNING
from shahrnama.package import CAPTURE_ID
from shahrnama.persian import number
from shahrnama.tables import read_rows

WEIGHTS = {"valid": 30, "complete": 30, "timely": 15, "reachable": 10, "accepted": 15}
RECENT = 200  # requests that tell how reachable a source is now
LATE_INTERVALS = 4  # checks missed in a row that make a source wholly late
WARNING_COST = 0.1
Cells = dict[str, dict[str, int]]  # table → column → filled cells


@dataclass(frozen=True)
class Part:
    """One part of a score: its `share` (0 to 1) of what it could be, and the two numbers that it was made of."""

    part: str
    share: float
    counted: float
    out_of: float


def remember_cells(house: House, dataset: Dataset, good: Mapping[str, Mapping[str, int]]) -> None:
    """Note the filled cells of a promoted version (by table and column), and the most that there ever were."""
    path, aside = _path(house, dataset), _aside(house, dataset)
    known = read_json(path) or {}
    came = {name: {column: count + aside.get(name, {}).get(column, 0) for column, count in columns.items()}
            for name, columns in good.items()}  # fmt: skip
    for columns in came.values():
        columns.pop(CAPTURE_ID, None)  # ours, not the source's
    source = _source(house, dataset)
    best: Cells = known.get("best", {}) if known.get("source") == source else {}
    for name, columns in came.items():
        former = best.setdefault(name, {})
        for column, count in columns.items():
            former[column] = max(count, former.get(column, 0))
    write_json(path, {"source": source, "good": {k: dict(v) for k, v in good.items()}, "came": came, "best": best})


def quality_rows(house: House, datasets: Sequence[Dataset], moment: str) -> dict[str, list[dict[str, Any]]]:
    """Rows of the registers `quality_scores` and `quality_parts` at `moment` (UTC), by dataset."""
    scores, parts = [], []
    for dataset in datasets:
        found = list(quality(house, dataset, moment))
        weight = sum(WEIGHTS[part.part] for part in found)
        if not weight:
            continue
        total = sum(WEIGHTS[part.part] * part.share for part in found)
        scores.append({"dataset": dataset.name, "score_pct": math.floor(100 * total / weight)})
        parts += [_row(dataset, part, weight) for part in found]
    return {"quality_scores": scores, "quality_parts": parts}


def quality(house: House, dataset: Dataset, moment: str) -> Iterator[Part]:
    """The parts of a dataset's score at `moment`; none before its first version."""
    known, report = read_json(_path(house, dataset)), read_json(house.reports / f"{dataset.name}.json")
    if not known or not report:
        return
    best = sum(sum(columns.values()) for columns in known["best"].values())
    for part, cells in (("valid", "good"), ("complete", "came")):
        counted = sum(
            min(count, known["best"].get(name, {}).get(column, 0))
            for name, columns in known[cells].items()
            for column, count in columns.items()
        )
        yield Part(part, counted / best if best else 0, counted, best)
    yield from _source_parts(house, dataset, moment)
    held = any(row["severity"] == ERROR for row in report["counts"])
    warnings = len(
        {(row["resource"], row["field"], row["kind"]) for row in report["counts"] if row["severity"] == WARNING}
    )
    yield Part("accepted", 0 if held else max(0.0, 1 - WARNING_COST * warnings), 0 if held else 1, warnings)


def _source_parts(house: House, dataset: Dataset, moment: str) -> Iterator[Part]:
    store = CaptureStore(house.captures, dataset.name)
    manifest = store.manifest() if dataset.harvest else None
    if manifest is None or (dataset.harvest or {}).get("frozen"):
        return
    late = (_time(moment) - _time(manifest.next_check_at)).total_seconds() / 3600
    missed = max(0.0, late / manifest.interval_hours)
    yield Part("timely", max(0.0, 1 - missed / LATE_INTERVALS), round(missed, 2), LATE_INTERVALS)
    recent = store.attempts()[-RECENT:]
    answered = sum(row["outcome"] != "failed" for row in recent)
    yield Part("reachable", answered / len(recent) if recent else 0, answered, len(recent))


def _row(dataset: Dataset, part: Part, weight: int) -> dict[str, Any]:
    points = 100 * WEIGHTS[part.part] / weight
    told = TEXTS[part.part]
    return {
        "dataset": dataset.name,
        "part_code": part.part,
        "points": round(points * part.share, 1),
        "most_points": round(points, 1),
        "counted": part.counted,
        "out_of": part.out_of,
        "explanation": told[0].format(counted=number(part.counted, "fa"), out_of=number(part.out_of, "fa")),
        "explanation_en": told[1].format(counted=number(part.counted, "en"), out_of=number(part.out_of, "en")),
    }


TEXTS = {
    "valid": (
        "{counted} خانهٔ پر در ردیف‌های درست، از {out_of} خانه که بیشترین تا امروز بوده است.",
        "{counted} filled cells in rows that passed, of {out_of}, the most that there ever were.",
    ),
    "complete": (
        "{counted} خانهٔ پر رسید، از {out_of} خانه که بیشترین تا امروز بوده است.",
        "{counted} filled cells came, of {out_of}, the most that there ever were.",
    ),
    "timely": (
        "سامانه {counted} نوبت از بررسی موعد گذشته است؛ {out_of} نوبت یعنی صفر.",
        "The source is {counted} checks behind; {out_of} make zero.",
    ),
    "reachable": (
        "{counted} درخواست از {out_of} درخواست تازه پاسخ گرفت.",
        "{counted} of the last {out_of} requests were answered.",
    ),
    "accepted": (
        "نسخهٔ تازه پذیرفته شد: {counted} (۱ یعنی بله). هشدارهای باز: {out_of}.",
        "The newest version was accepted: {counted} (1 means yes). Warnings that stand: {out_of}.",
    ),
}


def _aside(house: House, dataset: Dataset) -> Cells:
    """Filled cells of the rows that were set aside: they came, and count as having come."""
    found: Cells = {}
    for path in sorted((house.build / "quarantine" / dataset.name).glob("*.csv")):
        columns = found.setdefault(path.stem, {})
        for row in read_rows(path):
            for column, text in row.items():
                columns[column] = columns.get(column, 0) + bool(text)
    return found


def _source(house: House, dataset: Dataset) -> str | None:
    """Whose data it is: another source is measured anew."""
    manifest = CaptureStore(house.captures, dataset.name).manifest() if dataset.harvest else None
    return manifest.source if manifest else None


def _path(house: House, dataset: Dataset) -> Path:
    return house.build / "quality" / f"{dataset.name}.json"


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
