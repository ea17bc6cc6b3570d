"""The catalogue: what each dataset is and where its files are, told once for every form in which machines read it.

Dates are those of the data and its captures, never the clock's: the same data gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shahrnama.publish.files import downloads
from shahrnama.publish.site import Site
from shahrnama.publish.speak_up import contact
from shahrnama.publish.texts import text

DEMO = ("[نمونهٔ ساختگی] ", "[Fictional sample] ")  # a catalogue elsewhere must not take it for the real city's
MEDIA = {
    ".csv": "text/csv",
    ".zip": "application/zip",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".jsonl": "application/jsonl",
}
DEFAULT_MEDIA = "application/octet-stream"


@dataclass(frozen=True)
class File:
    """One download: absolute address, name, media type, bytes and SHA-256."""

    address: str
    name: str
    media: str
    size: int
    digest: str


@dataclass(frozen=True)
class Listed:
    """One dataset as catalogues tell it; texts are (Persian, English)."""

    name: str
    page: str
    page_en: str
    title: tuple[str, str]
    description: tuple[str, str]
    keywords: tuple[tuple[str, ...], tuple[str, ...]]
    publisher: tuple[str, str]
    publisher_id: str
    licence: str
    source: str
    frequency: str | None
    modified: str | None
    is_demo: bool
    files: tuple[File, ...]


class Catalogue:
    """Every published dataset, and the site that publishes them."""

    def __init__(self, site: Site) -> None:
        self.site = site

    @property
    def contact(self) -> str:
        """E-mail address for questions; empty where none is set."""
        return contact(self.site.house)

    @cached_property
    def datasets(self) -> list[Listed]:
        """Datasets by name."""
        return [self._listed(package) for package in self.site.packages]

    @property
    def modified(self) -> str | None:
        """When anything changed last, as far as it is known."""
        return max((item.modified for item in self.datasets if item.modified), default=None)

    def _listed(self, package: dict[str, Any]) -> Listed:
        name, site = package["name"], self.site
        report = site.reports.get(name) or {}
        marks = DEMO if package["is_demo"] else ("", "")
        licence, source = (package.get("licenses") or [{}])[0], (package.get("sources") or [{}])[0]
        return Listed(
            name=name,
            page=site.address(f"datasets/{name}/"),
            page_en=site.address(f"en/datasets/{name}/"),
            title=(marks[0] + text(package, "title", "fa"), marks[1] + text(package, "title", "en")),
            description=(text(package, "description", "fa"), text(package, "description", "en")),
            keywords=(tuple(package.get("keywords") or ()), tuple(package.get("keywords_en") or ())),
            publisher=(site.owner(package, "fa"), site.owner(package, "en")),
            publisher_id=str(package.get("publisher") or "unknown"),
            licence=str(licence.get("path") or ""),
            source=str(source.get("path") or ""),
            frequency=(package.get("harvest") or {}).get("frequency"),
            modified=report.get("last_changed_at"),
            is_demo=bool(package["is_demo"]),
            files=tuple(self._file(*found) for found in downloads(site.house, package)),
        )

    def _file(self, path: str, size: int, digest: str) -> File:
        name = path.rpartition("/")[2]
        suffix = f".{name.rpartition('.')[2]}"
        return File(self.site.address(f"files/{path}"), name, MEDIA.get(suffix, DEFAULT_MEDIA), size, digest)
