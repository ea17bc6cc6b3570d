"""The whole portal, crawled: no link is lost, pages are valid HTML, and answers are three clicks from home."""

from __future__ import annotations

import gzip
import re
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import html5lib
import pytest
import yaml

from crawl import file_of, pages, parsed, resolved
from shahrnama.catalog import House

ANSWERS = yaml.safe_load((Path(__file__).parent / "cases" / "reader_answers.yaml").read_text(encoding="utf-8"))
MOST_CLICKS = 3
HOME_BYTES = 150_000  # over the wire, with style and font
PAGE_BYTES = 25_000  # of a page of one thing, packed: what a cheap phone waits for


def test_no_link_of_the_portal_is_lost(city: House) -> None:
    lost = []
    for address, path in pages(city):
        for link, _ in parsed(path).links:
            target = resolved(address, link)
            if target and not target.startswith("/db/") and target != "/db" and not file_of(city, target):
                lost.append((address, link))
    assert lost == []


def test_links_to_datasette_are_answered(city: House, site: str) -> None:
    asked: dict[str, str] = {}  # one of each table, with the names of its filters: all others differ in a value alone
    for address, path in pages(city):
        for link, _ in parsed(path).links:
            target = urllib.parse.urljoin(address, link)
            if target.startswith("/db"):
                asked.setdefault(re.sub(r"=[^&]*", "=", target.partition("#")[0]), target)
    assert len(asked) > 100
    failed = []
    for target in asked.values():
        with urllib.request.urlopen(site + target, timeout=30) as answer:
            if answer.status != 200:
                failed.append(target)
    assert failed == []


def test_every_page_is_valid_html(city: House) -> None:
    wrong = []
    for address, path in pages(city):
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(path.read_text(encoding="utf-8"))
        wrong += [(address, position, code) for position, code, _ in parser.errors]
        wrong += [(address, "id twice", name) for name, count in Counter(parsed(path).ids).items() if count > 1]
    assert wrong == []


def test_html_that_is_wrong_is_told() -> None:
    parser = html5lib.HTMLParser(strict=False)
    parser.parse("<!doctype html><title>x</title><table><p>y</table><a href=x href=y></b>")
    assert {code for _, code, _ in parser.errors} >= {"duplicate-attribute", "unexpected-end-tag"}


def test_every_page_has_one_title_one_heading_and_a_twin_in_the_other_language(city: House) -> None:
    wrong = []
    for address, path in pages(city):
        text = path.read_text(encoding="utf-8")
        twin = address.removeprefix("/en") if address.startswith("/en/") else f"/en{address}"
        if len(re.findall(r"<h1[ >]", text)) != 1 or not re.search(r"<title>[^<]{3,}</title>", text):
            wrong.append((address, "title"))
        if not file_of(city, twin):
            wrong.append((address, "twin"))
        if "None" in re.sub(r"None (?:is|of|yet)|None\.", "", parsed(path).text):
            wrong.append((address, "None"))
    assert wrong == []


def test_no_page_runs_a_script_or_grows_with_the_number_of_pages(city: House) -> None:
    projects = []
    for address, path in pages(city):
        body = path.read_bytes()
        run = re.findall(rb"<script(?! type=\"application/ld\+json\")[^>]*>", body)  # what describes data is not run
        assert run == [] or address.endswith("/search/"), address
        if address.startswith("/projects/") and address != "/projects/":
            projects.append(len(gzip.compress(body)))
    assert len(projects) > 100
    assert max(projects) < PAGE_BYTES


def test_home_is_light_for_a_cheap_phone(city: House) -> None:
    home = (city.html / "index.html").read_bytes()
    assert b"stylesheet" not in home  # the style is in it: nothing has to be asked before the first paint
    font = (city.html / "assets" / "vazirmatn.woff2").stat().st_size
    assert len(home) + font < HOME_BYTES  # even where the server packs nothing


@pytest.mark.parametrize("question", ANSWERS, ids=lambda question: str(question["question_en"]))
@pytest.mark.parametrize("language", ["fa", "en"])
def test_an_answer_is_three_clicks_from_home(city: House, question: dict[str, Any], language: str) -> None:
    home = "" if language == "fa" else "/en"
    address = f"{home}/"
    assert len(question["path"]) <= MOST_CLICKS
    for click in question["path"]:
        goal = click if click.startswith("/files/") else f"{home}{click}"
        page = file_of(city, address)
        assert page, address
        reached = {target for link, _ in parsed(page).links if (target := resolved(address, link))}
        found = [target for target in sorted(reached) if re.fullmatch(goal, target)]
        assert found, f"{address} has no link to {goal}"
        address = found[0]
    last = file_of(city, address)
    assert last, address
    text = parsed(last).text if last.suffix == ".html" else last.read_text(encoding="utf-8")
    assert re.search(question["answer" if language == "fa" else "answer_en"], text), address


def test_there_are_fifteen_answers() -> None:
    assert len(ANSWERS) == 15
