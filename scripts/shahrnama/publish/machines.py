"""For machines: the catalogue, feeds, the map of the site and what crawlers are told, as files beside the pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from shahrnama.persian import Language
from shahrnama.publish.catalogue import Catalogue
from shahrnama.publish.dcat import json_ld, turtle
from shahrnama.publish.feeds import feeds
from shahrnama.publish.listings import data_json, llms_txt, schema_org
from shahrnama.publish.markdown import add_front_matter
from shahrnama.publish.site import Site
from shahrnama.publish.texts import LANGUAGES

ROBOTS = """User-agent: *
Disallow: /db/
Allow: /
Sitemap: {sitemap}
"""  # a crawler that follows every facet and sort of Datasette asks without end; files and pages have the same data


def machine_files(site: Site, addresses: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Address below the site's root and body of each file; `addresses` are all pages', without language."""
    catalogue = Catalogue(site)
    yield "catalog.ttl", turtle(catalogue).encode()
    yield "catalog.jsonld", json_ld(catalogue).encode()
    yield "data.json", (json.dumps(data_json(catalogue), ensure_ascii=False, indent=1) + "\n").encode()
    yield "llms.txt", llms_txt(catalogue).encode()
    yield "robots.txt", ROBOTS.format(sitemap=site.address("sitemap.xml")).encode()
    yield "sitemap.xml", sitemap(site, addresses).encode()
    yield from feeds(catalogue)


def sitemap(site: Site, addresses: Iterable[str]) -> str:
    """Every page in both languages, each with its twins; Persian is the default (sitemaps.org, hreflang by Google)."""
    urls = []
    for address in sorted(addresses):
        twins = {
            language: site.address(("en/" if language == "en" else "") + (f"{address}/" if address else ""))
            for language in LANGUAGES
        }
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href="{where}"/>'
            for code, where in (*twins.items(), ("x-default", twins["fa"]))
        )
        urls += [f"<url><loc>{where}</loc>{links}</url>" for where in twins.values()]
    head = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">'
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', head, *urls, "</urlset>", ""])


def page_addresses(docs: Path) -> list[str]:
    """Addresses of all pages below `docs`, without their language and slashes; the front page's is empty."""
    root = docs / LANGUAGES[0]
    found = (str(path.relative_to(root).with_suffix("")) for path in root.rglob("*.md"))
    return sorted("" if name == "index" else name.removesuffix("/index") for name in found)


def add_descriptions(site: Site, docs: Path, language: Language) -> None:
    """Name in each page's front matter its feed (the site's, where it has none of its own) and its schema.org form."""
    catalogue, root = Catalogue(site), docs / language
    told = {f"datasets/{item.name}": {"jsonld": schema_org(catalogue, item, language)} for item in catalogue.datasets}
    for path in sorted(root.rglob("*.md")):
        address = str(path.relative_to(root).with_suffix(""))
        own, whole = f"feeds/{address}.{language}.xml", f"feeds/site.{language}.xml"
        feed = next((name for name in (own, whole) if (docs / name).is_file()), None)
        values = {**told.get(address, {}), **({"feed": feed} if feed else {})}
        if values:
            add_front_matter(path, values)
