"""Feeds: what is new, as Atom (RFC 4287): of the site, each dataset, and each row of a table that says `feeds: true`.

New is what the data itself dates: the last change of a dataset's source, and the newest rows of its tables by their
column of time. No clock is asked, so that a feed changes only where the data does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_letters, digits
from typing import Any
from xml.etree import ElementTree

from shahrnama.persian import Language, display_date
from shahrnama.publish.addresses import address_part
from shahrnama.publish.catalogue import DEMO, Catalogue
from shahrnama.publish.measures import said
from shahrnama.publish.news import New, News
from shahrnama.publish.picture import Ground
from shahrnama.publish.site import DATABASE, Site
from shahrnama.publish.texts import LANGUAGES, text

HEAD = b'<?xml version="1.0" encoding="utf-8"?>\n'
ATOM = "http://www.w3.org/2005/Atom"
NAMES: dict[Language, str] = {"fa": "شهرنما", "en": "Shahrnama"}
CHANGED: dict[Language, str] = {"fa": "{title}: منبع در {day} عوض شد", "en": "{title}: the source changed on {day}"}
PLAIN = frozenset(b"-_" + ascii_letters.encode() + digits.encode())  # in the path of a Datasette page
ENTRIES, LONGEST_TITLE = 20, 90  # of a feed; letters of a row's own text in a title


@dataclass(frozen=True)
class Entry:
    """One thing that is new: its address (which is its name too), a line, more lines, and when."""

    address: str
    title: str
    body: str
    updated: str


def feeds(catalogue: Catalogue) -> Iterator[tuple[str, bytes]]:
    """Address below the site's root and body of every feed that has something to tell."""
    site = catalogue.site
    news = News(site, ENTRIES)
    for language in LANGUAGES:
        english = "en/" if language == "en" else ""
        changes = [*_changes(catalogue, language)]
        yield from _feed(site, f"feeds/site.{language}.xml", NAMES[language], site.address(english), changes, language)
        for package in site.packages:
            name, title = package["name"], _title(package, language)
            rows = [_row(site, new, language) for new in news.of_dataset(name)]
            own = [entry for entry in changes if entry.address.rpartition("#")[0].endswith(f"/datasets/{name}/")]
            page = site.address(f"{english}datasets/{name}/")
            yield from _feed(site, f"feeds/datasets/{name}.{language}.xml", title, page, [*own, *rows], language)
        for (table, key), found in news.of_things():
            package, resource = site.table(table)
            title = f"{NAMES[language]}: {site.name_of(package, resource, key, language)}"
            page = site.address(f"{english}{table}/{address_part(key)}/")
            address = f"feeds/{table}/{address_part(key)}.{language}.xml"
            yield from _feed(site, address, title, page, [_row(site, new, language) for new in found], language)


def _title(package: dict[str, Any], language: Language) -> str:
    demo = DEMO[0 if language == "fa" else 1] if package["is_demo"] else ""
    return f"{NAMES[language]}: {demo}{text(package, 'title', language)}"


def _changes(catalogue: Catalogue, language: Language) -> Iterator[Entry]:
    """The last change of each dataset's source."""
    for item in catalogue.datasets:
        if item.modified:
            at = 0 if language == "fa" else 1
            day = display_date(item.modified, language)
            title = CHANGED[language].format(title=item.title[at], day=day)
            yield Entry(f"{(item.page, item.page_en)[at]}#{item.modified}", title, item.description[at], item.modified)


def _row(site: Site, new: New, language: Language) -> Entry:
    """A row as an entry: its first text, what it is, and a few columns with their names."""
    ground = site.ground(new.package, language)
    fields = new.resource["schema"]["fields"]
    told = [
        (text(field, "title", language), _said(new.row[field["name"]], field, ground))
        for field in fields
        if new.row[field["name"]] and not field["name"].endswith("capture_id")
    ]
    options = new.resource.get("table") or {}
    label = options.get("label_column") or next(iter(options.get("search") or ()), "")
    first = " ".join(new.row.get(label, "").split())[:LONGEST_TITLE]
    mark = DEMO[0 if language == "fa" else 1] if new.package["is_demo"] else ""
    title = f"{mark}{text(new.resource, 'title', language)}: {first or told[0][1]}"
    key = ",".join(tilde(new.row[name]) for name in new.resource["schema"]["primaryKey"])
    address = site.address(f"{DATABASE.strip('/')}/{new.resource['name']}/{key}")
    moment = new.moment if "T" in new.moment else f"{new.moment}T00:00:00Z"
    return Entry(address, title, "\n".join(f"{name}: {value}" for name, value in told), moment)


def _said(value: str, field: dict[str, Any], ground: Ground) -> str:
    """A cell as plain text for people: a key by its name, a number with its unit, a date in the reader's calendar."""
    label = ground.label(field["name"], value)
    if label != value:
        return label
    if field["type"] in {"date", "datetime"}:
        return display_date(value, ground.language)
    if field["type"] in {"integer", "number"}:
        return said(float(value), field["name"], ground.language)
    return " ".join(value.split())


def tilde(value: str) -> str:
    """A key in the path of a Datasette page (0.65): a space as `+`, other signs but `-` and `_` as `~XX` of UTF-8."""
    return "".join(chr(byte) if byte in PLAIN else f"~{byte:02X}" for byte in value.encode()).replace("~20", "+")


def _feed(
    site: Site, address: str, title: str, page: str, entries: Sequence[Entry], language: Language
) -> Iterable[tuple[str, bytes]]:
    """One feed, newest first; none where there is no entry, for Atom wants to know when it changed."""
    if not entries:
        return ()
    ordered = sorted(entries, key=lambda entry: (entry.updated, entry.address), reverse=True)[:ENTRIES]
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _add(feed, "title", title)
    _add(feed, "id", site.address(address))
    _add(feed, "updated", ordered[0].updated)
    ElementTree.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": site.address(address)})
    ElementTree.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": page})
    _add(ElementTree.SubElement(feed, "author"), "name", NAMES[language])
    for entry in ordered:
        item = ElementTree.SubElement(feed, "entry")
        _add(item, "title", entry.title)
        _add(item, "id", entry.address)
        _add(item, "updated", entry.updated)
        ElementTree.SubElement(item, "link", {"rel": "alternate", "href": entry.address})
        _add(item, "content", entry.body).set("type", "text")
    return [(address, HEAD + ElementTree.tostring(feed, encoding="utf-8") + b"\n")]


def _add(parent: ElementTree.Element, name: str, said: str) -> ElementTree.Element:
    found = ElementTree.SubElement(parent, name)
    found.text = said
    return found
