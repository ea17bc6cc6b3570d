"""The portal: plain Markdown, generated and authored, rendered by MkDocs beside the old pages and swapped in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from shahrnama.atomic import swap_folder, write_text
from shahrnama.catalog import House
from shahrnama.errors import PublishError
from shahrnama.publish.cards import add_cards
from shahrnama.publish.check import Check, accept
from shahrnama.publish.openapi import write_openapi
from shahrnama.publish.pages import dataset_list, dataset_page, home
from shahrnama.publish.picture_pages import listed, picture_files, picture_page
from shahrnama.publish.png import Drawn
from shahrnama.publish.quality_page import quality_page
from shahrnama.publish.site import Site
from shahrnama.publish.texts import LANGUAGES
from shahrnama.release import release_id

FONT = Path(__file__).parents[1] / "datasette_plugin" / "static" / "vazirmatn.woff2"  # one copy for both surfaces
EPOCH = "1700000000"  # MkDocs stamps sitemaps with it; any fixed moment gives the same bytes for the same pages
LONGEST_BUILD_SECONDS = 600


def write_portal(house: House, check: Check = accept) -> Path:
    """Write `build/docs` and render it to `build/html`; PublishError with MkDocs' own line where it refuses.

    `check` is shown the rendered pages before readers are, and raises where they must not see them.
    """
    write_docs(house)
    fresh = house.build / "html.new"
    shutil.rmtree(fresh, ignore_errors=True)
    config = {
        "INHERIT": os.path.relpath(house.root / "mkdocs.yml", house.build),
        "docs_dir": str(house.docs.resolve()),
        "site_dir": str(fresh.resolve()),
        "extra": {"release": release_id(house)},
        "theme": {"custom_dir": str((house.root / "site" / "overrides").resolve())},
    }
    write_text(house.build / "mkdocs.yml", yaml.safe_dump(config, allow_unicode=True))
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(house.build / "mkdocs.yml")]
    environ = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        command, env=environ, capture_output=True, text=True, check=False, timeout=LONGEST_BUILD_SECONDS
    )
    if done.returncode:
        told = (" ".join(line.split()) for line in (done.stderr + done.stdout).splitlines())
        lines = [line for line in told if line and not line.startswith("INFO")]
        raise PublishError(f"the portal cannot be rendered: {' / '.join(lines[-3:])}; the former pages stay")
    check(fresh)
    swap_folder(fresh, house.html)
    return house.html


def write_docs(house: House) -> None:
    """Markdown of every page, authored and generated, with the assets, into `build/docs`."""
    site, authored, drawn = Site(house), house.root / "site", Drawn(house.build / "drawn")
    shutil.rmtree(house.docs, ignore_errors=True)
    shutil.copytree(authored / "assets", house.docs / "assets")
    shutil.copyfile(FONT, house.docs / "assets" / FONT.name)
    if house.metadata.is_file():
        write_openapi(house, house.docs / "openapi.json")
    for language in LANGUAGES:
        place = house.docs / language
        shutil.copytree(authored / language, place)
        lead = (authored / language / "index.md").read_text(encoding="utf-8")
        write_text(place / "index.md", home(site, language, lead))
        write_text(place / "datasets" / "index.md", dataset_list(site, language))
        write_text(place / "quality.md", quality_page(site, language))
        for package in site.packages:
            write_text(place / "datasets" / f"{package['name']}.md", dataset_page(site, package, language))
        for item in listed(site, language):
            write_text(place / f"{item.address}.md", picture_page(site, item))
        add_cards(house.docs, language, drawn)
    for address, body in picture_files(site, drawn):
        place = house.docs / address
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
    drawn.sweep()
