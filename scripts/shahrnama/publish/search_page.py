"""The search page's list of all pages: for browsers that run no script, and for readers who would rather look."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from shahrnama.persian import Language
from shahrnama.publish.markdown import plain
from shahrnama.publish.search_entries import SEARCH

HEADING: dict[Language, str] = {"fa": "همهٔ صفحه‌ها", "en": "All pages"}


def add_all_pages(docs: Path, language: Language) -> None:
    """Append a list of the Markdown pages below `docs`, each under the one above it, to the search page there."""
    search = docs / f"{SEARCH}.md"
    paths = {_address(path.relative_to(docs)): path for path in docs.rglob("*.md") if path != search}
    lines = ["", f"## {HEADING[language]}", ""]
    for address in sorted(paths, key=lambda address: PurePosixPath(address).parts):
        depth = sum(str(above) in paths for above in PurePosixPath(address).parents if str(above) != ".")
        link = paths[address].relative_to(docs).as_posix()
        lines.append(f"{'    ' * depth}- [{plain(_title(paths[address]))}]({link})")
    search.write_text("\n".join([search.read_text(encoding="utf-8").rstrip(), *lines, ""]), encoding="utf-8")


def _address(path: Path) -> str:
    """A page's address below its language: `datasets` for both `datasets.md` and `datasets/index.md`."""
    place = path.parent if path.stem == "index" else path.with_suffix("")
    return "" if place == Path() else place.as_posix()


def _title(path: Path) -> str:
    """The title that a page's front matter gives, else its first heading, else its name."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("title: "):
            return str(json.loads(line.removeprefix("title: ")))
        if line.startswith("# "):
            return line.removeprefix("# ").split(" {#")[0]
    return path.stem
