"""Package, derive and validate: what becomes of a source's rows, good and bad, and what stays published."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from shahrnama.captures import Capture, CaptureStore
from shahrnama.catalog import Dataset, House, read
from shahrnama.derive import derive
from shahrnama.errors import DatasetError, ParseError
from shahrnama.package import package
from shahrnama.validate import Report, validate

DESCRIPTOR = """
name: lamps
title: چراغ‌ها
harvest: {protocol: json, address_variable: LAMPS_URL, frequency: P1D}
resources:
  - name: lamps
    newest_by: updated_at
    expect: {min_rows: 1, max_rows: 5, required_share: {note: 0.3}}
    schema:
      primaryKey: [lamp_id]
      fields:
        - {name: lamp_id, type: string, constraints: {required: true}}
        - {name: watt_count, type: integer, constraints: {minimum: 1}}
        - {name: is_lit, type: boolean}
        - {name: note, type: string, privacy: mask}
        - {name: updated_at, type: datetime, format: "%Y-%m-%dT%H:%M:%SZ"}
        - {name: capture_id, type: string, constraints: {required: true}}
  - name: lamp_sums
    schema:
      primaryKey: [is_lit]
      fields: [{name: is_lit, type: boolean}, {name: lamp_count, type: integer}, {name: last_at, type: datetime}]
"""
HARVEST = """
import json

def lamps(body):
    for record in json.loads(body):
        yield {"note": None, "watt_count": 40, "is_lit": True, "updated_at": "2026-01-01T00:00:00Z", **record}
"""
SQL = "SELECT is_lit, count(*) AS lamp_count, max(updated_at) AS last_at FROM lamps GROUP BY is_lit;\n"
GOOD = [{"lamp_id": "b", "note": "سالم"}, {"lamp_id": "a", "is_lit": False}]


@pytest.fixture
def house(tmp_path: Path) -> House:
    folder = tmp_path / "datasets" / "lamps"
    (folder / "derive").mkdir(parents=True)
    (folder / "datapackage.yaml").write_text(DESCRIPTOR, encoding="utf-8")
    (folder / "harvest.py").write_text(HARVEST, encoding="utf-8")
    (folder / "derive" / "lamp_sums.sql").write_text(SQL, encoding="utf-8")
    return House.at(tmp_path)


def lamps(house: House) -> Dataset:
    return read(house.datasets / "lamps")


def take(house: House, *pages: list[dict[str, Any]], is_demo: bool = False) -> None:
    """Captures as a harvest would leave them."""
    store = CaptureStore(house.captures, "lamps")
    bodies = [json.dumps(page).encode() for page in pages]
    taken = [Capture("lamps", f"lamps.json?page={n}", store.save(body), len(body)) for n, body in enumerate(bodies)]
    store.conclude(taken, {}, source="test", is_demo=is_demo)


def gate(house: House) -> Report:
    dataset = lamps(house)
    package(house, dataset)
    derive(house, dataset, [dataset])
    return validate(house, dataset, [dataset])


def published(house: House, name: str = "lamps.csv") -> list[dict[str, str]]:
    with (house.packages / "lamps" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_rows_are_stamped_sorted_and_derived_from(house: House) -> None:
    take(house, GOOD)
    assert gate(house).problems == ()
    rows = published(house)
    assert [(row["lamp_id"], row["is_lit"]) for row in rows] == [("a", "false"), ("b", "true")]
    assert {len(row["capture_id"]) for row in rows} == {16}
    sums = published(house, "lamp_sums.csv")
    assert sums == [
        {"is_lit": "false", "lamp_count": "1", "last_at": "2026-01-01T00:00:00Z"},
        {"is_lit": "true", "lamp_count": "1", "last_at": "2026-01-01T00:00:00Z"},
    ]


def test_of_repeated_ids_the_newest_stays_whatever_the_order(house: House) -> None:
    newer = {"lamp_id": "a", "note": "نو", "updated_at": "2026-01-02T00:00:00Z"}
    take(house, [newer], [{"lamp_id": "a", "note": "کهنه"}])
    assert gate(house).problems == ()
    assert [row["note"] for row in published(house)] == ["نو"]


def test_personal_data_in_free_text_is_masked_and_what_is_left_elsewhere_is_refused(house: House) -> None:
    take(house, [{"lamp_id": "a", "note": "زنگ بزنید ۰۹۱۲۳۴۵۶۷۸۹"}])
    assert gate(house).problems == ()
    assert "۰۹۱۲" not in published(house)[0]["note"]
    take(house, [{"lamp_id": "09123456789", "note": "x"}])
    report = gate(house)
    assert [(problem.row, problem.field) for problem in report.problems] == [(2, "lamp_id")]
    assert "personal data (mobile)" in report.problems[0].message


BAD = {
    "type": ([{"lamp_id": "a", "note": "x", "watt_count": "many"}], "watt_count", "whole number"),
    "constraint": ([{"lamp_id": "a", "note": "x", "watt_count": 0}], "watt_count", "must not be less than 1"),
    "required": ([{"lamp_id": None, "note": "x"}], "lamp_id", "must not be empty"),
    "too few": ([], None, "at least 1"),
    "blanked": ([{"lamp_id": str(n)} for n in range(4)], "note", "was the column blanked"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_rows_are_named_and_the_last_good_version_stays(house: House, case: str) -> None:
    take(house, GOOD)
    gate(house)
    before = {path.name: path.read_bytes() for path in (house.packages / "lamps").iterdir()}
    rows, field, says = BAD[case]
    take(house, rows)
    report = gate(house)
    assert report.status == "held"
    assert any(problem.field == field and says in problem.message for problem in report.problems), report.problems
    assert {path.name: path.read_bytes() for path in (house.packages / "lamps").iterdir()} == before


def test_a_mended_source_is_promoted_again(house: House) -> None:
    take(house, GOOD)
    gate(house)
    take(house, [])
    assert gate(house).status == "held"
    take(house, [*GOOD, {"lamp_id": "c", "note": "x"}])
    assert gate(house).status == "promoted"
    assert len(published(house)) == 3


def test_nothing_changed_nothing_parsed(house: House) -> None:
    take(house, GOOD)
    assert package(house, lamps(house)).parsed
    assert derive(house, lamps(house), [lamps(house)])
    assert not package(house, lamps(house)).parsed
    assert not derive(house, lamps(house), [lamps(house)])
    with (house.datasets / "lamps" / "harvest.py").open("a") as parser:
        parser.write("\n# changed\n")
    assert package(house, lamps(house)).parsed


def test_demonstration_data_says_so_in_package_and_file_name(house: House) -> None:
    take(house, GOOD, is_demo=True)
    gate(house)
    descriptor = json.loads((house.packages / "lamps" / "datapackage.json").read_text(encoding="utf-8"))
    assert descriptor["is_demo"] is True
    assert [resource["path"] for resource in descriptor["resources"]] == ["lamps.demo.csv", "lamp_sums.demo.csv"]


@pytest.mark.parametrize(
    ("record", "says"),
    [({"lamp_id": "a", "colour": "red"}, "colour"), ({"lamp_id": "a", "note": 7}, "TypeError")],
    ids=["unknown", "wrong kind"],
)
def test_a_record_that_cannot_be_read_is_located(house: House, record: dict[str, Any], says: str) -> None:
    take(house, GOOD, [record])
    with pytest.raises(ParseError, match=r"lamps: lamps\.json\?page=1 ") as error:
        package(house, lamps(house))
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_sql_that_fails_or_gives_other_columns_names_its_file(house: House) -> None:
    take(house, GOOD)
    package(house, lamps(house))
    sql = house.datasets / "lamps" / "derive" / "lamp_sums.sql"
    for text, says in (("SELECT nothing FROM lamps", "cannot be run"), ("SELECT 1 AS one", "gives columns")):
        sql.write_text(text)
        with pytest.raises(DatasetError, match=says) as error:
            derive(house, lamps(house), [lamps(house)])
        assert str(sql) in str(error.value)


def test_a_key_that_another_dataset_does_not_have_is_refused(house: House) -> None:
    poles = house.datasets / "poles"
    (poles / "data").mkdir(parents=True)
    descriptor = {
        "name": "poles",
        "resources": [
            {
                "name": "poles",
                "schema": {
                    "primaryKey": ["pole_id"],
                    "fields": [{"name": "pole_id", "type": "string"}, {"name": "lamp_id", "type": "string"}],
                    "foreignKeys": [
                        {
                            "fields": ["lamp_id"],
                            "reference": {"package": "lamps", "resource": "lamps", "fields": ["lamp_id"]},
                        }
                    ],
                },
            }
        ],
    }
    (poles / "datapackage.yaml").write_text(yaml.safe_dump(descriptor))
    (poles / "data" / "poles.csv").write_text("pole_id,lamp_id\n1,a\n2,\n3,zz\n")
    take(house, GOOD)
    gate(house)
    dataset = read(poles)
    package(house, dataset)
    report = validate(house, dataset, [dataset, lamps(house)])
    assert [(problem.row, problem.field) for problem in report.problems] == [(4, "lamp_id")]
    assert "'zz' is not in lamps/lamps" in report.problems[0].message
