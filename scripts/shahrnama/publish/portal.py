"""The portal: plain Markdown, generated and authored, rendered by MkDocs beside the old pages and swapped in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from shahrnama.atomic import fingerprint, swap_folder, write_text
from shahrnama.catalog import LOADER, House
from shahrnama.errors import PublishError
from shahrnama.persian import Language
from shahrnama.publish import blocks
from shahrnama.publish.cards import add_cards
from shahrnama.publish.check import Check, accept
from shahrnama.publish.generate import Pages
from shahrnama.publish.machines import add_descriptions, machine_files, page_addresses
from shahrnama.publish.openapi import write_openapi
from shahrnama.publish.pages import dataset_list, dataset_page
from shahrnama.publish.picture_pages import listed, picture_files, picture_page
from shahrnama.publish.png import Drawn
from shahrnama.publish.quality_page import quality_page
from shahrnama.publish.search_index import write_search
from shahrnama.publish.search_page import add_all_pages
from shahrnama.publish.search_terms import folding_script
from shahrnama.publish.site import Site
from shahrnama.publish.texts import LANGUAGES, text

FONT = Path(__file__).parents[1] / "datasette_plugin" / "static" / "vazirmatn.woff2"  # one copy for both surfaces
EPOCH = "1700000000"  # MkDocs stamps sitemaps with it; any fixed moment gives the same bytes for the same pages
LONGEST_BUILD_SECONDS = 600
RENDERED = "rendered.sha256"  # what the standing pages were rendered from; beside them, not among them
RENDERERS = ("mkdocs", "mkdocs-material", "mkdocs-static-i18n", "markdown", "pagefind-bin")
Menu = list[dict[str, Any]]


def write_portal(house: House, check: Check = accept) -> Path:
    """Write `build/docs` and render it to `build/html`; PublishError with MkDocs' own line where it refuses.

    `check` is shown the rendered pages before readers are, and raises where they must not see them. Where nothing
    changed that pages are made from, nothing is rendered.
    """
    site = Site(house)
    menus = write_docs(house, site)
    config = _config(site, menus)
    inputs = _inputs(house, config)
    kept = house.build / RENDERED
    if house.html.is_dir() and kept.is_file() and kept.read_text() == inputs:
        return house.html
    fresh = house.build / "html.new"
    _render(house, config, fresh)
    write_search(house, site, fresh)
    shutil.copyfile(house.docs / "sitemap.xml", fresh / "sitemap.xml")  # MkDocs' own dates pages by a clock
    (fresh / "sitemap.xml.gz").unlink(missing_ok=True)
    check(fresh)
    kept.unlink(missing_ok=True)
    swap_folder(fresh, house.html)
    write_text(kept, inputs)
    return house.html


def _render(house: House, config: dict[str, Any], fresh: Path) -> None:
    shutil.rmtree(fresh, ignore_errors=True)
    place = house.build / "mkdocs.yml"
    write_text(place, yaml.safe_dump({**config, "site_dir": str(fresh.resolve())}, allow_unicode=True))
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(place)]
    environ = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        command, env=environ, capture_output=True, text=True, check=False, timeout=LONGEST_BUILD_SECONDS
    )
    if done.returncode:
        told = (" ".join(line.split()) for line in (done.stderr + done.stdout).splitlines())
        lines = [line for line in told if line and not line.startswith("INFO")]
        raise PublishError(f"the portal cannot be rendered: {' / '.join(lines[-3:])}; the former pages stay")


def _config(site: Site, menus: dict[str, Menu]) -> dict[str, Any]:
    """What the build adds to the authored mkdocs.yml: where things are, and the menus."""
    house = site.house
    return {
        "INHERIT": os.path.relpath(house.root / "mkdocs.yml", house.build),
        "docs_dir": str(house.docs.resolve()),
        "theme": {"custom_dir": str((house.root / "site" / "overrides").resolve())},
        "extra": {"menus": menus, "style": _style(house), "release": site.release},
    }


def _inputs(house: House, config: dict[str, Any]) -> str:
    """One digest of all that the rendered pages depend on."""
    folders = (house.docs, house.root / "site" / "overrides")
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    renderers = [f"{name} {version(name)}" for name in RENDERERS]
    places = "\n".join(
        str(path.relative_to(house.root if path.is_relative_to(house.root) else house.build)) for path in files
    )
    told = (places, yaml.safe_dump(config), os.environ.get("SHAHRNAMA_URL", ""))
    return fingerprint([*files, house.root / "mkdocs.yml", Path(blocks.__file__)], *told, *renderers)


def write_docs(house: House, site: Site | None = None) -> dict[str, Menu]:
    """Markdown of every page, authored and generated, with the assets, into `build/docs`; returns the menus.

    `site`, where it is given, knows all pages' addresses afterwards.
    """
    site = site or Site(house)
    authored, drawn = house.root / "site", Drawn(house.build / "drawn")
    site.names.addresses |= {
        *("datasets", "quality"),
        *(_address(path) for path in (authored / LANGUAGES[0]).glob("*.md")),
        *(f"datasets/{package['name']}" for package in site.packages),
    }
    pages = Pages(site)
    shutil.rmtree(house.docs, ignore_errors=True)
    shutil.copytree(authored / "assets", house.docs / "assets")
    shutil.copyfile(FONT, house.docs / "assets" / FONT.name)
    write_text(house.docs / "assets" / "search_words.js", folding_script())
    if house.metadata.is_file():
        write_openapi(house, house.docs / "openapi.json")
    for language in LANGUAGES:
        place = house.docs / language
        shutil.copytree(authored / language, place)
        _write(place / "datasets.md", dataset_list(site, language))
        _write(place / "quality.md", quality_page(site, language))
        for package in site.packages:
            _write(place / "datasets" / f"{package['name']}.md", dataset_page(site, package, language))
        for address, markdown in pages.written(language):
            _write(place / f"{address or 'index'}.md", markdown)
        for item in listed(site, language):
            _write(place / f"{item.address}.md", picture_page(site, item))
        add_all_pages(place, language)
    for address, body in chain(picture_files(site, drawn), machine_files(site, page_addresses(house.docs))):
        place = house.docs / address
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
    for language in LANGUAGES:
        add_descriptions(site, house.docs, language)
        add_cards(house.docs, language, drawn)
    drawn.sweep()
    return {language: _menu(authored / "menu.yaml", pages, language) for language in LANGUAGES}


def _menu(path: Path, pages: Pages, language: Language) -> Menu:
    """The groups of `site/menu.yaml` in one language, with the authored and the declared pages that there are."""
    found = []
    for group in yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER):  # noqa: S506 a safe loader
        entries = [*pages.menu(group["name"]), *(group.get("pages") or ())]
        links = [
            {"address": entry["address"], "label": text(entry, "label", language), "header": bool(entry.get("header"))}
            for entry in entries
            if entry["address"] in pages.names.addresses
        ]
        found.append({"name": group["name"], "label": text(group, "label", language), "pages": links})
    return found


def _style(house: House) -> str:
    """The stylesheet in few bytes, for the page that carries it inside."""
    style = re.sub(
        r"/\*.*?\*/", "", (house.root / "site" / "assets" / "portal.css").read_text(encoding="utf-8"), flags=re.S
    )
    return re.sub(r"\s*([{};,])\s*", r"\1", " ".join(style.split()))


def _address(path: Path) -> str:
    return "" if path.stem == "index" else path.stem


def _write(path: Path, markdown: str) -> None:
    """Scratch for the renderer: nothing is lost if a killed run leaves half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(markdown, encoding="utf-8")
