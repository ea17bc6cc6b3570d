"""What `validate` is given and what it gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import frictionless
import polars as pl

OnError = Callable[[str, frictionless.Error], None]
ErrorKind = tuple[str, str, str | None]  # resource, type of the error, field (None for errors of a row, file, header)


@dataclass(frozen=True)
class Rule:
    """One more demand on the rows of a resource, which looks at each row alone.

    `check` is a Frictionless Check; `proof` is given the raw text of the field (a polars expression) and is true where
    the check surely finds no fault. The check sees only the rows where it is not.
    """

    resource: str
    field: str
    check: frictionless.Check
    proof: Callable[[pl.Expr], pl.Expr]


@dataclass(frozen=True)
class Replay:
    """How many rows of a table Frictionless read again; None and the reason where it was handed the whole table."""

    rows: int | None
    reason: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What is known of a package or table: Frictionless' report, and per resource what no limit has cut.

    `counts` has every error ever found, `rows` the rows of each table, `replayed` how they were judged.
    """

    report: frictionless.Report
    counts: Mapping[ErrorKind, int]
    rows: Mapping[str, int]
    replayed: Mapping[str, Replay]

    @property
    def valid(self) -> bool:
        """Whether no fault was found."""
        return bool(self.report.valid)


@dataclass
class Tally:
    """Counts errors and passes them on, one at a time."""

    on_error: OnError | None = None
    counts: Counter[ErrorKind] = field(default_factory=Counter)

    def tell(self, resource: str, error: frictionless.Error) -> None:
        """Count an error."""
        self.counts[resource, error.type, getattr(error, "field_name", None) or None] += 1
        if self.on_error:
            self.on_error(resource, error)
