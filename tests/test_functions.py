"""SQL functions: every example of the portal's pages, and what the pages promise of empty, wrong and too much."""

from __future__ import annotations

import random
import re
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shahrnama.datasette_plugin import functions
from shahrnama.datasette_plugin.functions import add_functions

SITE = Path(__file__).parents[1] / "site"
ROW = re.compile(r"^\| `(.+?)` \| `(.+?)` \|", re.MULTILINE)
EXAMPLES = {language: ROW.findall((SITE / language / "functions.md").read_text("utf-8")) for language in ("fa", "en")}
NAMES = ("jalali", "jalali_year", "jalali_month", "gregorian", "fold", "percentile", "median")


@pytest.fixture
def ask() -> Any:
    connection = sqlite3.connect(":memory:")
    add_functions(connection)
    return lambda sql, *values: connection.execute(sql, values).fetchone()[0]


def test_both_pages_have_the_same_examples_and_every_function() -> None:
    assert EXAMPLES["fa"] == EXAMPLES["en"]
    assert [name for name in NAMES if not any(f"{name}(" in sql for sql, _ in EXAMPLES["fa"])] == []


@pytest.mark.parametrize(("sql", "answer"), EXAMPLES["fa"])
def test_every_example_gives_the_answer_that_the_page_shows(ask: Any, sql: str, answer: str) -> None:
    found = ask(f"select {sql}")
    assert ask(f"select {answer}") == (round(found, 9) if isinstance(found, float) else found)


@pytest.mark.parametrize("name", NAMES)
def test_empty_and_unreadable_give_nothing(ask: Any, name: str) -> None:
    more = ", 50" if name == "percentile" else ""
    assert ask(f"select {name}(null{more})") is None
    assert ask(f"select {name}(?{more})", b"\xff" if name != "fold" else None) is None
    if name != "fold":
        assert ask(f"select {name}('nothing'{more})") is None
        assert ask(f"select {name}('9999999999999999999-01-01'{more})") is None


@pytest.mark.parametrize("percent", [-1, 101, None, "many"])
def test_no_such_percentile_gives_nothing(ask: Any, percent: Any) -> None:
    assert ask("select percentile(column1, ?) from (values (1), (2))", percent) is None


@pytest.mark.parametrize("count", [1, 2, 7, 1000])
def test_percentiles_are_those_of_the_derived_tables(ask: Any, count: int) -> None:
    drawn = random.Random(count)  # the same numbers in every run
    values = [round(drawn.uniform(-50, 1000), 3) for _ in range(count)]
    rows = ", ".join(f"({value})" for value in values)
    for percent in (0, 12.5, 50, 90, 100):
        ours = ask(f"select percentile(column1, {percent}) from (values {rows})")
        sql = f"select quantile_cont(x::double, {percent / 100}) from (values {rows}) t(x)"
        ((theirs,),) = duckdb.sql(sql).fetchall()
        assert ours == pytest.approx(theirs)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # sqlite3 tells of it twice
def test_a_group_that_is_too_large_is_refused_and_no_memory_is_kept(ask: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(functions, "MOST_VALUES", 1000)
    many = "with recursive n(x) as (select 1 union all select x + 1 from n where x < {}) select median(x) from n"
    assert ask(many.format(1000)) == 500.5
    with pytest.raises(MemoryError):
        ask(many.format(1001))
