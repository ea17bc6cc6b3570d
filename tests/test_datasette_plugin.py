"""Datasette in Persian: cells, labels, search, both languages, and raw data for machines."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from html import unescape
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import urlopen

import datasette
import pytest

from shahrnama.datasette_plugin.cells import Labels, Place, rendered
from shahrnama.datasette_plugin.search import search_expression
from shahrnama.datasette_plugin.words import LOOKUPS, WORDS

TEMPLATES = Path(__file__).parents[1] / "scripts" / "shahrnama" / "datasette_plugin" / "templates"
UPSTREAM = Path(__file__).parent / "cases" / "upstream_templates.json"
DATA = "/db/shahrnama"
REQUESTS = f"{DATA}/service_requests"
CITY = "/db/city/districts"
PERSIAN = re.compile("[آ-ی]")

Read = Callable[..., str]


@pytest.fixture
def read(site: str) -> Read:
    """The body of a page, `read(path, _lang="en")`."""

    def page(path: str, **query: str) -> str:
        address = f"{site}{path}{'?' if query else ''}{urlencode(query)}"
        with urlopen(address, timeout=20) as answer:
            return str(answer.read().decode())

    return page


class Urls:
    """As Datasette's own under a base address."""

    def row(self, database: str, table: str, key: str) -> str:
        return f"/db/{database}/{table}/{key}"


def shown(value: Any, column: str, language: Any = "fa", **metadata: Any) -> str | None:
    names = {("city", "districts"): {"5": ("منطقهٔ ۵", "District 5")}}
    labels = Labels(names, {("city", "requests", "district_id"): "districts"})
    found = rendered(value, column, Place("city", "requests", metadata, labels, Urls()), language)
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("value", "column", "fa", "en"),
    [
        (12345, "request_count", '<data value="12345">۱۲٬۳۴۵</data>', '<data value="12345">12,345</data>'),
        (1404, "start_year", '<data value="1404">۱۴۰۴</data>', '<data value="1404">1404</data>'),
        (0.256, "open_share", '<data value="0.256">۲۵٫۶٪</data>', '<data value="0.256">25.6%</data>'),
        (35.701, "latitude", '<data value="35.701">۳۵٫۷۰۱</data>', '<data value="35.701">35.701</data>'),
        (1, "has_definition", "بله", "yes"),
        (0, "is_demo", "نه", "no"),
        ("<b>", "description", None, None),
        ("not a time", "requested_at", None, None),
        (5, "district_id", f'<a href="{CITY}/5">منطقهٔ ۵</a>', f'<a href="{CITY}/5?_lang=en">District 5</a>'),
        (7, "district_id", f'<a href="{CITY}/7">۷</a>', f'<a href="{CITY}/7?_lang=en">7</a>'),
    ],
)  # fmt: skip
def test_cells_are_for_people(value: Any, column: str, fa: str | None, en: str | None) -> None:
    assert (shown(value, column), shown(value, column, "en")) == (fa, en)


def test_times_are_jalali_with_the_machine_s_own_in_the_attribute() -> None:
    found = shown("2026-03-20T20:30:00Z", "requested_at")
    assert found == '<time datetime="2026-03-20T20:30:00Z" title="21 March 2026, 00:00">۱ فروردین ۱۴۰۵، ۰۰:۰۰</time>'


def test_codes_show_their_words_and_keep_the_code() -> None:
    words = {"column_values": {"status_code": {"open": "باز"}}, "column_values_en": {"status_code": {"open": "open"}}}
    assert shown("open", "status_code", **words) == '<span class="code" title="open">باز</span>'
    assert shown("lost", "status_code", **words) is None


def test_a_hostile_label_is_text() -> None:
    labels = Labels({}, {("city", "requests", "service_code"): "services"})
    place = Place("city", "requests", {}, labels, Urls())
    found = rendered({"value": '"><b>', "label": "<script>"}, "service_code", place, "fa")
    assert found == '<a href="/db/city/services/~22~3E~3Cb~3E">&lt;script&gt;</a>'


@pytest.mark.parametrize(
    ("asked", "expression"),
    [
        ("كتابخانه‌ها", '"کتابخانه"'),
        ("کتابخانه ها", '"کتابخانه"'),
        ("چراغ خاموش", '"چراغ" AND "خاموش"'),
        ("آشغال", '("اشغال" OR "زباله" OR "پسماند")'),
        ("پیاده*", '"پیاده"*'),
        ("ها", '"ها"'),
        ('"', '""'),
        ("", '""'),
    ],
)
def test_what_is_asked_is_folded_like_the_index(asked: str, expression: str) -> None:
    assert search_expression(asked) == expression


def test_a_row_of_its_own_shows_names_not_keys(read: Read) -> None:
    page = read(f"{REQUESTS}/1405-0000100")
    assert re.search(r'href="/db/shahrnama/districts/\d+">منطقهٔ [۰-۹]+</a>', page)
    assert re.search(r'href="/db/shahrnama/services/137-\d+">[آ-ی]', page)
    assert re.search(r'href="/db/shahrnama/captures/[^"]+"', page)
    assert re.search(r'districts/\d+\?_lang=en">District \d+</a>', read(f"{REQUESTS}/1405-0000100", _lang="en"))


def test_machines_get_raw_values(read: Read) -> None:
    for query in ({}, {"_lang": "fa"}, {"_lang": "en"}):
        (row,) = json.loads(read(f"{REQUESTS}/1405-0000100.json", _shape="array", **query))
        assert isinstance(row["district_id"], int)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["requested_at"])
        assert row["status_code"] in {"open", "closed"}
    header, first = read(f"{REQUESTS}.csv", _size="1").splitlines()[:2]
    assert header.startswith("service_request_id,status_code,")
    assert not re.search("[۰-۹]", first.split(",")[0])


def test_english_is_carried_through_every_link_of_a_table(read: Read) -> None:
    page = read(REQUESTS, _lang="en", _search="کتابخانه")
    links = [unescape(link) for link in re.findall(r'href="(/db/shahrnama[^"]*)"', page)]
    inner = [link for link in links if not re.search(r"\.(json|csv)", link) and "hreflang" not in link]
    persian = re.search(r'class="other" href="([^"]*)"', page)
    assert persian
    assert "_lang" not in persian.group(1)
    assert [link for link in inner if "_lang=en" not in link and link != unescape(persian.group(1))] == []
    assert '<input type="hidden" name="_lang" value="en">' in page


@pytest.mark.parametrize("path", ["/db/", DATA, REQUESTS, f"{DATA}/slowest_answers", f"{DATA}?sql=select+1"])
def test_interface_words_are_of_one_language(read: Read, path: str) -> None:
    page, _, query = path.partition("?")
    english = read(page, **dict([query.split("=")] if query else []), _lang="en")
    words = {fa for fa, _ in WORDS.values() if PERSIAN.search(fa)} - {WORDS["other_language"][1]}
    parts = re.findall(r"<(?:label|summary|button|h2|h3|th|option)[^>]*>([^<]+)<", english)
    assert [part for part in parts if unescape(part).strip() in words] == []


def test_facets_are_labelled_and_counted(read: Read) -> None:
    page = read(REQUESTS)
    facets = page[page.index("facet-results") : page.index("rows-and-columns")]
    assert re.search(r">منطقهٔ [۰-۹]+</a>", facets)
    assert re.search(r">بسته</a>", facets)
    assert not re.search(r">closed</a>", facets)
    assert ">closed</a>" in read(REQUESTS, _lang="en")


def test_fictional_tables_say_so_and_real_ones_do_not(read: Read) -> None:
    assert WORDS["demo"][0] in read(REQUESTS)
    assert WORDS["demo"][1] in read(f"{REQUESTS}/1405-0000100", _lang="en")
    assert 'class="demo"' not in read(f"{DATA}/districts")
    assert WORDS["demo_some"][0] in read(DATA)
    assert 'class="demo"' in read(DATA, sql="select * from service_requests limit 1")


def test_jalali_functions_answer_in_sql(read: Read) -> None:
    answers = {
        "jalali('2026-11-21')": "1405-08-30",
        "jalali_year('2026-11-21T20:30:00Z')": 1405,
        "jalali_month('2026-11-21')": 8,
        "gregorian('۱۴۰۵/۰۸/۳۰')": "2026-11-21",
        "gregorian('nothing')": None,
        "jalali(null)": None,
        "fold('كتابخانه‌ها')": "کتابخانه",
    }
    rows = json.loads(read(f"{DATA}.json", sql=f"select {', '.join(answers)}", _shape="arrays"))
    assert rows["rows"] == [list(answers.values())]


def test_a_search_with_no_answer_says_so_and_keeps_the_words(read: Read) -> None:
    page = read(REQUESTS, _search="زرافه")
    assert WORDS["nothing"][0].split(".")[0] in page
    assert 'value="زرافه"' in page


def test_a_second_filter_keeps_the_search(read: Read) -> None:
    page = unescape(read(REQUESTS, _search="کتابخانه"))
    link = next(link for link in re.findall(r'href="([^"]*)"', page) if "district_id=" in link)
    assert f"_search={quote('کتابخانه')}" in link


def test_every_word_has_both_languages() -> None:
    for key, (fa, en) in {**WORDS, **LOOKUPS}.items():
        assert fa, key
        assert en, key
        assert key == "other_language" or not PERSIAN.search(en), key


def test_every_word_is_used() -> None:
    package = TEMPLATES.parent
    text = "".join(path.read_text(encoding="utf-8") for path in [*TEMPLATES.glob("*.html"), *package.glob("[!w]*.py")])
    assert [key for key in WORDS if f'"{key}"' not in text and f"'{key}'" not in text] == []


def test_the_templates_that_ours_replace_have_not_changed_upstream() -> None:
    """Ours were written against these; where Datasette changes one, read the difference, then note its new hash."""
    known = json.loads(UPSTREAM.read_text(encoding="utf-8"))
    folder = Path(datasette.__file__).parent / "templates"
    found = {
        path.name: hashlib.sha256((folder / path.name).read_bytes()).hexdigest()
        for path in sorted(TEMPLATES.glob("*.html"))
        if (folder / path.name).is_file()
    }
    assert known["datasette"] == version("datasette")
    assert found == known["templates"]
