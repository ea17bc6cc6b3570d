"""Validate: the gate. A dataset that fails is not promoted, its last good version stays, and the report says why.

Cells, rows and keys are judged with Frictionless' own verdict (`proof`), whole tables by their expectations and by what
they usually are, foreign keys into other packages and the privacy screen over the same files that would be published.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from shahrnama.atomic import fingerprint, read_json, recover_folder, swap_folder, write_json
from shahrnama.baseline import alarms, observe, remember
from shahrnama.captures import CaptureStore, Manifest, utc_now
from shahrnama.catalog import Dataset, House, Resource
from shahrnama.corrections import outdated
from shahrnama.derive import staged_tables
from shahrnama.descriptor import candidate
from shahrnama.engine import Engine, engine
from shahrnama.gate.cells import judge, missing
from shahrnama.gate.expectations import expectations
from shahrnama.gate.measures import Measures, measure
from shahrnama.gate.personal import personal
from shahrnama.gate.sift import MOST_LISTED, set_aside
from shahrnama.issue import ERROR, Problem, Tally, problem
from shahrnama.issues import note
from shahrnama.quality import remember_cells

PROMOTED, HELD = "promoted", "held"
CODE = Path(__file__).parent


@dataclass(frozen=True)
class Report:
    """What the gate said of one dataset, and when its source was asked and changed (UTC; None if kept by hand).

    `problems` are the first of each kind, table and field; `counts` count all; `tables` has, for each table, the
    `rows` that came and how many were `set_aside`.
    """

    dataset: str
    status: str
    problems: tuple[Problem, ...]
    counts: tuple[dict[str, Any], ...] = ()
    tables: dict[str, dict[str, int]] | None = None
    last_checked_at: str | None = None
    last_changed_at: str | None = None


def validate(house: House, dataset: Dataset, datasets: Iterable[Dataset], *, accept: bool = False) -> Report:
    """Judge the staged tables of one dataset and promote them to `packages/<dataset>`, or hold them back.

    Tables that were judged before, with the same bytes and the same rules, are not judged again. `accept` takes what
    differs from the baseline as the new usual: for people who know that the source is whole.
    """
    place, everything = house.packages / dataset.name, list(datasets)
    recover_folder(place)
    folder, mark = _candidate(house, dataset)
    known = read_json(house.staging / dataset.name / "judged.json")
    if known and known["mark"] == mark and place.is_dir():
        shutil.rmtree(folder)
        return write_report(house, dataset, recalled(known["tally"]), known["rows"])
    measures, tally = _measured(dataset, folder), Tally(MOST_LISTED)
    seen, rows = observe(house, dataset, measures), {name: item.rows for name, item in measures.items()}
    _judge(house, dataset, folder, everything, measures, tally)
    tally.add(_accepted(found) if accept else found for found in alarms(house, dataset, seen))
    tally.absorb(recalled(set_aside(house, dataset)))
    if tally.held:
        shutil.rmtree(folder)
        return write_report(house, dataset, tally, rows)
    swap_folder(folder, place)
    remember(house, dataset, seen, anew=accept)
    kept = {resource.name for resource in dataset.resources if resource.kind != "derived"}
    remember_cells(house, dataset, {name: item.filled for name, item in measures.items() if name in kept})
    told = {"problems": [asdict(item) for item in tally.kept], "counts": tally.rows()}
    write_json(house.staging / dataset.name / "judged.json", {"mark": mark, "tally": told, "rows": rows})
    return write_report(house, dataset, tally, rows)


def recalled(told: dict[str, Any]) -> Tally:
    """The tally that a JSON of `problems` and `counts` tells."""
    known = {item.name for item in fields(Problem)}
    kept = [Problem(**{name: value for name, value in item.items() if name in known}) for item in told["problems"]]
    names = ("resource", "field", "kind", "severity")
    tally = Tally(MOST_LISTED, kept)
    for row in told["counts"]:
        tally.counts[row[names[0]], row[names[1]], row[names[2]], row[names[3]]] += row["count"]
    return tally


def write_report(house: House, dataset: Dataset, tally: Tally, rows: dict[str, int] | None = None) -> Report:
    """Write `reports/<dataset>.json` (promoted where there is no error, else held) and note the issues."""
    former = read_json(house.reports / f"{dataset.name}.json") or {}
    manifest = CaptureStore(house.captures, dataset.name).manifest() if dataset.harvest else None
    aside = set_aside(house, dataset)["tables"]
    tables = {name: _counted(count, aside.get(name)) for name, count in (rows or {}).items()}
    report = Report(
        dataset.name,
        HELD if tally.held else PROMOTED,
        tuple(tally.kept),
        tuple(tally.rows()),
        tables or former.get("tables"),
        manifest.checked_at if manifest else None,
        _changed_at(manifest, former, held=tally.held),
    )
    told = [{**asdict(item), "message_fa": item.message_fa} for item in report.problems]
    write_json(house.reports / f"{dataset.name}.json", {**asdict(report), "problems": told})
    note(house, dataset, tally, utc_now())
    return report


def _counted(rows: int, aside: dict[str, Any] | None) -> dict[str, int]:
    """Rows that came, with those that were set aside before the table was judged."""
    count = int(aside["set_aside"]) if aside else 0
    return {"rows": rows + count, "set_aside": count}


def _changed_at(manifest: Manifest | None, former: dict[str, Any], *, held: bool) -> str | None:
    """When what is published last changed: a version that is held back has changed nothing for readers."""
    if manifest is None:
        return None
    before: str | None = former.get("last_changed_at")
    return before if held and before else manifest.changed_at


def _candidate(house: House, dataset: Dataset) -> tuple[Path, str]:
    """A package folder that could be promoted as it is, and the mark of everything its verdict depends on."""
    folder = house.staging / dataset.name / "candidate"
    shutil.rmtree(folder, ignore_errors=True)
    descriptor = candidate(house, dataset, folder)
    others = [house.packages / str(package) / "datapackage.json" for package in _packages_named(dataset)]
    staged = [house.staging / dataset.name / name for name in ("staged.json", "sifted.json")]
    named = [path for path in (*others, *staged) if path.is_file()]
    return folder, fingerprint([descriptor, *named, *CODE.rglob("*.py"), *CODE.glob("*.yaml")])


def _packages_named(dataset: Dataset) -> set[str]:
    keys = [key for resource in dataset.resources for key in resource.foreign_keys]
    return {key.package for key in keys if key.package}


def _measured(dataset: Dataset, folder: Path) -> dict[str, Measures]:
    written = read_json(folder / "datapackage.json")["resources"]
    pairs = zip(dataset.resources, written, strict=True)
    return {resource.name: measure(resource, folder / item["path"]) for resource, item in pairs}


def _judge(
    house: House,
    dataset: Dataset,
    folder: Path,
    datasets: list[Dataset],
    measures: dict[str, Measures],
    tally: Tally,
) -> None:
    """All but the baseline: cells, expectations, references, personal data, corrections."""
    written = read_json(folder / "datapackage.json")["resources"]
    judge(folder / "datapackage.json", dataset.resources, lambda found: tally.add([found]))
    manifest = CaptureStore(house.captures, dataset.name).manifest() if dataset.harvest else None
    asked_at, by_name = manifest.checked_at if manifest else None, {other.name: other for other in datasets}
    with ExitStack() as stack:
        tables = _engine(house, datasets, stack)
        for resource, item in zip(dataset.resources, written, strict=True):
            tally.add(expectations(resource, measures[resource.name], tables, asked_at))
            tally.add(_references(house, resource, folder / item["path"], by_name))
            if resource.kind != "authored":
                tally.add(personal(resource, folder / item["path"]))
    tally.add(_told_by_package(house, dataset))


def _engine(house: House, datasets: list[Dataset], stack: ExitStack) -> Callable[[], Engine]:
    """Makes the engine over all staged tables when it is first asked for."""
    made: list[Engine] = []

    def tables() -> Engine:
        if not made:
            staged = ((resource, path) for _, resource, path in staged_tables(house, datasets))
            made.append(stack.enter_context(engine(staged)))
        return made[0]

    return tables


def _references(house: House, resource: Resource, path: Path, datasets: dict[str, Dataset]) -> Iterator[Problem]:
    for key in resource.foreign_keys:
        if not key.package:
            continue  # Frictionless judges those within a package
        if key.package not in datasets:
            yield problem("dataset_missing", resource.name, key.fields[0], package=key.package)
            continue
        reference = _published(house, key.package, key.resource)
        yield from missing(resource, path, reference, key, (key.package, key.resource))


def _published(house: House, package: str, resource: str) -> Path | None:
    """The CSV of a promoted table, or None where there is none."""
    found = read_json(house.packages / package / "datapackage.json") or {"resources": []}
    path = next((item["path"] for item in found["resources"] if item["name"] == resource), None)
    return house.packages / package / path if path else None


def _told_by_package(house: House, dataset: Dataset) -> Iterator[Problem]:
    """What the package stage noticed: corrections that were not applied."""
    staged = read_json(house.staging / dataset.name / "staged.json") or {}
    for outcome in staged.get("corrections") or ():
        found = outdated(outcome)
        if found:
            yield found


def _accepted(found: Problem) -> Problem:
    """An alarm that a person took for the new usual: told, and no longer in the way."""
    if found.severity != ERROR:
        return found
    return problem("accepted", found.resource, found.field, detail=found.message)
