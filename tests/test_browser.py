"""Pages as people see them: headless Chromium, desktop and phone, Persian and English, with and without JavaScript."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from chromium import SIZES, needs_chromium

pytestmark = needs_chromium
TABLE = "/db/shahrnama/service_requests"
SEARCH = f"{TABLE}?_search={quote('كتابخانه‌ها')}"
PAGES = {
    "home": ("/", "rtl"),
    "home-en": ("/en/", "ltr"),
    "datasets": ("/datasets/", "rtl"),
    "dataset": ("/datasets/service_requests/", "rtl"),
    "dataset-en": ("/en/datasets/service_requests/", "ltr"),
    "authored": ("/datasets/districts/", "rtl"),
    "desk": ("/desk/", "rtl"),
    "desk-en": ("/en/desk/", "ltr"),
    "districts": ("/districts/", "rtl"),
    "district": ("/districts/22/", "rtl"),
    "district-en": ("/en/districts/22/", "ltr"),
    "subject": ("/requests/137-0101/", "rtl"),
    "process": ("/processes/building_permit/", "rtl"),
    "process-en": ("/en/processes/building_permit/", "ltr"),
    "projects": ("/projects/", "rtl"),
    "project": ("/projects/SC-001/", "rtl"),
    "project-en": ("/en/projects/SC-001/", "ltr"),
    "claims-en": ("/en/claims/", "ltr"),
    "claim": ("/claims/C13/", "rtl"),
    "office": ("/offices/B-01/", "rtl"),
    "organisation": ("/organisations/tehran_municipality/", "rtl"),
    "contracts": ("/contracts/", "rtl"),
    "contracts-en": ("/en/contracts/", "ltr"),
    "eservices": ("/eservices/", "rtl"),
    "apis": ("/apis/", "rtl"),
    "duties": ("/duties/", "rtl"),
    "announced": ("/announced/", "rtl"),
    "changes": ("/changes/", "rtl"),
    "sources": ("/sources/", "rtl"),
    "method": ("/method/", "rtl"),
    "about": ("/about/", "rtl"),
    "about-en": ("/en/about/", "ltr"),
    "quality": ("/quality/", "rtl"),
    "quality-en": ("/en/quality/", "ltr"),
    "issues": ("/db/registers/issues", "rtl"),
    "datasette": ("/db/", "rtl"),
    "database-en": ("/db/shahrnama?_lang=en", "ltr"),
    "table": (TABLE, "rtl"),
    "table-en": (f"{TABLE}?_lang=en", "ltr"),
    "search": (SEARCH, "rtl"),
    "files": ("/files/", "rtl"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_in_its_direction_and_asks_nobody_else(browser: Any, site: str, name: str, size: str) -> None:
    path, direction = PAGES[name]
    page = browser.new_page(viewport=SIZES[size])
    asked: list[str] = []
    failed: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda answer: failed.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(site + path, wait_until="networkidle")
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(site).netloc}
    assert [line for line in failed if not line.endswith("/sitemap.xml")] == []
    assert page.evaluate("getComputedStyle(document.body).direction") == direction
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 1, f"the page scrolls sideways by {wider} px"
    assert "Vazirmatn" in page.evaluate("getComputedStyle(document.body).fontFamily")
    page.close()


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


AXE = [
    *(
        "home",
        "home-en",
        "dataset",
        "dataset-en",
        "table",
        "table-en",
        "search",
        "about",
        "desk",
        "districts",
        "district",
    ),
    *(
        "process",
        "process-en",
        "project",
        "claim",
        "claims-en",
        "office",
        "contracts",
        "eservices",
        "sources",
        "quality",
    ),
]


@pytest.mark.parametrize("path", ["/districts/", "/en/desk/", "/projects/SC-001/"])
def test_no_accessibility_violations_on_a_phone_with_all_unfolded(browser: Any, site: str, path: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport=SIZES["phone"])
    page.goto(site + path, wait_until="networkidle")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [(item["id"], [node["target"] for node in item["nodes"]][:3]) for item in found] == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", AXE)
def test_no_accessibility_violations(browser: Any, site: str, name: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport=SIZES["desktop"], color_scheme=scheme)
    page.goto(site + PAGES[name][0], wait_until="networkidle")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [(item["id"], [node["target"] for node in item["nodes"]][:3]) for item in found] == []
    page.close()


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
