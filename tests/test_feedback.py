"""Feedback: what is planted is found again, nobody's words are published, and no hidden count can be worked out.

The city is ten times as large with SHAHRNAMA_LARGE=1 (about a minute more).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any

import pytest

from democity.opinions import opinions
from desks import CITIES, ROOT, World, named, planted
from shahrnama.catalog import read
from shahrnama.errors import ParseError
from shahrnama.persian import jalali
from shahrnama.suppress import exposed

PLANTED = planted("feedback")
DATASET = read(ROOT / "datasets" / "feedback")
TOTALS = {"feedback_services": "service_code", "feedback_months": "jalali_month", "feedback_districts": "district_id"}
OPINION = {"feedback_id": "F1", "created_at": "2026-08-22T23:00:00+03:30", "district": "۱۵", "service_code": "137-0101",
           "score": 1, "text": "x"}  # fmt: skip


@pytest.fixture(scope="module", params=CITIES, ids=named)
def city(request: pytest.FixtureRequest) -> tuple[int, float]:
    seed, scale = request.param
    if scale > 1 and not os.environ.get("SHAHRNAMA_LARGE"):
        pytest.skip("a city ten times as large takes half a minute; set SHAHRNAMA_LARGE=1")
    return seed, scale


@pytest.fixture(scope="module")
def world(city: tuple[int, float], tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("feedback"), "feedback", *city)


@pytest.fixture(scope="module")
def true(city: tuple[int, float]) -> Counter[tuple[str, str, str, int]]:
    """Opinions by tone, service, month and district, counted here."""
    tones = {1: "blame", 2: "blame", 3: "", 4: "praise", 5: "praise"}
    months: dict[str, str] = {}
    counted: Counter[tuple[str, str, str, int]] = Counter()
    for found in opinions(*city):
        day = found["created_at"][:10]
        months.setdefault(day, jalali(day)[:7])
        counted[tones[found["score"]], found["service_code"], months[day], found["district"]] += 1
    return counted


def test_the_most_blamed_and_the_most_praised_service_are_found(world: World) -> None:
    ranked = world.column("SELECT service_code FROM feedback_balance ORDER BY blame_rank")
    assert (ranked[0], ranked[-1]) == (PLANTED["most_blamed"], PLANTED["most_praised"])


def test_the_bad_month_of_a_service_is_found(world: World) -> None:
    worst = PLANTED["worst_month"]
    [(month, share, usual)] = world.ask(
        f"SELECT worst_month, worst_month_blame_share, blame_share FROM feedback_balance "
        f"WHERE service_code = '{worst['service']}'"
    )
    assert month == worst["month"]
    assert share > usual + 0.1


def test_the_worst_district_is_found(world: World) -> None:
    query = "SELECT district_id FROM feedback_district_balance WHERE blame_rank = 1"
    assert world.column(query) == [PLANTED["worst_district"]]


def test_a_service_on_which_hardly_anyone_speaks_is_mostly_hidden(world: World) -> None:
    query = (
        f"SELECT hidden_month_count, shown_month_count FROM feedback_balance WHERE service_code = '{PLANTED['thin']}'"
    )
    [(hidden, shown)] = world.ask(query)
    assert hidden > shown


def test_shown_counts_and_totals_are_the_true_ones(world: World, true: Counter[Any]) -> None:
    cells = world.ask("SELECT service_code, jalali_month, praise_count, blame_count FROM feedback_by_service")
    for service, month, *counts in cells:
        told = [sum(true[tone, service, month, district] for district in range(1, 23)) for tone in ("praise", "blame")]
        assert counts in ([None, None], told)
    for table in TOTALS:
        [found] = world.ask(f"SELECT sum(praise_count), sum(blame_count) FROM {table}")
        everything = [sum(count for key, count in true.items() if key[0] == tone) for tone in ("praise", "blame")]
        assert list(found) == everything, table


def test_no_small_count_is_published_and_none_can_be_worked_out(world: World, true: Counter[Any]) -> None:
    table = DATASET.resource("feedback_by_service")
    cells = world.ask(
        "SELECT service_code, jalali_month, praise_count, blame_count FROM feedback_by_service ORDER BY 1, 2"
    )
    published = [
        dict(zip(("service_code", "jalali_month", "praise_count", "blame_count"), row, strict=True)) for row in cells
    ]
    counted: Counter[tuple[str, str, str]] = Counter()
    for (tone, service, month, _), count in true.items():
        counted[tone, service, month] += count
    rows = [
        {
            **row,
            **{
                f"{tone}_count": counted[tone, row["service_code"], row["jalali_month"]] for tone in ("praise", "blame")
            },
        }
        for row in published
    ]
    for resource in (*TOTALS, "feedback_by_service", "feedback_balance"):
        query = f"SELECT count(*) FROM {resource} WHERE praise_count BETWEEN 1 AND 4 OR blame_count BETWEEN 1 AND 4"
        assert world.column(query) == [0], resource
    assert any(0 < row["praise_count"] < 5 for row in rows)  # there was something to hide
    assert exposed(table, rows, published) == []


def test_nobodys_words_are_published(world: World) -> None:
    text = world.text()
    assert not [found for found in [*PLANTED["personal"], "لطفا", "F000001"] if found in text]
    assert any(PLANTED["personal"][0] in found["text"] for found in opinions())


@pytest.mark.parametrize(
    ("change", "says"),
    [({"score": 6}, "a score is 6"), ({"score": None}, "no score"), ({"phone": "021"}, "phone")],
    ids=["a score beyond five", "no score", "a field that nobody reads"],
)
def test_an_opinion_that_cannot_be_read_is_named(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ParseError, match=says):
        list(DATASET.parser("feedback_services")(json.dumps({**OPINION, **change}).encode()))


def test_a_month_is_that_of_tehran_and_no_district_counts_in_no_district() -> None:
    lines = [
        {**OPINION, "created_at": f"2026-08-22T{hour}:45:00Z", "district": None}
        for hour in ("20", "19")
        for _ in "12345"
    ]
    body = "\n".join(json.dumps({**line, "feedback_id": f"F{at}"}) for at, line in enumerate(lines)).encode()
    found = list(DATASET.parser("feedback_by_service")(body))
    assert [(row["jalali_month"], row["blame_count"]) for row in found] == [("1405-05", 5), ("1405-06", 5)]
    assert list(DATASET.parser("feedback_districts")(body)) == []
