"""Names: titles of columns, names behind keys, and the page that a key leads to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from html import escape
from typing import Any

from shahrnama.persian import Language
from shahrnama.publish.answers import REGISTERS, Answers
from shahrnama.publish.cells import in_language, shown
from shahrnama.publish.glossary import Glossary
from shahrnama.statements import foreign_keys

REGISTERED = {"dataset": "datasets", "resource": "resources"}  # what these columns of a register are keys of
Field = dict[str, Any]
Register = dict[str, Any]


class Names:
    """What the descriptors of the published packages say of their columns, and what is behind a key."""

    def __init__(
        self,
        packages: Iterable[dict[str, Any]],
        answers: Answers,
        registers: Iterable[Register] = (),
        harvests: Iterable[Register] = (),
    ) -> None:
        """Names of the packages' tables, of the database's own `registers`, and of those of `harvests` beside it."""
        self._answers = answers
        packages = list(packages)
        self.glossary = Glossary.of(packages)
        self.resources: dict[str, dict[str, Any]] = {item["name"]: item for item in registers}
        self.resources |= {f"{REGISTERS}.{item['name']}": item for item in harvests}
        self._registers = set(self.resources)
        self.package_of: dict[str, dict[str, Any]] = {}
        for package in packages:
            for resource in package["resources"]:
                self.resources[resource["name"]] = resource
                self.package_of[resource["name"]] = package
        self.addresses: set[str] = set()  # of every page of the portal, without its language
        self.pages: dict[tuple[str, str], str] = {}  # (table, key) → address of the page of that row
        self._labels: dict[tuple[str, str, Language], str | None] = {}

    @cached_property
    def fields(self) -> dict[str, dict[str, Field]]:
        """Fields by table and name."""
        return {
            name: {item["name"]: item for item in resource["schema"]["fields"]}
            for name, resource in self.resources.items()
        }

    @cached_property
    def keys(self) -> dict[tuple[str, str], str]:
        """By table and column: the table that the column's values are keys of, itself for a key of one column."""
        found = {}
        for name, resource in self.resources.items():
            schema, within = resource["schema"], f"{REGISTERS}." if name.startswith(f"{REGISTERS}.") else ""
            for key in foreign_keys(resource):
                if len(key["fields"]) == 1:
                    found[name, key["fields"][0]] = (
                        f"{within}{key['reference']['resource']}" if key["reference"]["resource"] else name
                    )
            primary = schema.get("primaryKey") or []
            if len(primary) == 1:
                found.setdefault((name, primary[0]), name)
        for name in self._registers:
            found |= {(name, column): table for column, table in REGISTERED.items() if column in self.fields[name]}
        return found

    def field(self, column: str, read: Mapping[str, Iterable[str]]) -> tuple[str, Field] | None:
        """The field that a column of an answer shows: of the tables that it read, one that has a column named so."""
        for table in sorted(read, key=lambda name: column not in read[name]):
            if column in self.fields.get(table, {}):
                return table, self.fields[table][column]
        return None

    def label(self, table: str, key: object, language: Language) -> str | None:
        """The name of a row by its key, in the reader's language where the table has both; None without one."""
        place = (table, str(key), language)
        if place not in self._labels:
            self._labels[place] = self._found(table, key, language)
        return self._labels[place]

    def _found(self, table: str, key: object, language: Language) -> str | None:
        resource = self.resources.get(table)
        label = ((resource or {}).get("table") or {}).get("label_column")
        primary = ((resource or {}).get("schema") or {}).get("primaryKey") or []
        if not label or len(primary) != 1:
            return None
        other = f"{label.removesuffix('_fa')}_en"
        wanted = f'coalesce("{other}", "{label}")' if language == "en" and other in self.fields[table] else f'"{label}"'
        place = ".".join(f'"{part}"' for part in table.split("."))
        sql = f'SELECT {wanted} FROM {place} WHERE "{primary[0]}" = :key'  # noqa: S608 names of the descriptor
        found = self._answers.ask(sql, {"key": key}).rows
        name = str(next(iter(found[0].values()))) if found else None
        return (self.glossary.english(name) or name) if name and language == "en" else name

    def page(self, table: str | None, key: object) -> str | None:
        """Address of the page of a row, where it has one."""
        return self.pages.get((table, str(key))) if table else None

    def anchor(self, address: str | None, html: str, root: str) -> str:
        """HTML as a link to a page of the portal, seen from a page whose way up to its home is `root`."""
        if address is None or address not in self.addresses:
            return html
        return f'<a href="{root}{address}{"/" if address else ""}">{html}</a>'

    def cell(self, value: Any, table: str, field: Field, language: Language, root: str) -> str:
        """A cell as HTML: a key by the name behind it, as a link where it has a page; else as `shown` has it.

        On English pages a name of the glossary is in English, with the source's own on hover.
        """
        column = field["name"]
        target = self.keys.get((table, column))
        if target and value not in (None, ""):
            address = self.page(target, value)
            if address is not None or (target, column) not in self.keys or target != table:
                said = self.label(target, value, language) or str(value)
                return self.anchor(address, in_language(escape(said), language), root)
        english = self.glossary.html(value) if language == "en" and isinstance(value, str) else None
        return english or shown(value, column, field, language)
