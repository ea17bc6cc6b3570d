"""Pictures: what each of them is to a reader, and what they are all drawn from."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shahrnama.errors import PublishError
from shahrnama.persian import Language
from shahrnama.publish.glossary import Glossary
from shahrnama.publish.texts import mark, text

Row = Mapping[str, str]
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A drawing with all that makes it worth trusting: what it is of, what to see in it, and its numbers.

    `cells` are the numbers as people read them under `header`; `raw` the same as a program does, under `columns`.
    One that `is_listed` has a page and files of its own; one drawn for another page's sake has neither.
    """

    dataset: str
    name: str
    resource: str
    language: Language
    is_demo: bool
    is_listed: bool
    title: str
    description: str
    sentence: str
    svg: str
    height: float
    header: Cells
    cells: tuple[Cells, ...]
    columns: Cells
    raw: tuple[Cells, ...]

    @property
    def address(self) -> str:
        """Where it stands below its language's home, without a slash at either end."""
        return f"pictures/{self.dataset}/{self.name}"

    def file(self, suffix: str) -> str:
        """Address of one of its files below the site's root; fictional data says so in the name."""
        return f"{self.address}.{self.language}{mark(self.is_demo)}.{suffix}"

    @property
    def csv(self) -> str:
        """Its numbers as CSV, UTF-8 with `\\n`."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([self.columns, *self.raw])
        return out.getvalue()


@dataclass(frozen=True)
class Ground:
    """What a package's pictures are drawn from, in one language.

    `rows` gives a table's rows as text; `labels` the names of values by column; `places` where, in a schematic map,
    the things stand that a column names: (row, column), both from 1, by value.
    """

    package: dict[str, Any]
    language: Language
    rows: Callable[[str], Sequence[Row]]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    places: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)
    glossary: Glossary = field(default_factory=lambda: Glossary({}))

    def label(self, column: str, value: str) -> str:
        """The name behind a value, in the reader's language where there is one."""
        return self.translated(self.labels.get(column, {}).get(value) or value)

    def translated(self, name: str) -> str:
        """In English, what the glossary calls something that its source names in Persian alone."""
        return (self.glossary.english(name) or name) if self.language == "en" else name

    def heading(self, resource: str, column: str) -> str:
        """Title of a column; its name where the descriptor has none."""
        found = next((item for item in self.package.get("resources", ()) if item["name"] == resource), None)
        fields = {item["name"]: item for item in found["schema"]["fields"]} if found else {}
        return text(fields[column], "title", self.language) if column in fields else column


@dataclass(frozen=True)
class Drawing:
    """What the drawing of one kind gives; the rest of a Picture is said by its declaration."""

    sentence: str
    parts: Sequence[str]
    height: float
    header: Cells
    cells: tuple[Cells, ...]
    columns: Cells
    raw: tuple[Cells, ...]


def amount(row: Row, column: str) -> float | None:
    """The number in a cell, None where it is empty; KeyError where there is no such column."""
    return float(row[column]) if row[column] else None


def written(value: float) -> str:
    """A number for programs: ASCII digits, whole where it is whole."""
    return str(int(value)) if value == int(value) else str(round(value, 4))


def required(specification: Mapping[str, Any], *keys: str) -> None:
    """PublishError naming the first key that a declared picture lacks."""
    for key in keys:
        if not specification.get(key):
            raise PublishError(f"chart {specification.get('name')!r}: {key} is missing; say it in datapackage.yaml")
