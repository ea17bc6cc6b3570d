"""Language: the words of Datasette's pages in Persian and English, and what a template needs to speak either."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from datasette.utils import path_with_replaced_args
from markupsafe import Markup

from shahrnama.datasette_plugin.cells import Labels
from shahrnama.datasette_plugin.words import LOOKUPS, WORDS
from shahrnama.persian import Language, number

LANGUAGE: ContextVar[Language] = ContextVar("language", default="fa")


def language_of(query: bytes) -> Language:
    """English where the query string says `_lang=en`, else Persian."""
    return "en" if parse_qs(query.decode("latin-1")).get("_lang", [""])[-1] == "en" else "fa"


@dataclass(frozen=True)
class Page:
    """What a template asks for; one for each page."""

    datasette: Any
    request: Any
    database: str | None
    table: str | None
    labels: Labels

    @property
    def language(self) -> Language:
        """The language of the request that is being answered."""
        return LANGUAGE.get()

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return "rtl" if self.language == "fa" else "ltr"

    @property
    def portal(self) -> str:
        """The portal's home in this language."""
        return "/" if self.language == "fa" else "/en/"

    @property
    def other_language(self) -> str:
        """Address of this page in the other language."""
        if self.request is None:
            return str(self.datasette.urls.instance())
        wanted = "en" if self.language == "fa" else None
        return str(self.datasette.urls.path(path_with_replaced_args(self.request, {"_lang": wanted})))

    @property
    def is_demo(self) -> bool:
        """Whether the page shows fictional data: its table, or any table of its database."""
        name = self.database or next((name for name in self.datasette.databases if name != "_internal"), None)
        metadata = self._metadata(name)
        if self.table:
            return bool(((metadata.get("tables") or {}).get(self.table) or {}).get("is_demo"))
        return bool(metadata.get("is_demo"))

    @property
    def release(self) -> str:
        """The release that answers."""
        return str((self.datasette.plugin_config("shahrnama") or {}).get("release") or "—")

    def word(self, key: str) -> str:
        """A word or sentence of the interface."""
        return WORDS[key][0 if self.language == "fa" else 1]

    def number(self, value: float) -> str:
        """A number with this language's digits."""
        return number(value, self.language)

    def text(self, metadata: dict[str, Any] | None, key: str, otherwise: str = "") -> str:
        """`title`, `description`, … of some metadata in this language."""
        found = metadata or {}
        return str((found.get(f"{key}_en") if self.language == "en" else None) or found.get(key) or otherwise)

    def database_title(self, name: str) -> str:
        """Title of a database."""
        return self.text(self._metadata(name), "title", name)

    def database_text(self, name: str) -> str:
        """Description of a database."""
        return self.text(self._metadata(name), "description")

    def data_first(self, tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Tables with those of datasets before the registers, which only tell of them; hidden ones left out."""
        shown = [table for table in tables if not table["hidden"]]
        return sorted(shown, key=lambda table: "dataset" not in self.table_metadata(table["name"]))

    def table_metadata(self, name: str) -> dict[str, Any]:
        """Metadata of a table of the page's database."""
        return (self._metadata(self.database).get("tables") or {}).get(name) or {}

    def column(self, name: str, metadata: dict[str, Any] | None = None) -> str:
        """Title of a column, or its name where there is none."""
        known = metadata if metadata is not None else self.table_metadata(self.table or "")
        titles = known.get("column_titles_en" if self.language == "en" else "column_titles") or {}
        return str(titles.get(name) or name)

    def column_description(self, name: str) -> str:
        """What a column means."""
        known = self.table_metadata(self.table or "")
        return str((known.get("columns_en" if self.language == "en" else "columns") or {}).get(name) or "")

    def facet_label(self, column: str, facet_value: dict[str, Any]) -> str:
        """The label of a facet's value: name behind the key, word for the code, or the value."""
        value = facet_value["value"]
        known = self.table_metadata(self.table or "")
        codes = known.get("column_values" if self.language == "fa" else "column_values_en") or {}
        named = (codes.get(column) or {}).get(value)
        label = str(facet_value.get("label") if facet_value.get("label") not in (None, "") else value)
        return str(named or self.labels.of(self.table, column, value, label, self.language)) if label else "—"

    def lookup(self, key: str, display: str) -> str:
        """An operator of the filter form."""
        return LOOKUPS.get(key, (display, display))[0 if self.language == "fa" else 1]

    def link(self, address: str) -> str:
        """The address with the language carried on."""
        if self.language == "fa":
            return address
        path, mark, fragment = str(address).partition("#")
        return f"{path}{'&' if '?' in path else '?'}_lang=en{mark}{fragment}"

    def row_link(self, link: Any) -> Any:
        """Datasette's link to a row, with the language carried on."""
        return link if self.language == "fa" else Markup(str(link).replace('">', '?_lang=en">', 1))  # noqa: S704 its own

    def _metadata(self, database: str | None) -> dict[str, Any]:
        return (self.datasette.metadata("databases") or {}).get(database or "") or {}
