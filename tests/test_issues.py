"""Issues live: first seen, seen again, mended; all are counted, none quotes a cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lamps import gate, good, lamps, take, write
from shahrnama.catalog import House
from shahrnama.gate_register import gate_registers, gate_rows
from shahrnama.issue import Problem, Tally, problem
from shahrnama.issues import issue_rows, note

FIRST, SECOND, THIRD = (f"2026-11-0{day}T00:00:00Z" for day in (1, 2, 3))
ALLOWED: dict[str, Any] = {"expect": {"min_rows": 1, "quarantine_share": 0.5}}


@pytest.fixture
def house(tmp_path: Path) -> House:
    found = House.at(tmp_path)
    write(found, **ALLOWED)
    return found


def tally(*found: Problem) -> Tally:
    told = Tally(2)
    told.add(found)
    return told


def told(house: House) -> list[dict[str, Any]]:
    return issue_rows(house, [lamps(house)])["issues"]


def test_an_issue_keeps_its_first_day_until_it_is_mended_and_begins_anew_when_it_comes_back(house: House) -> None:
    short = problem("too_few_rows", "lamps", rows=1, least=2)
    note(house, lamps(house), tally(short), FIRST)
    note(house, lamps(house), tally(short), SECOND)
    (row,) = told(house)
    assert (row["state_code"], row["first_seen_at"], row["last_seen_at"]) == ("open", FIRST, SECOND)
    note(house, lamps(house), tally(), THIRD)
    (row,) = told(house)
    assert (row["state_code"], row["last_seen_at"], row["mended_at"]) == ("mended", SECOND, THIRD)
    note(house, lamps(house), tally(short), "2026-11-04T00:00:00Z")
    (row,) = told(house)
    assert (row["state_code"], row["first_seen_at"], row["mended_at"]) == ("open", "2026-11-04T00:00:00Z", None)


def test_all_are_counted_and_the_first_few_listed(house: House) -> None:
    note(house, lamps(house), tally(*(problem("blank_row", "lamps", row=row) for row in range(2, 9))), FIRST)
    assert len(told(house)) == 2
    (total,) = issue_rows(house, [lamps(house)])["issue_totals"]
    assert (total["kind"], total["issue_count"]) == ("blank_row", 7)


def test_whose_job_it_is(house: House) -> None:
    note(house, lamps(house), tally(problem("too_few_rows", "lamps", rows=1, least=2)), FIRST)
    assert [row["fixer_code"] for row in told(house)] == ["source"]
    note(house, lamps(house), tally(problem("personal_data", "lamps", "note", row=2, what="mobile")), FIRST)
    assert {row["fixer_code"] for row in told(house) if row["state_code"] == "open"} == {"site"}


def test_what_is_published_of_a_row_quotes_no_cell_and_masks_a_key_that_is_somebody(house: House) -> None:
    records = [*good(3), {"lamp_id": "09123456789", "watt_count": 424242}]
    take(house, records)
    gate(house)
    text = json.dumps(gate_rows(house, [lamps(house)]), ensure_ascii=False)
    assert "constraint_error" in text
    assert "09123456789" not in text
    assert "424242" not in text
    report = (house.reports / "lamps.json").read_text()
    assert "09123456789" not in report
    assert "424242" not in report


def test_every_register_has_the_columns_that_it_describes(house: House) -> None:
    take(house, [*good(3), {"lamp_id": "bad", "watt_count": 0}])
    gate(house)
    rows = gate_rows(house, [lamps(house)])
    for register in gate_registers():
        columns = [field["name"] for field in register["schema"]["fields"]]
        assert {tuple(row) for row in rows[register["name"]]} <= {tuple(columns)}, register["name"]
        keys = [tuple(row[name] for name in register["schema"]["primaryKey"]) for row in rows[register["name"]]]
        assert len(keys) == len(set(keys)), register["name"]
    assert rows["issues"]
    assert rows["set_aside_rows"]
