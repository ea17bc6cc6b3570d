"""Corrections: applied where the source is as they expect, tripped where it is not, and told in public."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lamps import gate, lamps, published, take, write
from shahrnama.catalog import House
from shahrnama.errors import DatasetError
from shahrnama.gate_register import gate_rows

CORRECTION: dict[str, Any] = {
    "key": {"lamp_id": "a"},
    "field": "watt_count",
    "expect": 5000,
    "value": 50,
    "reason": "دو صفر اضافه دارد.",
    "reason_en": "Two zeros too many.",
    "upstream": "reported",
    "reported_date": "2026-11-01",
}

# name → the source's value, state of the correction, what is published (None: the table is held), kind that is told
CASES: dict[str, tuple[int, str, str | None, str | None]] = {
    "as it expects": (5000, "applied", "50", None),
    "mended by the source": (50, "mended", "50", "correction_mended"),
    "another value": (70, "tripped", "70", "correction_tripped"),
    "another wrong value": (6000, "tripped", None, "correction_tripped"),
}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.at(tmp_path)


@pytest.mark.parametrize("case", CASES)
def test_a_correction_is_guarded_by_what_it_expects(house: House, case: str) -> None:
    value, state, shown, kind = CASES[case]
    write(house, corrections=[CORRECTION])
    take(house, [{"lamp_id": "a", "watt_count": value}])
    report = gate(house)
    assert (report.status == "promoted") is (shown is not None)
    if shown:
        assert [row["watt_count"] for row in published(house)] == [shown]
    told = [problem.kind for problem in report.problems if problem.kind.startswith("correction")]
    assert told == ([kind] if kind else [])
    (row,) = gate_rows(house, [lamps(house)])["corrections"]
    assert (row["state_code"], row["before"], row["after"]) == (state, "5000", "50")
    assert (row["upstream_code"], row["reported_date"], row["row_key"]) == ("reported", "2026-11-01", "a")


def test_a_correction_of_a_row_that_is_not_there_is_told(house: House) -> None:
    write(house, corrections=[CORRECTION])
    take(house, [{"lamp_id": "b"}])
    assert [problem.kind for problem in gate(house).problems] == ["correction_unused"]


def test_a_cell_may_be_emptied(house: House) -> None:
    write(house, corrections=[{**CORRECTION, "value": None}])
    take(house, [{"lamp_id": "a", "watt_count": 5000}])
    assert gate(house).status == "promoted"
    assert [row["watt_count"] for row in published(house)] == [""]


def test_of_repeated_records_the_newest_is_the_one_that_is_corrected(house: House) -> None:
    write(house, corrections=[CORRECTION])
    newer = {"lamp_id": "a", "watt_count": 5000, "updated_at": "2026-02-01T00:00:00Z"}
    take(house, [newer, {"lamp_id": "a", "watt_count": 60}])
    assert gate(house).problems == ()
    assert [row["watt_count"] for row in published(house)] == ["50"]


@pytest.mark.parametrize("is_demo", [True, False])
def test_corrections_of_the_fictional_city_are_never_applied_to_a_real_one(house: House, is_demo: bool) -> None:
    write(house, corrections=[{**CORRECTION, "demo": True}])
    take(house, [{"lamp_id": "a", "watt_count": 5000}], is_demo=is_demo)
    assert (gate(house).status == "promoted") is is_demo


WRONG = {
    "no reason": ({"reason": None}, "reason is missing"),
    "no such field": ({"field": "colour"}, "name a field"),
    "another key": ({"key": {"pole_id": "a"}}, "primary key"),
    "the key itself": ({"field": "lamp_id"}, "a key cannot be corrected"),
    "an unknown status": ({"upstream": "perhaps"}, "upstream is 'perhaps'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_correction_that_is_not_as_it_must_be_is_refused(house: House, case: str) -> None:
    change, says = WRONG[case]
    item = {key: value for key, value in {**CORRECTION, **change}.items() if value is not None}
    write(house, corrections=[item])
    take(house, [{"lamp_id": "a"}])
    with pytest.raises(DatasetError, match=says):
        gate(house)
