"""The loader: the schema makes the table, search folds, what is wrong is named, and the former database stays."""

from __future__ import annotations

import copy
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from datasette.utils import detect_fts

from shahrnama.catalog import House
from shahrnama.errors import LoadError
from shahrnama.load import load
from shahrnama.persian import fold
from small_city import (
    CAPTURE,
    DISTRICTS,
    ORGANISATIONS,
    REQUEST_TABLES,
    SERVICE_REQUESTS,
    field,
    promote,
    promote_city,
    refers,
    resource,
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House.at(tmp_path)
    promote_city(house)
    return house


def query(house: House, sql: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(house.database)) as database:
        return database.execute(sql, values).fetchall()


def changed(table: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**copy.deepcopy(table), **more}


def test_the_schema_makes_the_table(house: House) -> None:
    assert load(house) == house.database
    strict = dict(query(house, "select name, strict from pragma_table_list where schema = 'main' and type = 'table'"))
    names = {"districts", "organisations", "services", "service_requests", "response_times"}
    assert {name for name, is_strict in strict.items() if is_strict} == names | {
        "datasets",
        "resources",
        "columns",
        "captures",
    }
    columns = {row[1]: (row[2], row[3], row[5]) for row in query(house, "pragma table_info(service_requests)")}
    assert columns["service_request_id"] == ("TEXT", 1, 1)
    assert columns["district_id"] == ("INTEGER", 0, 0)
    assert columns["latitude"] == ("REAL", 0, 0)
    assert columns["updated_at"] == ("TEXT", 1, 0)
    assert query(house, "pragma page_size") == [(4096,)]


def test_rows_come_in_the_order_of_the_file_and_typed(house: House) -> None:
    load(house)
    found = query(house, "select service_request_id, district_id, latitude, description from service_requests")
    assert found == [("b", 5, 35.701, "چراغِ كتابخانه‌ها خاموش است"), ("a", None, None, "<b>نشتی</b>\nآب")]
    assert query(house, "select has_definition, typeof(has_definition) from services") == [
        (1, "integer"),
        (0, "integer"),
    ]
    assert query(house, "select name_en from districts where district_id = 5") == [(None,)]


def test_foreign_keys_cross_packages_and_lead_to_captures(house: House) -> None:
    load(house)
    keys = {(row[3], row[2], row[4]) for row in query(house, "pragma foreign_key_list(service_requests)")}
    assert keys == {
        ("service_code", "services", "service_code"),
        ("district_id", "districts", "district_id"),
        ("capture_id", "captures", "capture_id"),
    }
    assert {row[2] for row in query(house, "pragma foreign_key_list(response_times)")} == {"services", "districts"}
    (sql,) = query(house, "select sql from sqlite_master where name = 'organisations'")[0]
    assert 'REFERENCES "organisations" ("organisation_id") DEFERRABLE INITIALLY DEFERRED' in sql
    made = [row[0] for row in query(house, "select name from sqlite_master where type = 'table' order by rowid")]
    assert made.index("districts") < made.index("service_requests")
    assert made.index("captures") < made.index("services") < made.index("service_requests")


def test_tables_that_name_each_other_load(house: House) -> None:
    left = resource(
        "lefts", "left_id", [field("left_id")], [("1",)], schema={"foreignKeys": [refers("left_id", "rights")]}
    )
    right = resource(
        "rights", "left_id", [field("left_id")], [("1",)], schema={"foreignKeys": [refers("left_id", "lefts")]}
    )
    promote(house, "pairs", [left, right])
    load(house)
    late = query(house, "select name from sqlite_master where sql like '%DEFERRABLE INITIALLY DEFERRED%' order by name")
    assert late == [("organisations",), ("rights",)]  # one of the pair is enough
    assert query(house, "pragma foreign_key_check") == []


def test_indexes_are_named_after_their_columns_and_not_made_twice(house: House) -> None:
    load(house)
    made = {row[0] for row in query(house, "select name from sqlite_master where type = 'index' and sql is not null")}
    assert {name for name in made if name.startswith(("service_requests", "response_times", "organisations"))} == {
        "service_requests_service_code",
        "service_requests_district_id",
        "service_requests_capture_id",
        "service_requests_requested_at",
        "service_requests_status_code_district_id",
        "response_times_service_code",  # district_id leads the primary key already
        "organisations_parent_id",
        "organisations_kind_code",
    }


@pytest.mark.parametrize("asked", ["کتابخانه", "كتابخانه‌ها", "کتابخانه ها", "چراغ"])
def test_search_finds_every_spelling_in_the_right_row(house: House, asked: str) -> None:
    load(house)
    with closing(sqlite3.connect(house.database)) as database:
        assert detect_fts(database, "service_requests") == "service_requests_fts"
        assert detect_fts(database, "districts") == "districts_fts"
        assert detect_fts(database, "response_times") is None
    sql = (
        "select service_request_id from service_requests where rowid in "
        "(select rowid from service_requests_fts where service_requests_fts match ?)"
    )
    assert query(house, sql, fold(asked)) == [("b",)]
    assert query(house, "select rowid from districts_fts where districts_fts match ?", fold("۱۲")) == [(12,)]


def test_folded_text_keeps_the_file_sound_even_after_a_vacuum(house: House) -> None:
    load(house)
    with closing(sqlite3.connect(house.database, isolation_level=None)) as database:
        database.execute("vacuum")
        for check in ("integrity_check", "quick_check"):
            assert database.execute(f"pragma {check}").fetchall() == [("ok",)]
        database.execute("insert into service_requests_fts(service_requests_fts) values ('integrity-check')")
    assert query(house, "select rowid from service_requests_fts where service_requests_fts match 'نشتی'") == [(2,)]


def test_the_registers_tell_what_is_published(house: House) -> None:
    load(house)
    assert query(house, "select dataset, title_en, is_demo, license, publisher from datasets") == [
        ("districts", "Districts", 0, "CC-BY-4.0", "municipality"),
        ("organisations", "Organisations", 0, "CC-BY-4.0", "municipality"),
        ("service_requests", "Service_requests", 1, "CC-BY-4.0", "municipality"),
    ]
    assert ("service_requests", "response_times", "derived", 3) in query(
        house, "select dataset, resource, kind, row_count from resources"
    )
    told = query(
        house, "select dataset, title, type from columns where resource = 'services' and column = 'has_definition'"
    )
    assert told == [("service_requests", "ستون has_definition", "boolean")]
    assert query(house, "select * from captures") == [
        (CAPTURE["capture_id"], CAPTURE["sha256"], "service_requests", "services", "requests.json?page=1", 12)
    ]
    for name, columns in {
        "datasets": "dataset title title_en description description_en is_demo license publisher",
        "resources": "dataset resource title title_en description description_en kind row_count",
        "columns": "dataset resource column title title_en description description_en type",
        "captures": "capture_id sha256 dataset resource source_path bytes",
    }.items():
        assert [row[1] for row in query(house, f"pragma table_info({name})")] == columns.split()


def test_two_loads_give_the_same_bytes(house: House, tmp_path: Path) -> None:
    first = load(house).read_bytes()
    assert load(house).read_bytes() == first
    other = House.at(tmp_path / "elsewhere")
    promote_city(other)
    assert load(other).read_bytes() == first
    assert [path.name for path in house.build.iterdir() if path.name.startswith("shahrnama")] == ["shahrnama.db"]


SMALL = [
    field("lamp_id", "integer", required=True),
    field("watt", "integer"),
    field("height", "number"),
    field("is_lit", "boolean"),
]


def lamps(*rows: tuple[str, ...], **more: Any) -> dict[str, Any]:
    return resource("lamps", "lamp_id", SMALL, list(rows), **more)


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "no number": (lamps(("1", "", "", ""), ("2", "many", "", "")), "table lamps row 3: invalid literal"),
    "too large": (lamps(("1", "9" * 30, "", "")), "table lamps row 2: Python int too large"),
    "not a number": (lamps(("1", "", "NaN", "")), "table lamps row 2: NaN is no number"),
    "no boolean": (lamps(("1", "", "", "yes")), "table lamps row 2: 'yes' is neither true nor false"),
    "empty key": (lamps(("", "1", "", "")), "table lamps row 2: lamp_id is empty"),
    "repeated key": (lamps(("1", "", "", ""), ("1", "", "", "")), "table lamps row 3: UNIQUE constraint failed"),
    "short line": (lamps(("1", "")), "table lamps row 2: has 2 cells, the header 4"),
    "row count": (lamps(("1", "", "", ""), row_count=2), "table lamps has 1 rows, its package says 2"),
    "unknown type": (
        resource("lamps", "lamp_id", [field("lamp_id", "geopoint")], []),
        "table lamps: lamp_id is of type 'geopoint'",
    ),
    "unknown search": (lamps(table={"search": ["colour"]}), "table lamps: search names 'colour', which is no column"),
    "unknown index": (
        lamps(table={"indexes": [["colour"]]}),
        "table lamps: indexes names 'colour', which is no column",
    ),
    "no key there": (
        lamps(("1", "", "", ""), crossPackageForeignKeys=[refers("watt", "districts", "name_en", "districts")]),
        "foreign key mismatch",
    ),
    "orphan": (
        lamps(("1", "7", "", ""), crossPackageForeignKeys=[refers("watt", "districts", "district_id", "districts")]),
        "table lamps row lamp_id 1, watt 7: watt is not in districts",
    ),
    "enum": (
        changed(ORGANISATIONS, name="lamps", rows=[("a", "b", "c", "dog", "", "", "")], row_count=1),
        "table lamps row 2: CHECK constraint failed",
    ),
    "required": (
        changed(DISTRICTS, name="lamps", rows=[("1", "", "")], row_count=1),
        "table lamps row 2: NOT NULL constraint failed: lamps.name_fa",
    ),
    "two of a name": (changed(DISTRICTS), "table districts is in dataset districts and in dataset lamps"),
    "a register's name": (
        changed(lamps(), name="captures"),
        "table captures is in the site's own registers and in dataset lamps",
    ),
    "a search table's name": (changed(lamps(), name="services_fts"), "services_fts"),
    "no capture": (
        changed(SERVICE_REQUESTS, name="lamps", rows=[(*SERVICE_REQUESTS["rows"][1][:-1], "f" * 16)], row_count=1),
        f"table lamps row service_request_id 'a', capture_id '{'f' * 16}': capture_id is not in captures",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_named_and_the_former_database_stays(house: House, name: str) -> None:
    former = load(house).read_bytes()
    broken, says = BROKEN[name]
    promote(house, "lamps", [broken])
    with pytest.raises(LoadError) as raised:
        load(house)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)
    assert house.database.read_bytes() == former
    assert sorted(path.name for path in house.build.iterdir()) == ["packages", "shahrnama.db"]


def test_missing_and_broken_files_are_named(house: House, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="nothing is promoted yet"):
        load(House.at(tmp_path / "empty"))
    table = house.packages / "districts" / "districts.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("name_en", "name_ar"), encoding="utf-8")
    with pytest.raises(LoadError, match=r"districts row 1: districts\.csv has columns"):
        load(house)
    table.unlink()
    with pytest.raises(LoadError, match=r"table districts: .*districts\.csv"):
        load(house)
    (house.packages / "districts" / "datapackage.json").write_text("{")
    with pytest.raises(LoadError, match=r"datapackage\.json cannot be read"):
        load(house)
    assert not house.database.exists()


def test_a_leftover_of_a_killed_run_does_no_harm(house: House) -> None:
    house.database.with_name("shahrnama.db.new").write_bytes(b"half a database")
    load(house)
    assert query(house, "pragma integrity_check") == [("ok",)]


def test_a_dataset_that_is_not_published_yet_does_not_hold_up_the_others(tmp_path: Path) -> None:
    house = House.at(tmp_path)
    captures = [{**CAPTURE, "resource": "services"}]
    promote(house, "service_requests", REQUEST_TABLES, captures=captures)
    load(house)
    assert {row[2] for row in query(house, "pragma foreign_key_list(response_times)")} == {"services"}
