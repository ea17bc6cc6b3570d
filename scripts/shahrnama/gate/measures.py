"""Measures: one vectorised look at a whole table, for expectations, the baseline and the quality score alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shahrnama.catalog import Resource
from shahrnama.engine import EngineError, text_query
from shahrnama.errors import DatasetError

MOST_VALUES = 50  # of a column that is a list of categories


@dataclass(frozen=True)
class Measures:
    """What a table holds.

    `rows`; `filled`: filled cells of each column; `newest`: greatest text of the column that `expect.fresh` names;
    `repeats`: for each list of columns in `expect.unique`, rows whose values came before; `values`: the values of each
    facet that has at most MOST_VALUES of them.
    """

    rows: int
    filled: dict[str, int]
    newest: str | None
    repeats: tuple[int, ...]
    values: dict[str, list[str]]


def measure(resource: Resource, path: Path) -> Measures:
    """The measures of the CSV at `path`; DatasetError where it cannot be read as a table."""
    names = [field.name for field in resource.fields]
    unique = [list(columns) for columns in resource.expect.get("unique") or ()]
    fresh = (resource.expect.get("fresh") or {}).get("field")
    facets = [name for name in resource.table.get("facets") or () if name in names]
    wanted = ["count(*)", *(f"count({_cell(name)})" for name in names)]
    wanted += [f"max({_cell(fresh)})" if fresh else "NULL"]
    wanted += [f"count(*) - count(DISTINCT ({', '.join(_text(name) for name in columns)}))" for columns in unique]
    try:
        (told,) = text_query(path, names, f"SELECT {', '.join(wanted)} FROM source")  # noqa: S608 quoted names
        values = dict(_values(path, names, facets))
    except EngineError as error:
        raise DatasetError(f"{path}: cannot be read as a table: {error}") from error
    rows, *filled = told[: len(names) + 1]
    return Measures(rows, dict(zip(names, filled, strict=True)), told[len(names) + 1], told[len(names) + 2 :], values)


def _values(path: Path, names: list[str], facets: list[str]) -> Iterator[tuple[str, list[str]]]:
    for name in facets:
        cell = _cell(name)
        few = f"SELECT DISTINCT {cell} FROM source WHERE {cell} IS NOT NULL LIMIT {MOST_VALUES + 1}"  # noqa: S608
        found = [row[0] for row in text_query(path, names, few)]
        if len(found) <= MOST_VALUES:
            yield name, sorted(found)


def _text(name: str) -> str:
    return f"coalesce({_quoted(name)}, '')"


def _cell(name: str) -> str:
    return f"nullif({_quoted(name)}, '')"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
