"""Recorded event logs through the SQL of `municipal_processes`: what others counted in them is counted again, equal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from event_tables import record, tables
from shahrnama.catalog import Row
from shahrnama.formats import event_csv, xes

PM4PY = {"case_id": "case:concept:name", "activity": "concept:name", "at": "time:timestamp"}
NAIVE = {"pm4py/roadtraffic50traces.xes": "UTC"}  # it has no offsets; who counted it read it so
NAMES = (
    "bpic2020-rfp",
    "receipt",
    "roadtraffic100-csv",
    "roadtraffic100traces",
    "roadtraffic50traces",
    "running-example-csv",
    "running-example",
)
PRINTED = 0.000501  # the expected files have three decimals


def records(body: bytes, name: str) -> Iterator[Row]:
    """The log as a staged table would hold it, with fractions of seconds, which these logs have and ours have not."""
    if name.endswith(".csv"):
        found = event_csv.events(body, PM4PY, timespec="microseconds")
    else:
        found = xes.events(body, naive_zone=NAIVE.get(name), timespec="microseconds")
    for event in found:
        lifecycle = event["lifecycle"].lower()
        yield record(event["case_id"], event["event_number"], event["activity"], lifecycle, event["at"])


@pytest.fixture(scope="module", params=NAMES)
def log(request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What was expected of a log, and our tables of it."""
    folder = shared / "eventlogs"
    expected = json.loads((folder / "expected" / f"{request.param}.json").read_text())
    rows = records((folder / expected["file"]).read_bytes(), expected["file"])
    return expected, tables(tmp_path_factory.mktemp("log"), rows, expected["log_order"]["end_activities"])


def seconds(row: dict[str, str], *names: str) -> list[float]:
    return [float(row[f"{name}_sojourn_seconds"]) for name in names]


def test_cases_and_events_are_as_many(log: Any) -> None:
    expected, found = log
    [summary] = found["process_summaries"]
    assert int(summary["case_count"]) == int(summary["ended_count"]) == len(found["cases"]) == expected["cases"]
    assert int(summary["event_count"]) == len(found["events"]) == expected["events"]
    assert Counter(row["activity"] for row in found["events"]) == expected["activity_counts"]
    counts = sorted(int(row["event_count"]) for row in found["cases"])
    assert (counts[0], counts[-1]) == (expected["events_per_case"]["min"], expected["events_per_case"]["max"])


@pytest.mark.parametrize("order", ["log_order", "stable_sorted_by_case_then_time"])
def test_variants_are_equal(log: Any, order: str) -> None:
    expected, found = log[0][order], log[1]
    ours = {row["activities"]: int(row["case_count"]) for row in found["variants"]}
    assert len(ours) == len(found["variants"]) == expected["variants"]
    assert [ours[" › ".join(most["trace"])] for most in expected["top10_variants"]] == [
        most["n"] for most in expected["top10_variants"]
    ]
    assert sum(count == 1 for count in ours.values()) == expected["singletons"]


@pytest.mark.parametrize("order", ["log_order", "stable_sorted_by_case_then_time"])
def test_every_edge_is_equal(log: Any, order: str) -> None:
    expected, found = log[0][order], log[1]
    ours = {(row["from_activity"], row["to_activity"]): row for row in found["edges"]}
    assert {pair: int(row["edge_count"]) for pair, row in ours.items()} == {(a, b): n for a, b, n in expected["dfg"]}
    assert len(ours) == expected["dfg_edges"]
    for before, after, count, *times in expected["edge_seconds"]:
        row = ours[before, after]
        assert int(row["edge_count"]) == count
        assert seconds(row, "median", "mean", "min", "max") == pytest.approx(times, rel=0, abs=PRINTED)


def test_times_since_the_step_before_are_equal(log: Any) -> None:
    expected, found = log
    ours = {row["activity"]: row for row in found["bottlenecks"]}
    theirs = expected["log_order"]["time_since_previous_by_activity"]
    assert {name: int(row["event_count"]) for name, row in ours.items()} == {
        name: n for name, (n, _, _) in theirs.items()
    }
    for name, (_, *times) in theirs.items():
        assert seconds(ours[name], "median", "mean") == pytest.approx(times, rel=0, abs=PRINTED)
    zero = sum(float(row["sojourn_seconds"]) == 0 for row in found["events"] if row["sojourn_seconds"])
    assert zero == expected["log_order"]["zero_edges"]


def test_durations_and_their_percentiles_are_equal(log: Any) -> None:
    expected, found = log[0]["case_duration_seconds"], log[1]
    [summary] = found["process_summaries"]
    for name in ("median", "p25", "p75", "p90"):
        assert float(summary[f"{name}_duration_seconds"]) == pytest.approx(expected[name], rel=0, abs=1e-6)
    assert float(summary["mean_duration_seconds"]) == pytest.approx(expected["mean"], rel=0, abs=PRINTED)
    durations = sorted(float(row["duration_seconds"]) for row in found["cases"])
    assert (durations[0], durations[-1]) == (expected["min"], expected["max"])
    assert durations.count(0) == expected["zero"]


def test_rework_is_equal(log: Any) -> None:
    expected, found = log
    ours = {row["activity"]: int(row["rework_case_count"]) for row in found["rework"]}
    assert {name: count for name, count in ours.items() if count} == expected["rework_cases_per_activity"]


def test_firsts_and_lasts_are_equal(log: Any) -> None:
    expected, found = log[0]["log_order"], log[1]
    first = Counter(row["activity"] for row in found["events"] if row["event_number"] == "1")
    assert first == expected["start_activities"]
    assert Counter(row["last_activity"] for row in found["cases"]) == expected["end_activities"]


def test_no_fault_is_seen_where_there_is_none(log: Any) -> None:
    _, found = log
    assert found["event_faults"] == []
    assert {row["issue_code"] for row in found["event_issues"]} <= {"one_event"}
    assert all(row["spelling"] == row["activity"] for row in found["activity_spellings"])
