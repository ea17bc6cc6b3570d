"""Frictionless' own validation of a resource, row by row, that goes on counting where its report is cut.

This is `Resource.validate` (frictionless/resource/resource.py, 5.21), statement by statement, with three differences:
the resource may be opened by us, errors are told as they are found, and past the limit only the telling goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import frictionless
from frictionless.helpers import parse_resource_hash_v1
from frictionless.resources import TableResource

from shahrnama.proof.verdict import Tally


def _nothing(_row: Any = None) -> None:
    """Frictionless reads the file itself and keeps its own counts."""


@dataclass(frozen=True)
class Source:
    """An open table; `at_row` sets its counts as Frictionless would have them after a row, `at_end` after the last."""

    resource: TableResource
    at_row: Callable[[frictionless.Row], None] = _nothing
    at_end: Callable[[], None] = _nothing


@dataclass
class _Found:
    """Errors for the report, until it is cut, and for the tally."""

    resource: TableResource
    checklist: frictionless.Checklist
    tally: Tally
    started: float
    warnings: list[str]
    errors: list[frictionless.Error] = field(default_factory=list)
    report: frictionless.Report | None = None

    def add(self, error: frictionless.Error, *, always: bool = False) -> None:
        if always or self.checklist.match(error):
            self.tally.tell(str(self.resource.name), error)
            if self.report is None:
                self.errors.append(error)

    def close(self) -> frictionless.Report:
        if self.report is None:
            self.report = frictionless.Report.from_validation_task(
                self.resource,
                time=round(time.monotonic() - self.started, 3),
                labels=self.resource.labels,
                errors=self.errors,
                warnings=self.warnings,
            )
            self.errors = []
        return self.report


def examine(source: Source, checklist: frictionless.Checklist, limit: int | None, tally: Tally) -> frictionless.Report:
    """The report on an open table, which is closed afterwards."""
    resource = source.resource
    found = _Found(resource, checklist, tally, time.monotonic(), _warnings(resource))
    checks = checklist.connect(resource)
    with resource:
        for index, check in enumerate(checks):
            for error in check.validate_start():
                if error.type == "check-error":
                    del checks[index]
                found.add(error)
        _rows(source, checks, limit, found)
        source.at_end()
        for check in checks:
            for error in check.validate_end():
                found.add(error)
        return found.close()


def _warnings(resource: TableResource) -> list[str]:
    if resource.hash and parse_resource_hash_v1(resource.hash)[0] not in ("md5", "sha256"):
        return ["hash is ignored; supported algorithms: md5/sha256"]
    return []


def _rows(source: Source, checks: list[frictionless.Check], limit: int | None, found: _Found) -> None:
    while True:
        try:
            row = next(source.resource.row_stream)
        except frictionless.FrictionlessException as exception:
            found.add(exception.error, always=True)
            continue
        except StopIteration:
            return
        for check in checks:
            for error in check.validate_row(row):
                found.add(error)
        if limit and found.report is None and len(found.errors) >= limit:
            found.errors = found.errors[:limit]
            found.warnings.append(f"reached error limit: {limit}")
            source.at_row(row)
            found.close()
