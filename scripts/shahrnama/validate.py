"""Validate: the gate. A dataset that fails is not promoted, its last good version stays, and the report says why.

Stock Frictionless judges the cells and the keys within a package; expectations judge whole tables; foreign keys into
other packages and the privacy screen are judged here, over the same files that would be published.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import frictionless

from shahrnama.atomic import fingerprint, read_json, recover_folder, swap_folder, write_json
from shahrnama.baseline import alarms, observe, remember
from shahrnama.captures import CaptureStore
from shahrnama.catalog import Dataset, House, Resource
from shahrnama.descriptor import candidate
from shahrnama.issue import ERROR, Problem
from shahrnama.package import CAPTURE_ID
from shahrnama.privacy import findings
from shahrnama.tables import read_rows

MOST_PROBLEMS = 100  # of one table in one report: a broken column would name every row
PROMOTED, HELD = "promoted", "held"


@dataclass(frozen=True)
class Report:
    """What the gate said of one dataset, and when its source was asked and changed (UTC; None if kept by hand)."""

    dataset: str
    status: str
    problems: tuple[Problem, ...]
    last_checked_at: str | None = None
    last_changed_at: str | None = None


def validate(house: House, dataset: Dataset, datasets: Iterable[Dataset], *, accept: bool = False) -> Report:
    """Judge the staged tables of one dataset and promote them to `packages/<dataset>`, or hold them back.

    Tables that were judged before, with the same bytes and the same rules, are not judged again. `accept` takes what
    differs from the baseline as the new usual: for people who know that the source is whole.
    """
    place = house.packages / dataset.name
    recover_folder(place)
    folder, mark = _candidate(house, dataset)
    former = read_json(house.reports / f"{dataset.name}.json")
    known = house.staging / dataset.name / "judged.txt"
    if known.is_file() and known.read_text() == mark and place.is_dir():
        shutil.rmtree(folder)
        return write_report(house, dataset, ())
    seen = observe(house, dataset, folder)
    found = (*_problems(house, dataset, folder, datasets), *(() if accept else alarms(house, dataset, seen)))
    if any(problem.severity == ERROR for problem in found):
        shutil.rmtree(folder)
        return write_report(house, dataset, found, former)
    swap_folder(folder, place)
    remember(house, dataset, seen, anew=accept)
    known.write_text(mark)
    return write_report(house, dataset, found)


def write_report(house: House, dataset: Dataset, problems: Iterable[Problem], former: Any = None) -> Report:
    """Write `reports/<dataset>.json`: promoted where there is no error, else held."""
    found = tuple(problems)
    held = any(problem.severity == ERROR for problem in found)
    manifest = CaptureStore(house.captures, dataset.name).manifest() if dataset.harvest else None
    report = Report(dataset.name, HELD if held else PROMOTED, found)
    if manifest:
        changed = former["last_changed_at"] if held and former and former["last_changed_at"] else manifest.changed_at
        report = replace(report, last_checked_at=manifest.checked_at, last_changed_at=changed)
    write_json(house.reports / f"{dataset.name}.json", asdict(report))
    return report


def _candidate(house: House, dataset: Dataset) -> tuple[Path, str]:
    """A package folder that could be promoted as it is, and the mark of everything its verdict depends on."""
    folder = house.staging / dataset.name / "candidate"
    shutil.rmtree(folder, ignore_errors=True)
    descriptor = candidate(house, dataset, folder)
    others = [house.packages / str(package) / "datapackage.json" for package in _packages_named(dataset)]
    code = Path(__file__).parent
    screens = [*code.glob("*.py"), *code.glob("privacy/*.py")]
    mark = fingerprint([descriptor, *(path for path in others if path.is_file()), *screens])
    return folder, mark


def _packages_named(dataset: Dataset) -> set[str]:
    keys = [key for resource in dataset.resources for key in resource.foreign_keys]
    return {key.package for key in keys if key.package}


def _problems(house: House, dataset: Dataset, folder: Path, datasets: Iterable[Dataset]) -> Iterator[Problem]:
    descriptor = read_json(folder / "datapackage.json")
    by_name = {other.name: other for other in datasets}
    yield from _frictionless(folder / "datapackage.json")
    for resource, written in zip(dataset.resources, descriptor["resources"], strict=True):
        path = folder / written["path"]
        yield from _expectations(resource, path, int(written["row_count"]))
        yield from _references(house, resource, path, by_name)
        if resource.kind != "authored":
            yield from _personal(resource, path)


def _frictionless(path: Path) -> Iterator[Problem]:
    report = frictionless.validate(str(path), type="package", limit_errors=MOST_PROBLEMS)
    for error in report.errors:
        yield Problem(None, None, None, f"{error.title}: {error.message}")
    for task in report.tasks:
        for found in task.errors:
            row, field = getattr(found, "row_number", None), getattr(found, "field_name", None)
            yield Problem(task.name, row, field, f"{found.title}: {found.message}")
        if task.warnings and not task.errors:  # a partial validation proves nothing about the rest
            yield Problem(task.name, None, None, f"was validated only in part: {'; '.join(task.warnings)}")


def _expectations(resource: Resource, path: Path, rows: int) -> Iterator[Problem]:
    expect = resource.expect
    low, high = expect.get("min_rows", 0), expect.get("max_rows")
    if rows < low:
        yield Problem(resource.name, None, None, f"has {rows} rows, at least {low} are expected; is the source whole?")
    if high is not None and rows > high:
        yield Problem(
            resource.name, None, None, f"has {rows} rows, at most {high} are expected; raise max_rows if true"
        )
    shares: dict[str, float] = expect.get("required_share") or {}
    filled = dict.fromkeys(shares, 0)
    for row in read_rows(path) if shares and rows else ():
        for name in filled:
            filled[name] += bool(row[name])
    for name, share in shares.items():
        if rows and filled[name] / rows < share:
            found = f"{filled[name]} of {rows} rows are filled, a share of {share} is expected; was the column blanked?"
            yield Problem(resource.name, None, name, found)


def _references(house: House, resource: Resource, path: Path, datasets: dict[str, Dataset]) -> Iterator[Problem]:
    for key in resource.foreign_keys:
        if not key.package:
            continue  # Frictionless judges those within a package
        if key.package not in datasets:
            yield Problem(resource.name, None, key.fields[0], f"refers to dataset {key.package!r}, which is not there")
            continue
        known = _keys(house, datasets[key.package], key.resource, key.reference_fields)
        unknown = (
            (number, value)
            for number, row in enumerate(read_rows(path), start=2)
            if any(value := tuple(row[name] for name in key.fields)) and value not in known
        )
        for (number, value), _ in zip(unknown, range(MOST_PROBLEMS), strict=False):
            found = f"{'/'.join(value)!r} is not in {key.package}/{key.resource}; add it there or correct it here"
            yield Problem(resource.name, number, key.fields[0], found)


def _keys(house: House, dataset: Dataset, resource: str, names: tuple[str, ...]) -> set[tuple[str, ...]]:
    package = read_json(house.packages / dataset.name / "datapackage.json") or {"resources": []}
    path = next((item["path"] for item in package["resources"] if item["name"] == resource), None)
    if path is None:
        return set()
    return {tuple(row[name] for name in names) for row in read_rows(house.packages / dataset.name / path)}


def _personal(resource: Resource, path: Path) -> Iterator[Problem]:
    texts = [field.name for field in resource.fields if field.type == "string" and field.name != CAPTURE_ID]
    kinds = cache(lambda text: sorted({finding.kind for finding in findings(text)}))
    found = (
        Problem(
            resource.name, number, name, f"holds personal data ({kind}); set `privacy: mask` on the field or drop it"
        )
        for number, row in enumerate(read_rows(path), start=2)
        for name in texts
        for kind in kinds(row[name])
    )
    yield from (problem for problem, _ in zip(found, range(MOST_PROBLEMS), strict=False))
