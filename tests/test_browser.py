"""Pages as people see them: headless Chromium, desktop and phone, Persian and English, with and without JavaScript."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from chromium import LOOKS, SIZES, Look, looking, needs_chromium, seen_wrong, violations

pytestmark = needs_chromium
TABLE = "/db/shahrnama/service_requests"
PAGES = {  # of the portal, without the language; Datasette's are in test_datasette_browser.py
    "home": "",
    "datasets": "datasets/",
    "dataset": "datasets/service_requests/",
    "dataset with a process": "datasets/municipal_processes/",
    "authored dataset": "datasets/districts/",
    "desk": "desk/",
    "districts": "districts/",
    "district": "districts/22/",
    "subjects": "requests/",
    "subject": "requests/137-0101/",
    "processes": "processes/",
    "process": "processes/building_permit/",
    "projects": "projects/",
    "project": "projects/SC-001/",
    "claims": "claims/",
    "claim": "claims/C13/",
    "offices": "offices/",
    "office": "offices/B-01/",
    "organisations": "organisations/",
    "organisation": "organisations/tehran_municipality/",
    "contracts": "contracts/",
    "eservices": "eservices/",
    "apis": "apis/",
    "feedback": "feedback/",
    "duties": "duties/",
    "announced": "announced/",
    "changes": "changes/",
    "sources": "sources/",
    "quality": "quality/",
    "journalists": "journalists/",
    "developers": "developers/",
    "functions": "functions/",
    "method": "method/",
    "about": "about/",
    "search": "search/",
}
IN = {"fa": "/", "en": "/en/"}


def complaints(look: Look, site: str, language: str) -> list[str]:
    """All that is wrong with a page that is open, on every device."""
    page = look.page
    found = [*look.wrong, *(f"asked {host}" for host in look.asked - {urlsplit(site).netloc})]
    direction = page.evaluate("getComputedStyle(document.body).direction")
    if direction != ("rtl" if language == "fa" else "ltr"):
        found.append(f"runs {direction}")
    if "Vazirmatn" not in page.evaluate("getComputedStyle(document.body).fontFamily"):
        found.append("is not in the font")
    return [*found, *seen_wrong(look, language)]


@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everyone_keeps_the_policy_and_asks_nobody_else(
    browser: Any, site: str, name: str, language: str
) -> None:
    with looking(browser, *LOOKS[language][0]) as look:
        look.page.goto(site + IN[language] + PAGES[name], wait_until="load")
        assert complaints(look, site, language) == []


def test_the_list_of_files_is_for_everyone(browser: Any, site: str) -> None:
    with looking(browser) as look:
        look.page.goto(site + "/files/", wait_until="load")
        assert complaints(look, site, "fa") == []


def test_a_page_that_is_missing_is_for_everyone(browser: Any, site: str) -> None:
    with looking(browser) as look:
        look.page.goto(site + "/no/such/page/", wait_until="load")
        assert [said for said in complaints(look, site, "fa") if not said.startswith("404 ")] == []


def test_a_breach_of_the_policy_would_be_seen(browser: Any, site: str) -> None:
    with looking(browser) as look:
        look.page.goto(site + "/")
        look.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')")
        script = "Object.assign(document.createElement('script'), {text: 'window.ran = 1'})"
        look.page.evaluate(f"document.body.append({script})")
        look.page.wait_for_timeout(100)
        assert set(look.wrong) == {"script-src-elem inline", "style-src-attr inline"}
        assert look.page.evaluate("window.ran") is None


@pytest.mark.parametrize("language", LOOKS)
def test_the_search_works_within_the_policy(browser: Any, site: str, language: str) -> None:
    with looking(browser, *LOOKS[language][0]) as look:
        look.page.goto(site + IN[language] + "search/")
        look.page.locator("#q").fill("کتابخانه ها" if language == "fa" else "district 12")
        look.page.locator("#results li mark").first.wait_for()
        assert complaints(look, site, language) == []


@pytest.mark.parametrize("path", ["/desk/", "/en/desk/"])
def test_the_top_row_folds_into_a_menu_on_a_phone_without_javascript(browser: Any, site: str, path: str) -> None:
    context = browser.new_context(viewport=SIZES["phone"], java_script_enabled=False)
    page = context.new_page()
    page.goto(site + path)
    assert page.locator("header.top").bounding_box()["height"] < 115  # a row of links and the search box
    links = page.get_by_role("navigation").first.get_by_role("link")
    assert page.locator("header nav:visible").count() == 0
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert links.count() > 5
    page.keyboard.press("Tab")
    assert links.first.evaluate("link => link === document.activeElement")
    wide = links.last.bounding_box()
    assert 0 <= wide["x"] < wide["x"] + wide["width"] <= SIZES["phone"]["width"]
    page.set_viewport_size(SIZES["desktop"])
    assert page.locator("header nav:visible").count() == 1
    assert not page.locator("header summary").is_visible()
    context.close()


@pytest.mark.parametrize(("size", "shown_as"), [("phone", "grid"), ("desktop", "table-row")])
def test_a_wide_table_is_cards_on_a_phone_and_a_table_to_a_screen_reader(
    browser: Any, site: str, size: str, shown_as: str
) -> None:
    page = browser.new_page(viewport=SIZES[size])
    page.goto(site + "/desk/")
    row = page.locator(".cards tbody tr").first
    assert row.evaluate("row => getComputedStyle(row).display") == shown_as
    table = page.get_by_role("table").first
    heads = table.get_by_role("columnheader").count()
    assert heads > 3
    assert table.get_by_role("row").nth(1).get_by_role("cell").count() == heads
    if size == "phone":
        assert page.locator(".cards").evaluate_all("all => all.every(one => one.scrollWidth <= one.clientWidth + 1)")
    page.close()


@pytest.mark.parametrize("path", ["/", TABLE, "/datasets/service_requests/", "/en/"])
def test_demonstration_data_is_announced_on_screen(browser: Any, site: str, path: str) -> None:
    page = browser.new_page(viewport=SIZES["phone"])
    page.goto(site + path)
    text = page.inner_text("body")
    assert "ساختگی" in text or "fictional" in text
    page.close()


def test_real_data_is_not_announced_as_fictional(browser: Any, site: str) -> None:
    page = browser.new_page()
    page.goto(site + "/datasets/districts/")
    assert "ساختگی" not in page.inner_text("main")
    page.close()


WITHOUT_SCRIPTS = ["/", "/datasets/service_requests/", "/en/datasets/service_requests/", "/desk/", "/districts/5/"]


@pytest.mark.parametrize("path", WITHOUT_SCRIPTS)
def test_the_portal_says_the_same_without_javascript(browser: Any, site: str, path: str) -> None:
    texts = []
    for javascript in (True, False):
        context = browser.new_context(java_script_enabled=javascript)
        page = context.new_page()
        page.goto(site + path, wait_until="load")
        article = page.locator("article").first
        texts.append(sorted(article.inner_text().replace("\u200c", "").split()))
        assert article.locator("svg").count() >= (1 if "service_requests" in path else 0)
        context.close()
    assert texts[0] == texts[1]


@pytest.mark.parametrize("path", ["/districts/", "/en/desk/", "/projects/SC-001/"])
def test_a_page_is_for_everyone_on_a_phone_with_all_unfolded(browser: Any, site: str, path: str) -> None:
    with looking(browser, "phone") as look:
        look.page.goto(site + path, wait_until="load")
        look.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert violations(look.page) == []


FAST_3G = {"offline": False, "latency": 562.5, "downloadThroughput": 180_000, "uploadThroughput": 84_375}  # DevTools'


@pytest.mark.parametrize("path", ["/", "/en/"])
def test_home_is_seen_within_a_second_on_a_slow_net(browser: Any, site: str, path: str) -> None:
    context = browser.new_context(viewport=SIZES["phone"])
    page = context.new_page()
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", FAST_3G)
    page.goto(site + path, wait_until="load")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    sent = page.evaluate("performance.getEntries().reduce((sum, one) => sum + (one.transferSize || 0), 0)")
    assert painted < 1000
    assert 20_000 < sent < 150_000
    context.close()


def test_the_desk_prints_as_a_report(browser: Any, site: str) -> None:
    page = browser.new_page(viewport=SIZES["desktop"])
    page.goto(site + "/desk/")
    page.emulate_media(media="print")
    assert not page.locator("header.top").is_visible()
    assert not page.locator("footer.foot").is_visible()
    assert page.locator("article h2").first.is_visible()
    assert page.locator("aside.demo").is_visible()
    assert len(page.pdf()) > 10_000
    page.close()


def test_a_reader_searches_from_home_and_gets_rows(browser: Any, site: str) -> None:
    page = browser.new_page(viewport=SIZES["phone"])
    page.goto(site + "/")
    page.locator("input[type=search]").first.fill("کتابخانه ها")
    page.locator("input[type=search]").first.press("Enter")
    page.wait_for_url("**/search/?q=*")
    page.locator("#results li").first.wait_for()
    page.goto(site + "/")
    page.locator("form.search a").click()
    page.wait_for_url("**/db/-/search")
    page.locator("input[type=search]").first.fill("کتابخانه ها")
    page.locator("input[type=search]").first.press("Enter")
    page.wait_for_url("**/db/-/search?*")
    assert page.locator("mark").count() > 0
    page.close()


def test_english_is_carried_from_page_to_page(browser: Any, site: str) -> None:
    page = browser.new_page(viewport=SIZES["desktop"])
    page.goto(site + "/db/shahrnama?_lang=en")
    page.locator("a[href*='/service_requests?']").first.click()
    page.wait_for_load_state()
    assert "_lang=en" in page.url
    assert page.evaluate("document.documentElement.lang") == "en"
    page.close()
