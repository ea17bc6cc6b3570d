"""What a table as a whole must be: a least fails, a most warns, and each says so in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from lamps import gate, good, published, take, write
from shahrnama.catalog import House
from shahrnama.errors import DatasetError
from shahrnama.issue import kinds

OLD = "2020-01-01T00:00:00Z"
SUM = {"name": "watts", "title": "مجموع وات", "title_en": "Total watts", "query": "SELECT sum(watt_count) FROM lamps"}

# name → expect, records, kind that is told (None: nothing), whether the table is held
CASES: dict[str, tuple[dict[str, Any], list[dict[str, Any]], str | None, bool]] = {
    "as many rows as are asked": ({"min_rows": 3, "max_rows": 3}, good(3), None, False),
    "too few rows": ({"min_rows": 4}, good(3), "too_few_rows", True),
    "too many rows": ({"max_rows": 2}, good(3), "too_many_rows", False),
    "filled enough": ({"required_share": {"note": 0.5}}, [*good(2, note="x"), {"lamp_id": "z"}], None, False),
    "not filled enough": ({"required_share": {"note": 0.7}}, [*good(2, note="x"), {"lamp_id": "z"}], "unfilled", True),
    "unique together": ({"unique": [["note", "watt_count"]]}, [*good(1, note="x"), {"lamp_id": "z"}], None, False),
    "not unique together": ({"unique": [["note", "watt_count"]]}, good(2, note="x"), "not_unique", True),
    "empty cells repeat too": ({"unique": [["note"]]}, good(2), "not_unique", True),
    "fresh": ({"fresh": {"field": "updated_at", "days": 36500}}, good(1), None, False),
    "stale": ({"fresh": {"field": "updated_at", "days": 30}}, good(1, updated_at=OLD), "stale", False),
    "a sum that holds": ({"sql": [{**SUM, "equals": 120}]}, good(3), None, False),
    "a sum that does not": ({"sql": [{**SUM, "equals": 121}]}, good(3), "expected_value", True),
    "a sum that is too small": ({"sql": [{**SUM, "min": 121}]}, good(3), "expected_value_low", True),
    "a sum that is too great": ({"sql": [{**SUM, "max": 119}]}, good(3), "expected_value_high", False),
    "a sum of nothing": ({"min_rows": 0, "sql": [{**SUM, "min": 1}]}, [], "expected_value_low", True),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_expectation_is_held_to(tmp_path: Path, case: str) -> None:
    expect, records, kind, held = CASES[case]
    house = House.at(tmp_path)
    write(house, expect=expect)
    take(house, records)
    report = gate(house)
    assert [problem.kind for problem in report.problems] == ([kind] if kind else [])
    assert (report.status == "held") is held
    for problem in report.problems:
        assert re.search("[آ-ی]", problem.message_fa)
        assert "{" not in problem.message_fa + problem.message
        assert not re.search("[0-9]{2}", problem.message_fa), "numbers in Persian prose are Persian"


def test_a_query_sees_derived_tables_and_those_of_others(tmp_path: Path) -> None:
    house = House.at(tmp_path)
    query = "SELECT (SELECT sum(watt_count) FROM lamp_sums) - (SELECT sum(watt_count) FROM lamps)"
    write(house, expect={"sql": [{**SUM, "query": query, "equals": 0}]})
    take(house, good(3))
    assert gate(house).status == "promoted"
    assert published(house, "lamp_sums")


@pytest.mark.parametrize(
    ("query", "says"), [("SELECT nothing FROM lamps", "cannot be run"), ("SELECT lamp_id FROM lamps", "one number")]
)
def test_a_query_that_cannot_be_judged_names_itself(tmp_path: Path, query: str, says: str) -> None:
    house = House.at(tmp_path)
    write(house, expect={"sql": [{**SUM, "query": query, "equals": 0}]})
    take(house, good(2))
    with pytest.raises(DatasetError, match=says) as error:
        gate(house)
    assert "'watts'" in str(error.value)


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_is_told_in_both_languages(kind: str) -> None:
    found = kinds()[kind]
    assert re.search("[آ-ی]", found.title)
    assert re.search("[آ-ی]", found.message)
    assert not re.search("[آ-ی]", found.title_en + found.message_en)
    assert not re.search("[يك]", found.title + found.message)
