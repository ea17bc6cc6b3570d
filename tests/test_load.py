"""The loader: the schema makes the table, search folds, what is wrong is named, and the former database stays.

SHAHRNAMA_FUZZ=10000 types and folds that many columns of hostile cells; the short form does 300.
"""

from __future__ import annotations

import copy
import json
import math
import os
import random
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from datasette.utils import detect_fts

from shahrnama import load as loading
from shahrnama import load_facets, load_search, persian
from shahrnama.catalog import House
from shahrnama.errors import LoadError
from shahrnama.load import load
from shahrnama.load_rows import CHUNK_ROWS
from shahrnama.load_rows import columns as typing
from shahrnama.persian import column_folding, fold
from shahrnama.statements import Table
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


FUZZ = int(os.environ.get("SHAHRNAMA_FUZZ", "300"))


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
        *load_facets.TABLES,
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


MANY = [(str(number), "", "", "") for number in range(1, 2 * CHUNK_ROWS + 20)]


def many(**rows: tuple[str, ...]) -> dict[str, Any]:
    """Rows of two chunks and more; those that are named, by their number in the file, are others."""
    return lamps(*(rows.get(f"row_{number}", row) for number, row in enumerate(MANY, start=2)))


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (many(row_251=("250", "x", "", "")), "row 251: invalid literal"),
        (many(row_252=("251", "x", "", "")), "row 252: invalid literal"),
        (many(row_400=("1", "", "", ""), row_410=("", "", "", "")), "row 400: UNIQUE constraint failed"),
        (many(row_400=("", "", "", ""), row_410=("1", "", "", "")), "row 400: lamp_id is empty"),
        (many(row_300=("299", "1"), row_290=("289", "", "inf", "")), "row 290: inf is no number"),
        (many(row_300=("299", "1"), row_310=("309", "", "inf", "")), "row 300: has 2 cells, the header 4"),
        (many(row_300=("299", "9" * 19, "", ""), row_301=()), "row 300: Python int too large"),
        (many(row_300=()), "row 300: has 0 cells, the header 4"),
        (many(row_300=("299", "", "", "TRUE"), row_299=("298", "", "1e999", "")), "row 299: 1e999 is no number"),
        (lamps(*[()] * 3), "row 2: has 0 cells, the header 4"),
    ],
    ids=[
        "last of a chunk", "first of the next", "constraint before cell", "cell before constraint", "cell before line",
        "line before cell", "binding before line", "blank line", "number before boolean", "blank lines only",
    ],
)  # fmt: skip
def test_the_first_fault_of_a_file_is_the_one_named(house: House, broken: dict[str, Any], says: str) -> None:
    promote(house, "lamps", [broken])
    with pytest.raises(LoadError) as raised:
        load(house)
    assert f"table lamps {says}" in str(raised.value)


@pytest.mark.parametrize(
    ("tail", "says"),
    [
        (b'270,"1', "row 270: unexpected end of data"),
        (b'270,"1"x,,\n', "row 270: ',' expected after '\"'"),
        (b"1,,,\n" + b'271,"1', "row 270: UNIQUE constraint failed"),
        (b"x,,,\n" + b'271,"1', "row 270: invalid literal"),
    ],
    ids=["open quote", "text after a quote", "a fault before it", "a wrong cell before it"],
)
def test_where_the_file_itself_breaks_is_named(house: House, tail: bytes, says: str) -> None:
    promote(house, "lamps", [lamps(*MANY[:268])])
    with (house.packages / "lamps" / "lamps.csv").open("ab") as file:
        file.write(tail)
    with pytest.raises(LoadError) as raised:
        load(house)
    assert f"table lamps {says}" in str(raised.value)


CELLS = [
    "", "0", "1", "-1", "+5", "05", " 5 ", "\u00a05", "1_2", "1__2", "۱۲", "٣", "5.0", "5.", ".5", "1e3", "1e999", "-0",
    "0x10", "9223372036854775807", "9223372036854775808", "NaN", "nan", "-inf", "Infinity", "35.70000000000001",
    "1e-400", "2.5000000000000001", "۳۵.۶", "3٫5", "true", "false", "True", "TRUE", " true", "yes", "null", "\0", "ي",
]  # fmt: skip


def one_by_one(kind: str, text: str) -> Any:
    """What a cell is, said a second time."""
    if not text:
        return None
    if kind == "integer":
        return int(text)
    if kind == "number":
        value = float(text)
        if not math.isfinite(value):
            raise ValueError
        return value
    if kind == "boolean":
        return {"true": 1, "false": 0}[text]
    return text


@pytest.mark.parametrize("kind", ["string", "integer", "number", "boolean", "date", "datetime"])
def test_a_column_is_typed_as_its_cells_are(kind: str) -> None:
    dice = random.Random(137)
    table = Table("lamps", resource("lamps", "other", [field("cell", kind)], []))
    (column,) = typing(table)
    accepted = 0
    for _ in range(FUZZ):
        texts = [dice.choice(CELLS) for _ in range(dice.choice([1, 1, 2, 5]))]
        try:
            expected = [one_by_one(kind, text) for text in texts]
        except (ValueError, KeyError):
            with pytest.raises(ValueError, match=r"."):
                column.typed(texts)
        else:
            accepted += 1
            found = list(column.typed(texts))
            assert [(type(value), value) for value in found] == [(type(value), value) for value in expected]
    assert accepted > 0
    assert kind not in {"integer", "number", "boolean"} or accepted < FUZZ


LETTERS = [
    *"  abcZ019._-،؛()", *"یيىکكگةۀهآأإؤئءاتها", *"۰۹٠٩٫٬", "\u200c", "\u200d", "\u00a0", "\u202f", "\u3000",
    "\n", "\t",
    "\u0301", "\u0308", "\u064b", "\u0651", "\u0670", "\u0653", "\u0654", "\u0655", "ﷲ", "ﻼ", "ﻛ", "ﬁ", "¨", "\u1fed",
    "Å",
    "Σ", "ς", "ß", "İ", "ı", "²", "½", "가", "ᄀ", "ᅡ", "😀", "\u0344", "\u0f73", "\ufe0f", "\u2028", "\x1f", "\0",
    " ها ", " تر", "های", " می", " ای ", "کتاب", "کتابخانه", "1.2", ".5",
]  # fmt: skip


def test_columns_are_folded_as_texts_are(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = json.loads((Path(__file__).parent / "cases" / "search_folding.json").read_text(encoding="utf-8"))
    texts = [text for case in cases for text in (case.get("same") or case["differ"])]
    dice = random.Random(137)
    texts += ["".join(dice.choices(LETTERS, k=dice.randint(0, 14))) for _ in range(10 * FUZZ)]
    expected = [fold(text) for text in texts]
    folded = column_folding()
    assert folded(texts) == expected
    assert folded(texts) == expected  # as remembered
    assert folded([None, "", 12, 1.5, "ها"]) == [None, "", "12", "1.5", "ها"]
    monkeypatch.setattr(persian, "REMEMBERED_BYTES", 5_000)
    forgetful = column_folding()
    assert [forgetful(texts[start : start + 7]) for start in range(0, len(texts), 7)] == [
        expected[start : start + 7] for start in range(0, len(texts), 7)
    ]


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every index is built by the other process; one that is not, fails."""
    monkeypatch.setattr(load_search, "APART_BYTES", 0)
    monkeypatch.setattr(load_search, "_loaded", lambda *_: pytest.fail("the other process did not build it"))


def test_an_index_from_the_other_process_is_the_same_bytes(house: House, request: pytest.FixtureRequest) -> None:
    here = load(house).read_bytes()
    request.getfixturevalue("apart")
    assert load(house).read_bytes() == here
    assert query(house, "select rowid from districts_fts where districts_fts match ?", fold("۱۲")) == [(12,)]
    assert sorted(path.name for path in house.build.iterdir()) == ["packages", "shahrnama.db"]


SIGNS = [
    field("sign_id", "integer"), field("text"), field("height", "number"), field("is_lit", "boolean"),
    field("lanes", "integer"), field("day", "date"),
]  # fmt: skip
SIGN_ROWS = [
    ("7", "كتابخانه‌ها", "05.50", "true", "007", "2026-03-21"), ("9", "", "", "", "", ""),
    ("30", "ها", "1e3", "false", "-5", ""),
]  # fmt: skip
SEARCHED = {"table": {"search": [item["name"] for item in SIGNS[1:]]}}


@pytest.mark.parametrize("key", ["sign_id", "text", "is_lit", "sign_id text"])
def test_search_reads_every_type_and_key_alike_from_csv_and_table(
    house: House, key: str, request: pytest.FixtureRequest
) -> None:
    rows = [("1", "چراغ", "2", "false", "3", ""), ("2", "تابلو", "", "true", "", "")] if key == "is_lit" else SIGN_ROWS
    rows = [row for row in rows if row[1] or "text" not in key]
    promote(house, "signs", [resource("signs", key, SIGNS, rows, **SEARCHED)])
    here = load(house).read_bytes()
    request.getfixturevalue("apart")
    assert load(house).read_bytes() == here


@pytest.mark.parametrize("reason", ["rows out of order", "no process", "killed process"])
def test_what_the_other_process_cannot_do_is_done_here(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reason: str
) -> None:
    rows = SIGN_ROWS[::-1] if reason == "rows out of order" else SIGN_ROWS
    promote(house, "signs", [resource("signs", "sign_id", SIGNS, rows, **SEARCHED)])
    here = load(house).read_bytes()
    monkeypatch.setattr(load_search, "APART_BYTES", 0)
    if reason != "rows out of order":
        command = tmp_path / "python"
        command.write_text("#!/bin/sh\n" + ("exit 1" if reason == "no process" else "kill -9 $$") + "\n")
        command.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(command))
    assert load(house).read_bytes() == here


def test_a_load_that_fails_ends_the_other_process_and_leaves_nothing(house: House, apart: None) -> None:
    promote(house, "lamps", [lamps(("1", "many", "", ""), table={"search": ["watt"]})])
    with pytest.raises(LoadError, match="table lamps row 2: invalid literal"):
        load(house)
    assert [path.name for path in house.build.iterdir()] == ["packages"]


def test_the_file_holds_no_free_page_and_its_search_is_whole(house: House) -> None:
    load(house)
    assert query(house, "pragma freelist_count") == [(0,)]
    assert query(house, "select * from service_requests_fts_config") == [("version", 4)]
    copied = house.build / "copy.db"
    shutil.copy(house.database, copied)
    with closing(sqlite3.connect(copied)) as database:
        for name in ("service_requests_fts", "districts_fts", "organisations_fts"):
            database.execute(f"insert into {name}({name}) values ('integrity-check')")


SWAPPED = """
update sqlite_schema set rootpage = (select rootpage from sqlite_schema where name = 'service_requests_requested_at')
where name = 'service_requests_status_code_district_id'
"""


def damaging(work: Callable[..., None]) -> Callable[..., None]:
    """The work, after which an index has the pages of another."""

    def around(database: sqlite3.Connection, *arguments: Any) -> None:
        work(database, *arguments)
        (version,) = database.execute("pragma schema_version").fetchone()
        database.execute("pragma writable_schema = on")
        database.execute(SWAPPED)
        database.execute(f"pragma schema_version = {version + 1}")
        database.execute("pragma writable_schema = off")

    return around


@pytest.mark.parametrize("step", ["_fill", "add_index"])
def test_a_damaged_index_is_noticed_before_and_after_search_is_added(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    former = load(house).read_bytes()
    monkeypatch.setattr(loading, step, damaging(getattr(loading, step)))
    with pytest.raises(LoadError, match=r"not sound|malformed"):
        load(house)
    assert house.database.read_bytes() == former


def test_facets_are_counted_once_with_what_is_empty_and_what_is_left_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote_city(house)
    monkeypatch.setattr(load_facets, "MOST_VALUES", 1)
    with closing(sqlite3.connect(load(house))) as database:
        found = database.execute("SELECT * FROM facet_columns").fetchall()
        counts = database.execute("SELECT * FROM facet_counts WHERE \"table\" = 'service_requests'").fetchall()
    assert ("service_requests", "district_id", 1, 1) in found
    assert ("service_requests", "status_code", 2, 0) in found
    assert ("service_requests", "district_id", 1, 5, 1) in counts
    assert [row[2:] for row in counts if row[1] == "status_code"] == [(1, "closed", 1)]
