"""Language: the words of Datasette's pages in Persian and English, and what a template needs to speak either."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlencode

from datasette.utils import path_with_replaced_args, to_css_class
from datasette.utils.asgi import Request
from markupsafe import Markup

from shahrnama.datasette_plugin import errors, form
from shahrnama.datasette_plugin.cells import body, time_cell
from shahrnama.datasette_plugin.known import Known, release
from shahrnama.datasette_plugin.words import LOOKUPS, NO_ARGUMENT, WORDS
from shahrnama.persian import Language, number, persian_digits, tomans

LANGUAGE: ContextVar[Language] = ContextVar("language", default="fa")
SCOPE: ContextVar[dict[str, Any] | None] = ContextVar("scope", default=None)  # of the request that is answered
UNITS = ((2**20, "مگابایت", "MB"), (2**10, "کیلوبایت", "KB"), (1, "بایت", "B"))


def language_of(query: bytes) -> Language:
    """English where the query string says `_lang=en`, else Persian."""
    return "en" if parse_qs(query.decode("latin-1")).get("_lang", [""])[-1] == "en" else "fa"


@dataclass(frozen=True)
class Page:
    """What a template asks for; one for each page."""

    datasette: Any
    given: Any  # the request, where Datasette hands it on: on its error pages it does not
    database: str | None
    table: str | None
    known: Known

    @property
    def request(self) -> Any:
        """The request that is being answered."""
        scope = SCOPE.get()
        return self.given or (Request(scope, None) if scope else None)

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
        if self.table:
            return bool(self.known.table(name, self.table).get("is_demo"))
        return bool(self.known.metadata.get(name or "", {}).get("is_demo"))

    @property
    def release(self) -> str:
        """What names the data that is served."""
        name = self.database or next(iter(self.known.metadata), "")
        return release(self.datasette, name) if name in self.datasette.databases else ""

    @property
    def about(self) -> dict[str, Any]:
        """Metadata of the page's table."""
        return self.known.table(self.database, self.table)

    @property
    def rights(self) -> dict[str, Any]:
        """Metadata that names licence and source: the table's, or the site's where it has none."""
        return self.about if self.about.get("license") else {**(self.datasette.metadata() or {}), **self.about}

    def word(self, key: str) -> str:
        """A word or sentence of the interface."""
        return WORDS[key][self.language == "en"]

    def number(self, value: float) -> str:
        """A number with this language's digits."""
        return number(value, self.language)

    def digits(self, text: Any) -> str:
        """A text with this language's digits."""
        return persian_digits(str(text)) if self.language == "fa" else str(text)

    def size(self, count: int) -> str:
        """A file's size for people."""
        unit, persian, english = next((found for found in UNITS if count >= found[0]), UNITS[-1])
        shown = self.number(round(count / unit, 1) if unit > 1 else count)
        return f"{shown} {persian if self.language == 'fa' else english}"

    def text(self, metadata: dict[str, Any] | None, key: str, otherwise: str = "") -> str:
        """`title`, `description`, … of some metadata in this language."""
        found = metadata or {}
        return str((found.get(f"{key}_en") if self.language == "en" else None) or found.get(key) or otherwise)

    def database_title(self, name: str) -> str:
        """Title of a database."""
        return self.text(self.known.metadata.get(name), "title", name)

    def database_text(self, name: str) -> str:
        """Description of a database."""
        return self.text(self.known.metadata.get(name), "description")

    def table_title(self, name: str, database: str | None = None) -> str:
        """Title of a table of the page's database, or of another."""
        return self.text(self.known.table(database or self.database, name), "title", name)

    def shelves(self, tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The tables by dataset, as `datasets` of the metadata names them; what is of none, the registers, last."""
        about = self.known.metadata.get(self.database or "", {}).get("datasets") or {}
        shown = [table for table in tables if not table["hidden"]]
        of = {table["name"]: self.table_metadata(table["name"]).get("dataset") for table in shown}
        order = list(self.known.metadata.get(self.database or "", {}).get("tables") or {})
        shown.sort(
            key=lambda table: (order.index(table["name"]) if table["name"] in order else len(order), table["name"])
        )
        shelves = []
        for dataset in [*about, None]:
            inside = [table for table in shown if of[table["name"]] == dataset]
            if inside:
                shelves.append({"dataset": dataset, "about": about.get(dataset) or {}, "tables": inside})
        return shelves

    def table_metadata(self, name: str) -> dict[str, Any]:
        """Metadata of a table of the page's database."""
        return self.known.table(self.database, name)

    def column(self, name: str, metadata: dict[str, Any] | None = None) -> str:
        """Title of a column, or its name where there is none."""
        known = metadata if metadata is not None else self.table_metadata(self.table or "")
        titles = known.get("column_titles_en" if self.language == "en" else "column_titles") or {}
        return str(titles.get(name) or name)

    def column_of(self, table: str, name: str, database: str | None = None) -> str:
        """Title of a column of another table."""
        return self.column(name, self.known.table(database or self.database, table))

    def column_description(self, name: str, metadata: dict[str, Any] | None = None) -> str:
        """What a column means."""
        known = metadata if metadata is not None else self.table_metadata(self.table or "")
        return str((known.get("columns_en" if self.language == "en" else "columns") or {}).get(name) or "")

    def facet_label(self, column: str, facet_value: dict[str, Any]) -> str:
        """The label of a facet's value: name behind the key, word for the code, or the value."""
        value = facet_value["value"]
        if value in ("", None):
            return "—"
        found = form.value_label(self.known, self.database or "", self.table, column, value, self.language)
        label = facet_value.get("label")
        return str(label) if found == str(value) and label not in (None, "") else found

    def choices(self) -> list[form.Choice]:
        """Lists to choose from in the filter form."""
        return form.choices(self.known, self.database or "", self.table or "", self.request, self.language)

    def active_filters(self, filters: Any) -> list[Any]:
        """The filters in force, each with the address without it."""
        found = form.active(self.known, self.database or "", self.table or "", filters, self.request, self.language)
        return [{**item, "plain": item["lookup"] in NO_ARGUMENT} for item in found]

    def typed_filters(self, filters: Any) -> list[tuple[str, str, str]]:
        """Filters in force that no list of the form shows."""
        listed = {(choice.column, choice.chosen) for choice in self.choices() if choice.chosen}
        return [
            found for found in filters.selections() if found[1] != "exact" or (found[0], str(found[2])) not in listed
        ]

    def lookup(self, key: str, display: str = "") -> str:
        """An operator of the filter form."""
        return LOOKUPS.get(key, (display, display))[self.language == "en"]

    def link(self, address: str) -> str:
        """The address with the language carried on."""
        if self.language == "fa":
            return str(address)
        path, mark, fragment = str(address).partition("#")
        return f"{path}{'&' if '?' in path else '?'}_lang=en{mark}{fragment}"

    def body(self, rows: list[Any], columns: list[dict[str, Any]]) -> Markup:
        """The rows of a table, with Datasette's links to them carrying the language on."""
        titles = {column["name"]: self.column(column["name"]) if column["name"] != "Link" else "" for column in columns}
        heads = {
            name: Markup('data-title="{}" class="col-{}').format(title, to_css_class(name))
            for name, title in titles.items()
        }
        if self.language == "en":
            for cell in (cell for row in rows for cell in row if cell["value_type"] == "pk"):
                cell["value"] = Markup(str(cell["value"]).replace('">', '?_lang=en">', 1))  # noqa: S704 its own
        return body(rows, heads)

    def search_link(self, asked: str) -> str:
        """Address of the search over all tables."""
        return self.link(f"{self.datasette.urls.path('/-/search')}?{urlencode({'q': asked})}")

    @cached_property
    def file(self) -> str | None:
        """Address of the whole table's file, where it has one."""
        about = self.table_metadata(self.table or "")
        return f"/files/{about['dataset']}/{about['file']}" if about.get("file") else None

    def named(self, database: str, table: str | None, column: str, value: Any) -> str:
        """A value by its name."""
        found = form.value_label(self.known, database, table, column, value, self.language)
        return self.digits(found) if isinstance(value, int) else found

    def tomans(self, rials: float) -> str:
        """An amount in rials as people say it."""
        return tomans(rials, self.language)

    def time(self, text: str) -> Any:
        """A timestamp as in a cell."""
        return time_cell(text, "captured_at", self.language) or text

    def heading(self, status: Any) -> str:
        """What happened, on an error page."""
        return errors.heading(status, self.language)

    def explained(self, error: Any, status: Any = 400) -> str:
        """What is wrong and what to do."""
        return errors.explained(error, self.language, status)
