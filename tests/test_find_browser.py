"""The search page as readers use it: every spelling one answer, by keyboard, by ear, without scripts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import expect

from chromium import SIZES, needs_chromium, violations

pytestmark = needs_chromium

CASES = json.loads((Path(__file__).parent / "cases/search_folding.json").read_text(encoding="utf-8"))
SPELLINGS = {case["name"]: case["same"] for case in CASES if "same" in case}
DISTRICT = quote("منطقه 12")


def _ask(page: Any, asked: str) -> list[str]:
    """Addresses of the first results."""
    page.evaluate("document.getElementById('found').textContent = ''")
    page.fill("#q", asked)
    page.press("#q", "Enter")
    expect(page.locator("#found")).to_contain_text(re.compile("[«“]"))
    return [str(link.get_attribute("href")) for link in page.locator("#results a").all()]


def test_every_spelling_has_the_same_answer(browser: Any, site: str) -> None:
    page = browser.new_page()
    page.goto(site + "/search/")
    answered = 0
    for name, spellings in SPELLINGS.items():
        answers = [_ask(page, asked) for asked in spellings]
        assert answers == [answers[0]] * len(spellings), name
        answered += bool(answers[0])
    assert answered >= 6
    assert _ask(page, "منطقه 1") != _ask(page, "منطقه 12")
    page.close()


@pytest.mark.parametrize(
    ("address", "count", "title"),
    [
        (f"/search/?q={DISTRICT}", "نتیجه برای «منطقه 12»", "منطقهٔ ۱۲"),
        ("/en/search/?q=district+12", "results for “district 12”", "District 12"),
    ],
)
def test_a_district_is_found_by_its_number(browser: Any, site: str, address: str, count: str, title: str) -> None:
    page = browser.new_page(viewport=SIZES["phone"])
    asked: list[str] = []
    broken: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: broken.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(site + address, wait_until="networkidle")
    status = page.locator("[role=status]")
    assert status.inner_text().endswith(count)
    assert status.inner_text().split()[0].isdecimal()
    assert status.inner_text()[0].isascii() == address.startswith("/en")
    first = page.locator("#results li").first
    assert title in first.locator("a").inner_text()
    assert first.locator("mark").all_inner_texts() == title.split()
    assert first.locator("small").inner_text()
    assert broken == []
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(site).netloc}
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
    page.close()


@pytest.mark.parametrize(
    ("language", "asked", "first"),
    [
        ("/", "پروژه", "/projects/"),
        ("/", "قرارداد", "/contracts/"),
        ("/", "۱۳۷", "/requests/"),
        ("/", "آشغال", "/requests/137-0101/"),
        ("/", "آسفالت", "/requests/137-0201/"),
        ("/en/", "permit", "/en/processes/building_permit/"),
        ("/en/", "promise", "/en/projects/"),
        ("/en/", "garbage", "/en/requests/137-0101/"),
    ],
)
def test_the_page_that_is_called_so_comes_first(browser: Any, site: str, language: str, asked: str, first: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}{language}search/")
    assert _ask(page, asked)[0] == first
    page.close()


def test_results_are_reached_and_opened_by_keyboard(browser: Any, site: str) -> None:
    page = browser.new_page()
    page.goto(site + "/datasets/")
    page.focus("#find")
    page.keyboard.type("پروژه")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    expect(page.locator("#results li").first).to_be_visible()
    assert page.input_value("#q") == "پروژه"
    page.focus("#q")
    for _ in range(2):  # past the button
        page.keyboard.press("Tab")
    expect(page.locator("#results a").first).to_be_focused()
    page.locator("#more").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#results a").nth(10)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/search/" not in url)
    page.close()


def test_no_result_is_said_with_help(browser: Any, site: str) -> None:
    page = browser.new_page()
    page.goto(site + "/search/?q=zzzzqq")
    expect(page.locator("#found")).to_have_text("نتیجه‌ای نیست برای «zzzzqq»")
    assert page.locator("#nothing").is_visible()
    assert page.locator("#rows").is_visible()
    assert not page.locator("#unable").is_visible()
    page.fill("#q", "")
    expect(page.locator("#hints")).to_be_visible()
    assert "q=" not in page.url
    page.close()


@pytest.mark.parametrize("path", ["/search/", "/en/search/"])
@pytest.mark.parametrize("broken", ["no scripts", "no index"])
def test_without_scripts_the_page_says_so_and_offers_other_ways(
    browser: Any, site: str, path: str, broken: str
) -> None:
    context = browser.new_context(java_script_enabled=broken != "no scripts")
    page = context.new_page()
    page.route("**/pagefind.js", lambda route: route.abort())
    page.goto(f"{site}{path}?q=12")
    expect(page.locator("#unable")).to_be_visible()
    assert page.locator("#rows").get_attribute("action").startswith("/db/")
    assert page.locator("article a[href*='datasets/']").count() > 10
    page.fill("#row", "12")
    page.press("#row", "Enter")
    page.wait_for_url("**/db/**")
    assert page.locator("h1").count() == 1
    context.close()


def test_no_page_loads_the_search_before_it_is_asked(browser: Any, site: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/en/", "/datasets/", "/search/"):
        page.goto(site + path, wait_until="networkidle")
        assert [url for url in asked if "pagefind" in url] == []
        assert path == "/search/" or page.locator("form[action$='search/']").count() == 1
    page.focus("#q")
    page.wait_for_event("requestfinished", lambda request: "wasm" in request.url)
    page.close()


@pytest.mark.parametrize(
    "address", ["/search/", f"/search/?q={DISTRICT}", "/en/search/?q=district", "/en/search/?q=zzzzqq"]
)
def test_search_is_accessible(browser: Any, site: str, address: str) -> None:
    page = browser.new_page()
    page.goto(site + address, wait_until="networkidle")
    assert violations(page) == []
    page.close()
