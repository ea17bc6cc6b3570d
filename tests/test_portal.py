"""The portal's generated pages: what they say, in which language, and that no cell of the data becomes markup."""

from __future__ import annotations

import re
import struct
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from shahrnama.atomic import write_json
from shahrnama.catalog import House
from shahrnama.errors import PublishError
from shahrnama.publish.cells import shown
from shahrnama.publish.files import write_files
from shahrnama.publish.markdown import plain
from shahrnama.publish.pages import Site, dataset_page
from shahrnama.publish.portal import write_docs, write_portal
from small_city import REQUEST_TABLES, field, promote, published, resource

CHART = {
    "name": "open_by_district",
    "resource": "response_times",
    "x": "district_id",
    "y": "open_count",
    "title": "باز",
    "title_en": "Open",
    "description": "شرح",
    "description_en": "What",
}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return published(tmp_path)


def package(house: House, name: str) -> dict[str, Any]:
    return next(item for item in Site(house).packages if item["name"] == name)


def page(house: House, name: str, language: Any = "fa") -> str:
    return dataset_page(Site(house), package(house, name), language)


def test_a_dataset_s_page_has_all_that_a_reader_needs(house: House) -> None:
    for language, words in (
        ("fa", ["صاحب داده", "شهرداری", "ذکر منبع", "واژه‌نامهٔ ستون‌ها", "منطقهٔ ۱۲", "دانلود", "۳ ردیف", "ارجاع"]),
        ("en", ["Owner", "Municipality", "Licence", "district_id", "District 12", "3 rows", "cite", "SHA-256"]),
    ):
        text = page(house, "districts", language)
        assert [word for word in words if word not in text] == []
    assert "/files/districts/districts.csv" in page(house, "districts")
    assert "/db/shahrnama/districts?_lang=en" in page(house, "districts", "en")


def test_fictional_packages_say_so_on_their_page_and_real_ones_do_not(house: House) -> None:
    assert "demo: true" in page(house, "service_requests")
    assert ".demo.csv" in page(house, "service_requests")
    assert "demo: false" in page(house, "districts")
    assert "demo.csv" not in page(house, "districts")


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_dataset_that_was_held_back_says_why(house: House, language: str) -> None:
    problem = {"resource": "districts", "row": 3, "field": "name_fa", "message": "is <b>empty</b>", "severity": "error"}
    write_json(
        house.reports / "districts.json",
        {"status": "held", "problems": [problem], "last_checked_at": None, "last_changed_at": None},
    )
    text = page(house, "districts", language)
    assert 'class="held"' in text
    assert "is &lt;b&gt;empty&lt;/b&gt;" in text
    assert 'class="held"' not in page(house, "service_requests", language)


@pytest.mark.parametrize(
    ("language", "says"), [("fa", "۱۰ آبان ۱۴۰۵</time>: خاموش &lt;شد&gt;"), ("en", "1 November 2026")]
)
def test_a_source_that_is_no_longer_asked_says_since_when_and_why(house: House, language: str, says: str) -> None:
    frozen = {"since": "2026-11-01", "reason": "خاموش <شد>", "reason_en": "switched off"}
    promote(house, "service_requests", REQUEST_TABLES, is_demo=True, harvest={"frozen": frozen})
    assert says in page(house, "service_requests", language)
    assert "دیگر پرسیده نمی‌شود" not in page(house, "districts")


def test_the_front_page_counts_what_is_published_and_searches(house: House) -> None:
    write_docs(house)
    text = (house.docs / "fa" / "index.md").read_text(encoding="utf-8")
    assert "<b>۳</b>" in text
    assert f"<b>{str(Site(house).row_count).translate({48 + n: 0x6F0 + n for n in range(10)})}</b>" in text
    assert 'action="search/"' in text
    assert 'href="/db/-/search"' in text


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "{{ 7 * 7 }}",
    "| a | b |",
    "`code` **bold**",
    "\n# heading",
    "</div></table><h1>",
    '" onmouseover="alert(1)',
)


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def dangers(text: str) -> list[str]:
    """Tags that no page of ours has, attributes that run something, links that are none."""
    return [
        f"{tag} {attributes}"
        for tag, attributes in Tags(text).found
        if tag in {"script", "img", "iframe", "object"}
        or any(name.startswith("on") or (value or "").startswith("javascript:") for name, value in attributes.items())
    ]


def test_no_text_of_the_data_becomes_markup(house: House) -> None:
    texts = {"title": " ".join(HOSTILE), "description": " ".join(HOSTILE)}
    fields = [field("note_id", required=True), {**field("note"), **texts}]
    rows = [(str(at), text) for at, text in enumerate(HOSTILE)]
    promote(house, "notes", [resource("notes", "note_id", fields, rows, **texts)], **texts)
    write_files(house)
    write_portal(house)
    for path in ("notes/index.html", "index.html"):
        text = (house.html / "datasets" / path).read_text(encoding="utf-8")
        article = text[text.index("<article") : text.index("</article>")]
        assert dangers(article) == [], path
        assert "{{ 7 * 7 }}" in article
        assert "alert(1)" in article
        assert "<strong>bold" not in article
    assert article.count("<h1") == 1


def test_addresses_in_cells_are_links_and_nothing_else_is() -> None:
    text = {"type": "string"}
    address = shown("https://example.org/a?b=1&c=2", "source_url", text, "fa")
    assert address.startswith('<a href="https://example.org/a?b=1&amp;c=2"')
    assert "href" not in shown("javascript:alert(1)", "source_url", text, "fa")
    assert shown("", "note", text, "fa") == "—"
    assert shown("a" * 200, "note", text, "en").endswith("…</bdi>")
    assert plain("a_b*c\nd") == "a\\_b\\*c d"


def test_a_chart_stands_on_its_page_with_its_numbers(house: House) -> None:
    promote(house, "service_requests", REQUEST_TABLES, is_demo=True, charts=[CHART])
    text = page(house, "service_requests")
    assert '<figure id="open_by_district">' in text
    assert "<svg" in text
    assert "<tr><td>منطقهٔ ۵</td><td>۴</td></tr>" in text
    assert "\u2068منطقهٔ ۵\u2069 با ۴ بالاتر از همه است." in text


def test_a_picture_has_an_address_and_files_to_take_away(house: House) -> None:
    promote(house, "service_requests", REQUEST_TABLES, is_demo=True, charts=[CHART])
    write_docs(house)
    place = house.docs / "pictures" / "service_requests"
    for language in ("fa", "en"):
        markdown = (house.docs / language / "pictures" / "service_requests" / "open_by_district.md").read_text("utf-8")
        assert "http://127.0.0.1:8001/pictures/service_requests/open_by_district" in markdown
        svg = (place / f"open_by_district.{language}.demo.svg").read_text(encoding="utf-8")
        assert "var(" not in svg
        told = " ".join(part.text or "" for part in ElementTree.fromstring(svg).iter())
        assert ("ساختگی" if language == "fa" else "Fictional") in told
        assert (
            (place / f"open_by_district.{language}.demo.csv")
            .read_text("utf-8")
            .startswith("district_id,name,open_count\n5,")
        )
        assert (place / f"open_by_district.{language}.demo.png").read_bytes().startswith(b"\x89PNG")


def test_a_district_stands_out_by_its_key_as_the_database_has_it(house: House) -> None:
    promote(house, "service_requests", REQUEST_TABLES, is_demo=True, charts=[CHART])
    for key in (5, "5"):
        found = Site(house).picture("service_requests", "open_by_district", "fa", highlight=key)
        assert found
        assert "var(--warn" in found.svg
        assert not found.is_listed
    assert Site(house).picture("service_requests", "lost", "fa") is None


def test_a_dataset_is_cited_with_its_release_and_address(house: House) -> None:
    write_docs(house)
    release = Site(house).release
    persian, english = (
        (house.docs / language / "datasets" / "service_requests.md").read_text(encoding="utf-8").replace("\\", "")
        for language in ("fa", "en")
    )
    assert f"release {release}. http://127.0.0.1:8001/en/datasets/service_requests/" in english
    assert re.search(rf"@misc\{{shahrnama_service_requests,\n(.*\n)*  version = \{{{release}\}},", english)
    assert f"، نسخهٔ {release}. http://127.0.0.1:8001/datasets/service_requests/" in persian


def test_every_page_names_a_card_of_its_own_title(house: House) -> None:
    write_docs(house)
    kept = {path: path.stat().st_mtime_ns for path in (house.build / "drawn").glob("*.png")}
    cards = {}
    for path in sorted((house.docs / "fa").rglob("*.md")):
        found = re.match(r'---\ncard: "(cards/[0-9a-f]{16}\.png)"\n', path.read_text(encoding="utf-8"))
        assert found, path
        width, height = struct.unpack(">II", (house.docs / found[1]).read_bytes()[16:24])
        assert (width, height) == (1200, 630)
        cards[path.stem] = found[1]
    assert len(set(cards.values())) == len(cards)
    write_docs(house)
    assert {path: path.stat().st_mtime_ns for path in (house.build / "drawn").glob("*.png")} == kept


def test_the_same_packages_give_the_same_pages(house: House) -> None:
    write_docs(house)
    first = {path.relative_to(house.docs): path.read_bytes() for path in house.docs.rglob("*") if path.is_file()}
    write_docs(house)
    assert {
        path.relative_to(house.docs): path.read_bytes() for path in house.docs.rglob("*") if path.is_file()
    } == first


def test_the_rendered_site_is_whole_and_a_broken_page_leaves_the_former_ones(house: House) -> None:
    write_portal(house)
    pages = {str(path.relative_to(house.html)) for path in house.html.rglob("*.html")}
    for name in ("index.html", "datasets/index.html", "datasets/districts/index.html", "about/index.html"):
        assert {name, f"en/{name}"} <= pages
    for path in house.html.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        language = "en" if path.is_relative_to(house.html / "en") else "fa"
        assert re.search(rf'<html lang="{language}"', text), path
        assert not re.search(r'(?:src|href)="(?:https?:)?//[^"]*\.(?:js|css|woff2?)"', text), path
    former = (house.html / "index.html").read_bytes()
    (house.root / "site" / "fa" / "about.md").write_text("[nowhere](lost.md)", encoding="utf-8")
    with pytest.raises(PublishError, match=r"the portal cannot be rendered: .*lost\.md.*; the former pages stay"):
        write_portal(house)
    assert (house.html / "index.html").read_bytes() == former


def test_local_links_of_the_whole_site_lead_somewhere(city: House) -> None:
    lost = []
    for path in city.html.rglob("*.html"):
        if path.name == "404.html":
            continue
        for link in re.findall(r'(?:href|src)="([^"#?]+)[^"]*"', path.read_text(encoding="utf-8")):
            if re.match(r"[a-z]+:|//|/db/", link):
                continue
            root = city.files if link.startswith("/files/") else city.html
            place = root / link.removeprefix("/files/").lstrip("/") if link.startswith("/") else path.parent / link
            if not (place.is_file() or (place / "index.html").is_file()):
                lost.append((str(path.relative_to(city.html)), link))
    assert lost == []
