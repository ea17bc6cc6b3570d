"""Corrections: known errors of a source, mended here by a declared row and told in public, until the source mends them.

In a resource's descriptor:

    corrections:
      - key: {service_request_id: "1405-0000017"}
        field: "district_id"
        expect: 99               # what the source sends; at any other value the correction trips, and is not applied
        value: 9                 # what is published instead; null empties the cell
        reason: "…"              # Persian
        reason_en: "…"
        upstream: "reported"     # unreported, reported, acknowledged or refused
        reported_date: "2026-11-01"
        demo: true               # a correction of the fictional city: left out where the data is real (default: false)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shahrnama.catalog import Resource, Row
from shahrnama.errors import DatasetError
from shahrnama.issue import Problem, problem
from shahrnama.privacy import mask
from shahrnama.tables import cell_text

APPLIED, MENDED, TRIPPED, UNUSED = "applied", "mended", "tripped", "unused"
UPSTREAM = ("unreported", "reported", "acknowledged", "refused")
NEEDED = ("key", "field", "expect", "value", "reason", "reason_en", "upstream")


@dataclass(frozen=True)
class Correction:
    """One declared correction of one cell."""

    key: tuple[str, ...]
    field: str
    expect: str
    value: Any
    authored: dict[str, Any]


class Corrections:
    """The corrections of one table, applied to its rows as they are written, with what came of each."""

    def __init__(self, resource: Resource, *, is_demo: bool) -> None:
        self._resource = resource
        self._by_key: dict[tuple[str, ...], list[Correction]] = {}
        self._states: dict[int, str] = {}  # by identity of the correction
        for item in resource.descriptor.get("corrections") or ():
            if bool(item.get("demo")) != is_demo:
                continue
            found = _read(resource, item)
            self._by_key.setdefault(found.key, []).append(found)
            self._states[id(found)] = UNUSED

    def amend(self, row: Row) -> Row:
        """The row with its corrections; a cell that is not what the correction expects stays as it is."""
        if not self._by_key:
            return row
        amended = row
        for item in self._by_key.get(tuple(cell_text(row[name]) for name in self._resource.primary_key), ()):
            now = cell_text(row[item.field])
            if now == item.expect:
                amended = {**amended, item.field: item.value}
                self._states[id(item)] = APPLIED
            else:
                self._states[id(item)] = MENDED if now == cell_text(item.value) else TRIPPED
        return amended

    def outcomes(self) -> list[dict[str, Any]]:
        """What came of each correction, as it may be published, in authored order."""
        return [self._outcome(item) for items in self._by_key.values() for item in items]

    def _outcome(self, item: Correction) -> dict[str, Any]:
        return {
            "resource": self._resource.name,
            "row_key": mask("/".join(item.key)),
            "field": item.field,
            "before": mask(item.expect),
            "after": mask(cell_text(item.value)),
            "state_code": self._states[id(item)],
            "upstream_code": item.authored["upstream"],
            "reported_date": item.authored.get("reported_date"),
            "reason": item.authored["reason"],
            "reason_en": item.authored["reason_en"],
        }


def outdated(outcome: dict[str, Any]) -> Problem | None:
    """The problem of a correction that was not applied; None where it was."""
    if outcome["state_code"] == APPLIED:
        return None
    return problem(f"correction_{outcome['state_code']}", outcome["resource"], outcome["field"], key=outcome["row_key"])


def _read(resource: Resource, item: dict[str, Any]) -> Correction:
    place = f"resource {resource.name!r}: correction of {item.get('key')!r}"
    lacking = [name for name in NEEDED if name not in item]
    if lacking:
        raise DatasetError(f"{place}: {', '.join(lacking)} is missing; say it in datapackage.yaml")
    names = {field.name for field in resource.fields}
    if item["field"] not in names or set(item["key"]) != set(resource.primary_key):
        keys = ", ".join(resource.primary_key)
        raise DatasetError(f"{place}: name a field of the table, and the row by its primary key ({keys})")
    if item["field"] in resource.primary_key:
        raise DatasetError(f"{place}: a key cannot be corrected, rows would change places; ask the source's office")
    if item["upstream"] not in UPSTREAM:
        raise DatasetError(f"{place}: upstream is {item['upstream']!r}; use one of {', '.join(UPSTREAM)}")
    key = tuple(cell_text(item["key"][name]) for name in resource.primary_key)
    return Correction(key, item["field"], cell_text(item["expect"]), item["value"], item)
