"""Requests to 137: every planted truth is found again by its table, and a service without a history still publishes.

The city of scale 1 is made with two seeds. `SHAHRNAMA_PLANTED_SCALE=10` makes it ten times as large as well (about a
minute for each seed).
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from democity.generator import BOTTLENECK, SLOW_DISTRICTS, generate, services
from democity.histories import Told, told
from replay import Replay
from shahrnama.build import Run
from shahrnama.captures import Capture, CaptureStore
from shahrnama.catalog import House, catalog, read
from shahrnama.derive import derive
from shahrnama.errors import AbsentError, ParseError, SourceError
from shahrnama.gate.sift import sift
from shahrnama.harvest import harvest
from shahrnama.package import package

ROOT = Path(__file__).parents[1]
TRUTHS = yaml.safe_load((ROOT / "scripts/democity/planted/requests.yaml").read_text(encoding="utf-8"))
SCALES = sorted({1.0, float(os.environ.get("SHAHRNAMA_PLANTED_SCALE", "1"))})
CITIES = [(seed, scale) for scale in SCALES for seed in (1404, 7)]
DATASETS = catalog(ROOT / "datasets")
REQUESTS = read(ROOT / "datasets" / "service_requests")
SAMPLE = REQUESTS.folder / "sample"
VARIABLE = "SHAHRNAMA_SERVICE_REQUESTS_URL"

Ask = Callable[..., list[tuple[Any, ...]]]
Records = list[dict[str, Any]]


def asked(folder: Path) -> Ask:
    """Asks the staged tables in SQL."""
    engine = duckdb.connect()
    for resource in REQUESTS.resources:
        path = folder / f"{resource.name}.csv"
        engine.execute(f"CREATE VIEW {resource.name} AS FROM read_csv('{path}', sample_size = -1, header = true)")
    return lambda query, *values: engine.execute(query, values).fetchall()


def staged(house: House) -> Ask:
    """The tables of what was harvested, through package, sifting and derive."""
    near = [dataset for dataset in DATASETS if dataset.name in {"districts", REQUESTS.name}]
    for dataset in near:
        package(house, dataset)
    sift(house, REQUESTS, near)
    derive(house, REQUESTS, near)
    return asked(house.staging / REQUESTS.name)


def saved(house: House, answers: dict[str, list[Records]]) -> None:
    """Captures of a harvest that gave these pages of each resource."""
    store = CaptureStore(house.captures, REQUESTS.name)
    captures = []
    for resource, pages in answers.items():
        for number, page in enumerate(pages, start=1):
            body = json.dumps(page, ensure_ascii=False).encode()
            captures.append(Capture(resource, f"{resource}?page={number}", store.save(body), len(body)))
    store.conclude(captures, {}, source="test", is_demo=True)


@pytest.fixture(scope="module", params=CITIES, ids=[f"seed {seed}, scale {scale:g}" for seed, scale in CITIES])
def city(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ask, Told]:
    seed, scale = request.param
    house, source = House.at(ROOT, build=tmp_path_factory.mktemp("requests")), told(generate(seed, scale), seed)
    answers = {
        "service_requests": source.city.requests,
        "status_changes": source.changes,
        "services": tuple(services()),
    }
    saved(house, {name: [list(records)] for name, records in answers.items()})
    return staged(house), source


@pytest.fixture
def ask(city: tuple[Ask, Told]) -> Ask:
    return city[0]


def test_the_file_of_truths_and_the_generator_say_the_same() -> None:
    planted = TRUTHS["bottleneck"]
    assert (planted["district"], planted["service"], planted["times"]) == BOTTLENECK
    assert TRUTHS["slow_districts"] == SLOW_DISTRICTS


def test_the_slow_districts_lead_the_cards(ask: Ask) -> None:
    found = dict(ask("SELECT district_id, times_as_long FROM district_cards ORDER BY times_as_long DESC LIMIT 3"))
    assert set(found) == set(TRUTHS["slow_districts"])
    for district, times in TRUTHS["slow_districts"].items():
        assert times * 0.8 < found[district] < times * 1.2


def test_the_bottleneck_is_far_slower_than_its_subject_elsewhere(ask: Ask) -> None:
    truth = TRUTHS["bottleneck"]
    first, *_ = ask("SELECT district_id FROM response_times WHERE service_code = ? ORDER BY median_close_days DESC",
                    truth["service"])  # fmt: skip
    assert first == (truth["district"],)
    times = "SELECT median(close_days) FROM request_times WHERE service_code = ? AND (district_id = ?) = ?"
    (here,), (there,) = (ask(times, truth["service"], truth["district"], inside)[0] for inside in (True, False))
    assert truth["times"] / 2 < here / there < truth["times"] * 2


def test_the_spot_where_water_comes_back_is_found(ask: Ask) -> None:
    cells = ask("SELECT district_id, service_code, count(*) AS n FROM repeat_complaints "
                "GROUP BY district_id, service_code, latitude, longitude ORDER BY n DESC LIMIT 2")  # fmt: skip
    truth = TRUTHS["repeated"]
    assert cells[0][:2] == (truth["district"], truth["service"])
    assert cells[0][2] > 5 * cells[1][2]
    assert ask("SELECT district_id FROM district_cards ORDER BY repeat_count DESC LIMIT 1") == [(truth["district"],)]


def test_the_district_that_closes_too_soon_is_found(ask: Ask) -> None:
    truth = TRUTHS["reopened"]
    first, second = ask("SELECT district_id, reopened_share FROM district_cards ORDER BY reopened_share DESC LIMIT 2")
    assert first[0] == truth["district"]
    assert first[1] == pytest.approx(truth["share"], abs=0.08)
    assert second[1] < truth["share"] / 2


def test_the_forgotten_requests_are_found(ask: Ask) -> None:
    truth = TRUTHS["forgotten"]
    first, second = ask("SELECT district_id, service_code, open_count FROM backlog WHERE age_code = 'over_180' "
                        "ORDER BY open_count DESC LIMIT 2")  # fmt: skip
    assert first[:2] == (truth["district"], truth["service"])
    assert first[2] > 1.5 * second[2]


def test_the_subject_that_people_rate_worst_is_found(ask: Ask) -> None:
    found = ask("SELECT service_code, avg(rating) FROM service_requests GROUP BY ALL ORDER BY 2")
    assert found[0][0] == TRUTHS["unhappy"]["service"]
    assert found[0][1] < TRUTHS["unhappy"]["below"] < 3 < found[1][1]


def test_photos_and_films_become_more_by_the_month(ask: Ask) -> None:
    shares = [share for _, share in ask("SELECT jalali_month, avg((has_photo OR has_video)::int) FROM service_requests "
                                        "GROUP BY ALL ORDER BY 1")]  # fmt: skip
    assert len(shares) in {12, 13}
    assert shares[0] == pytest.approx(TRUTHS["media"]["first"], abs=0.06)
    assert shares[-1] == pytest.approx(TRUTHS["media"]["last"], abs=0.06)


def test_closing_is_taken_from_the_history_and_not_from_a_later_note(ask: Ask) -> None:
    later, closed = ask("SELECT sum((updated_at > closed_at)::int), count(*) FROM request_times "
                        "JOIN service_requests USING (service_request_id) WHERE NOT is_open")[0]  # fmt: skip
    assert later / closed == pytest.approx(TRUTHS["noted"]["share"], abs=0.03)
    assert ask("SELECT DISTINCT closed_source_code FROM request_times WHERE NOT is_open") == [("status_changes",)]


def test_every_change_of_every_request_is_published(city: tuple[Ask, Told]) -> None:
    ask, source = city
    broken = {item.service_request_id for item in source.city.broken}
    expected = [change for change in source.changes if change["service_request_id"] not in broken]
    assert ask("SELECT count(*) FROM status_changes") == [(len(expected),)]
    assert ask("SELECT count(*) FROM service_requests") == [(len({c["service_request_id"] for c in expected}),)]


def test_the_tables_add_up(ask: Ask) -> None:
    for resource in REQUESTS.resources:
        for item in resource.expect.get("sql") or ():
            assert ask(item["query"]) == [(0,)], item["name"]


# A small history whose answers are counted by hand. Noon in Tehran of a day of Aban 1405.
def at(day: int) -> str:
    return f"2026-11-{day:02d}T12:00:00+03:30"


def request(number: int, day: int, updated: int, status: str = "closed", **more: Any) -> dict[str, Any]:
    return {"service_request_id": f"R{number}", "status": status, "service_code": "A", "district": "۳",
            "requested_datetime": at(day), "updated_datetime": at(updated), "lat": 35.70012, "long": 51.40041,
            **more}  # fmt: skip


def changes(number: int, *steps: tuple[str, int]) -> Records:
    return [{"service_request_id": f"R{number}", "change_number": step, "status": status, "changed_datetime": at(day)}
            for step, (status, day) in enumerate(steps, start=1)]  # fmt: skip


SERVICE = {"service_code": "A", "service_name": "الف", "metadata": False, "type": "realtime"}
SMALL = {
    "services": [[SERVICE, {**SERVICE, "service_code": "B", "service_name": "ب"}]],
    "service_requests": [[
        request(1, 1, 9, rating=5, media_url="https://x.example/a.JPG?size=2"),
        request(2, 6, 8),  # the day after R1 was closed: a repeat, though a note came later
        request(3, 9, 9, "open", lat=35.7049),  # another cell
        request(4, 9, 20, "open", service_code="B"),  # another subject; reopened
        request(5, 10, 12, district=None, media_url="https://x.example/a.mp4,https://x.example/b.png"),
        request(6, 20, 20, "open", media_url="https://x.example/17"),  # within 30 days of R5, the last closing here
    ]],
    "status_changes": [[
        *changes(1, ("open", 1), ("in_progress", 2), ("closed", 5)),
        *changes(2, ("open", 6), ("closed", 7), ("reopened", 7), ("closed", 8)),
        *changes(4, ("open", 9), ("closed", 15), ("reopened", 20)),
        *changes(5, ("open", 10), ("in_progress", 11)),  # ends before closing: the last change stands for it
    ]],
}  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    house = House.at(ROOT, build=tmp_path_factory.mktemp("small"))
    saved(house, SMALL)
    return staged(house)


COUNTED: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "times": (
        "SELECT service_request_id, close_days, closed_source_code, open_days, begin_days, reopened_count "
        "FROM request_times ORDER BY 1",
        [("R1", 4, "status_changes", None, 1, 0), ("R2", 2, "status_changes", None, 1, 1),
         ("R3", None, None, 11, None, None), ("R4", None, None, 11, 6, 1), ("R5", 2, "updated_at", None, 1, 0),
         ("R6", None, None, 0, None, None)],
    ),
    "response times": (
        "SELECT service_code, request_count, open_count, median_close_days, p90_close_days FROM response_times",
        [("A", 4, 2, 3, 3.8), ("B", 1, 1, None, None)],
    ),
    "months": (
        "SELECT jalali_month, service_code, request_count, open_share FROM response_times_by_month",
        [("1405-08", "A", 4, 0.5), ("1405-08", "B", 1, 1)],
    ),
    "backlog": (
        "SELECT service_code, age_code, open_count, oldest_open_days FROM backlog ORDER BY ALL",
        [("A", "up_to_30", 1, 11), ("A", "up_to_7", 1, 0), ("B", "up_to_30", 1, 11)],
    ),
    "repeats": (
        "SELECT service_request_id, earlier_request_id, after_days FROM repeat_complaints ORDER BY 1",
        [("R2", "R1", 1), ("R5", "R2", 2), ("R6", "R5", 8)],
    ),
    "media": (
        "SELECT has_photo, has_video FROM service_requests ORDER BY service_request_id",
        [(True, False), (False, False), (False, False), (False, False), (True, True), (None, None)],
    ),
    "card": (
        "SELECT request_count, open_count, median_close_days, times_as_long, reopened_share, repeat_count, "
        "media_share, rating_count, mean_rating, slowest_service_code FROM district_cards",
        [(5, 3, 3, 1, 0.6667, 2, 0.25, 1, 5, None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("query", "answer"), COUNTED.values(), ids=COUNTED)
def test_a_small_history_gives_what_was_counted_by_hand(small: Ask, query: str, answer: list[Any]) -> None:
    assert small(query) == answer


def test_the_published_csv_holds_no_address_of_a_photo(tmp_path: Path) -> None:
    house = House.at(ROOT, build=tmp_path)
    saved(house, SMALL)
    staged(house)
    for path in house.staging.rglob("*.csv"):
        assert "x.example" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [("rating", "خوب", "ValueError"), ("media_url", ["a.jpg"], "media_url is"), ("rating", 4.5, "ValueError")],
    ids=["a rating in words", "a list of photos", "half a point"],
)
def test_what_is_no_rating_or_photo_is_refused(tmp_path: Path, field: str, value: Any, says: str) -> None:
    house = House.at(ROOT, build=tmp_path)
    saved(house, {**SMALL, "service_requests": [[request(1, 1, 2, **{field: value})]]})
    with pytest.raises(ParseError, match=says):
        package(house, REQUESTS)


@pytest.fixture
def service(replay: Replay) -> Replay:
    """A GeoReport service that gives the sample, and no history."""
    replay.say("services.json", (SAMPLE / "services.json").read_bytes())
    replay.say("requests.json?page=1&page_size=1000", (SAMPLE / "service_requests.json").read_bytes())
    replay.say("requests.json", b"[]")
    return replay


def table(house: House, name: str) -> list[dict[str, str]]:
    with (house.packages / REQUESTS.name / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_service_without_a_history_is_published_with_an_empty_table(service: Replay, house: House) -> None:
    near = [dataset for dataset in DATASETS if dataset.name in {"districts", REQUESTS.name}]
    run = Run(house, near, near, {VARIABLE: service.url, "SHAHRNAMA_PRIVATE_HOSTS": "127.0.0.1"}, lambda _: None)
    for stage in ("harvest", "package", "derive", "validate", "load"):
        getattr(run, stage)()
    assert run.outcome.problems == []
    assert table(house, "status_changes") == []
    times = table(house, "request_times")
    assert {row["closed_source_code"] for row in times} == {"", "updated_at"}
    assert {row["reopened_count"] for row in times} == {""}


HARVESTS: dict[str, tuple[dict[int, int], type[SourceError]]] = {
    "a history that is refused": ({1: 403}, SourceError),
    "a history that breaks off": ({2: 404}, AbsentError),
}


@pytest.mark.parametrize(("statuses", "kind"), HARVESTS.values(), ids=HARVESTS)
def test_a_history_that_is_there_and_fails_is_no_empty_table(
    service: Replay, house: House, statuses: dict[int, int], kind: type[SourceError]
) -> None:
    for page in (1, 2):
        body = (SAMPLE / "status_changes.json").read_bytes()
        service.say(f"status_changes.json?page={page}&page_size=1000", body, status=statuses.get(page, 200))
    with pytest.raises(kind):
        harvest(house, REQUESTS, {VARIABLE: service.url, "SHAHRNAMA_PRIVATE_HOSTS": "127.0.0.1"}, None)
    assert CaptureStore(house.captures, REQUESTS.name).manifest() is None


def test_the_same_seed_is_the_same_history_and_another_is_not() -> None:
    once, again = (told(generate(3, 0.05), 3) for _ in range(2))
    assert once == again
    assert once.changes != told(generate(4, 0.05), 4).changes
    ids = [change["service_request_id"] for change in once.changes]
    assert ids == sorted(ids)
    for record in once.city.requests:
        assert record["updated_datetime"] >= record["requested_datetime"]
