"""Status: what is published, what is held and why, and when each source was last asked and last changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shahrnama.atomic import read_json
from shahrnama.captures import CaptureStore
from shahrnama.catalog import Dataset, House


def status_lines(house: House, datasets: Sequence[Dataset]) -> Iterator[str]:
    """One line a dataset, then one for each of its problems, and the last failed request if it is the newest."""
    for dataset in datasets:
        report = read_json(house.reports / f"{dataset.name}.json")
        package = read_json(house.packages / dataset.name / "datapackage.json")
        rows = sum(resource["row_count"] for resource in package["resources"]) if package else 0
        state = report["status"] if report else "not built"
        demo = " demo" if package and package["is_demo"] else ""
        times = [f"{key} {report[key]}" for key in ("last_checked_at", "last_changed_at") if report and report[key]]
        yield f"{dataset.name}: {state}{demo}, {rows} rows" + "".join(f", {time}" for time in times)
        for problem in report["problems"] if report else ():
            yield f"  {problem['message']}"
        attempts = CaptureStore(house.captures, dataset.name).attempts()
        if attempts and attempts[-1]["outcome"] == "failed":
            yield f"  last request {attempts[-1]['requested_at']}: {attempts[-1]['url']} {attempts[-1]['message']}"
