"""Records of event logs as bad as real ones, put on purpose into the logs of the three processes.

Each fault goes into ended cases of its own, so that it can be found again alone; how many there are at scale 1 is in
FAULTS. A record is one moment of a step: its start, its completion, or that it was suspended.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from democity.processes import DAY, NOW, Case, MunicipalProcess, cases

JUMP = 30 * 365 * DAY  # a clock that was reset to thirty years ago
ABANDONED = 330 * DAY  # a case that nobody has touched since
FAULTS = {  # at scale 1, in permits, licences and payments
    "duplicate": (15, 10, 12),
    "out_of_order": (12, 8, 0),
    "clock_jump": (6, 4, 3),
    "respelled": (20, 14, 10),
    "other_lifecycle": (10, 0, 6),
    "start_missing": (25, 12, 40),
    "completion_missing": (8, 5, 6),
    "one_event": (5, 4, 3),
    "without_end": (10, 6, 5),
}


@dataclass(frozen=True)
class Record:
    """A line of a log; `lifecycle` is start, complete or suspend, `at` in seconds since EPOCH."""

    case: str
    activity: str
    office: str
    role: str
    is_electronic: bool
    lifecycle: str
    at: int


@dataclass(frozen=True)
class Log:
    """The log of one process in the order of its system, and where faults were planted: (kind, case)."""

    process: MunicipalProcess
    records: tuple[Record, ...]
    planted: tuple[tuple[str, str], ...]


def log(process: MunicipalProcess, number: int, seed: int = 1404, scale: float = 1.0) -> Log:
    """The log of a process; `number` is its place in FAULTS."""
    rng = random.Random(f"{seed} faults {process.id}")
    found = [case for case in cases(process, seed, scale) if case.steps]
    ended = [case for case in found if case.is_ended]
    old = [case for case in ended if (case.steps[2].completed or NOW) < NOW - ABANDONED]
    chosen: dict[str, str] = {}
    for kind, counts in reversed(FAULTS.items()):  # those that need old cases choose first
        pool = [case.id for case in (old if kind in CUT else ended) if case.id not in chosen]
        wanted = max(1, round(counts[number] * scale)) if counts[number] else 0
        chosen.update(dict.fromkeys(rng.sample(pool, min(wanted, len(pool))), kind))
    records = [record for case in found for record in _records(rng, case, chosen.get(case.id))]
    return Log(process, tuple(records), tuple((kind, case) for case, kind in sorted(chosen.items())))


def _records(rng: random.Random, case: Case, kind: str | None) -> list[Record]:
    """The records of a case, spoiled if a fault is chosen for it; the step that is spoiled is one in the middle."""
    steps = case.steps[: CUT[kind]] if kind in CUT else case.steps
    found = [
        Record(case.id, step.activity, step.office, step.role, step.is_electronic, lifecycle, at)
        for step in steps
        for lifecycle, at in (("start", step.started), ("complete", step.completed))
        if at is not None
    ]
    if kind in CUT or kind is None:
        return found
    return SPOIL[kind](found, 2 * rng.randrange(1, len(steps) - 1))


CUT = {"one_event": 1, "without_end": 3}  # steps that are left


def _duplicate(found: list[Record], at: int) -> list[Record]:
    return [*found[: at + 2], *found[at : at + 2], *found[at + 2 :]]


def _out_of_order(found: list[Record], at: int) -> list[Record]:
    return [*found[:at], *found[at + 2 : at + 4], *found[at : at + 2], *found[at + 4 :]]


def _clock_jump(found: list[Record], at: int) -> list[Record]:
    return _changed(found, at, lambda record: replace(record, at=record.at - JUMP))


def _respelled(found: list[Record], _: int) -> list[Record]:
    """The first step whose name can be spelled in another way: a space for the half-space, or no hamza."""
    at = next(number for number, record in enumerate(found) if _respell(record.activity) != record.activity)
    return _changed(found, at, lambda record: replace(record, activity=_respell(record.activity)))


def _respell(activity: str) -> str:
    return activity.replace("\u200c", " ").replace("أ", "ا").replace("هٔ", "ه")


def _changed(found: list[Record], at: int, change: Callable[[Record], Record]) -> list[Record]:
    return [*found[:at], *map(change, found[at : at + 2]), *found[at + 2 :]]


def _suspended(found: list[Record], at: int) -> list[Record]:
    return [*found[: at + 1], replace(found[at], lifecycle="suspend", at=found[at].at + 1), *found[at + 1 :]]


def _start_missing(found: list[Record], at: int) -> list[Record]:
    return [*found[:at], *found[at + 1 :]]


def _completion_missing(found: list[Record], at: int) -> list[Record]:
    return [*found[: at + 1], *found[at + 2 :]]


SPOIL: dict[str, Callable[[list[Record], int], list[Record]]] = {
    "duplicate": _duplicate,
    "out_of_order": _out_of_order,
    "clock_jump": _clock_jump,
    "respelled": _respelled,
    "other_lifecycle": _suspended,
    "start_missing": _start_missing,
    "completion_missing": _completion_missing,
}
