"""Phrases: what a page's template may say, in one language: answers, tables, numbers, names and links.

Whatever a template prints is text of the data and made inert by `plain`, unless one of these made it (`Safe`). Within a
line Markdown reads on inside tags, so that texts in links are `plain` too; blocks of HTML it leaves alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import Any
from urllib.parse import quote

from shahrnama.errors import PublishError
from shahrnama.persian import Language, display_date, display_month, persian_digits
from shahrnama.publish import amounts
from shahrnama.publish.answers import Answer, Answers
from shahrnama.publish.cells import href, in_language, is_number
from shahrnama.publish.kinds import Query
from shahrnama.publish.markdown import plain
from shahrnama.publish.names import Names
from shahrnama.publish.sheet import Cell, sheet
from shahrnama.publish.site import DATABASE, FILES
from shahrnama.publish.sparks import course, months, numbers, spark
from shahrnama.publish.texts import WORDS, codes, is_for_others, mark, text

Record = dict[str, Any]
Column = tuple[str, str, Record]  # name, table, field


class Safe(str):
    """Markdown or HTML that we made ourselves."""

    __slots__ = ()


class Nothing(dict[str, None]):
    """The row of an answer without rows: every column is None."""

    def __missing__(self, column: str) -> None:
        return None


class Phrases:
    """What one page may say. `row` is the row that it is the page of; every query has its columns as parameters."""

    def __init__(self, names: Names, answers: Answers, queries: Mapping[str, Query], row: Record, place: str,
                 language: Language) -> None:  # fmt: skip
        self.names, self.answers, self.queries, self.row = names, answers, queries, row
        self.place, self.language = place, language  # address of the page, without its language
        self.read: list[frozenset[str]] = []  # the tables of each answer that the page shows
        self._answered: dict[str, Answer] = {}
        self._labelled: Counter[str] = Counter()

    def vocabulary(self) -> dict[str, Any]:
        """Every name that a template may use."""
        said: dict[str, Callable[..., str]] = {
            "days": amounts.said_days,
            "share": amounts.said_share,
            "rials": amounts.said_rials,
            "tomans": amounts.said_tomans,
            "n": amounts.said_number,
        }
        return {
            "row": self.row,
            "rows": self.rows,
            "one": self.one,
            "table": self.table,
            "facts": self.facts,
            "link": self.link,
            "to": self.to,
            "url": self.url,
            "name": self.name,
            "code": self.code,
            "date": self.date,
            "month": self.month,
            "year": self.year,
            "count": self.count,
            "more": self.more,
            **{name: partial(self._said, function) for name, function in said.items()},
        }

    def ask(self, name: str) -> tuple[Query, Answer]:
        """A query of the page, answered."""
        if name not in self.queries:
            raise PublishError(f"{self.place}: there is no query {name!r}; there are {', '.join(self.queries)}")
        query = self.queries[name]
        if name not in self._answered:
            self._answered[name] = self.answers.ask(query.sql, self.row)
        answer = self._answered[name]
        self.read.append(frozenset(answer.read))
        return query, answer

    def rows(self, name: str) -> tuple[Record, ...]:
        """Rows of a query."""
        return self.ask(name)[1].rows

    def one(self, name: str) -> Record:
        """The first row of a query; where there is none, one whose every column is None."""
        rows = self.rows(name)
        return rows[0] if rows else Nothing()

    def table(self, name: str, top: int | None = None) -> Safe:
        """A query as a table: the descriptors' titles, names for keys, links to pages; empty where it has no row.

        Columns with a `curve` are drawn as sparklines, whose numbers are folded below the table.
        """
        query, answer = self.ask(name)
        if not answer.rows:
            return Safe("")
        columns, rows = self._columns(query, answer), answer.rows[:top]
        header = [text(field, "title", self.language) for _, _, field in columns]
        label, cells = self._label(query, answer), [self._row(row, columns) for row in rows]
        curves = [(field, [course(row[column]) for row in rows]) for column, _, field in columns if "curve" in field]
        folded = "".join(numbers(header, cells, field, courses, self.language) for field, courses in curves)
        return Safe(f"\n{sheet(label, header, cells)}\n{folded}" + self.more(name))

    def facts(self, name: str) -> Safe:
        """The first row of a query as a list of facts, without what is not known."""
        query, answer = self.ask(name)
        if not answer.rows:
            return Safe("")
        row, columns = answer.rows[0], self._columns(query, answer)
        pairs = [(text(field, "title", self.language), self._cell(row[column], table, column, field))
                 for column, table, field in columns if row[column] not in (None, "")]  # fmt: skip
        items = "".join(f"<div><dt>{escape(title)}</dt><dd>{value}</dd></div>" for title, value in pairs)
        return Safe(f'\n<dl class="facts">{items}</dl>\n')

    def more(self, name: str) -> Safe:
        """Where all rows of a query's table are: in Datasette, filtered as the page is, and as CSV."""
        query = self.queries[name]
        if not query.table or query.table not in self.names.package_of:
            return Safe("")
        package, words = self.names.package_of[query.table], WORDS[self.language]
        filters = "".join(
            f"{column}={quote(str(value.format_map(self.row)), safe='')}&amp;" for column, value in query.filter.items()
        )
        english = "_lang=en&amp;" if self.language == "en" else ""
        address = f"{DATABASE}{query.table}?{filters}{english}".rstrip("?").removesuffix("&amp;")
        file = f"{FILES}{package['name']}/{query.table}{mark(package['is_demo'])}.csv"
        return Safe(f'\n<p class="more"><a href="{address}">{words["all_rows"]}</a> · <a href="{file}">CSV</a></p>\n')

    def to(self, address: str, title: str | None = None) -> Safe:
        """A link to a page of the portal by its address; the title alone where there is no such page."""
        return Safe(self.names.anchor(address, plain(title or address), self.root))

    def link(self, table: str, key: object, title: str | None = None) -> Safe:
        """A row's name, as a link to its page where it has one."""
        said = title or self.names.label(table, key, self.language) or str(key)
        html = in_language(plain(said), self.language)
        return Safe(self.names.anchor(self.names.page(table, key), html, self.root))

    def url(self, address: str | None, title: str | None = None) -> Safe:
        """A link out of the site, to a web address alone; the title where the data gives something else."""
        html = in_language(plain(title or address or "—"), self.language)
        if not (address or "").startswith(("https://", "http://")):
            return Safe(html)
        return Safe(f'<a href="{href(str(address))}" rel="nofollow">{html}</a>')

    def name(self, table: str, key: object) -> str:
        """A row's name."""
        return self.names.label(table, key, self.language) or str(key)

    def code(self, table: str, column: str, value: object) -> str:
        """The label of a code."""
        field = self.names.fields.get(table, {}).get(column, {})
        labels = codes(field, self.language)
        return str(labels.get(str(value), value))

    def date(self, value: str | None) -> str:
        """A day in the reader's calendar."""
        return display_date(value, self.language) if value else "—"

    def month(self, value: str | None) -> str:
        """A Jalali month, stored as 1405-08."""
        return (display_month(value, self.language) or value) if value else "—"

    def year(self, value: int | None) -> str:
        """A Jalali year, without thousands."""
        return "—" if value is None else persian_digits(str(value)) if self.language == "fa" else str(value)

    def count(self, value: int | None, noun: str, many: str = "") -> str:
        """A number with its noun; English gives the plural too."""
        return amounts.said_count(value or 0, noun, noun, many or noun, self.language)

    def _said(self, function: Callable[..., str], value: float | None) -> str:
        return "—" if value is None else function(value, self.language)

    def _columns(self, query: Query, answer: Answer) -> list[Column]:
        """Columns that a reader of the language looks at: name, table and field of each; of a curve its months too."""
        found = []
        for column in answer.columns:
            if is_for_others(column, answer.columns, self.language):
                continue
            table, field = self.names.field(column, answer.read) or ("", {"name": column})
            field = {**field, **query.columns.get(column, {}), "name": column}
            if "curve" in field:
                field["months"] = months(course(row[column]) for row in answer.rows)
            found.append((column, table, field))
        return found

    def _row(self, row: Record, columns: list[Column]) -> list[Cell]:
        return [
            Cell(
                self._cell(row[column], table, column, field),
                "curve" in field or (is_number(row[column], field) and (table, column) not in self.names.keys),
            )
            for column, table, field in columns
        ]

    def _cell(self, value: object, table: str, column: str, field: Record) -> str:
        if "curve" in field:
            return spark(course(value), field["months"], field["curve"], self.language)
        return self.names.cell(value, table, {**field, "name": column}, self.language, self.root)

    @property
    def root(self) -> str:
        """The way up from the page to the language's home."""
        return "../" * (self.place.count("/") + 1) if self.place else ""

    def _label(self, query: Query, answer: Answer) -> str:
        """The name of a table's region, which no other of the page has."""
        table = query.table or next(iter(sorted(answer.read)), "")
        resource = self.names.resources.get(table)
        label = text(resource, "title", self.language) if resource else query.name
        self._labelled[label] += 1
        count = self._labelled[label]
        return label if count == 1 else f"{label} ({amounts.said_number(count, self.language)})"
