"""Sift: bad rows of harvested tables are set aside with their reasons before anything is derived from them.

Only where the descriptor allows a share of bad rows (`expect.quarantine_share`), and only up to it: a table with more
is left whole for the gate to refuse. What is set aside stays on this machine (`build/quarantine`), for the cells of a
broken row may hold anything; how many there were, where and why is published. A row that refers to one that was set
aside has lost its sense and follows it.
"""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from shahrnama.atomic import fingerprint, read_json, write_json
from shahrnama.catalog import Dataset, House, Resource
from shahrnama.derive import SIFTED
from shahrnama.descriptor import candidate
from shahrnama.gate.cells import judge, missing
from shahrnama.issue import ERROR, Problem, Tally, problem
from shahrnama.tables import csv_writer

SET_ASIDE = "set_aside"
MOST_LISTED = 1000  # problems of one kind, table and field that are listed one by one; all are counted
MOST_ROUNDS = 8  # of rows that follow rows; a longer chain is left for the gate to refuse
PARSED = "parsed"  # folder: tables as they were parsed, where rows were taken out


@dataclass
class _Work:
    """Tables of one dataset while rows are taken out of them."""

    folder: Path
    tables: dict[str, Resource]
    tally: Tally = field(default_factory=lambda: Tally(MOST_LISTED))
    aside: dict[str, dict[str, int]] = field(default_factory=dict)
    over: dict[str, dict[str, int]] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.csv"


def sift(house: House, dataset: Dataset, datasets: Iterable[Dataset]) -> None:
    """Set bad rows of the dataset's staged tables aside; writes `staging/<dataset>/sifted.json`.

    Does nothing where no table allows it, or where neither the tables, what they refer to nor the rules changed.
    """
    tables = {
        resource.name: resource
        for resource in dataset.resources
        if resource.kind == "harvested" and resource.expect.get("quarantine_share")
    }
    if not tables:
        return
    folder, others = house.staging / dataset.name, {other.name: other for other in datasets}
    references = [path for resource in tables.values() for _, _, path in _crossing(house, resource, others)]
    mark = fingerprint([folder / "staged.json", *references, *Path(__file__).parents[1].rglob("*.py")])
    known = read_json(folder / SIFTED)
    if known and known["fingerprint"] == mark:
        return
    work = _Work(folder, tables)
    _restore(work)
    for _ in range(MOST_ROUNDS):
        if not _round(house, dataset, others, work):
            break
    _conclude(house, dataset, work, mark)


def set_aside(house: House, dataset: Dataset) -> dict[str, Any]:
    """What was set aside: tables (name → rows, set_aside, share), problems, counts; empty where nothing was sifted."""
    return read_json(house.staging / dataset.name / SIFTED) or {"tables": {}, "problems": [], "counts": []}


def _restore(work: _Work) -> None:
    for name in work.tables:
        parsed = work.folder / PARSED / f"{name}.csv"
        if parsed.is_file():
            parsed.replace(work.path(name))


def _round(house: House, dataset: Dataset, others: dict[str, Dataset], work: _Work) -> bool:
    """Judge the tables as they stand and take out what is wrong; True where something was taken out."""
    found: dict[str, dict[int, list[Problem]]] = defaultdict(lambda: defaultdict(list))
    rows = _judged(house, dataset, others, work, found)
    taken = False
    for name, resource in work.tables.items():
        if not found[name]:
            continue
        before = work.aside.get(name, {"set_aside": 0, "rows": rows[name]})
        count, share = before["set_aside"] + len(found[name]), float(resource.expect["quarantine_share"])
        if count > share * before["rows"]:
            work.over[name] = {"rows": before["rows"], "count": count}
            continue  # left whole: the gate tells each, and holds the table back
        work.tally.add(replace(item, severity=SET_ASIDE) for items in found[name].values() for item in items)
        _take_out(house, dataset, work, name, found[name])
        work.aside[name] = {"rows": before["rows"], "set_aside": count}
        taken = True
    return taken


def _judged(
    house: House, dataset: Dataset, others: dict[str, Dataset], work: _Work, found: dict[str, dict[int, list[Problem]]]
) -> dict[str, int]:
    def tell(item: Problem) -> None:
        if item.severity == ERROR and item.resource in work.tables and item.row and item.row > 1:
            found[item.resource][item.row].append(item)

    folder = work.folder / "sifting"
    shutil.rmtree(folder, ignore_errors=True)
    kept = [resource for resource in dataset.resources if resource.kind != "derived"]
    rows = judge(candidate(house, dataset, folder, kept), kept, tell)
    shutil.rmtree(folder)
    for name, resource in work.tables.items():
        for key, place, path in _crossing(house, resource, others):
            for item in missing(resource, work.path(name), path, key, place):
                tell(item)
    return rows


def _crossing(
    house: House, resource: Resource, others: dict[str, Dataset]
) -> Iterator[tuple[Any, tuple[str, str], Path]]:
    """Foreign keys into other datasets whose tables are staged, with the names and the file of what they refer to."""
    for key in resource.foreign_keys:
        path = house.staging / str(key.package) / f"{key.resource}.csv"
        if key.package in others and path.is_file():
            yield key, (key.package, key.resource), path


def _take_out(house: House, dataset: Dataset, work: _Work, name: str, bad: dict[int, list[Problem]]) -> None:
    """Move the rows of these numbers from the staged table to the quarantine, each with what is wrong with it."""
    source, kept = work.path(name), work.folder / PARSED / f"{name}.csv"
    kept.parent.mkdir(exist_ok=True)
    aside = house.build / "quarantine" / dataset.name / f"{name}.csv"
    aside.parent.mkdir(parents=True, exist_ok=True)
    first = name not in work.aside
    fresh = source.with_name(f"{name}.sifted")
    with (
        source.open(encoding="utf-8", newline="") as file,
        fresh.open("w", encoding="utf-8", newline="") as good,
        aside.open("w" if first else "a", encoding="utf-8", newline="") as private,
    ):
        keep, put = csv_writer(good), csv_writer(private)
        for number, cells in enumerate(csv.reader(file), start=1):
            if number not in bad:
                keep.writerow(cells)
            if number in bad or (number == 1 and first):
                put.writerow([*cells, "reasons" if number == 1 else _reasons(bad[number])])
    if not kept.is_file():
        source.replace(kept)
    fresh.replace(source)


def _reasons(problems: list[Problem]) -> str:
    return "; ".join(f"{item.field or 'row'}: {item.message}" for item in problems)


def _conclude(house: House, dataset: Dataset, work: _Work, mark: str) -> None:
    for name in work.tables:
        if name not in work.aside:
            (house.build / "quarantine" / dataset.name / f"{name}.csv").unlink(missing_ok=True)
    tables = {
        name: {**counts, "share": float(work.tables[name].expect["quarantine_share"])}
        for name, counts in work.aside.items()
    }
    told = {name: f"{float(resource.expect['quarantine_share']):.2%}" for name, resource in work.tables.items()}
    work.tally.add(
        problem("set_aside", name, count=counts["set_aside"], rows=counts["rows"], share=told[name])
        for name, counts in tables.items()
    )
    work.tally.add(
        problem("too_many_bad_rows", name, rows=counts["rows"], count=counts["count"], share=told[name])
        for name, counts in work.over.items()
    )
    listed = [asdict(item) for item in work.tally.kept]
    write_json(
        work.folder / SIFTED,
        {"fingerprint": mark, "tables": tables, "problems": listed, "counts": work.tally.rows()},
    )
