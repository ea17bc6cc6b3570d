"""Datasette's table and row pages over a small city: facets from counts, the filter form, rows that can be cited."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from datasette.app import Datasette

from shahrnama.datasette_plugin import facets
from shahrnama.datasette_plugin.errors import MESSAGES, explained
from shahrnama.datasette_plugin.form import tidied
from shahrnama.datasette_plugin.known import Known, known_of
from shahrnama.datasette_plugin.typed import Columns
from small_datasette import Ask, asking, small_datasette

ROOT = Path(__file__).parents[1]
REQUESTS = "/shahrnama/service_requests"
FACETS = ("status_code", "district_id", "service_code")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    """One Datasette over a small city."""
    return small_datasette(tmp_path_factory.mktemp("city"), suggest_facets=False)


@pytest.fixture(scope="module")
def ask(served: Datasette) -> Ask:
    return asking(served)


def counts(told: dict[str, Any]) -> dict[str, dict[Any, int]]:
    return {name: {it["value"]: it["count"] for it in found["results"]} for name, found in told.items()}


def test_whole_tables_are_answered_from_counts_and_never_counted(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "COUNTED", "no SQL")
    told = ask(f"{REQUESTS}.json").json()["facet_results"]
    assert counts(told)["status_code"] == {"closed": 1, "open": 1}
    assert counts(told)["district_id"] == {5: 1}
    assert told["district_id"]["results"][0]["label"] == "منطقهٔ ۵"
    assert (told["district_id"]["value_count"], told["district_id"]["empty_count"]) == (1, 1)


def test_a_second_page_has_the_facets_of_the_whole_table(ask: Ask) -> None:
    first = ask(f"{REQUESTS}.json", _size="1").json()
    second = ask(f"{REQUESTS}.json", _size="1", _next=first["next"]).json()
    assert counts(second["facet_results"]) == counts(first["facet_results"])
    assert "_next" not in second["facet_results"]["status_code"]["results"][0]["toggle_url"]
    filtered = {"_size": "1", "updated_at__notnull": "1", "_sort": "updated_at"}
    first = ask(f"{REQUESTS}.json", **filtered).json()
    second = ask(f"{REQUESTS}.json", **filtered, _next=first["next"]).json()
    assert counts(second["facet_results"]) == counts(first["facet_results"])


def test_filtered_and_searched_facets_are_exact(ask: Ask) -> None:
    told = ask(f"{REQUESTS}.json", status_code="open").json()["facet_results"]
    assert counts(told) == {"status_code": {"open": 1}, "district_id": {}, "service_code": {"W1": 1}}
    assert told["district_id"]["empty_count"] == 1
    told = ask(f"{REQUESTS}.json", _search="كتابخانه").json()["facet_results"]
    assert counts(told)["service_code"] == {"L1": 1}


def test_a_facet_that_was_not_counted_says_so(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "ALL_MS", 0)
    told = ask(f"{REQUESTS}.json", status_code="open").json()
    assert all(found["timed_out"] and found["results"] == [] for found in told["facet_results"].values())
    assert set(told["facet_results"]) == set(FACETS)
    assert "شمردن این دسته" in ask(REQUESTS, status_code="open").text


def test_a_facet_of_no_column_is_refused_in_words(ask: Ask) -> None:
    answer = ask(REQUESTS, _facet="nothing")
    assert answer.status_code == 400
    assert "ستونی به نام «nothing» در این جدول نیست" in answer.text


def test_a_facet_of_the_table_that_is_asked_for_too_is_counted_once(ask: Ask) -> None:
    told = ask(f"{REQUESTS}.json", _facet="status_code").json()["facet_results"]
    assert set(told) == set(FACETS)
    assert not told["status_code"]["hideable"]


def test_empty_values_of_a_facet_can_be_asked_for(ask: Ask) -> None:
    page = unescape(ask(REQUESTS).text)
    assert f"{REQUESTS}?district_id__isnull=1" in page
    assert ask(f"{REQUESTS}.json", district_id__isnull="1", _shape="array").json()[0]["service_request_id"] == "a"


DAY = "_form=1&_filter_column=requested_at"
TYPES = {"district_id": "INTEGER", "requested_at": "TEXT", "name": "TEXT", "amount_irr": "REAL"}


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("district_id=۵&status=&_form=1", [("district_id", "5")]),
        ("_form=1&_search=&_lang=en", [("_lang", "en")]),
        ("_form=1&_search=چراغ&_sort=name&_sort_by_desc=on", [("_search", "چراغ"), ("_sort_desc", "name")]),
        (f"{DAY}&_filter_op=gte&_filter_value=۱۴۰۵/۰۸/۳۰", [("requested_at__gte", "2026-11-20T20:30:00Z")]),
        (f"{DAY}&_filter_op=isnull__1&_filter_value=۱۴۰۵/۱۳/۳۰", [("requested_at__isnull", "1")]),
        ("_form=1&_filter_column_1=amount_irr&_filter_op_1=gt&_filter_value_1=۱٬۰۰۰٫۵", [("amount_irr__gt", "1000.5")]),
        ("_form=1&_filter_column=name&_filter_op=contains&_filter_value=كتاب", [("name__contains", "کتاب")]),
        ("_form=1&_filter_column=name&_filter_op=isnull__1&_filter_value=", [("name__isnull", "1")]),
        ("_form=1&_filter_column=&_filter_op=exact&_filter_value=x", []),
        ("_form=1&_filter_column=name&_filter_op=exact&_filter_value=a&_facet=x", [("_facet", "x"), ("name", "a")]),
    ],
)  # fmt: skip
def test_a_sent_form_means_what_the_reader_typed(sent: str, meant: list[tuple[str, str]]) -> None:
    pairs = [(key, value) for key, _, value in (part.partition("=") for part in sent.split("&"))]
    known = Known(types={("a", "b"): TYPES})
    assert tidied(pairs, Columns(known, "a", "b")) == meant


def test_the_form_is_sent_on_to_one_address(ask: Ask) -> None:
    answer = ask(REQUESTS, _form="1", district_id="۵", status_code="", _search="")
    assert (answer.status_code, answer.headers["location"]) == (302, f"{REQUESTS}?district_id=5")
    assert ask("//example.org/x", _form="1").status_code == 400
    assert ask("/shahrnama/nothing", _form="1").status_code == 404


def test_lists_offer_names_and_chips_take_filters_away(ask: Ask, served: Datasette) -> None:
    page = ask(REQUESTS, status_code="open", latitude__gt="35").text
    assert '<option value="open" selected>باز</option>' in page
    assert re.search(r'<option value="L1">چراغ خیابان</option>', page)
    chips = page[page.index('class="chips"') : page.index("facet-results")]
    assert "<b>باز</b>" in chips
    links = [unescape(link) for link in re.findall(r'href="([^"]*)"', chips)]
    assert links == [f"{REQUESTS}?status_code=open", f"{REQUESTS}?latitude__gt=35", REQUESTS]
    assert known_of(served).options["shahrnama", "service_requests"]["service_code"] == ["L1", "W1"]


def test_table_pages_link_to_the_whole_file_and_stream_nothing(ask: Ask) -> None:
    page = ask(REQUESTS).text
    assert 'href="/files/service_requests/service_requests.demo.csv"' in page
    assert 'href="/files/service_requests/service_requests.demo.excel.csv"' in page
    assert 'href="/files/service_requests/service_requests.demo.zip"' in page
    assert "_stream" not in page
    assert 'href="/files/districts/districts.csv"' in ask("/shahrnama/districts").text


def test_a_row_says_whence_it_came_and_how_to_cite_it(ask: Ask) -> None:
    page = ask(f"{REQUESTS}/b").text
    address = f"http://localhost{REQUESTS}/b"
    assert 'href="/shahrnama/captures/aaaaaaaaaaaaaaaa"' in page
    assert "requests.json?page=1" in page
    assert f'href="{address}"' in page
    release = re.search(r"<code>([0-9a-f]{12})</code>", page)
    assert release
    quotes = re.findall(r'<blockquote class="copyable" lang="(\w\w)"[^>]*>([^<]*)<', page)
    assert [language for language, _ in quotes] == ["fa", "en"]
    for language, text in quotes:
        assert release[1] in text, language
        assert address in text, language
    assert "[دادهٔ نمونه و ساختگی]" in quotes[0][1]
    assert "[fictional demonstration data]" in quotes[1][1]
    assert "@misc{shahrnama_" in page
    assert ask(f"{REQUESTS}/b", _lang="en").text.index('lang="en" dir="ltr" data') > 0


def test_real_rows_are_not_called_fictional(ask: Ask) -> None:
    page = ask("/shahrnama/districts/5", _lang="en").text
    assert "fictional" not in page
    assert "kept by hand" in page


def test_neighbours_are_counted_both_ways(ask: Ask) -> None:
    page = unescape(ask("/shahrnama/services/L1").text)
    assert re.search(rf'href="{REQUESTS}\?service_code=L1">جدول service_requests</a>: ۱ ردیف', page)
    assert re.search(r'href="/shahrnama/response_times\?service_code=L1">جدول response_times</a>: ۲ ردیف', page)
    child = unescape(ask(f"{REQUESTS}/b").text)
    assert f'href="{REQUESTS}?service_code=L1">۱ ردیف با همین' in child


def test_an_error_is_reported_with_the_row_s_address(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "گیرنده‌ای برای این سایت تنظیم نشده" in ask(f"{REQUESTS}/b").text
    monkeypatch.setenv("SHAHRNAMA_CONTACT", "data@example.org")
    page = unescape(ask(f"{REQUESTS}/b").text)
    (link,) = re.findall(r'href="(mailto:[^"]*)"', page)
    assert unquote(link).startswith("mailto:data@example.org?subject=")
    assert f"http://localhost{REQUESTS}/b" in unquote(link)
    assert "تنظیم نشده" not in page


@pytest.mark.parametrize(
    ("path", "status", "fa", "en"),
    [
        ("/shahrnama/nothing", 404, "جدول یا پرسشی به این نام نیست", "no table or query of this name"),
        ("/nothing/at_all", 404, "پایگاه داده‌ای به این نام نیست", "no database of this name"),
        (f"{REQUESTS}/none", 404, "ردیفی با این کلید", "No row has this key"),
        ("/a/b/c/d/e", 404, "نشانی را بازبینی کنید", "Check the address"),
        (f"{REQUESTS}?_sort=no", 400, "با «no» نمی‌شود مرتب کرد", "cannot be sorted by “no”"),
        (f"{REQUESTS}?_size=100000", 400, "دست‌بالا ۱۰۰ ردیف", "at most 100 rows"),
        ("/shahrnama?sql=select+nowhere", 400, "ستونی به نام «nowhere» نیست", "no column “nowhere”"),
        ("/shahrnama?sql=select+(1", 400, "متن SQL ناتمام است", "The SQL is not complete"),
        (f"{REQUESTS}?_col=no", 400, "ستونی به نام «no»", "no column “no”"),
    ],
)
def test_errors_say_what_to_do_in_both_languages(served: Datasette, path: str, status: int, fa: str, en: str) -> None:
    for suffix, words, language in (("", fa, "fa"), ("_lang=en", en, "en")):
        answer = asyncio.run(served.client.get(f"{path}{'&' if '?' in path else '?'}{suffix}"))
        assert answer.status_code == status
        assert words in unescape(answer.text)
        assert f'<html lang="{language}"' in answer.text
        assert "<script" not in answer.text


def test_every_known_message_is_told_in_both_languages() -> None:
    for pattern, (fa, en) in MESSAGES:
        assert fa.count("{}") == en.count("{}") == pattern.groups
    assert explained("no such column: nam", "fa") == explained("no such column: nam", "fa", 400)
    assert "«nam»" in explained("no such column: nam", "fa")
    assert "رقم‌های لاتین" in explained("no such column: ۱۲", "fa")
    assert "Latin digits" in explained("no such column: ۱۲", "en")
    assert "“fro”" in explained('near "fro": syntax error', "en")
