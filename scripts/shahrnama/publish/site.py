"""The site: what is published, read once for all of its pages."""

from __future__ import annotations

import csv
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
from shahrnama.publish.charts import Chart, chart
from shahrnama.publish.kinds import Kind
from shahrnama.publish.names import Names
from shahrnama.publish.texts import text
from shahrnama.register import registers

FILES, DATABASE, REGISTERS = "/files/", "/db/shahrnama/", "/db/registers/"


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

    def labels(self, package: dict[str, Any], language: Language) -> dict[str, dict[str, str]]:
        """Names of the values of columns: of codes their labels, of foreign keys the other table's label column."""
        found: dict[str, dict[str, str]] = {}
        for resource in package["resources"]:
            for field in resource["schema"]["fields"]:
                if "labels" in field:
                    found[field["name"]] = field["labels_en" if language == "en" else "labels"]
            inside = resource["schema"].get("foreignKeys") or []
            for key in [*inside, *(resource.get("crossPackageForeignKeys") or [])]:
                if len(key["fields"]) == 1:
                    found[key["fields"][0]] = self._names(package, key["reference"], language)
        return found

    def charts(self, package: dict[str, Any], language: Language) -> list[Chart]:
        """The charts that a descriptor asks for; each is drawn once for all pages that show it."""
        place = (package["name"], language)
        if place not in self._drawn:
            tables, labels = self.tables(package), self.labels(package, language)
            found = package.get("charts") or ()
            self._drawn[place] = [chart(item, package, tables, labels, language) for item in found]
        return self._drawn[place]

    @cached_property
    def _drawn(self) -> dict[tuple[str, Language], list[Chart]]:
        return {}

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
        name = reference.get("package") or package["name"]
        other = next((item for item in self.packages if item["name"] == name), None)
        resource = next((r for r in other["resources"] if r["name"] == reference["resource"]), None) if other else None
        label = ((resource or {}).get("table") or {}).get("label_column")
        if not (other and resource and label):
            return {}
        english = label.removesuffix("_fa") + "_en"
        columns = {field["name"] for field in resource["schema"]["fields"]}
        column = english if language == "en" and english in columns else label
        (key,) = reference["fields"]
        return {row[key]: row[column] for row in table_rows(self.tables(other)[resource["name"]])}


def table_rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a published CSV as text."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
