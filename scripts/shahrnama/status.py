"""Status: what is published, what is held and why, and when each source was last asked and last changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shahrnama.atomic import read_json
from shahrnama.captures import CaptureStore
from shahrnama.catalog import Dataset, House
from shahrnama.harvest_register import source_row

COLUMNS = ("dataset", "state", "rows", "source", "last_checked_at", "last_changed_at", "next_check_at", "failed")


def status_rows(house: House, datasets: Sequence[Dataset]) -> Iterator[dict[str, Any]]:
    """One row a dataset: COLUMNS, its `problems` and `warnings`, and the `last_failure` where that is the newest."""
    for dataset in datasets:
        report = read_json(house.reports / f"{dataset.name}.json")
        package = read_json(house.packages / dataset.name / "datapackage.json")
        problems = report["problems"] if report else []
        yield {
            "dataset": dataset.name,
            "state": report["status"] if report else "not built",
            "rows": sum(resource["row_count"] for resource in package["resources"]) if package else 0,
            **_source(house, dataset),
            "problems": [problem["message"] for problem in problems if problem["severity"] == "error"],
            "warnings": [problem["message"] for problem in problems if problem["severity"] == "warning"],
        }


def _source(house: House, dataset: Dataset) -> dict[str, Any]:
    if not dataset.harvest:
        times = dict.fromkeys(("last_checked_at", "last_changed_at", "next_check_at", "last_failure"))
        return {"source": "kept by hand", "failed": 0, **times}
    store = CaptureStore(house.captures, dataset.name)
    row, attempts = source_row(dataset, store), store.attempts()
    newest = attempts[-1] if attempts else None
    failure = f"{newest['requested_at']} {newest['url']} {newest['message']}" if newest and newest["fault"] else None
    times = {name: row[name] for name in ("last_checked_at", "last_changed_at", "next_check_at")}
    return {"source": row["state_code"], "failed": row["failed_count"], **times, "last_failure": failure}


def status_lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The rows as plain lines: one a dataset, then one for each thing that is wrong with it."""
    for row in rows:
        told = [f"{name} {row[name]}" for name in COLUMNS[4:] if row[name]]
        facts = [row["state"], f"{row['rows']} rows", row["source"], *told]
        yield f"{row['dataset']}: {', '.join(facts)}"
        yield from (f"  {text}" for text in _troubles(row))


def status_table(rows: Sequence[dict[str, Any]]) -> Any:
    """The rows as a table for a terminal, what is wrong below each."""
    from rich.table import Table

    table = Table(*COLUMNS)
    for row in rows:
        style = {"promoted": "green", "held": "red"}.get(row["state"], "yellow")
        table.add_row(*(str(row[name]) if row[name] is not None else "" for name in COLUMNS), style=style)
        for text in _troubles(row):
            table.add_row("", text, *[""] * (len(COLUMNS) - 2))
    return table


def _troubles(row: dict[str, Any]) -> list[str]:
    warnings = [f"warning: {text}" for text in row["warnings"]]
    return [*row["problems"], *warnings, *([f"last request: {row['last_failure']}"] if row["last_failure"] else [])]
