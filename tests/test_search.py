"""Search: one table of cases for index, question and what is marked; one table and all of them; nothing fails."""

from __future__ import annotations

import importlib
import json
import re
import sqlite3
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from shahrnama.datasette_plugin.search import marked, search_expression, snippet, terms
from shahrnama.persian import fold
from shahrnama.publish.search_terms import found_by
from shahrnama.statements import TOKENIZER
from shahrnama.synonyms import FINDS
from small_datasette import Ask, asking, small_datasette

ROOT = Path(__file__).parents[1]
CASES = json.loads((Path(__file__).parent / "cases" / "search_folding.json").read_text(encoding="utf-8"))
SAME = [case for case in CASES if "same" in case]
DIFFER = [case for case in CASES if "differ" in case]
HOSTILE = [
    '"', "'", '""', "*", "-", "()", "NEAR(", "AND OR NOT", "a AND", "^a", "{a}: b", "col:x", "\x00", "\u200c\u200c",
    "؟!،", "ها", "a" * 100_000, "و " * 20_000, '"' * 5000, "ﷺ", "%00", "🙂", "x\u0301" * 3000, "../../etc",
    "<script>alert(1)</script>",
]  # fmt: skip


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Answers of one Datasette over a small city: `ask(path, **query)`."""
    return asking(small_datasette(tmp_path_factory.mktemp("city")))


def index(texts: list[str]) -> sqlite3.Connection:
    """A full-text index as the loader makes it."""
    database = sqlite3.connect(":memory:")
    database.execute(f'CREATE VIRTUAL TABLE found USING fts5(text, tokenize="{TOKENIZER}")')
    database.executemany("INSERT INTO found VALUES (?)", [(fold(text),) for text in texts])
    return database


def rows(database: sqlite3.Connection, asked: str) -> list[int]:
    found = database.execute("SELECT rowid FROM found WHERE found MATCH ? ORDER BY 1", (search_expression(asked),))
    return [row[0] for row in found]


@pytest.mark.parametrize("case", SAME, ids=lambda case: case["name"])
def test_every_spelling_finds_and_marks_every_other(case: dict[str, Any]) -> None:
    database = index(case["same"])
    for asked in case["same"]:
        assert rows(database, asked) == list(range(1, len(case["same"]) + 1)), asked
        assert all(marked(text, terms(asked)) for text in case["same"]), asked


@pytest.mark.parametrize("case", DIFFER, ids=lambda case: case["name"])
def test_other_words_are_not_found(case: dict[str, Any]) -> None:
    database = index(case["differ"])
    for number, asked in enumerate(case["differ"], start=1):
        assert rows(database, asked) == [number], asked


def test_an_everyday_word_finds_the_official_one_and_not_the_other_way_round() -> None:
    database = index(["جمع‌آوری زباله", "سطل پسماند", "آشغال در جوی", "مناطق شهر", "منطقهٔ ۵", "Waste bins"])
    assert rows(database, "آشغال") == [1, 2, 3]
    assert rows(database, "زباله") == [1]
    assert rows(database, "آشغال جوب") == [3]
    assert rows(database, "اشغال*") == [3]
    assert rows(database, "منطقه") == rows(database, "مناطق") == [4, 5]
    assert rows(database, "garbage bin") == rows(database, "trash OR bin") == []
    assert rows(database, "garbage bins") == [6]
    assert marked("جمع‌آوری زباله", terms("آشغال")) == "جمع‌آوری <mark>زباله</mark>"
    assert marked("آشغال", terms("زباله")) is None


def test_both_searches_know_the_same_synonyms() -> None:
    for asked, found in FINDS.items():
        assert {fold(word) for word in (asked, *found)} == {asked, *found}
        assert [word for word in (asked, *found) if " " in word] == []
        assert all(asked in found_by([word]) for word in found)


def test_real_places_are_found_however_they_are_typed(shared: Path) -> None:
    quarters = json.loads((shared / "persian/tehran/tehran_neighborhoods.geojson").read_text(encoding="utf-8"))
    stations = json.loads((shared / "persian/metro/stations.json").read_text(encoding="utf-8"))
    names = [feature["properties"]["name"] for feature in quarters["features"]]
    names += [station["translations"]["fa"] for station in stations.values()]
    database = index(names)
    for number, name in enumerate(names, start=1):
        as_is = rows(database, name)
        assert number in as_is, name
        arabic = name.replace("ی", "ي").replace("ک", "ك").replace("\u200c", " ")
        digits = name.translate({0x30 + digit: 0x0660 + digit for digit in range(10)})
        assert rows(database, arabic) == rows(database, digits) == as_is, name
        assert marked(name, terms(arabic)), name


# Where search does not join what hazm's normaliser joins: letters stretched for emphasis, words run together, and
# endings that as often belong to the word (ماهی, آتش).
APART = {
    "test_normalize": 1, "test_correct_spacing": 2, "test_remove_specials_chars": 1, "test_decrease_repeated_chars": 3,
    "test_unicodes_replacement": 1, "test_seperate_mi": 1, "test_stem": 2,
}  # fmt: skip


def test_spellings_that_another_library_holds_equal_are_equal(shared: Path) -> None:
    told = json.loads((shared / "persian/text/hazm_expected_pairs.json").read_text(encoding="utf-8"))
    apart: dict[str, int] = {}
    pairs = [
        case for case in told if len(case["values"]) > 1 and all(isinstance(it, str) for it in case["values"][-2:])
    ]
    for case in pairs:
        given, expected = case["values"][-2:]
        if fold(given) != fold(expected):
            apart[case["test"]] = apart.get(case["test"], 0) + 1
    assert len(pairs) == 62
    assert apart == APART


def test_a_snippet_is_the_part_around_the_word_as_it_stands() -> None:
    text = f"{'آغاز ' * 100}چراغِ كتابخانه‌ها خاموش است{' پایان' * 100}"
    found = snippet(text, terms("کتابخانه"))
    assert found is not None
    assert "<mark>كتابخانه‌ها</mark> خاموش" in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) < 300
    assert snippet(text, terms("زرافه")) is None


def test_what_is_marked_is_escaped() -> None:
    assert marked('<b>كتاب</b> & "x"', terms("کتاب b")) == (
        "&lt;<mark>b</mark>&gt;<mark>كتاب</mark>&lt;/<mark>b</mark>&gt; &amp; &#34;x&#34;"
    )


@pytest.mark.parametrize("asked", HOSTILE, ids=range(len(HOSTILE)))
def test_no_search_fails(ask: Ask, asked: str) -> None:
    for path, name in (("/shahrnama/service_requests", "_search"), ("/-/search", "q"), ("/-/search.json", "q")):
        answer = ask(path, **{name: asked[:1900]})  # the door refuses more, in words
        assert answer.status_code in {200, 302}, (path, answer.text[:300])
        assert "json" in answer.headers["content-type"] or "<script>alert" not in answer.text
    assert len(terms(asked)) <= 24
    assert len(search_expression(asked)) < 4000


def test_all_tables_are_searched_and_grouped(ask: Ask) -> None:
    page = ask("/-/search", q="چراغ").text
    assert page.index(">جدول services<") < page.index(">جدول service_requests<") or "جدول services" in page
    assert "<mark>چراغِ</mark>" in page
    assert "<mark>چراغ</mark> خیابان" in page
    assert 'href="/shahrnama/service_requests/b"' in page
    told = ask("/-/search.json", q="كتابخانه").json()
    assert [(group["table"], group["count"]) for group in told["results"]] == [("service_requests", 1)]
    assert told["results"][0]["rows"][0]["description"] == "چراغِ كتابخانه‌ها خاموش است"
    assert told["terms"] == ["کتابخانه"]
    assert told["not_searched"] == []


def test_all_tables_in_english_keep_the_language(ask: Ask) -> None:
    page = ask("/-/search", q="چراغ", _lang="en").text
    links = [unescape(link) for link in re.findall(r'href="(/shahrnama/[^"]*)"', page)]
    assert links
    assert all("_lang=en" in link for link in links)
    assert '<html lang="en" dir="ltr">' in page


@pytest.mark.parametrize("asked", ["L1", "l1", "L۱", " l١ "])
def test_an_identifier_is_found_first_as_its_row(ask: Ask, asked: str) -> None:
    told = ask("/-/search.json", q=asked).json()["exact"]
    assert told[0] == {
        "database": "shahrnama",
        "table": "services",
        "key": "L1",
        "label": "چراغ خیابان",
        "url": "/shahrnama/services/L1",
    }
    page = ask("/-/search", q=asked).text
    assert "ردیفی با همین شناسه" in page
    assert '<a href="/shahrnama/services/L1"><bdi>چراغ خیابان</bdi></a>' in page
    assert 'class="zero-results"' not in page
    assert 'href="/shahrnama/services/L1?_lang=en"' in ask("/-/search", q=asked, _lang="en").text
    assert ask("/-/search.json", q="L1 L1").json()["exact"] == []


def test_identifiers_that_time_did_not_suffice_for_fail_no_search(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    searching = importlib.import_module("shahrnama.datasette_plugin.search_all")
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select '', max(x) from n"
    monkeypatch.setattr(searching, "KEYED", endless)
    monkeypatch.setattr(searching, "MOST_TOGETHER", 1)
    monkeypatch.setattr(searching, "TABLE_MS", 30)
    assert ask("/-/search.json", q="چراغ").json()["exact"] == []


def test_a_table_that_time_did_not_suffice_for_is_named(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("shahrnama.datasette_plugin.search_all"), "ALL_MS", 0)
    assert {place["table"] for place in ask("/-/search.json", q="چراغ").json()["not_searched"]} >= {"services"}
    assert "جدول services" in ask("/-/search", q="چراغ").text


def test_a_table_marks_what_was_found_and_machines_get_it_raw(ask: Ask) -> None:
    page = ask("/shahrnama/service_requests", _search="کتابخانه").text
    assert "<mark>كتابخانه‌ها</mark>" in page
    told = ask("/shahrnama/service_requests.json", _search="کتابخانه", _shape="array").json()
    assert [row["description"] for row in told] == ["چراغِ كتابخانه‌ها خاموش است"]
