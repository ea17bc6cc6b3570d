"""The life of issues: each is known by its place and kind, and keeps when it was first seen, last seen and mended.

`issues/<dataset>.json` in the build folder is their memory; `register_rows` makes published rows of it. Of one kind, in
one table and field, up to MOST_LISTED are listed row by row; the totals count all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shahrnama.atomic import read_json, write_json
from shahrnama.catalog import Dataset, House
from shahrnama.issue import SITE, Problem, Tally, kinds

OPEN, MENDED = "open", "mended"
MOST_MENDED = 1000  # of one dataset are remembered, the newest
ID_LENGTH = 16  # hex digits of an issue's SHA-256


def note(house: House, dataset: Dataset, tally: Tally, moment: str) -> None:
    """Take what the gate found at `moment` (UTC) into the memory: new, seen again, or mended since the last time."""
    path = _path(house, dataset.name)
    known: dict[str, Any] = (read_json(path) or {}).get("issues") or {}
    found = {_identity(dataset.name, item): _row(dataset, item, known, moment) for item in tally.kept}
    for identity, row in known.items():
        if identity not in found:
            found[identity] = row if row["state_code"] == MENDED else {**row, "state_code": MENDED, "mended_at": moment}
    mended = sorted((row["mended_at"], identity) for identity, row in found.items() if row["state_code"] == MENDED)
    for _, identity in mended[: max(0, len(mended) - MOST_MENDED)]:
        del found[identity]
    totals = [{**row, "fixer_code": _fixer(dataset, row["kind"])} for row in tally.rows()]
    write_json(path, {"issues": dict(sorted(found.items())), "totals": totals})


def _row(dataset: Dataset, item: Problem, known: Mapping[str, Any], moment: str) -> dict[str, Any]:
    former = known.get(_identity(dataset.name, item))
    again = former and former["state_code"] == OPEN
    return {
        "resource": item.resource,
        "row_key": item.key or None,
        "field": item.field,
        "kind": item.kind,
        "severity_code": item.severity,
        "message": item.message_fa,
        "message_en": item.message,
        "fixer_code": _fixer(dataset, item.kind),
        "state_code": OPEN,
        "first_seen_at": former["first_seen_at"] if former and again else moment,
        "last_seen_at": moment,
        "mended_at": None,
        "capture_id": item.capture_id,
    }


def _fixer(dataset: Dataset, kind: str) -> str:
    """Whose job it is: a dataset that people keep here by hand is always ours to mend."""
    return kinds()[kind].fixer if dataset.harvest else SITE


def _identity(dataset: str, item: Problem) -> str:
    place = (dataset, item.resource or "", item.key or str(item.row or ""), item.field or "", item.kind)
    return hashlib.sha256("\0".join(place).encode()).hexdigest()[:ID_LENGTH]


def issue_rows(house: House, datasets: Sequence[Dataset]) -> dict[str, list[dict[str, Any]]]:
    """Rows of the registers `issue_kinds`, `issues` and `issue_totals`, ordered by their keys."""
    known = [(dataset.name, read_json(_path(house, dataset.name)) or {}) for dataset in datasets]
    return {
        "issue_kinds": list(_kinds()),
        "issues": sorted(
            ({"issue_id": identity, "dataset": name, **row} for name, memory in known for identity, row in _of(memory)),
            key=lambda row: str(row["issue_id"]),
        ),
        "issue_totals": list(_totals(known)),
    }


def _of(memory: dict[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    return (memory.get("issues") or {}).items()


def _kinds() -> Iterator[dict[str, Any]]:
    for name, item in sorted(kinds().items()):
        yield {
            "kind": name,
            "title": item.title,
            "title_en": item.title_en,
            "severity_code": item.severity,
            "fixer_code": item.fixer,
        }


def _totals(known: Sequence[tuple[str, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    number = 0
    for name, memory in known:
        for row in memory.get("totals") or ():
            number += 1
            yield {
                "total_id": number,
                "dataset": name,
                "resource": row["resource"],
                "field": row["field"],
                "kind": row["kind"],
                "severity_code": row["severity"],
                "fixer_code": row["fixer_code"],
                "issue_count": row["count"],
            }


def _path(house: House, dataset: str) -> Path:
    return house.build / "issues" / f"{dataset}.json"
