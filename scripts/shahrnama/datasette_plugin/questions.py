"""Ready questions: what the page of a canned query needs to be read by someone who knows no SQL.

Its parameters by name with values to choose from, the answer's columns under their titles, its cells as on the page of
the table that they come from, and a chart. `publish.questions` says how a query is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from datasette.plugins import pm
from datasette.utils import is_url, tilde_encode
from markupsafe import Markup

from shahrnama.datasette_plugin import days
from shahrnama.datasette_plugin.bars import Bars, bars
from shahrnama.datasette_plugin.errors import Unread
from shahrnama.datasette_plugin.known import Choice, Known
from shahrnama.persian import Language, display_month, fold
from shahrnama.publish.texts import is_for_others

MOST_LISTED = 60  # a longer list is typed into, not chosen from
LONGEST_CELL = 600  # letters
MONTH = re.compile(r"1[2-5]\d\d-\d\d")
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Parameter:
    """A parameter as a form shows it: `empty` says what an empty value means."""

    name: str
    title: str
    empty: str
    value: str
    choices: list[tuple[str, str]] = field(default_factory=list)  # value and its name

    @property
    def is_listed(self) -> bool:
        """Whether its values are few enough to choose from."""
        return 0 < len(self.choices) <= MOST_LISTED


@dataclass(frozen=True)
class Column:
    """A column of an answer."""

    name: str
    title: str
    description: str


@dataclass(frozen=True)
class Question:
    """A canned query in one language; `page` is the page that shows it, `about` its metadata."""

    page: Any
    name: str

    @cached_property
    def about(self) -> dict[str, Any]:
        """All that was authored of it."""
        queries = self.page.known.metadata.get(self.page.database, {}).get("queries") or {}
        return dict(queries.get(self.name) or {})

    @property
    def language(self) -> Language:
        """Of the page."""
        language: Language = self.page.language
        return language

    def parameters(self, given: dict[str, str]) -> list[Parameter]:
        """Each parameter with the value that was given, under the name that the list of choices has for it."""
        return [self._parameter(name, value) for name, value in given.items() if name in self._told]

    def _parameter(self, name: str, value: str) -> Parameter:
        told = self._told[name]
        found = _offered(self.page.known, self.page.database, told)
        choices = [(choice[0], choice[1 if self.language == "fa" else 2]) for choice in found]
        if value and choices and value not in dict(choices):
            choices.append((value, value))
        return Parameter(name, self._text(told, "title"), self._text(told, "empty"), value, choices)

    @property
    def _told(self) -> dict[str, dict[str, Any]]:
        return self.about.get("parameters") or {}

    def columns(self, names: Iterable[str]) -> list[Column]:
        """The columns to show: of a pair `…_fa`, `…_en`, the page's language; keys are the address of a name's link."""
        names = list(names)
        keys = {key for name, (_, key) in self._links.items() if key != name}
        return [
            self._column(name) for name in names if name not in keys and not is_for_others(name, names, self.language)
        ]

    @property
    def _links(self) -> dict[str, list[str]]:
        return self.about.get("links") or {}

    def _column(self, name: str) -> Column:
        own = (self.about.get("column_titles_en" if self.language == "en" else "column_titles") or {}).get(name)
        table = self.page.table_metadata(self._table_of(name) or "")
        if own:
            return Column(name, str(own), "")
        return Column(name, self.page.column(name, table), self.page.column_description(name, table))

    def _table_of(self, column: str) -> str | None:
        """The table that a column of the answer comes from: the first of the query's tables that has it."""
        tables = self.about.get("tables") or ()
        return next((name for name in tables if column in (self.page.table_metadata(name).get("columns") or {})), None)

    def cell(self, column: str, row: Any) -> Any:
        """A cell as the page of its table shows it: names behind keys, words for codes, both calendars."""
        value = row[column]
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # 71 was stated, not 71.0
        if column in self._links and row[self._links[column][1]] is not None:
            table, key = self._links[column]
            address = self.page.datasette.urls.row(self.page.database, table, tilde_encode(str(row[key])))
            return Markup('<a href="{}">{}</a>').format(self.page.link(address), value)
        for found in pm.hook.render_cell(
            row=row,
            value=value,
            column=column,
            table=self._table_of(column),
            database=self.page.database,
            datasette=self.page.datasette,
        ):
            if found is not None:
                return found
        text = str(value)
        if column.endswith("month"):
            return display_month(text, self.language) or text
        if is_url(text.strip()):
            return Markup('<a href="{0}" dir="ltr">{0}</a>').format(text.strip())
        return text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…"

    def chart(self, rows: Sequence[Any]) -> Bars | None:
        """The chart that the query asks for, where its answer has something to draw."""
        wanted = self.about.get("chart")
        if not wanted or not rows:
            return None
        named = wanted["label"] if isinstance(wanted["label"], list) else [wanted["label"]]
        labels = [
            name.removesuffix("_fa") + "_en" if self.language == "en" and name.endswith("_fa") else name
            for name in named
        ]
        titles = [self._column(name).title for name in wanted["values"]]
        found = [
            (
                Markup(" · ").join(self.cell(name, row) for name in labels),
                [(row[name], self.cell(name, row)) for name in wanted["values"]],
            )
            for row in rows
        ]
        return bars(titles, found)

    @cached_property
    def is_demo(self) -> bool:
        """Whether the answer tells of the fictional city."""
        return bool(self.about.get("is_demo"))

    def _text(self, told: dict[str, Any], key: str) -> str:
        return str(told.get(f"{key}_en" if self.language == "en" else key) or "")


def tidied(known: Known, database: str, name: str, pairs: Pairs) -> Pairs:
    """Parameters of a ready question as its SQL has them: what it offers by its key, given in any language or spelling.

    Unread where a month is asked for by what is none.
    """
    told = known.metadata[database]["queries"][name].get("parameters") or {}
    return [
        (key, _meant(_offered(known, database, told[key]), value) if key in told else value) for key, value in pairs
    ]


def _meant(offered: list[Choice], value: str) -> str:
    if not value.strip() or not offered:
        return value
    folded = fold(value)
    keyed = [key for key, *_ in offered if fold(key) == folded]
    named = [key for key, *names in offered if folded in map(fold, names)]
    if keyed or len(named) == 1:
        return (keyed or named)[0]
    if not all(MONTH.fullmatch(key) for key, *_ in offered):
        return value
    first, last = days.month(value)
    if first != last:
        raise Unread("no_month", value)
    return first


def _offered(known: Known, database: str, told: dict[str, Any]) -> list[Choice]:
    """What a parameter may be, where that is a list: value, Persian name, English name."""
    found = told.get("choices") or known.values.get((database, told.get("values") or ""), [])
    return [(str(value), str(persian), str(english)) for value, persian, english in found]


def grouped(queries: Iterable[dict[str, Any]], groups: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Queries by group, in the order of the groups: `{about, queries}`; what is in no group comes last."""
    left = list(queries)
    shelves = []
    for about in [*groups, {}]:
        inside = [query for query in left if query.get("group") == about.get("name") or not about]
        left = [query for query in left if query not in inside]
        if inside:
            shelves.append({"about": about, "queries": inside})
    return shelves
