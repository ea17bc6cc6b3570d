"""The derived tables of `municipal_processes` over any log, by the stage that derives those of the city."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from shahrnama.atomic import write_json
from shahrnama.catalog import Dataset, House, Row, read
from shahrnama.derive import derive
from shahrnama.tables import read_rows, write_table

ROOT = Path(__file__).parents[1]
PROCESS = "building_permit"  # under this name: the SQL knows three processes, and treats them alike
CAPTURE = {"capture_id": "0" * 16}


def record(case: str, number: int, activity: str, lifecycle: str, at: str, **more: str | None) -> Row:
    """A row of a log as it is staged; `more` are office, role and channel_code."""
    given = {"office": None, "role": None, "channel_code": None, **more}
    return {"case_id": case, "record_number": number, "activity": activity, "lifecycle_code": lifecycle,
            "recorded_at": at, **given, **CAPTURE}  # fmt: skip


def stage(
    build: Path, rows: Iterable[Row], ends: Iterable[str], limit: tuple[int, str] | None = None
) -> tuple[House, Dataset]:
    """One log staged alone; a case may end with `ends`, within a `limit` of days of a kind."""
    house = House.at(ROOT, build=build)
    dataset = read(house.datasets / "municipal_processes")
    folder = house.staging / dataset.name
    steps = [
        {"municipal_process_id": PROCESS, "step_number": number, "activity": name, "office_kind": "x", "role": "x",
         "needs_visit": False, "is_last": True, **CAPTURE}
        for number, name in enumerate(sorted(ends), start=1)
    ]  # fmt: skip
    processes = [
        {"municipal_process_id": PROCESS, "name_fa": "x", "name_en": "x", "owner_name": "x", "step_count": 1,
         "visit_step_count": 0, "channel_code": "electronic", "legal_limit_days": limit[0],
         "limit_days_code": limit[1], "limit_basis": "x", **CAPTURE}
    ] if limit else []  # fmt: skip
    staged = {"permit_log_events": rows, "process_steps": steps, "municipal_processes": processes}
    for resource in dataset.resources:
        if resource.kind == "harvested":
            write_table(folder / f"{resource.name}.csv", resource, staged.get(resource.name, []))
    write_json(folder / "staged.json", {})
    return house, dataset


def tables(
    build: Path, rows: Iterable[Row], ends: Iterable[str], limit: tuple[int, str] | None = None
) -> dict[str, list[dict[str, str]]]:
    """Every derived table over one log; arguments as of `stage`."""
    house, dataset = stage(build, rows, ends, limit)
    assert derive(house, dataset, [dataset])
    derived = [resource.name for resource in dataset.resources if resource.kind == "derived"]
    return {name: list(read_rows(house.staging / dataset.name / f"{name}.csv")) for name in derived}
