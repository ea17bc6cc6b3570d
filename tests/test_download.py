"""A dataset that is a plain download needs no Python: the descriptor alone reads what an office sends."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from replay import Replay
from shahrnama.catalog import House

if TYPE_CHECKING:
    from shahrnama.build import Outcome

DESCRIPTOR = """
name: permits
title: پروانه‌ها
title_en: Permits
description: پروانه‌ها
description_en: Permits
licenses: [{name: CC-BY-4.0, title: ذکر منبع, path: "https://creativecommons.org/licenses/by/4.0/"}]
sources: [{title: منبع, title_en: Source, path: "https://example.org/"}]
harvest:
  {protocol: download, address_variable: PERMITS_URL, frequency: P1D, files: {permits: permits.csv}, ignore: [تلفن]}
resources:
  - name: permits
    title: پروانه‌ها
    title_en: Permits
    schema:
      primaryKey: [permit_id]
      fields:
        - {name: permit_id, type: string, source_name: شماره, constraints: {required: true}}
        - {name: fee_irr, type: integer, source_name: "عوارض (ریال)"}
        - {name: issued_date, type: date, source_name: تاریخ صدور, calendar: jalali}
        - {name: is_electronic, type: boolean, source_name: الکترونیکی}
        - {name: note, type: string, source_name: شرح}
        - {name: capture_id, type: string}
"""
TABLE = """گزارش پروانه‌ها
شماره;عوارض (ریال);تاریخ صدور;الکترونیکی;شرح;تلفن
۱۲۳;۱۲٬۳۴۵٬۰۰۰;۱۴۰۵/۰۸/۳۰;بله;طبقه دوم كتابخانه;09120000000
124;;1404-12-29;خیر;;
"""
Build = Callable[..., "Outcome"]


@pytest.fixture
def permits(tmp_path: Path) -> House:
    folder = tmp_path / "datasets" / "permits"
    folder.mkdir(parents=True)
    (folder / "datapackage.yaml").write_text(DESCRIPTOR, encoding="utf-8")
    for name in ("site", "mkdocs.yml", "metadata.yml"):
        (tmp_path / name).symlink_to(Path(__file__).parents[1] / name)
    return House.at(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_an_office_sends_becomes_a_table(permits: House, replay: Replay, build: Build, encoding: str) -> None:
    replay.say("permits.csv", TABLE.encode(encoding))
    assert build(permits, {"PERMITS_URL": replay.url}).problems == []
    with (permits.packages / "permits" / "permits.csv").open(encoding="utf-8", newline="") as file:
        rows = [{key: row[key] for key in row if key != "capture_id"} for row in csv.DictReader(file)]
    assert rows == [
        {"permit_id": "123", "fee_irr": "12345000", "issued_date": "2026-11-21", "is_electronic": "true",
         "note": "طبقه دوم کتابخانه"},
        {"permit_id": "124", "fee_irr": "", "issued_date": "2026-03-20", "is_electronic": "false", "note": ""},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("تلفن", "همراه", "unread source fields: همراه"),
        ("شرح;", "یادداشت;", "the file has no column 'شرح'"),
        ("۱۲٬۳۴۵٬۰۰۰", "رایگان", "row 2 column fee_irr: 'رایگان' is no integer"),
        ("۱۴۰۵/۰۸/۳۰", "۱۴۰۴/۱۲/۳۰", "row 2 column issued_date: '۱۴۰۴/۱۲/۳۰' is no date"),
        ("بله", "شاید", "row 2 column is_electronic: 'شاید' is no boolean"),
        ("124;;", "124;", "line 4"),
    ],
)
def test_what_does_not_fit_is_named(
    permits: House, replay: Replay, build: Build, old: str, new: str, says: str
) -> None:
    replay.say("permits.csv", TABLE.replace(old, new, 1).encode())
    problems = build(permits, {"PERMITS_URL": replay.url}).problems
    assert any(says in problem for problem in problems), problems
