"""Kinds of pages: declared in a dataset's folder (or in `site/`), as a YAML file and Markdown in both languages.

`pages/<kind>.yaml` says where the pages stand and what they ask of the database; `pages/<kind>.fa.md` and
`pages/<kind>.en.md` are Jinja templates over the answers (see `phrases.py` for what they may call). Its keys:

- `address`: where the page stands, as in `districts` or, for one page a row, `districts/{district_id}`
- `of`: the table that has a page for each of its rows; `also`: tables whose keys name the same things
- `each`: SQL of the rows, where it is not the whole table; each row's columns are parameters of all queries
- `needs`: tables without which the page is left out
- `queries`: SQL by name, or `{sql, table, filter, columns}` (see `Query`)
- `label`, `label_en`, `menu`, `order`, `header`: its name in menus, in which group, where in it, whether in the top row
- `part_of`, `slot`: not a page of its own but a part of another kind's pages, in one of its slots
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from shahrnama.catalog import LOADER, House
from shahrnama.errors import PublishError
from shahrnama.persian import Language

KEYS = {
    *("address", "of", "also", "each", "needs", "queries", "part_of", "slot"),
    *("label", "label_en", "menu", "order", "header"),
}
QUERY_KEYS = {"sql", "table", "filter", "columns"}
LAST = 100  # where a kind stands that says no order


@dataclass(frozen=True)
class Query:
    """SQL with what a reader needs: the table to look further in, filtered how, and columns that no table describes.

    A column's `curve` names the measure that its cells give by month; they are drawn as sparklines (see `sparks.py`).
    """

    name: str
    sql: str
    table: str | None
    filter: dict[str, str]
    columns: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """One kind of page, or of part of a page."""

    path: Path
    declared: dict[str, Any]

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.stem

    @property
    def address(self) -> str:
        """Where the page stands, with `{column}` for what its row gives; empty for a part."""
        return str(self.declared.get("address") or "")

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables whose rows have a page of this kind."""
        return tuple(filter(None, (self.declared.get("of"), *self.declared.get("also", ()))))

    @property
    def needs(self) -> tuple[str, ...]:
        """Tables without which it is left out."""
        return tuple(filter(None, (self.declared.get("of"), *self.declared.get("needs", ()))))

    @property
    def part_of(self) -> str | None:
        """The kind whose pages it is a part of."""
        return self.declared.get("part_of")

    @property
    def slot(self) -> str:
        """Which of that kind's slots it goes into."""
        return str(self.declared.get("slot") or "")

    @property
    def order(self) -> tuple[int, str]:
        """Sorts menus and parts."""
        return int(self.declared.get("order", LAST)), self.name

    @cached_property
    def queries(self) -> dict[str, Query]:
        """What it asks, by name."""
        found = {}
        for name, said in (self.declared.get("queries") or {}).items():
            query: dict[str, Any] = {"sql": said} if isinstance(said, str) else said
            if set(query) - QUERY_KEYS or not query.get("sql"):
                raise PublishError(f"{self.path}: query {name!r} takes sql, and {', '.join(sorted(QUERY_KEYS))} alone")
            filtered = query.get("filter") or {}
            named = filtered if isinstance(filtered, dict) else {column: f"{{{column}}}" for column in filtered}
            found[name] = Query(name, query["sql"], query.get("table"), named, query.get("columns") or {})
        return found

    def template(self, language: Language) -> str:
        """Its Markdown in one language; PublishError where there is none."""
        path = self.path.with_suffix(f".{language}.md")
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise PublishError(f"{path} cannot be read; a page is written in both languages") from error


def kinds(house: House) -> list[Kind]:
    """Every kind of page and part, `site/pages` first; PublishError names what is declared wrongly."""
    found: dict[str, Kind] = {}
    for path in _files(house):
        kind = read_kind(path)
        if kind.name in found:
            raise PublishError(f"{path}: {found[kind.name].path} is named so too; give it a name of its own")
        found[kind.name] = kind
    return list(found.values())


def read_kind(path: Path) -> Kind:
    """One kind from its YAML file."""
    try:
        declared = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 a safe loader
    except (OSError, yaml.YAMLError) as error:
        raise PublishError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(declared, dict) or not (declared.get("address") or declared.get("part_of")):
        raise PublishError(f"{path}: neither address nor part_of; say where the page stands")
    unknown = sorted(set(declared) - KEYS)
    if unknown:
        raise PublishError(f"{path}: {unknown[0]!r} is no key of a page; there are {', '.join(sorted(KEYS))}")
    return Kind(path, declared)


def _files(house: House) -> Iterator[Path]:
    yield from sorted((house.root / "site" / "pages").glob("*.yaml"))
    yield from sorted(house.datasets.glob("*/pages/*.yaml"))
