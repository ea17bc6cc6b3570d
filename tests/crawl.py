"""A crawler of the rendered portal: every link of every page, followed in the build's folders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urljoin, urlsplit

from shahrnama.catalog import House

NOT_OURS = re.compile(r"[a-z][a-z+.-]*:|//")


@dataclass
class Parsed(HTMLParser):
    """A page's links with their texts, its ids, and its text."""

    links: list[tuple[str, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    text: str = ""
    _open: str | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.ids.append(found["id"])
        address = found.get("href") or found.get("src") or found.get("action")
        if address is not None:
            self.links.append((address, ""))
            self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = None if tag == self._open else self._open

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._open == "a":
            address, said = self.links[-1]
            self.links[-1] = (address, said + data)


@cache
def parsed(path: Path) -> Parsed:
    """A page, parsed once for all tests of a run."""
    found = Parsed()
    found.feed(path.read_text(encoding="utf-8"))
    return found


def pages(house: House) -> Iterator[tuple[str, Path]]:
    """Address and file of every page."""
    for path in sorted(house.html.rglob("index.html")):
        place = path.parent.relative_to(house.html).as_posix()
        yield "/" if place == "." else f"/{place}/", path


def resolved(address: str, link: str) -> str | None:
    """Where a link of the page at `address` leads, as a path with its fragment; None for other sites."""
    if NOT_OURS.match(link):
        return None
    target = urlsplit(urljoin(address, link))
    path = normpath(target.path) + ("/" if target.path.endswith("/") and target.path != "/" else "")
    return unquote(path) + (f"#{target.fragment}" if target.fragment else "")


def file_of(house: House, target: str) -> Path | None:
    """The file that a path of the site is answered with; None where there is none. Datasette's are not files."""
    path, _, fragment = target.partition("#")
    root = house.files if path.startswith("/files/") else house.html
    place = root / path.removeprefix("/files/").lstrip("/")
    place = place / "index.html" if path.endswith("/") else place
    if not place.is_file() or (fragment and place.suffix == ".html" and fragment not in parsed(place).ids):
        return None
    return place
