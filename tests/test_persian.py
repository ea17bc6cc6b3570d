"""Letters, digits, search folding and the Jalali calendar, against tables that others made."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shahrnama.datasette_plugin.search import search_expression
from shahrnama.persian import (
    Language,
    ascii_digits,
    display_date,
    display_month,
    display_time,
    fold,
    gregorian,
    jalali,
    normalise,
    number,
    persian_digits,
    tomans,
)
from shahrnama.statements import TOKENIZER

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "cases" / "search_folding.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_search_meets_every_spelling(case: dict[str, Any]) -> None:
    if "same" in case:
        assert len({fold(text) for text in case["same"]}) == 1, [fold(text) for text in case["same"]]
    else:
        assert len({fold(text) for text in case["differ"]}) == len(case["differ"])


@pytest.mark.parametrize("text", [text for case in CASES for text in case.get("same", case.get("differ"))])
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("case", [case for case in CASES if "same" in case], ids=lambda case: case["name"])
def test_full_text_search_finds_every_spelling_by_every_spelling(case: dict[str, Any]) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f'CREATE VIRTUAL TABLE found USING fts5(words, tokenize="{TOKENIZER}")')
        database.executemany("INSERT INTO found VALUES (?)", [(fold(f"گزارش {text} امروز"),) for text in case["same"]])
        for asked in case["same"]:
            (count,) = database.execute(
                "SELECT count(*) FROM found WHERE found MATCH ?", (search_expression(asked),)
            ).fetchone()
            assert count == len(case["same"]), asked


@pytest.mark.parametrize(
    "asked", ['"', "*", "AND OR NOT", "NEAR(a b)", "a:b", "-a", "(", "' OR 1", "ها", "می", "😀", ""]
)
def test_no_words_break_the_search(asked: str) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE found USING fts5(words)")
        database.execute("SELECT * FROM found WHERE found MATCH ?", (search_expression(asked),)).fetchall()


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("كتابخانه‌هاي  محله", "کتابخانه‌های محله"),
        (" \u200fسلام\u200e\u00a0دنیا ", "سلام دنیا"),
        ("می \u200c روم", "می‌روم"),
        ("پیاده\u00acرو", "پیاده‌رو"),
        ("آزمـــایش", "آزمایش"),
        ("کد ۱۲ و 12", "کد ۱۲ و 12"),
        ("A line\nand another", "A line and another"),
    ],
)
def test_prose_is_spelled_in_persian_and_keeps_its_half_spaces(text: str, published: str) -> None:
    assert normalise(text) == published
    assert normalise(published) == published


def test_digits_of_every_script() -> None:
    assert ascii_digits("۱۲۳ ٤٥٦ 789") == "123 456 789"
    assert persian_digits("1405-08") == "۱۴۰۵-۰۸"


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [
        (1234567, "fa", "۱٬۲۳۴٬۵۶۷"),
        (1234567, "en", "1,234,567"),
        (-12.5, "fa", "-۱۲٫۵"),
        (0, "fa", "۰"),
        (1234.5, "en", "1,234.5"),
    ],
)
def test_numbers_for_people(value: float, language: Language, shown: str) -> None:
    assert number(value, language) == shown


@pytest.mark.parametrize(
    ("moment", "fa", "en"),
    [
        ("2026-03-20T20:29:59Z", "۲۹ اسفند ۱۴۰۴، ۲۳:۵۹", "20 March 2026, 23:59"),
        ("2026-03-20T20:30:00Z", "۱ فروردین ۱۴۰۵، ۰۰:۰۰", "21 March 2026, 00:00"),
        ("2021-06-21T19:30:00Z", "۱ تیر ۱۴۰۰، ۰۰:۰۰", "22 June 2021, 00:00"),
        ("2023-06-21T19:30:00Z", "۳۱ خرداد ۱۴۰۲، ۲۳:۰۰", "21 June 2023, 23:00"),
    ],
    ids=["before midnight", "new year", "summer time of 2021", "no summer time in 2023"],
)
def test_times_are_shown_in_tehran(moment: str, fa: str, en: str) -> None:
    assert display_time(moment, "fa") == fa
    assert display_time(moment, "en") == en
    assert display_date(moment, "fa") == fa.partition("،")[0]


@pytest.mark.parametrize("text", ["", "۱۴۰۵/۱۳/۰۱", "1404-12-30", "1405", "today", "1405/1/1/1"])
def test_no_such_jalali_day(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        gregorian(text)


def test_persian_digits_and_slashes_are_dates() -> None:
    assert gregorian("۱۴۰۵/۰۸/۳۰") == gregorian("1405-8-30") == "2026-11-21"


def test_jalali_days_are_those_of_another_library(shared: Path) -> None:
    told = json.loads((shared / "persian/jalali/jalaali-js_vectors.json").read_text())
    for pair in told["pairs"]:
        (year, month, day), (jalali_year, jalali_month, jalali_day) = pair["g"], pair["j"]
        there, here = f"{year}-{month:02}-{day:02}", f"{jalali_year}-{jalali_month:02}-{jalali_day:02}"
        assert (jalali(there), gregorian(here)) == (here, there)
    for year in told["leap"]:
        assert jalali(gregorian(f"{year}-12-30")) == f"{year}-12-30"
    for year in told["common"]:
        with pytest.raises(ValueError, match=r".*"):
            gregorian(f"{year}-12-30")


def test_jalali_days_are_those_of_the_calendar_centre(shared: Path) -> None:
    path = shared / "persian/jalali/persian-calendar/CalendarCenterData.txt"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[:1].isdecimal()]
    assert len(lines) > 1000
    for line in lines:
        day, month, year, *_, civil_day, civil_month, civil_year = (int(part) for part in line.split(","))
        assert jalali(f"{civil_year}-{civil_month:02}-{civil_day:02}") == f"{year}-{month:02}-{day:02}"


@pytest.mark.parametrize(
    ("rials", "fa", "en"),
    [
        (125_000_000_000, "حدود ۱۲٫۵ میلیارد تومان", "about 12.5 billion tomans"),
        (20_000_000, "حدود ۲ میلیون تومان", "about 2 million tomans"),
        (31_400_000_000_000, "حدود ۳٫۱ هزار میلیارد تومان", "about 3.1 trillion tomans"),
        (-50_000, "حدود -۵ هزار تومان", "about -5 thousand tomans"),
        (500, "۵۰ تومان", "50 tomans"),
    ],
)
def test_amounts_are_said_in_tomans(rials: float, fa: str, en: str) -> None:
    assert (tomans(rials, "fa"), tomans(rials, "en")) == (fa, en)


def test_jalali_months_have_names() -> None:
    assert (display_month("1405-08", "fa"), display_month("1405-08", "en")) == ("آبان ۱۴۰۵", "Aban 1405")
    assert display_month("1405-13", "fa") is None
