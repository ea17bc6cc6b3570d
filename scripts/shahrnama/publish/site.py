"""The site: what is published, read once for all of its pages."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from shahrnama.atomic import read_json
from shahrnama.catalog import House, catalog
from shahrnama.gate_register import gate_rows
from shahrnama.harvest_register import harvest_registers
from shahrnama.persian import Language
from shahrnama.publish.answers import Answers
from shahrnama.publish.charts import chart, charts, is_placed
from shahrnama.publish.kinds import Kind
from shahrnama.publish.names import Names
from shahrnama.publish.picture import Ground, Picture, Row
from shahrnama.publish.speak_up import speak_up
from shahrnama.publish.texts import codes, label_column, text
from shahrnama.register import registers
from shahrnama.release import release_id
from shahrnama.statements import foreign_keys

FILES, DATABASE, REGISTERS = "/files/", "/db/shahrnama/", "/db/registers/"
URL, LOCAL = (
    "SHAHRNAMA_URL",
    "http://127.0.0.1:8001/",
)  # the variable that mkdocs.yml reads too, and what it says without
TILE = {"tile_row", "tile_column"}  # columns that say where a thing stands in a tile map, from 1, north and west first


@dataclass(frozen=True)
class Site:
    """What is published: packages, the gate's reports, and the names behind keys."""

    house: House

    @cached_property
    def packages(self) -> list[dict[str, Any]]:
        """Promoted packages by name."""
        return [read_json(path) for path in sorted(self.house.packages.glob("*/datapackage.json"))]

    @cached_property
    def reports(self) -> dict[str, dict[str, Any]]:
        """The gate's report of each dataset."""
        return {path.stem: read_json(path) for path in sorted(self.house.reports.glob("*.json"))}

    @cached_property
    def registers(self) -> dict[str, list[dict[str, Any]]]:
        """Rows of the gate's registers: issues, corrections, quality."""
        return gate_rows(self.house, catalog(self.house.datasets))

    @cached_property
    def answers(self) -> Answers:
        """The built database, for questions."""
        return Answers(self.house.database, self.house.registers)

    @cached_property
    def names(self) -> Names:
        """Titles of columns, names behind keys, pages of rows."""
        return Names(self.packages, self.answers, registers(), harvest_registers())

    @cached_property
    def topics(self) -> dict[str, list[Kind]]:
        """By dataset: the kinds of pages that its folder declares (`generate.Pages` fills it in)."""
        return {}

    @property
    def demo(self) -> bool | str:
        """Whether what is published is fictional: True, False or `some`."""
        found = {bool(package["is_demo"]) for package in self.packages}
        return "some" if len(found) == 2 else True in found

    def address(self, path: str) -> str:
        """Absolute address of a path below the site's root."""
        return f"{os.environ.get(URL) or LOCAL}".rstrip("/") + f"/{path}"

    def speak_up(self, what: str, page: str, language: Language) -> str:
        """Links to report an error in, or ask for data of, `what`, which stands at `page` below the site's root."""
        return speak_up(self.house, what, self.address(page), self.release, language)

    @cached_property
    def release(self) -> str:
        """The name of what is published, which its pages tell."""
        return release_id(self.house)

    @property
    def is_public(self) -> bool:
        """Whether the site's address is known."""
        return bool(os.environ.get(URL))

    @property
    def row_count(self) -> int:
        """Rows of all tables."""
        return sum(resource["row_count"] for package in self.packages for resource in package["resources"])

    def tables(self, package: dict[str, Any]) -> dict[str, Path]:
        """CSV of each table of a package."""
        folder = self.house.packages / package["name"]
        return {resource["name"]: folder / resource["path"] for resource in package["resources"]}

    def titles(
        self, dataset: str, resource: str | None, field: str | None, language: Language
    ) -> tuple[str, str | None]:
        """Titles of a table (of its dataset where there is no table) and of one of its columns; names where unknown."""
        unknown: dict[str, Any] = {"name": dataset, "resources": []}
        package = next((item for item in self.packages if item["name"] == dataset), unknown)
        table = next((item for item in package["resources"] if item["name"] == resource), None)
        if table is None:
            return resource or text(package, "title", language), field
        fields = {item["name"]: text(item, "title", language) for item in table["schema"]["fields"]}
        return text(table, "title", language), fields.get(field, field) if field else None

    def table(self, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The package and the descriptor of a published table; KeyError where there is none."""
        return self._tables[name]

    @cached_property
    def _tables(self) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
        return {resource["name"]: (package, resource) for package in self.packages for resource in package["resources"]}

    def references(self, package: dict[str, Any], resource: dict[str, Any]) -> dict[str, str]:
        """By column, the published table whose rows it names."""
        return {column: table["name"] for column, _, table, _ in self._referring(package, resource)}

    def _referring(
        self, package: dict[str, Any], resource: dict[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any], dict[str, Any], str]]:
        """Each column that refers alone to a published table: the column, the package and table, the column there."""
        for key in foreign_keys(resource):
            other = self._referred(package, key["reference"])
            if other and len(key["fields"]) == 1:
                yield key["fields"][0], *other, key["reference"]["fields"][0]

    def name_of(self, package: dict[str, Any], resource: dict[str, Any], key: str, language: Language) -> str:
        """The name of a row by its key, in the reader's language where the table has both."""
        primary = resource["schema"]["primaryKey"]
        names = self._names(package, {"resource": resource["name"], "fields": primary}, language)
        return names.get(key, key)

    def labels(self, package: dict[str, Any], language: Language) -> dict[str, dict[str, str]]:
        """Names of the values of columns: of codes their labels, of foreign keys the other table's label column."""
        found: dict[str, dict[str, str]] = {}
        for resource in package["resources"]:
            for field in resource["schema"]["fields"]:
                if "labels" in field:
                    found[field["name"]] = codes(field, language)
            for key in foreign_keys(resource):
                if len(key["fields"]) == 1:
                    found[key["fields"][0]] = self._names(package, key["reference"], language)
        return found

    def charts(self, package: dict[str, Any], language: Language) -> list[Picture]:
        """The charts that a descriptor asks for; each is drawn once for all pages that show it."""
        place = (package["name"], language)
        if place not in self._drawn:
            self._drawn[place] = list(charts(self.ground(package, language)))
        return self._drawn[place]

    def picture(self, dataset: str, name: str, language: Language, key: object = None,
                highlight: object = None) -> Picture | None:  # fmt: skip
        """One chart of a dataset: of the thing `key` where it has one for each, with `highlight` standing out in it.

        Both are keys as text or as the database has them. None where the dataset is not published, asks for no chart
        of that name, or places of its map are not known.
        """
        package = next((item for item in self.packages if item["name"] == dataset), None)
        found = next((item for item in (package or {}).get("charts") or () if item["name"] == name), None)
        if not (package and found and is_placed(found, self.ground(package, language))):
            return None
        named = (None if value is None else str(value) for value in (key, highlight))
        return chart(found, self.ground(package, language), *named)

    def ground(self, package: dict[str, Any], language: Language) -> Ground:
        """What the package's charts are drawn from."""
        place = (package["name"], language)
        if place not in self._grounds:
            labels, places, tables = self.labels(package, language), self._places(package), self.tables(package)
            self._grounds[place] = Ground(
                package, language, lambda name: self._rows(tables[name]), labels, places, self.names.glossary
            )
        return self._grounds[place]

    @cached_property
    def _drawn(self) -> dict[tuple[str, Language], list[Picture]]:
        return {}

    @cached_property
    def _grounds(self) -> dict[tuple[str, Language], Ground]:
        return {}

    def _rows(self, path: Path) -> list[Row]:
        if path not in self._read:
            self._read[path] = list(table_rows(path))
        return self._read[path]

    @cached_property
    def _read(self) -> dict[Path, list[Row]]:
        return {}

    def _places(self, package: dict[str, Any]) -> dict[str, dict[str, tuple[int, int]]]:
        """By column, where in a tile map the things stand that it names: their table's `tile_row` and `tile_column`."""
        found: dict[str, dict[str, tuple[int, int]]] = {}
        for resource in package["resources"]:
            for column, other, table, to in self._referring(package, resource):
                if {field["name"] for field in table["schema"]["fields"]} >= TILE:
                    rows = self._rows(self.tables(other)[table["name"]])
                    found[column] = {
                        row[to]: (int(row["tile_row"]), int(row["tile_column"])) for row in rows if row["tile_row"]
                    }
        return found

    def _referred(
        self, package: dict[str, Any], reference: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The package and the table that a foreign key names, where they are published."""
        name = reference.get("package") or package["name"]
        other = next((item for item in self.packages if item["name"] == name), None)
        table = next((r for r in other["resources"] if r["name"] == reference["resource"]), None) if other else None
        return (other, table) if other and table else None

    def owner(self, package: dict[str, Any], language: Language) -> str:
        """Name of the publisher, where a published table with a label has its identifier."""
        wanted = package.get("publisher") or ""
        for other in self.packages:
            for resource in other["resources"]:
                if (resource["schema"].get("primaryKey") or [""])[0].removesuffix("_id") in {
                    "organisation",
                    "organization",
                }:
                    reference = {
                        "package": other["name"],
                        "resource": resource["name"],
                        "fields": resource["schema"]["primaryKey"],
                    }
                    return self._names(other, reference, language).get(wanted, wanted)
        return wanted

    def _names(self, package: dict[str, Any], reference: Mapping[str, Any], language: Language) -> dict[str, str]:
        referred = self._referred(package, reference)
        label = label_column(referred[1], language) if referred else None
        if referred is None or label is None:
            return {}
        other, resource = referred
        (key,) = reference["fields"]
        return {row[key]: row[label] for row in self._rows(self.tables(other)[resource["name"]])}


def table_rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a published CSV as text."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
