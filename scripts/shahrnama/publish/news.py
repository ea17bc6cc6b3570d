"""News: the newest rows of tables by their column of time, of all and of each thing that has a feed of its own."""

from __future__ import annotations

import csv
import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shahrnama.publish.site import Site

TIMES = {"date", "datetime"}
Place = tuple[str, str]  # a table and the key of one of its rows


@dataclass(frozen=True)
class New:
    """One row with where it is from and when it is of."""

    package: dict[str, Any]
    resource: dict[str, Any]
    row: dict[str, str]
    moment: str


class News:
    """The newest rows of every table, `most` of each and of each thing; a table is read once, and never held whole."""

    def __init__(self, site: Site, most: int) -> None:
        self._site, self._most = site, most
        self._of_dataset: dict[str, list[New]] = {}
        self._of_thing: dict[Place, list[New]] = {}
        for package in site.packages:
            for resource in package["resources"]:
                column = time_column(resource)
                if column:
                    self._read(package, resource, column)

    def of_dataset(self, name: str) -> list[New]:
        """The newest rows of a dataset, newest first."""
        return self._best(self._of_dataset.get(name, []))

    def of_things(self) -> Iterator[tuple[Place, list[New]]]:
        """The newest rows that name each row of the tables with `feeds`, by table and key."""
        for place in sorted(self._of_thing):
            yield place, self._best(self._of_thing[place])

    def _read(self, package: dict[str, Any], resource: dict[str, Any], column: str) -> None:
        heaps: dict[Place | None, list[tuple[str, int, list[str]]]] = {}
        references = self._site.references(package, resource)
        naming = {name: table for name, table in references.items() if self._site.table(table)[1].get("feeds")}
        with self._site.tables(package)[resource["name"]].open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            names = next(rows)
            when, things = names.index(column), [(names.index(name), table) for name, table in naming.items()]
            for number, row in enumerate(rows):
                for place in (None, *((table, row[at]) for at, table in things if row[at])) if row[when] else ():
                    heap = heaps.setdefault(place, [])
                    push = heapq.heappush if len(heap) < self._most else heapq.heappushpop
                    push(heap, (row[when], -number, row))  # of rows of one moment, the first
        for place, heap in heaps.items():
            found = [New(package, resource, dict(zip(names, row, strict=True)), moment) for moment, _, row in heap]
            kept = (
                self._of_dataset.setdefault(package["name"], [])
                if place is None
                else self._of_thing.setdefault(place, [])
            )
            kept += found

    def _best(self, found: list[New]) -> list[New]:
        def order(new: New) -> tuple[str, str, str]:
            return new.moment, new.resource["name"], "\0".join(new.row.values())

        return sorted(found, key=order, reverse=True)[: self._most]


def time_column(resource: dict[str, Any]) -> str | None:
    """The column by which rows are new: `newest_by`, else the time that Datasette sorts by; None for derived tables."""
    kinds = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
    wanted = resource.get("newest_by") or (resource.get("table") or {}).get("sort_desc")
    return wanted if kinds.get(wanted or "") in TIMES and resource.get("kind") != "derived" else None
