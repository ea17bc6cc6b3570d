"""Every kind of Datasette's pages in headless Chromium: axe, one host, the CSP, light and dark, desktop and phone."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from chromium import LOOKS, looking, needs_chromium, seen_wrong

pytestmark = needs_chromium
TABLE = "/db/shahrnama/service_requests"
FIRST = "select * from districts where district_id < :most"
SLOW = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c"
FEW = "_size=8"  # axe takes a second for fifty rows, and one row is like another
PAGES = {  # and the status of each
    "index": ("/db/", 200),
    "database": ("/db/shahrnama", 200),
    "registers": ("/db/registers", 200),
    "table": (TABLE, 200),
    "filtered": (f"{TABLE}?status_code=open&updated_at__gt=2026-01-01&_facet=agency_responsible_name&{FEW}", 200),
    "facets": (
        f"{TABLE}?_facet=status_code&_facet=district_id&_facet=agency_responsible_name&_sort=requested_at&{FEW}",
        200,
    ),
    "later page": (f"{TABLE}?_next=1405-0000100&{FEW}", 200),
    "compound": (f"/db/shahrnama/response_times?{FEW}", 200),
    "issues": (f"/db/registers/issues?{FEW}", 200),
    "searched": (f"{TABLE}?_search={quote('كتابخانه‌ها')}&{FEW}", 200),
    "found nothing": (f"{TABLE}?_search={quote('زرافه')}", 200),
    "all tables": (f"/db/-/search?q={quote('روشنایی')}", 200),
    "all tables, nothing": (f"/db/-/search?q={quote('زرافه')}", 200),
    "all tables, not asked yet": ("/db/-/search", 200),
    "row": (f"{TABLE}/1405-0000100", 200),
    "row of an authored table": ("/db/shahrnama/districts/5", 200),
    "question with a chart": ("/db/shahrnama/slowest_answers?district=5", 200),
    "question with a chart of two": ("/db/shahrnama/budget_spent", 200),
    "question without a chart": ("/db/shahrnama/who_answers", 200),
    "question without an answer": (f"/db/shahrnama/district_report?district={quote('منطقهٔ ۹۹')}", 200),
    "question about the data": ("/db/registers/masked_personal_data", 200),
    "sql": (f"/db/shahrnama?sql={quote('select 1 as one')}", 200),
    "sql with a parameter": (
        f"/db/shahrnama?sql={quote(FIRST)}&most=9",
        200,
    ),
    "sql without rows": (f"/db/shahrnama?sql={quote('select 1 as one where 0')}", 200),
    "wrong sql": (f"/db/shahrnama?sql={quote('select nothing')}", 400),
    "slow sql": (f"/db/shahrnama?sql={quote(SLOW)}", 400),
    "404": ("/db/shahrnama/nothing", 404),
    "no row": (f"{TABLE}/nothing", 404),
    "400": (f"{TABLE}?_sort=nothing", 400),
    "refused": (f"{TABLE}?_size=max", 400),
    "closed": ("/db/-/threads", 404),
}


@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everyone_and_asks_nobody_else(browser: Any, site: str, name: str, language: str) -> None:
    path, status = PAGES[name]
    with looking(browser, *LOOKS[language][0]) as look:
        suffix = f"{'&' if '?' in path else '?'}_lang=en" if language == "en" else ""
        assert look.page.goto(site + path + suffix, wait_until="load").status == status
        assert look.page.evaluate("[document.documentElement.lang, getComputedStyle(document.body).direction]") == [
            language,
            "rtl" if language == "fa" else "ltr",
        ]
        assert "Vazirmatn" in look.page.evaluate("getComputedStyle(document.body).fontFamily")
        assert look.asked == {urlsplit(site).netloc}
        assert [said for said in look.wrong if not said.startswith(f"{status} ")] == []
        assert seen_wrong(look, language) == []


def test_scripts_and_styles_keep_to_the_policy_and_a_citation_is_copied(browser: Any, site: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.text} {message.location['url']}"))
    page.goto(f"{site}{PAGES['row'][0]}")
    page.locator("blockquote[lang=fa] + button").click()
    page.wait_for_function("document.querySelector('blockquote[lang=fa] + button').textContent == 'برداشته شد'")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("blockquote[lang=fa]").inner_text()
    assert [line for line in said if "/favicon.ico" not in line] == []
    context.close()


def test_a_reader_filters_by_name_without_knowing_a_code(browser: Any, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + TABLE)
    page.locator("select[name=status_code]").select_option(label="باز")
    page.locator("select[name=district_id]").select_option(label="منطقهٔ ۵")
    page.locator(".choices input[type=submit]").click()
    assert page.url == f"{site}{TABLE}?status_code=open&district_id=5"
    assert page.locator("tbody tr").count() > 0
    assert set(page.locator("td.col-district_id").all_inner_texts()) == {"منطقهٔ ۵"}
    page.locator(".chips a").first.click()
    assert "district_id=5" not in page.url or "status_code" not in page.url
    context.close()
