"""Facets: of a whole table from the counts made at load, of a filtered one counted at once and within bounds.

Takes the place of Datasette's own facet by column, which counts again for every reader, counts on a second page only
the rows that are left, and says nothing in its JSON where it ran out of time. Facets by date and in lists are its own.
"""

from __future__ import annotations

import time
from typing import Any

from datasette.database import QueryInterrupted
from datasette.facets import ColumnFacet
from datasette.filters import Filters
from datasette.plugins import pm
from datasette.utils import await_me_maybe, escape_sqlite, path_with_removed_args, path_with_replaced_args
from datasette.utils.asgi import BadRequest

from shahrnama.datasette_plugin.known import known_of

ALL_MS = 600  # for all facets of a page together; each has Datasette's own limit besides
LEAST_MS = 20  # less is not worth beginning
STORED = """select value, row_count from facet_counts where "table" = ? and "column" = ? order by place limit ?"""
STORED_ABOUT = """select value_count, empty_count from facet_columns where "table" = ? and "column" = ?"""
COUNTED = """with counted as materialized (select {column} as value, count(*) as n from {table} {where} group by 1)
select value, n, (select count(value) from counted), (select sum(n) from counted where value is null) from counted
where value is not null or (select count(value) from counted) = 0 order by n desc, value limit {limit}"""


class Counted:
    """Values of a column with their counts, how many values there are, and in how many rows there is none."""

    def __init__(self, values: list[tuple[Any, int]], value_count: int, empty_count: int) -> None:
        self.values, self.value_count, self.empty_count = values, value_count, empty_count


class CountedFacet(ColumnFacet):  # type: ignore[misc]  # Datasette has no types
    """Facets by column; Datasette makes one of these for every request of a table."""

    type = "column"

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        types = known_of(self.ds).types.get((self.database, self.table))
        for column in map(_column, (found["config"] for found in self.get_configs())):
            if types is not None and column not in types:  # SQLite would take the quoted name for a text, and count it
                raise BadRequest(f"_facet={column} - invalid column")

    async def facet_results(self) -> tuple[list[dict[str, Any]], list[str]]:
        """Each facet that the descriptor or the address asks for, once, and those that time did not suffice for."""
        results, late = [], []
        ends = time.monotonic() + ALL_MS / 1000
        sources = {_column(found["config"]): found["source"] for found in reversed(self.get_configs())}
        condition = await _where(self.ds, self.request, self.database, self.table) if sources else ("", {})
        for column in reversed(sources):
            counted = await self._counts(column, condition, ends)
            if counted is None:
                late.append(column)
            results.append(await self._result(column, sources[column], counted))
        return results, late

    async def _counts(self, column: str, condition: tuple[str, dict[str, Any]], ends: float) -> Counted | None:
        where, params = condition
        if not where and (self.database, self.table, column) in known_of(self.ds).counted:
            return await self._stored(column)
        limit = min(self.ds.setting("facet_time_limit_ms"), int((ends - time.monotonic()) * 1000))
        if limit < LEAST_MS:
            return None
        sql = COUNTED.format(
            column=escape_sqlite(column),
            table=escape_sqlite(self.table),
            where=f"where {where}" if where else "",
            limit=self.get_facet_size() + 1,
        )
        try:
            rows = (await self.ds.execute(self.database, sql, params, custom_time_limit=limit)).rows
        except QueryInterrupted:
            return None
        values = [(row[0], row[1]) for row in rows if row[0] is not None]
        return Counted(values, rows[0][2] if rows else 0, (rows[0][3] or 0) if rows else 0)

    async def _stored(self, column: str) -> Counted:
        place = (self.table, column)
        rows = (await self.ds.execute(self.database, STORED, (*place, self.get_facet_size() + 1))).rows
        about = (await self.ds.execute(self.database, STORED_ABOUT, place)).first()
        return Counted([tuple(row) for row in rows], *about)

    async def _result(self, column: str, source: str, counted: Counted | None) -> dict[str, Any]:
        size = self.get_facet_size()
        values = counted.values[:size] if counted else []
        labels = await self._labels(column, [value for value, _ in values])
        return {
            "name": column,
            "type": self.type,
            "hideable": source != "metadata",
            "toggle_url": self.ds.urls.path(path_with_removed_args(self.request, {"_facet": column})),
            "results": [self._value(column, value, count, labels) for value, count in values],
            "truncated": counted is not None and counted.value_count > len(values),
            "timed_out": counted is None,
            "value_count": counted.value_count if counted else None,
            "empty_count": counted.empty_count if counted else None,
        }

    async def _labels(self, column: str, values: list[Any]) -> dict[Any, Any]:
        named = known_of(self.ds).labels.behind(self.database, self.table, column)
        found = {(column, value): named[str(value)][0] for value in values if str(value) in named}
        if len(found) == len(values) or not named:
            return found
        return dict(await self.ds.expand_foreign_keys(self.database, self.table, column, values))

    def _value(self, column: str, value: Any, count: int, labels: dict[Any, Any]) -> dict[str, Any]:
        name = f"{column}__exact" if column.startswith("_") else column
        selected = (name, str(value)) in self.get_querystring_pairs()
        changed = {name: None if selected else str(value), "_next": None}
        address = self.ds.urls.path(path_with_replaced_args(self.request, changed))
        return {
            "value": value,
            "label": labels.get((column, value), value),
            "count": count,
            "toggle_url": self.ds.absolute_url(self.request, address),
            "selected": selected,
        }


def _column(config: dict[str, Any]) -> str:
    return str(config.get("column") or config.get("simple") or "")


async def _where(datasette: Any, request: Any, database: str, table: str) -> tuple[str, dict[str, Any]]:
    """What filters and search ask of the whole table, without the place in it that `_next` gives a page."""
    pairs = [
        (key, value)
        for key in request.args
        if not key.startswith("_") or "__" in key
        for value in request.args.getlist(key)
    ]
    clauses, params = Filters(sorted(pairs)).build_where_clauses(table)
    for hook in pm.hook.filters_from_request(request=request, table=table, database=database, datasette=datasette):
        found = await await_me_maybe(hook)
        if found:
            clauses.extend(found.where_clauses)
            params.update(found.params)
    return " and ".join(clauses), params
