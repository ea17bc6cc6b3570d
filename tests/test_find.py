"""The search without a server: what can be found, where it leads, and an index that is the same for the same site."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from shahrnama.catalog import House
from shahrnama.errors import PublishError
from shahrnama.publish import search_index
from shahrnama.publish.generate import Pages
from shahrnama.publish.search_entries import (
    MOST_ROWS,
    ROW_WEIGHT,
    TITLE_WEIGHT,
    Entry,
    page_entries,
    row_entries,
    table_entries,
)
from shahrnama.publish.search_index import Entries, site_entries, write_index, write_search
from shahrnama.publish.search_page import add_all_pages
from shahrnama.publish.search_terms import terms
from shahrnama.publish.site import Site
from shahrnama.publish.texts import LANGUAGES

PAGE = (
    """<!doctype html><html><head><title>t · site</title>{head}</head><body>{banner}<article>{body}</article></html>"""
)
SMALL: Entries = {
    "fa": [Entry(f"/{n}/", f"کتابخانهٔ {n}", "شرح", "صفحه", n % 2 == 0, f"کتابخانه. {n}n") for n in range(40)],
    "en": [Entry("/en/a/", 'Library <b> & "quotes"', "", "Page", False, "library")],
}


def _page(folder: Path, address: str, body: str, head: str = "", banner: str = "") -> None:
    place = folder / address
    place.mkdir(parents=True, exist_ok=True)
    (place / "index.html").write_text(PAGE.format(head=head, banner=banner, body=body), encoding="utf-8")


def _resource(name: str, key: list[str], label: str | None = "name_fa", rows: int = 2, **more: Any) -> dict[str, Any]:
    fields = [{"name": "id", "title": "شناسه", "title_en": "Id", "type": "string"}]
    fields += [{"name": f"name_{x}", "title": "نام", "title_en": "Name", "type": "string"} for x in ("fa", "en")]
    schema = {"fields": fields, "primaryKey": key, **more.pop("schema", {})}
    titles = {
        "title": "جای‌ها",
        "title_en": "Places",
        "description": "هر ردیف یک جا.",
        "description_en": "A place a row.",
    }
    return {"name": name, **titles, "schema": schema, "row_count": rows, "table": {"label_column": label, **more}}


def _package(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"name": "towns", "title": "شهرها", "title_en": "Towns", "is_demo": True, "resources": list(resources)}


@pytest.fixture
def towns(tmp_path: Path) -> Path:
    path = tmp_path / "towns.csv"
    path.write_text("id,name_fa,name_en\n1,باغ ملی,National garden\na/b?,پل طبیعت,\n", encoding="utf-8")
    return path


def test_pages_are_found_by_all_that_they_say(tmp_path: Path) -> None:
    _page(tmp_path, ".", "<h1>خانه</h1>")
    _page(tmp_path, "places", "<h1>جای‌ها</h1><p>نخست</p>", '<meta name="description" content="شرحِ همه">')
    hidden = "<svg><text>نمودار</text></svg><script>x</script><form>فرم</form>"
    body = f"<h1>باغ <em>ملی</em></h1><p>یک</p><table><tr><td>دو</td><td>سه</td><td>۱۲</td></tr></table>{hidden}"
    _page(tmp_path, "places/1", body, banner='<p class="demo">ساختگی</p>')
    _page(tmp_path, "en/places", "<h1>Places</h1>")
    _page(tmp_path, "search", "<h1>جست‌وجو</h1>")
    home, above, page = page_entries(tmp_path, "fa")
    assert (home.url, home.kind, home.is_demo) == ("/", "صفحه", False)
    assert (above.url, above.kind, above.description) == ("/places/", "صفحه", "شرحِ همه")
    assert (page.url, page.title, page.kind, page.description) == ("/places/1/", "باغ ملی", "جای‌ها", "یک")
    assert page.is_demo
    assert page.words == "باغ. ملی. یک. دو. سه"
    assert [entry.url for entry in page_entries(tmp_path, "en")] == ["/en/places/"]


def test_a_page_is_found_by_the_names_that_its_source_uses(tmp_path: Path) -> None:
    _page(tmp_path, "en/works", '<h1><bdi title="آسفالت">Asphalt</bdi></h1><svg><title>x</title></svg>')
    (page,) = page_entries(tmp_path, "en")
    assert page.title == "Asphalt"
    assert page.words == "asphalt. اسفالت"


def test_a_page_is_called_what_the_menus_call_it_and_weighs_more_than_a_row(towns: Path, tmp_path: Path) -> None:
    menu = '<nav><a href="../works/" aria-current="true">کارها</a></nav>'
    _page(tmp_path, "works", "<h1>۳ از ۵ دیر شد</h1>", banner=menu)
    _page(tmp_path, "works/1", "<h1>پل</h1>", banner=menu)
    _page(tmp_path, "pictures/x", "<h1>نمودار</h1>", banner=menu.replace(' aria-current="true"', ""))
    picture, works, bridge = page_entries(tmp_path, "fa")
    assert (works.kind, works.label, works.weight) == ("کارها", "کارها", TITLE_WEIGHT)
    assert (bridge.kind, bridge.label, bridge.weight) == ("۳ از ۵ دیر شد", "", TITLE_WEIGHT)
    package = _package(_resource("towns", ["id"]))
    rows = row_entries([package], {"towns": towns}, "fa")
    lower = {entry.weight for entry in (*rows, *table_entries([package], "fa"))}
    assert lower == {ROW_WEIGHT}
    assert ROW_WEIGHT < picture.weight < TITLE_WEIGHT


def test_rows_are_found_by_name_and_key_in_the_readers_language(towns: Path) -> None:
    package = _package(_resource("towns", ["id"], search=["name_fa", "name_en"]))
    garden, bridge = row_entries([package], {"towns": towns}, "fa")
    assert (garden.title, garden.url, garden.kind) == ("باغ ملی", "/db/shahrnama/towns/1", "جای‌ها")
    assert (garden.is_demo, garden.description) == (True, "هر ردیف یک جا.")
    assert {"باغ", "ملی", "1n", "garden"} <= set(garden.words.split(". "))
    assert bridge.url == "/db/shahrnama/towns/a%2Fb%3F"
    english, nameless = row_entries([package], {"towns": towns}, "en")
    assert (english.title, english.url) == ("National garden", "/db/shahrnama/towns/1?_lang=en")
    assert nameless.title == "پل طبیعت"
    (left,) = row_entries([package], {"towns": towns}, "fa", paged={("towns", "1")})
    assert left == bridge


@pytest.mark.parametrize(
    "resource",
    [
        _resource("towns", ["id"], label=None),
        _resource("towns", ["id", "name_fa"]),
        _resource("towns", ["id"], rows=MOST_ROWS + 1),
        _resource("towns", ["id"], schema={"foreignKeys": [{"fields": ["id"], "reference": {"resource": "others"}}]}),
    ],
    ids=["without names", "of two keys", "too many", "of another table"],
)
def test_rows_without_a_name_of_their_own_are_left_to_datasette(towns: Path, resource: dict[str, Any]) -> None:
    assert list(row_entries([_package(resource)], {"towns": towns}, "fa")) == []


def test_tables_are_found_by_their_columns_and_codes() -> None:
    resource = _resource("towns", ["id"])
    resource["schema"]["fields"][0] |= {"labels": {"x": "بوستان"}, "labels_en": {"x": "park"}}
    (entry,) = table_entries([_package(resource)], "fa")
    assert {"شناسه", "نام", "بوستان", "towns"} <= set(entry.words.split(". "))
    assert entry.kind == "جدول · شهرها"
    (entry,) = table_entries([_package(resource)], "en")
    assert {"name", "park"} <= set(entry.words.split(". "))


def test_the_same_site_gives_the_same_index(tmp_path: Path) -> None:
    written = []
    for name in ("one", "two", "three", "four"):
        place = tmp_path / name
        write_index(SMALL, place)
        written.append({path.relative_to(place): path.read_bytes() for path in place.rglob("*.*")})
    files = written[0]
    assert written == [files] * len(written)
    assert sum(path.suffix == ".pf_fragment" for path in files) == 41
    assert sorted(path.name for path in files if path.suffix == ".js") == ["pagefind.js"]
    found = [
        json.loads(gzip.decompress(body)[12:])["meta"]
        for path, body in files.items()
        if "en_" in path.name and path.suffix == ".pf_fragment"
    ]
    assert found == [{"title": 'Library <b> & "quotes"', "about": "", "kind": "Page", "url": "/en/a/"}]
    assert not list(tmp_path.glob("*.source"))


def test_an_index_that_cannot_be_written_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "get_executable", lambda: "/bin/false")
    with pytest.raises(PublishError, match="the search index cannot be written"):
        write_index(SMALL, tmp_path / "one")


def test_nothing_changed_nothing_indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House.at(Path(__file__).parents[1], build=tmp_path / "build")
    folders = [tmp_path / name for name in ("one", "two", "three")]
    for folder in folders:
        _page(folder, "a", "<h1>باغ</h1>")
    write_search(house, Site(house), folders[0])
    monkeypatch.setattr(search_index, "write_index", lambda *_: pytest.fail("indexed again"))
    write_search(house, Site(house), folders[1])
    assert (folders[1] / "pagefind" / "pagefind.js").is_file()
    _page(folders[2], "a", "<h1>باغ ملی</h1>")
    with pytest.raises(pytest.fail.Exception, match="indexed again"):
        write_search(house, Site(house), folders[2])


def test_all_pages_are_listed_under_the_one_above(tmp_path: Path) -> None:
    texts = {
        "search": "# جست‌وجو\n",
        "index": '---\ntitle: "خانه"\n---\n',
        "places/index": "# جای‌ها\n",
        "places/1": "# باغ [ملی]\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    add_all_pages(tmp_path, "fa")
    lines = (tmp_path / "search.md").read_text(encoding="utf-8").splitlines()
    assert lines[-3:] == ["- [خانه](index.md)", "- [جای‌ها](places/index.md)", "    - [باغ \\[ملی\\]](places/1.md)"]


def test_everything_of_the_city_can_be_found_in_both_languages(city: House) -> None:
    site = Site(city)
    found = site_entries(site, city.html)
    rendered = {path.parent.relative_to(city.html).as_posix() for path in city.html.rglob("index.html")}
    for language in LANGUAGES:
        urls = [entry.url for entry in found[language]]
        assert len(urls) == len(set(urls))
        pages = {address for address in rendered if (address.split("/")[0] == "en") == (language == "en")}
        assert len([url for url in urls if not url.startswith("/db/")]) == len(pages) - 1  # all but the search page
        assert [entry for entry in found[language] if not (entry.title and entry.kind and terms(entry.title))] == []
    tables = {resource["name"] for package in site.packages for resource in package["resources"]}
    assert tables <= {entry.url.rsplit("/", 1)[1] for entry in found["fa"] if entry.kind.startswith("جدول")}


def test_the_index_of_the_city_is_small_and_complete(city: House) -> None:
    place = city.html / "pagefind"
    told = json.loads((place / "pagefind-entry.json").read_text())["languages"]
    site = Site(city)
    Pages(site)  # which rows have a page of their own
    found = site_entries(site, city.html)
    assert {language: told[language]["page_count"] for language in LANGUAGES} == {k: len(v) for k, v in found.items()}
    largest = {kind: max(path.stat().st_size for path in place.rglob(kind)) for kind in ("*.pf_index", "*.pf_fragment")}
    assert largest["*.pf_index"] < 50_000  # what a word costs a reader
    assert largest["*.pf_fragment"] < 10_000  # what a result costs
