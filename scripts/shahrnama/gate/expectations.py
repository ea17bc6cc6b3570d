"""Expectations: what a table as a whole must be, as its descriptor says in `expect`; a least fails, a most warns.

`min_rows`, `max_rows` · `required_share` (column → least share of filled rows) · `unique` (lists of columns) · `fresh`
({field, days}: how old the newest value may be when the source is asked) · `sql` (a list of {name, title, title_en,
query, min, max, equals}: a query over any tables that gives one number).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from shahrnama.catalog import Resource
from shahrnama.engine import Engine, EngineError
from shahrnama.errors import DatasetError
from shahrnama.gate.measures import Measures
from shahrnama.issue import Problem, problem


def expectations(
    resource: Resource, measures: Measures, engine: Callable[[], Engine], asked_at: str | None
) -> Iterator[Problem]:
    """What the table of these measures is not; `asked_at` is when its source was asked (UTC), None if kept by hand.

    `engine` gives the tables of the package and of others; it is called only where there is SQL to run.
    """
    expect, rows, name = resource.expect, measures.rows, resource.name
    yield from _row_range(name, expect, rows)
    for column, share in (expect.get("required_share") or {}).items() if rows else ():
        if measures.filled[column] / rows < share:
            yield problem("unfilled", name, column, filled=measures.filled[column], rows=rows, share=share)
    for columns, count in zip(expect.get("unique") or (), measures.repeats, strict=True):
        if count:
            yield problem("not_unique", name, columns[0], count=count, columns=", ".join(columns))
    if "fresh" in expect and asked_at and measures.newest:
        days, newest = expect["fresh"]["days"], measures.newest
        if _moment(asked_at) - _moment(newest) > timedelta(days=days):
            yield problem("stale", name, expect["fresh"]["field"], newest=newest, days=days)
    for item in expect.get("sql") or ():
        yield from _queried(resource, item, engine())


def _row_range(name: str, expect: dict[str, Any], rows: int) -> Iterator[Problem]:
    least, most = expect.get("min_rows", 0), expect.get("max_rows")
    if rows < least:
        yield problem("too_few_rows", name, rows=rows, least=least)
    if most is not None and rows > most:
        yield problem("too_many_rows", name, rows=rows, most=most)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _queried(resource: Resource, item: dict[str, Any], engine: Engine) -> Iterator[Problem]:
    value = _value(resource, item, engine)
    titles = {"title": item["title"], "title_en": item["title_en"], "value": value}
    if "equals" in item and value != item["equals"]:
        yield problem("expected_value", resource.name, bound=item["equals"], **titles)
    if "min" in item and (value is None or value < item["min"]):
        yield problem("expected_value_low", resource.name, bound=item["min"], **titles)
    if "max" in item and value is not None and value > item["max"]:
        yield problem("expected_value_high", resource.name, bound=item["max"], **titles)


def _value(resource: Resource, item: dict[str, Any], engine: Engine) -> float | int | None:
    place = f"resource {resource.name!r}: expect.sql {item.get('name')!r}"
    try:
        _, rows = engine.rows(item["query"])
    except EngineError as error:
        raise DatasetError(f"{place} cannot be run: {error}") from error
    if len(rows) != 1 or len(rows[0]) != 1:
        raise DatasetError(f"{place} must give one number, not {len(rows)} rows; mend its query")
    value = rows[0][0]
    return value if value is None or isinstance(value, int | float) else float(value)
