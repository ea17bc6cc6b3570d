"""What the search without a server can find: pages as they are rendered, and tables and rows that have no page.

No dataset is known by name. A row has an entry of its own where its table says which column names it
(`table.label_column`), and where the row is not another table's: of buyers and the records of buyers, the buyers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lxml import etree, html

from shahrnama.persian import Language
from shahrnama.publish.search_terms import thinned
from shahrnama.publish.site import DATABASE, table_rows
from shahrnama.publish.texts import codes, label_column, text
from shahrnama.statements import foreign_keys

SEARCH = "search"  # address of the page that asks; it is not among what it finds
MOST_ROWS = 500  # of a table: larger ones are searched in Datasette
TITLE_WEIGHT, PICTURE_WEIGHT, ROW_WEIGHT = 10, 6, 4  # answers come first; 10 is the most that Pagefind takes
PICTURES = "pictures"  # part of the address of a page that shows one alone
LONGEST_DESCRIPTION = 180  # characters
KINDS: dict[Language, dict[str, str]] = {
    "fa": {"page": "صفحه", "table": "جدول"},
    "en": {"page": "Page", "table": "Table"},
}
OTHER: dict[Language, str] = {"fa": "_en", "en": "_fa"}  # how columns in the other language end
_BLOCKS = "p li td th dt dd h1 h2 h3 h4 h5 h6 div section summary figcaption caption tr br blockquote pre"
BLOCKS = frozenset(_BLOCKS.split())  # elements that end a text
UNREAD = "|".join(f".//{name}" for name in ("svg", "script", "style", "form", "nav", "noscript"))
Row = Mapping[str, str]
Resource = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One thing to find: where it is, what a reader sees of it, its words, folded, and what its title weighs.

    `label` is what the menus call a page whose title is an answer.
    """

    url: str
    title: str
    description: str
    kind: str
    is_demo: bool
    words: str
    weight: int = TITLE_WEIGHT
    label: str = ""


def page_entries(folder: Path, language: Language) -> Iterator[Entry]:
    """An entry for each page rendered into `folder` in one language, by address."""
    places = sorted(path.parent.relative_to(folder) for path in folder.rglob("index.html"))
    home = Path("en" if language == "en" else ".")
    titles: dict[Path, str] = {}  # of pages so far: those above a page come before it
    for place in places:
        if (place.parts[:1] == ("en",)) != (language == "en"):
            continue
        page = _tree(folder / place / "index.html")
        titles[place] = _title(page)
        content = page.find(".//article")
        if content is None or place == home / SEARCH:
            continue
        above = titles.get(place.parent) if place.parent != home else None
        up = page.xpath("string(//*[@class='up']//a)").strip()
        label = "" if up or above else page.xpath("string(//nav//a[@aria-current])").strip()
        yield Entry(
            url="/" if place == Path() else f"/{place.as_posix()}/",
            title=titles[place],
            description=_cut(_described(page, content)),
            kind=up or above or label or KINDS[language]["page"],
            is_demo=bool(page.find_class("demo")),
            words=thinned(_blocks(content)),
            weight=PICTURE_WEIGHT if PICTURES in place.parts else TITLE_WEIGHT,
            label=label,
        )


def table_entries(packages: Iterable[dict[str, Any]], language: Language) -> Iterator[Entry]:
    """An entry for each published table, found by what it is called and by the titles and codes of its columns."""
    for package in packages:
        for resource in package["resources"]:
            fields = resource["schema"]["fields"]
            titles = [text(field, "title", language) for field in fields]
            coded = [name for field in fields for name in codes(field, language).values()]
            title, description = text(resource, "title", language), text(resource, "description", language)
            yield Entry(
                url=_datasette(resource["name"], language),
                title=title,
                description=_cut(description),
                kind=f"{KINDS[language]['table']} · {text(package, 'title', language)}",
                is_demo=bool(package["is_demo"]),
                words=thinned([title, resource["name"], description, *titles, *coded]),
                weight=ROW_WEIGHT,
            )


def row_entries(
    packages: Collection[dict[str, Any]],
    tables: Mapping[str, Path],
    language: Language,
    paged: Collection[tuple[str, str]] = (),
) -> Iterator[Entry]:
    """An entry for each row that has a name, in small tables; `paged` rows (table and key) have pages of their own."""
    for package in packages:
        for resource in package["resources"]:
            key = _named_by(resource)
            if key is None:
                continue
            for row in table_rows(tables[resource["name"]]):
                if (resource["name"], row[key]) not in paged:
                    yield _row_entry(package, resource, row, key, language)


def _row_entry(package: dict[str, Any], resource: Resource, row: Row, key: str, language: Language) -> Entry:
    searched = resource["table"].get("search") or ()
    told = [column for column in (label_column(resource, language), *searched) if row.get(column)]
    ours = [column for column in told if not column.endswith(OTHER[language])] or told
    title = row[told[0]] if told else row[key]
    described = [row[column] for column in ours if row[column] != title]
    return Entry(
        url=_datasette(f"{resource['name']}/{quote(row[key], safe='')}", language),
        title=title,
        description=_cut(described[0] if described else text(resource, "description", language)),
        kind=text(resource, "title", language),
        is_demo=bool(package["is_demo"]),
        words=thinned([f"{title} {row[key]}", text(resource, "title", language), *(row[column] for column in told)]),
        weight=ROW_WEIGHT,
    )


def _named_by(resource: Resource) -> str | None:
    """The key column of a table whose rows have entries; None of a table that names no rows of its own."""
    schema, options = resource["schema"], resource.get("table") or {}
    primary = schema.get("primaryKey") or []
    borrowed = any(key["fields"] == primary for key in foreign_keys(resource))
    small = resource["row_count"] <= MOST_ROWS
    return primary[0] if options.get("label_column") and len(primary) == 1 and small and not borrowed else None


def _datasette(path: str, language: Language) -> str:
    return f"{DATABASE}{path}{'?_lang=en' if language == 'en' else ''}"


def _tree(path: Path) -> html.HtmlElement:
    return html.fromstring(path.read_bytes(), parser=html.HTMLParser(encoding="utf-8"))


def _title(page: html.HtmlElement) -> str:
    heading = page.find(".//h1")
    return " ".join((heading if heading is not None else page.find(".//title")).text_content().split())


def _described(page: html.HtmlElement, content: html.HtmlElement) -> str:
    said = page.xpath("string(//meta[@name='description']/@content)").strip()
    paragraphs = (" ".join(item.text_content().split()) for item in content.iter("p"))
    return said or next(filter(None, paragraphs), "")


def _blocks(content: html.HtmlElement) -> list[str]:
    """Texts of a page, cell by cell and paragraph by paragraph; pictures and forms say nothing to be found.

    Names that stand in English are found by what their source calls them too, which they say on hover.
    """
    own = list(dict.fromkeys(content.xpath(".//bdi/@title")))
    for unread in content.xpath(UNREAD):
        unread.drop_tree()
    for element in content.iter(etree.Element):
        if element.tag in BLOCKS:
            element.text, element.tail = f"\n{element.text or ''}", f"\n{element.tail or ''}"
    return [*(block for block in content.text_content().split("\n") if block.strip()), *own]


def _cut(said: str) -> str:
    said = " ".join(said.split())
    return said if len(said) <= LONGEST_DESCRIPTION else said[: LONGEST_DESCRIPTION - 1].rsplit(" ", 1)[0] + "…"
