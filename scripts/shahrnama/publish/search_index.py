"""The search without a server: Pagefind's index over entries, of which a reader's browser fetches only what it needs.

Pagefind splits and stems no Persian and takes ك and ک for two letters. So it is given words that are folded already
(`search_terms`), as small pages of its own reading, and the browser folds what a reader asks. What a reader sees of a
result is kept beside the words, unfolded. The same entries give the same bytes.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from importlib.metadata import version
from pathlib import Path

from pagefind_bin import get_executable

from shahrnama.atomic import fingerprint, swap_folder, write_text
from shahrnama.catalog import House
from shahrnama.errors import PublishError
from shahrnama.persian import Language
from shahrnama.publish.search_entries import Entry, page_entries, row_entries, table_entries
from shahrnama.publish.search_terms import found_by, terms
from shahrnama.publish.site import Site
from shahrnama.publish.texts import LANGUAGES

PLACE = "pagefind"  # below the portal, where search.js looks
NAMED = 4  # times that the name in a title counts: it is found before pages that only mention it
LONGEST_SECONDS = 300
# What Pagefind writes for interfaces that we do not use; its worker is left out for the bytes (see search.js).
UNUSED = ("pagefind-*ui.*", "pagefind-highlight.js", "pagefind-worker.js")
Entries = Mapping[Language, list[Entry]]


def write_search(house: House, site: Site, folder: Path) -> Path:
    """Index the pages rendered into `folder` and what has no page, into `folder/pagefind`; returns that place.

    The index is kept in `build/search` and made anew only where what can be found has changed.
    """
    entries = site_entries(site, folder)
    kept, told = house.build / "search", house.build / "search.sha256"
    digest = fingerprint((), version("pagefind-bin"), *_rendered(entries))
    if not (kept.is_dir() and told.is_file() and told.read_text(encoding="utf-8") == digest):
        fresh = house.build / "search.new"
        write_index(entries, fresh)
        told.unlink(missing_ok=True)
        swap_folder(fresh, kept)
        write_text(told, digest)
    return Path(shutil.copytree(kept, folder / PLACE))


def site_entries(site: Site, folder: Path) -> Entries:
    """Everything that can be found, by language: pages, tables, and named rows that have no page."""
    tables = {name: path for package in site.packages for name, path in site.tables(package).items()}
    return {
        language: [
            *page_entries(folder, language),
            *table_entries(site.packages, language),
            *row_entries(site.packages, tables, language, site.names.pages),
        ]
        for language in LANGUAGES
    }


def write_index(entries: Entries, place: Path) -> None:
    """Write Pagefind's files for entries to the new folder `place`; PublishError with Pagefind's own line."""
    source = place.with_name(f"{place.name}.source")
    for folder in (source, place):
        shutil.rmtree(folder, ignore_errors=True)
    for language, found in entries.items():
        (source / language).mkdir(parents=True)
        for number, page in enumerate(_pages(found, language)):
            (source / language / f"{number:06}.html").write_text(page, encoding="utf-8")
    command = [str(get_executable()), "--site", str(source), "--output-path", str(place), "--silent"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS)
    shutil.rmtree(source)
    if done.returncode or not (place / "pagefind.js").is_file():
        told = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise PublishError(f"the search index cannot be written: {' / '.join(told[-2:])}; the former pages stay")
    for path in [path for pattern in UNUSED for path in place.glob(pattern)]:
        path.unlink()
    entry = place / "pagefind-entry.json"  # names its languages in any order, now this one first and now that
    write_text(entry, json.dumps(json.loads(entry.read_bytes()), sort_keys=True))


def _name(entry: Entry) -> list[str]:
    """What the menus call a page, else how its title begins, before it tells: `District 12: slower than the city`."""
    return terms(entry.label or entry.title.split(":", 1)[0])


def _pages(entries: Iterable[Entry], language: Language) -> Iterator[str]:
    """Entries as Pagefind reads them: folded words as text, what is shown as metadata."""
    for entry in entries:
        shown = {"title": entry.title, "about": entry.description, "kind": entry.kind, "url": entry.url}
        shown |= {"label": entry.label} if entry.label else {}
        shown |= {"demo": "true"} if entry.is_demo else {}
        name = _name(entry)
        title = " ".join(terms(entry.title) + (name + found_by(name)) * NAMED)
        words = ". ".join([entry.words, *found_by(entry.words.split())])
        named = ", ".join(f"{name}[data-{name}]" for name in shown)
        attributes = " ".join(f'data-{name}="{escape(value)}"' for name, value in shown.items())
        yield (
            f'<!doctype html><html lang="{language}">'
            f'<body data-pagefind-body data-pagefind-meta="{named}" {attributes}>'
            f'<p data-pagefind-weight="{entry.weight}">{title}</p><p>{escape(words)}</p>'
            "</body></html>"
        )


def _rendered(entries: Entries) -> Iterator[str]:
    """All that Pagefind is given."""
    for language, found in entries.items():
        yield from _pages(found, language)
