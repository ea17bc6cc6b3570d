"""The registers of the gate as published rows: issues, rows set aside, corrections, masked data, quality."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from shahrnama.atomic import read_json
from shahrnama.captures import utc_now
from shahrnama.catalog import Dataset, House
from shahrnama.issues import issue_rows
from shahrnama.quality import quality_rows
from shahrnama.register import Register, RegisterRow


@cache
def gate_registers() -> tuple[Register, ...]:
    """The registers in the shape of a package's resources, with what refers to what in order."""
    found = yaml.safe_load((Path(__file__).parent / "gate_register.yaml").read_text(encoding="utf-8"))
    return tuple(found)


def gate_rows(house: House, datasets: Sequence[Dataset]) -> dict[str, list[dict[str, Any]]]:
    """Rows of each register, keyed and ordered by its columns."""
    found = {
        **issue_rows(house, datasets),
        "set_aside_rows": list(_set_aside(house, datasets)),
        "corrections": list(_corrections(house, datasets)),
        "masked_cells": list(_masked(house, datasets)),
        **quality_rows(house, datasets, utc_now()),
    }
    return {register["name"]: found[register["name"]] for register in gate_registers()}


def _set_aside(house: House, datasets: Sequence[Dataset]) -> Iterator[RegisterRow]:
    for dataset in datasets:
        report = read_json(house.reports / f"{dataset.name}.json") or {}
        for name, counts in (report.get("tables") or {}).items():
            if counts["set_aside"]:
                told = {"row_count": counts["rows"], "set_aside_count": counts["set_aside"]}
                yield {"dataset": dataset.name, "resource": name, **told}


def _staged(house: House, dataset: Dataset, key: str) -> Any:
    return (read_json(house.staging / dataset.name / "staged.json") or {}).get(key) or ()


def _corrections(house: House, datasets: Sequence[Dataset]) -> Iterator[RegisterRow]:
    for dataset in datasets:
        for outcome in _staged(house, dataset, "corrections"):
            yield {"dataset": dataset.name, **outcome}


def _masked(house: House, datasets: Sequence[Dataset]) -> Iterator[RegisterRow]:
    for dataset in datasets:
        for resource, columns in dict(_staged(house, dataset, "privacy")).items():
            for field, kinds in columns.items():
                for kind, count in kinds.items():
                    place = {"dataset": dataset.name, "resource": resource, "field": field}
                    yield {**place, "kind": kind, "cell_count": count}
