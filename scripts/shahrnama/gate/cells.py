"""Cells and rows: Frictionless' verdict on a package, and our own checks, as problems that quote no cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from shahrnama.atomic import read_json
from shahrnama.catalog import ForeignKey, Resource
from shahrnama.checks.bound import checks_for
from shahrnama.gate.wording import worded
from shahrnama.issue import Problem, kinds, problem
from shahrnama.package import CAPTURE_ID
from shahrnama.privacy import mask
from shahrnama.proof import Rule, missing_keys, validate
from shahrnama.tables import read_rows

MOST_ERRORS = 1  # Frictionless' own report is not kept: each error is told as it is found
Tell = Callable[[Problem], None]


def judge(descriptor: Path, resources: Sequence[Resource], tell: Tell) -> dict[str, int]:
    """Tell everything that is wrong with the cells, rows and keys of a package; returns rows by resource.

    `descriptor` is a `datapackage.json` of ours; the verdict is Frictionless' own (see `proof`), however many errors
    there are.
    """
    keys = {item["name"]: _positions(item) for item in read_json(descriptor)["resources"]}
    rules = [
        Rule(resource.name, bound.field, bound.check, bound.proof)
        for resource in resources
        for bound in checks_for(resource)
    ]

    def on_error(name: str, error: Any) -> None:
        tell(_problem(name or None, error, *keys.get(name, ((), None))))

    verdict = validate(descriptor, limit_errors=MOST_ERRORS, rules=rules, on_error=on_error)
    for task in verdict.report.tasks:
        if task.warnings and not task.errors:  # a partial validation proves nothing about the rest
            tell(problem("partial", task.name, note="; ".join(task.warnings)))
    return dict(verdict.rows)


def missing(
    resource: Resource, path: Path, reference: Path | None, key: ForeignKey, place: tuple[str, str]
) -> Iterator[Problem]:
    """Rows of the CSV at `path` whose foreign key is not in the CSV at `reference` (None: a table that is not there).

    `place` names the dataset and the table that are referred to.
    """
    found = missing_keys(path, key.fields, reference, key.reference_fields) if reference else _keys(path, key.fields)
    values = dict(found)
    for number, row in enumerate(read_rows(path), start=2) if values else ():
        if number in values:
            told = {"value": mask("/".join(values[number])), "package": place[0], "table": place[1]}
            item = problem("reference_missing", resource.name, key.fields[0], row=number, **told)
            named = "/".join(row[name] for name in resource.primary_key)
            yield replace(item, key=mask(named), capture_id=row.get(CAPTURE_ID))


def _keys(path: Path, names: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    for number, row in enumerate(read_rows(path), start=2):
        value = tuple(row[name] for name in names)
        if any(value):
            yield number, value


def _positions(item: dict[str, Any]) -> tuple[tuple[int, ...], int | None]:
    """Where a table's key and its capture are."""
    names = [field["name"] for field in item["schema"]["fields"]]
    wanted = item["schema"].get("primaryKey") or ()
    key = tuple(names.index(name) for name in ([wanted] if isinstance(wanted, str) else wanted) if name in names)
    return key, names.index(CAPTURE_ID) if CAPTURE_ID in names else None


def _problem(name: str | None, error: Any, key: tuple[int, ...], capture: int | None) -> Problem:
    kind = error.type.replace("-", "_")
    fa, en = worded(mask(" ".join(str(error.note or error.title).split())))
    field = getattr(error, "field_name", None) or None
    found = problem(kind if kind in kinds() else "invalid", name, field, note=en, note_fa=fa)
    cells = [str(cell) if cell is not None else "" for cell in getattr(error, "cells", None) or ()]
    told = "/".join(cells[at] for at in key if at < len(cells))
    return replace(
        found,
        row=getattr(error, "row_number", None),
        key=mask(told),
        capture_id=cells[capture] if capture is not None and capture < len(cells) else None,
    )
