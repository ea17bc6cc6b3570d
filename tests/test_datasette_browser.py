"""Every kind of Datasette's pages in headless Chromium: axe, one host, no sideways scroll, light and dark, both sizes.

axe takes short joined Persian words for icons and leaves their contrast out: it judges with Latin letters in their
place, which no other rule reads.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from chromium import SIZES, needs_chromium

pytestmark = needs_chromium
TABLE = "/db/shahrnama/service_requests"
PAGES = {
    "index": "/db/",
    "database": "/db/shahrnama",
    "registers": "/db/registers",
    "table": TABLE,
    "filtered": f"{TABLE}?status_code=open&updated_at__gt=2026-01-01&_facet=agency_responsible_name",
    "compound": "/db/shahrnama/response_times",
    "searched": f"{TABLE}?_search={quote('كتابخانه‌ها')}",
    "found nothing": f"{TABLE}?_search={quote('زرافه')}",
    "all tables": f"/db/-/search?q={quote('روشنایی')}",
    "all tables, nothing": f"/db/-/search?q={quote('زرافه')}",
    "row": f"{TABLE}/1405-0000100",
    "query": "/db/shahrnama/slowest_answers?district=5",
    "sql": f"/db/shahrnama?sql={quote('select 1 as one')}",
    "wrong sql": f"/db/shahrnama?sql={quote('select nothing')}",
    "404": "/db/shahrnama/nothing",
    "400": f"{TABLE}?_sort=nothing",
}
# Each size, language and scheme meets each of the others once over these four.
VARIANTS = [("desktop", "fa", "light"), ("phone", "fa", "dark"), ("desktop", "en", "dark"), ("phone", "en", "light")]
LATIN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    text.nodeValue = text.nodeValue.replace(/[\\u0600-\\u06ff]/g, "n").replace(/\\u200c/g, "");
  }
}"""
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]


def violations(page: Any) -> list[tuple[str, list[Any]]]:
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate(LATIN)
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return [(item["id"], [node["target"] for node in item["nodes"]][:3]) for item in found]


@pytest.mark.parametrize("variant", VARIANTS, ids="-".join)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everyone_and_asks_nobody_else(
    browser: Any, site: str, name: str, variant: tuple[str, str, str]
) -> None:
    size, language, scheme = variant
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)  # for axe's own script
    page = context.new_page()
    asked: list[str] = []
    failed: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    path = PAGES[name]
    suffix = f"{'&' if '?' in path else '?'}_lang=en" if language == "en" else ""
    page.goto(site + path + suffix, wait_until="load")
    assert page.evaluate("[document.documentElement.lang, getComputedStyle(document.body).direction]") == [
        language,
        "rtl" if language == "fa" else "ltr",
    ]
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(site).netloc}
    assert failed == []
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 1, f"the page scrolls sideways by {wider} px"
    assert violations(page) == []
    context.close()


def test_scripts_and_styles_keep_to_the_policy_and_a_citation_is_copied(browser: Any, site: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.text} {message.location['url']}"))
    page.goto(f"{site}{PAGES['row']}")
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
