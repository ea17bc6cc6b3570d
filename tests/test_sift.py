"""Rows that fail are set aside with their reasons, up to the allowed share, before anything is derived from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lamps import gate, good, private, published, take, write
from shahrnama.atomic import read_json
from shahrnama.catalog import House
from shahrnama.gate.sift import SET_ASIDE

ALLOWED: dict[str, Any] = {"expect": {"min_rows": 1, "quarantine_share": 0.1}}


@pytest.fixture
def house(tmp_path: Path) -> House:
    found = House.at(tmp_path)
    write(found, **ALLOWED)
    return found


def test_a_bad_row_is_set_aside_with_its_reason_and_derived_tables_never_see_it(house: House) -> None:
    take(house, [*good(19), {"lamp_id": "bad", "watt_count": 5000}])
    report = gate(house)
    assert report.status == "promoted"
    assert report.tables is not None
    assert report.tables["lamps"] == {"rows": 20, "set_aside": 1}
    assert [row["lamp_id"] for row in published(house)] == [f"l{number:03d}" for number in range(19)]
    assert published(house, "lamp_sums") == [{"pole_id": "-", "watt_count": str(19 * 40)}]
    header, row = private(house).read_text().splitlines()
    assert header.endswith(",reasons")
    assert row.startswith("bad,,5000,")
    assert "must not be more than 1000" in row
    aside = [problem for problem in report.problems if problem.severity == SET_ASIDE]
    assert [(problem.key, problem.field, problem.kind) for problem in aside] == [
        ("bad", "watt_count", "constraint_error")
    ]
    assert aside[0].capture_id


def test_more_than_the_allowed_share_holds_the_whole_table_and_the_last_good_version_stays(house: House) -> None:
    take(house, good(20))
    gate(house)
    before = published(house)
    take(house, [*good(17), *({"lamp_id": f"bad{n}", "watt_count": 0} for n in range(3))])
    report = gate(house)
    assert report.status == "held"
    assert {"too_many_bad_rows", "constraint_error"} <= {problem.kind for problem in report.problems}
    assert published(house) == before
    assert not private(house).exists()


def test_without_an_allowed_share_one_bad_row_holds_the_table(house: House) -> None:
    write(house)
    take(house, [*good(500), {"lamp_id": "bad", "watt_count": 0}])
    assert gate(house).status == "held"


def test_a_row_that_refers_to_one_that_was_set_aside_follows_it(tmp_path: Path) -> None:
    house = House.at(tmp_path)
    write(house, **ALLOWED)
    path = house.datasets / "lamps" / "datapackage.yaml"
    path.write_text(path.read_text().replace("min_rows: 0", "min_rows: 0\n    quarantine_share: 0.5"))
    poles = [{"pole_id": "p1"}, {"pole_id": "p2", "height_count": -1}]
    take(house, [*good(18, pole_id="p1"), {"lamp_id": "lost", "pole_id": "p2"}], poles)
    report = gate(house)
    assert report.status == "promoted", report.problems
    assert [row["pole_id"] for row in published(house, "poles")] == ["p1"]
    assert "lost" not in {row["lamp_id"] for row in published(house)}
    assert "lost" in private(house).read_text()


def test_a_repeated_key_is_set_aside_and_the_first_stays(house: House) -> None:
    write(house, newest_by=None, **ALLOWED)
    path = house.datasets / "lamps" / "datapackage.yaml"
    path.write_text(path.read_text().replace("  newest_by: null\n", ""))
    take(house, [*good(20), {"lamp_id": "l003", "watt_count": 60}])
    report = gate(house)
    assert report.status == "promoted", report.problems
    assert len(published(house)) == 20
    assert [problem.kind for problem in report.problems if problem.severity == SET_ASIDE] == ["primary_key"]


def test_a_mended_source_has_nothing_set_aside_and_nothing_is_left_of_it(house: House) -> None:
    take(house, [*good(19), {"lamp_id": "bad", "watt_count": 5000}])
    gate(house)
    take(house, [*good(19), {"lamp_id": "bad", "watt_count": 50}])
    report = gate(house)
    assert (report.status, report.problems) == ("promoted", ())
    assert len(published(house)) == 20
    assert not private(house).exists()
    assert (read_json(house.staging / "lamps" / "sifted.json"))["tables"] == {}


def test_the_same_tables_are_sifted_once_and_again_when_a_rule_changes(house: House) -> None:
    take(house, [*good(19), {"lamp_id": "bad", "watt_count": 5000}])
    gate(house)
    stamp = (house.staging / "lamps" / "sifted.json").stat().st_mtime_ns
    assert gate(house).status == "promoted"
    assert (house.staging / "lamps" / "sifted.json").stat().st_mtime_ns == stamp
    path = house.datasets / "lamps" / "datapackage.yaml"
    path.write_text(path.read_text().replace("maximum: 1000", "maximum: 9000"))
    assert gate(house).problems == ()
    assert len(published(house)) == 20
