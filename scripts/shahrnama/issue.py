"""Issues: what is wrong with a table, where, how badly, and under which name."""

from __future__ import annotations

from dataclasses import dataclass

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: row numbers count the file's lines, the header being 1; None for the whole table.

    An error holds the dataset back; a warning is told and does not.
    """

    resource: str | None
    row: int | None
    field: str | None
    message: str
    severity: str = ERROR
    kind: str = ""

    def line(self, dataset: str) -> str:
        """What, where and what to do, in one line."""
        place = "/".join(str(part) for part in (dataset, self.resource) if part)
        row = f" row {self.row}" if self.row else ""
        field = f" field {self.field}" if self.field else ""
        return f"{place}{row}{field}: {self.message}"
