"""The quality score: parts that add up, and no way to a better one by publishing less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lamps import gate, good, lamps, take, write
from shahrnama.captures import utc_now
from shahrnama.catalog import House
from shahrnama.quality import WEIGHTS, quality, quality_rows

ALLOWED: dict[str, Any] = {"expect": {"min_rows": 1, "quarantine_share": 0.5, "shrink_share": 1}}
BAD = [{"lamp_id": f"bad{number}", "watt_count": 5000, "note": "x"} for number in range(4)]
FULL = good(16, note="روشن")


@pytest.fixture
def house(tmp_path: Path) -> House:
    found = House.at(tmp_path)
    write(found, **ALLOWED)
    take(found, [*FULL, *BAD])
    gate(found)
    return found


def score(house: House, moment: str | None = None) -> float:
    parts = list(quality(house, lamps(house), moment or utc_now()))
    return sum(WEIGHTS[part.part] * part.share for part in parts) / sum(WEIGHTS[part.part] for part in parts)


def test_a_score_is_the_sum_of_its_parts_and_each_is_told_in_both_languages(house: House) -> None:
    rows = quality_rows(house, [lamps(house)], utc_now())
    (total,) = rows["quality_scores"]
    parts = rows["quality_parts"]
    assert {part["part_code"] for part in parts} == set(WEIGHTS)
    assert sum(part["most_points"] for part in parts) == pytest.approx(100)
    assert total["score_pct"] == int(sum(part["points"] for part in parts) + 0.05)
    assert all(part["explanation"] and part["explanation_en"] for part in parts)
    valid = next(part for part in parts if part["part_code"] == "valid")
    assert (valid["counted"], valid["out_of"]) == (16 * 4, 20 * 4)  # id, watts, note, time: the pole is never filled


LESS: dict[str, list[dict[str, Any]]] = {
    "the bad rows are left out": FULL,
    "the worst half is left out": FULL[:8],
    "all but one row is left out": FULL[:1],
    "a column is blanked": [*({**row, "note": None} for row in FULL), *BAD],
    "bad rows and a column are left out": [{**row, "note": None} for row in FULL],
}


@pytest.mark.parametrize("case", LESS)
def test_publishing_less_never_scores_better(house: House, case: str) -> None:
    before = score(house)
    take(house, LESS[case])
    gate(house, accept=True)
    assert score(house) <= before


def test_dropping_a_column_from_the_descriptor_never_scores_better(house: House) -> None:
    before = score(house)
    path = house.datasets / "lamps" / "datapackage.yaml"
    lines = path.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if "privacy: mask" in line)
    start = max(number for number in range(at) if lines[number].lstrip().startswith("- name: note"))
    path.write_text("\n".join([*lines[:start], *lines[at + 1 :]]) + "\n")
    parser = house.datasets / "lamps" / "harvest.py"
    parser.write_text(parser.read_text().replace('"note": None, ', ""))
    take(house, [{key: row[key] for key in row if key != "note"} for row in [*FULL, *BAD]])
    gate(house, accept=True)
    assert score(house) < before


def test_sending_what_was_missing_scores_better(house: House) -> None:
    before = score(house)
    take(house, [*FULL, *({**row, "watt_count": 50} for row in BAD)])
    gate(house)
    assert score(house) > before


def test_silence_costs_more_with_time(house: House) -> None:
    now, later, late = score(house), score(house, "2036-01-01T00:00:00Z"), score(house, "2046-01-01T00:00:00Z")
    assert now > later == late


def test_a_version_that_is_held_costs_its_part(house: House) -> None:
    before, moment = score(house), utc_now()
    accepted = next(part for part in quality(house, lamps(house), moment) if part.part == "accepted")
    take(house, [*FULL, *({**row, "lamp_id": f"x{number}"} for number, row in enumerate(BAD * 10))])
    assert gate(house).status == "held"
    assert score(house) == pytest.approx(before - WEIGHTS["accepted"] / 100 * accepted.share)
