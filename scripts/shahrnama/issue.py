"""Issues: what is wrong with a table, where, how badly, whose job it is, in both languages and under one name.

The kinds and their sentences are in `issue_kinds.yaml`. A sentence never quotes a cell: what is wrong with a row is
published, and the cell may be what must not be.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from shahrnama.persian import display_date, number, persian_digits

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]{8}Z)?")
_NUMBER = re.compile(r"-?[0-9.]+%?")
ERROR, WARNING = "error", "warning"
SOURCE, SITE = "source", "site"  # who must mend it: the office that sends the data, or those who run this site


@dataclass(frozen=True)
class Kind:
    """One kind of issue, as `issue_kinds.yaml` describes it."""

    kind: str
    severity: str
    fixer: str
    title: str
    title_en: str
    message: str
    message_en: str


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: row numbers count the file's lines, the header being 1; None for the whole table.

    An error holds the dataset back; a warning is told and does not. `facts` fill the sentences of its kind.
    """

    resource: str | None
    row: int | None
    field: str | None
    message: str
    severity: str = ERROR
    kind: str = "stage_failed"
    key: str = ""  # of the row: the cells of its primary key, joined by `/`
    capture_id: str | None = None
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def message_fa(self) -> str:
        """The sentence of its kind in Persian."""
        facts = {"detail": self.message, "note_fa": "", **self.facts}
        return kinds()[self.kind].message.format(**{name: _persian(value) for name, value in facts.items()})

    def line(self, dataset: str) -> str:
        """What, where and what to do, in one line."""
        place = "/".join(str(part) for part in (dataset, self.resource) if part)
        row = f" row {self.row}" if self.row else ""
        named = f" field {self.field}" if self.field else ""
        return f"{place}{row}{named}: {self.message}"


def _persian(value: Any) -> Any:
    """A fact as it stands in Persian prose: Persian digits in numbers and shares, the day in Jalali."""
    if isinstance(value, int | float):
        return number(value, "fa")
    text = str(value)
    if _TIME.fullmatch(text):
        return display_date(text, "fa")
    return persian_digits(text).replace(".", "٫").replace("%", "٪") if _NUMBER.fullmatch(text) else value


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by its name."""
    found = yaml.safe_load((Path(__file__).parent / "issue_kinds.yaml").read_text(encoding="utf-8"))
    return {item["kind"]: Kind(**item) for item in found}


def problem(
    kind: str, resource: str | None, field: str | None = None, *, row: int | None = None, **facts: Any
) -> Problem:
    """A problem of a kind, with the kind's severity and its English sentence; KeyError for a kind that is not there."""
    known = kinds()[kind]
    message = known.message_en.format(**facts)
    return Problem(resource, row, field, message, known.severity, kind, facts=facts)


@dataclass
class Tally:
    """Problems as they come: all are counted, the first few of each kind, table and field are kept."""

    most: int
    kept: list[Problem] = field(default_factory=list)
    counts: Counter[tuple[str | None, str | None, str, str]] = field(default_factory=Counter)  # + kind, severity

    def add(self, problems: Iterable[Problem]) -> None:
        """Count them; keep those that there is room for."""
        for found in problems:
            place = (found.resource, found.field, found.kind, found.severity)
            self.counts[place] += 1
            if self.counts[place] <= self.most:
                self.kept.append(found)

    def absorb(self, other: Tally) -> None:
        """Take over what another tally kept and counted."""
        self.kept += other.kept
        self.counts += other.counts

    @property
    def held(self) -> bool:
        """Whether one of them is an error."""
        return any(severity == ERROR for *_, severity in self.counts)

    def rows(self) -> list[dict[str, Any]]:
        """The counts as they stand in a report, in the order of first coming."""
        names = ("resource", "field", "kind", "severity")
        return [{**dict(zip(names, place, strict=True)), "count": count} for place, count in self.counts.items()]
