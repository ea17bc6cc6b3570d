"""Municipal processes: every planted truth is found again by its table, and the SQL keeps its own definitions.

The city of scale 1 is made with two seeds. `SHAHRNAMA_PLANTED_SCALE=10` makes it ten times as large as well (about a
minute for each seed).
"""

from __future__ import annotations

import gzip
import os
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from democity.process_faults import log
from democity.process_logs import ProcessLogs
from democity.processes import PROCESSES, SHIFT, cases, worked
from democity.server import DemoCity
from event_tables import ROOT, record, tables
from shahrnama.catalog import House, read
from shahrnama.derive import derive
from shahrnama.formats.strict import to_utc
from shahrnama.harvest import harvest
from shahrnama.package import package
from shahrnama.persian import gregorian, jalali

PLANTED = yaml.safe_load((ROOT / "scripts/democity/planted/processes.yaml").read_text(encoding="utf-8"))
IDS = [process.id for process in PROCESSES]
SCALES = sorted({1.0, float(os.environ.get("SHAHRNAMA_PLANTED_SCALE", "1"))})
CITIES = [(seed, scale) for scale in SCALES for seed in (1404, 7)]


class World:
    """A city of a seed and a scale, harvested over HTTP, packaged and derived; asked in SQL."""

    def __init__(self, build: Path, seed: int, scale: float) -> None:
        self.seed, self.scale = seed, scale
        house = House.at(ROOT, build=build)
        dataset = read(house.datasets / "municipal_processes")
        with DemoCity(seed, scale) as city:
            environ = {
                "SHAHRNAMA_MUNICIPAL_PROCESSES_URL": f"{city.url}/logs/",
                "SHAHRNAMA_PRIVATE_HOSTS": "127.0.0.1",
            }
            harvest(house, dataset, environ, None)
        package(house, dataset)
        derive(house, dataset, [dataset])
        self.folder = house.staging / dataset.name
        self.engine = duckdb.connect()
        for resource in dataset.resources:
            path = self.folder / f"{resource.name}.csv"
            self.engine.execute(f"CREATE VIEW {resource.name} AS FROM read_csv('{path}', sample_size = -1)")

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.engine.execute(query, values).fetchall()


@pytest.fixture(scope="module", params=CITIES, ids=lambda pair: f"seed {pair[0]}, scale {pair[1]:g}")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("city"), *request.param)


BOTTLENECK = """
    SELECT activity, office, times_step_median FROM bottlenecks
    WHERE municipal_process_id = ? AND step_rank = 1 ORDER BY waiting_share DESC LIMIT 1
"""
REWORK = """
    SELECT activity, rework_case_share FROM rework
    WHERE municipal_process_id = ? ORDER BY rework_case_share DESC LIMIT 1
"""
ONLINE = """
    SELECT sum(electronic_event_count) * 1.0 / sum(event_count) FROM (
        SELECT * FROM electronic_shares
        WHERE municipal_process_id = ? AND jalali_month > (SELECT min(jalali_month) FROM electronic_shares)
        ORDER BY jalali_month {} LIMIT 3
    )
"""
OVER_LIMIT = "SELECT over_limit_share FROM process_summaries WHERE municipal_process_id = ?"
LATEST_OFFICE = """
    SELECT office, over_share FROM legal_limits
    WHERE municipal_process_id = ? ORDER BY over_share DESC, office LIMIT 1
"""


@pytest.mark.parametrize("process", IDS)
def test_the_bottleneck_and_its_slow_office_are_found(world: World, process: str) -> None:
    [(step, office, times)] = world.ask(BOTTLENECK, process)
    planted = PLANTED[process]
    assert (step, office) == (planted["step"], planted["office"])
    assert planted["times"][0] <= times <= planted["times"][1]


@pytest.mark.parametrize("process", IDS)
def test_the_step_that_is_done_again_is_found(world: World, process: str) -> None:
    [(step, share)] = world.ask(REWORK, process)
    assert step == PLANTED[process]["rework"]["step"]
    assert share == pytest.approx(PLANTED[process]["rework"]["case_share"], abs=0.05)


@pytest.mark.parametrize("process", IDS)
def test_what_is_done_online_grows(world: World, process: str) -> None:
    [(early,)], [(late,)] = (world.ask(ONLINE.format(order), process) for order in ("ASC", "DESC"))
    assert late - early >= PLANTED[process]["online_rises"]
    wholly = "SELECT avg(is_electronic::int) FROM cases WHERE municipal_process_id = ? AND is_ended"
    [(share,)] = world.ask(wholly, process)
    assert (
        share > 0.1 if PLANTED[process]["wholly_online"] else share < 0.01
    )  # not 0: a visit may be left out as a fault


@pytest.mark.parametrize("process", IDS)
def test_the_share_over_the_limit_and_its_office_are_found(world: World, process: str) -> None:
    planted = PLANTED[process]["over_limit"]
    [(share,)], [(office, office_share)] = world.ask(OVER_LIMIT, process), world.ask(LATEST_OFFICE, process)
    assert planted["share"][0] <= share <= planted["share"][1]
    assert office == planted["office"]
    assert planted["office_share"][0] <= office_share <= planted["office_share"][1]


@pytest.mark.parametrize("process", PROCESSES, ids=IDS)
def test_every_planted_fault_is_counted_and_no_other(world: World, process: Any) -> None:
    query = "SELECT issue_code, issue_count FROM event_issues WHERE municipal_process_id = ?"
    found = dict(world.ask(query, process.id))
    planted, of_one = PLANTED[process.id]["faults"], PLANTED["records_of_fault"]
    expected = {kind: round(count * world.scale) * of_one[kind] for kind, count in planted.items()}
    assert set(found) == set(expected)
    natural = {"one_event", "without_end"}  # young cases and very slow ones are such too
    assert {kind: count for kind, count in found.items() if kind not in natural} == {
        kind: count for kind, count in expected.items() if kind not in natural
    }
    assert all(found[kind] >= expected[kind] for kind in natural)


FOUND_IN = {
    "start_missing": "SELECT case_id FROM events WHERE municipal_process_id = ? AND started_at IS NULL",
    "completion_missing": "SELECT case_id FROM events WHERE municipal_process_id = ? AND completed_at IS NULL",
    "one_event": "SELECT case_id FROM cases WHERE municipal_process_id = ? AND event_count = 1",
    "without_end": "SELECT case_id FROM cases WHERE municipal_process_id = ? AND NOT is_ended",
}


@pytest.mark.parametrize("process", PROCESSES, ids=IDS)
def test_every_planted_fault_is_found_in_its_case(world: World, process: Any) -> None:
    planted = log(process, IDS.index(process.id), world.seed, world.scale).planted
    for kind in PLANTED[process.id]["faults"]:
        query = FOUND_IN.get(kind, "SELECT case_id FROM event_faults WHERE municipal_process_id = ? AND fault_code = ?")
        found = {case for (case,) in world.ask(query, process.id, *([] if kind in FOUND_IN else [kind]))}
        wanted = {case for planted_kind, case in planted if planted_kind == kind}
        assert wanted, kind
        assert wanted <= found, kind


@pytest.mark.parametrize("process", PROCESSES, ids=IDS)
def test_durations_are_those_of_the_city_to_the_second(world: World, process: Any) -> None:
    """Of every ended case without a planted fault, in calendar time and in working days."""
    spoiled = {case for _, case in log(process, IDS.index(process.id), world.seed, world.scale).planted}
    query = (
        "SELECT case_id, duration_seconds, duration_working_days FROM cases WHERE municipal_process_id = ? AND is_ended"
    )
    found = {case: times for case, *times in world.ask(query, process.id)}
    sound = [case for case in cases(process, world.seed, world.scale) if case.is_ended and case.id not in spoiled]
    assert len(sound) > 400
    for case in sound:
        first, last = case.steps[0].started, case.steps[-1].completed
        seconds, days = found[case.id]
        assert last is not None
        assert seconds == last - first
        assert abs(days - (worked(last) - worked(first)) / SHIFT) < 0.0051  # rounded to two decimals


def test_no_clerk_is_published(world: World) -> None:
    sent = ProcessLogs(world.seed, 0.01).files["/logs/permits.xes.gz"][1]()
    assert "کارمند".encode() in gzip.decompress(sent)
    assert not [path.name for path in world.folder.glob("*.csv") if "کارمند" in path.read_text(encoding="utf-8")]


def test_the_same_city_gives_the_same_bytes(tmp_path: Path) -> None:
    once, again = (World(tmp_path / name, 5, 0.03).folder for name in ("once", "again"))
    assert [(path.name, path.read_bytes()) for path in sorted(once.glob("*.csv"))] == [
        (path.name, path.read_bytes()) for path in sorted(again.glob("*.csv"))
    ]


START, END, PAUSE = "start", "complete", "suspend"
HAND_MADE: dict[str, tuple[list[tuple[str, str, str]], list[str], dict[str, int]]] = {
    "a completion takes the start before it": (
        [("a", START, "2026-05-02T05:00:00Z"), ("a", END, "2026-05-02T06:00:00Z")],
        ["a||3600|"],
        {"one_event": 1},
    ),
    "waiting is from completion to start": (
        [("a", END, "2026-05-02T05:00:00Z"), ("b", START, "2026-05-02T06:00:00Z"), ("b", END, "2026-05-02T08:00:00Z")],
        ["a|||", "b|3600|7200|10800"],
        {"start_missing": 1},
    ),
    "overlapping steps wait for nothing": (
        [("a", START, "2026-05-02T05:00:00Z"), ("b", START, "2026-05-02T05:30:00Z"),
         ("a", END, "2026-05-02T06:00:00Z"), ("b", END, "2026-05-02T08:00:00Z")],
        ["a||3600|", "b|0|9000|7200"],
        {},
    ),
    "two starts, one completion": (
        [("a", START, "2026-05-02T05:00:00Z"), ("a", START, "2026-05-02T06:00:00Z"),
         ("a", END, "2026-05-02T07:00:00Z")],
        ["a||3600|", "a|||"],
        {"completion_missing": 1},
    ),
    "a running step comes last and is no fault": (
        [("a", START, "2026-05-02T05:00:00Z"), ("a", END, "2026-05-02T06:00:00Z"),
         ("b", START, "2026-05-03T05:00:00Z")],
        ["a||3600|", "b|||"],
        {},
    ),
    "a later record that is earlier is sorted": (
        [("b", END, "2026-05-02T07:00:00Z"), ("a", END, "2026-05-02T06:00:00Z"), ("c", END, "2026-05-02T08:00:00Z")],
        ["a|||", "b|||3600", "c|||3600"],
        {"out_of_order": 1},
    ),
    "equal times keep the order of the log": (
        [("b", END, "2026-05-02T07:00:00Z"), ("a", END, "2026-05-02T07:00:00Z")],
        ["b|||", "a|||0"],
        {},
    ),
    "a record that comes again counts once": (
        [("a", END, "2026-05-02T06:00:00Z"), ("a", END, "2026-05-02T06:00:00Z"), ("b", END, "2026-05-02T07:00:00Z")],
        ["a|||", "b|||3600"],
        {"duplicate": 1},
    ),
    "a clock thirty years back is left out": (
        [("a", END, "2026-05-02T06:00:00Z"), ("b", END, "1996-05-02T06:00:00Z"), ("c", END, "2026-05-02T07:00:00Z")],
        ["a|||", "c|||3600"],
        {"clock_jump": 1},
    ),
    "a clock far ahead is left out": (
        [("a", END, "2026-05-02T06:00:00Z"), ("b", END, "2026-05-02T07:00:00Z"), ("c", END, "2126-05-02T07:00:00Z")],
        ["a|||", "b|||3600"],
        {"clock_jump": 1},
    ),
    "one step under two spellings": (
        [("پیش‌نویس", END, "2026-05-02T06:00:00Z"), ("پیش نویس", END, "2026-05-02T07:00:00Z"),
         ("پیش‌نویس", END, "2026-05-02T08:00:00Z")],
        ["پیش‌نویس|||", "پیش‌نویس|||3600", "پیش‌نویس|||3600"],
        {"respelled": 1},
    ),
    "what is neither start nor completion is left out": (
        [("a", START, "2026-05-02T05:00:00Z"), ("a", PAUSE, "2026-05-02T05:30:00Z"), ("a", END, "2026-05-02T06:00:00Z"),
         ("b", START, "2026-05-02T07:00:00Z"), ("b", END, "2026-05-02T07:30:00Z")],
        ["a||3600|", "b|3600|1800|5400"],
        {"other_lifecycle": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("given", "steps", "issues"), HAND_MADE.values(), ids=HAND_MADE)
def test_definitions_by_hand(
    tmp_path: Path, given: list[tuple[str, str, str]], steps: list[str], issues: dict[str, int]
) -> None:
    found = tables(tmp_path, [record("1", number, *row) for number, row in enumerate(given, start=1)], {"z"})
    measures = ("activity", "waiting_seconds", "work_seconds", "sojourn_seconds")
    assert ["|".join(row[name] for name in measures) for row in found["events"]] == steps
    assert {row["issue_code"]: int(row["issue_count"]) for row in found["event_issues"]} == issues


WORKED = {  # times in Tehran, which was at +04:30 in the summer of 2021 and has been at +03:30 since
    "a whole working day": ("2026-05-02T07:30:00+03:30", "2026-05-02T14:30:00+03:30", "1"),
    "outside hours nothing is worked": ("2026-05-02T15:00:00+03:30", "2026-05-03T07:00:00+03:30", "0"),
    "a night between": ("2026-05-02T14:00:00+03:30", "2026-05-03T08:00:00+03:30", "0.142857"),
    "Thursday and Friday are off": ("2026-05-06T14:30:00+03:30", "2026-05-09T07:30:00+03:30", "0"),
    "a week has five days": ("2026-05-02T10:00:00+03:30", "2026-05-09T10:00:00+03:30", "5"),
    "summer time of 2021": ("2021-07-03T07:30:00+04:30", "2021-07-03T14:30:00+04:30", "1"),
    "no summer time in 2023": ("2023-07-01T07:30:00+03:30", "2023-07-01T14:30:00+03:30", "1"),
    "before 1970": ("1969-12-27T07:30:00+03:30", "1969-12-28T14:30:00+03:30", "2"),
}


@pytest.mark.parametrize(("start", "end", "days"), WORKED.values(), ids=WORKED)
def test_working_days_follow_the_office_week(tmp_path: Path, start: str, end: str, days: str) -> None:
    rows = [record("1", 1, "a", START, to_utc(start)), record("1", 2, "a", END, to_utc(end))]
    [step] = tables(tmp_path, rows, {"a"})["events"]
    assert step["work_working_days"] == days


LIMITS = {  # first and last completion of a case, whether its last step is an end; the limit; decided over, in or not
    "ended in time": ("2026-05-02", "2026-05-05", "z", (3, "calendar_days"), "false"),
    "ended late": ("2026-05-02", "2026-05-06", "z", (3, "calendar_days"), "true"),
    "in time by working days": ("2026-05-05", "2026-05-10", "z", (3, "working_days"), "false"),
    "open within the limit": ("2026-05-29", "2026-05-30", "y", (3, "calendar_days"), ""),
    "open past the limit": ("2026-05-02", "2026-05-03", "y", (3, "calendar_days"), "true"),
}


@pytest.mark.parametrize(("first", "last", "step", "limit", "over"), LIMITS.values(), ids=LIMITS)
def test_over_the_limit_or_not_yet_decided(
    tmp_path: Path, first: str, last: str, step: str, limit: tuple[int, str], over: str
) -> None:
    rows = [
        record("1", 1, "a", END, f"{first}T06:00:00Z", office="o"),
        record("1", 2, step, END, f"{last}T06:00:00Z", office="p"),
        record("2", 1, "a", END, "2026-05-31T06:00:00Z", office="o"),  # now
    ]
    found = tables(tmp_path, rows, {"z"}, limit)
    assert found["cases"][0]["is_over_limit"] == over
    assert [(row["office"], row["over_count"]) for row in found["legal_limits"]] == (
        [("o", str(int(over == "true")))] if over else []
    )


def test_months_are_those_of_the_jalali_calendar(tmp_path: Path) -> None:
    """The first day of every month of 180 years, and the day before it."""
    firsts = [
        date.fromisoformat(gregorian(f"{year}/{month}/1")) for year in range(1320, 1500) for month in range(1, 13)
    ]
    days = [*firsts, *(day - timedelta(days=1) for day in firsts)]
    rows = [record(f"{day}", 1, "a", END, f"{day}T12:00:00Z", channel_code="electronic") for day in days]
    found = {row["jalali_month"]: row for row in tables(tmp_path, rows, {"a"})["electronic_shares"]}
    assert {month: int(row["event_count"]) for month, row in found.items()} == Counter(
        jalali(f"{day}")[:7] for day in days
    )
    starts = {month: row["month_start_date"] for month, row in found.items()}
    assert starts == {month: gregorian(f"{month}-1") for month in starts}
