"""Ready questions: canned queries as people authored them, made ready for Datasette and for our plugin's pages.

A query about one dataset stands in that dataset's descriptor, one that joins several in `metadata.yml`, both as

    queries:
      <name>:                      # its address; no table may have the same one
        group: <name>              # one of `question_groups` of metadata.yml
        title, title_en, description, description_en
        tables: [...]              # what it asks: it is left out while one of them is not published
        parameters:                # of every :name in the SQL; an empty value must give an answer too
          <name>: {title, title_en, empty, empty_en, values or labels}
        columns: {<column>: [Persian title, English title]}    # of the answer, where no table of `tables` has them
        links: {<column>: [<table>, <column>]}    # the row that a cell leads to: its table, and who holds its key
        chart: {label: <column> or [<column>, ...], values: [<column>, ...]}
        sql: ...

`empty` says what an empty value means. `values` is SQL for a list to choose from (value, Persian name, English name),
`labels` takes the list from the names of a code: `<table>.<column>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from shahrnama.errors import PublishError

Query = dict[str, Any]
Tables = dict[str, dict[str, Any]]  # metadata of tables, by name

PARAMETER = re.compile(r"(?<![:\w]):([a-z]\w*)")
QUOTED = re.compile(r"'(?:[^']|'')*'")


def ready(authored: Iterable[tuple[str, dict[str, Query]]], groups: set[str], tables: Tables) -> dict[str, Query]:
    """Queries by name from (place, queries); PublishError, by name, for one that cannot stand as it is written."""
    found: dict[str, Query] = {}
    for place, queries in authored:
        for name, query in queries.items():
            for problem in problems(query, groups):
                raise PublishError(f"{place}: question {name}: {problem}")
            if name in found or name in tables:
                raise PublishError(f"{place}: question {name}: a table or question has this name; choose another")
            if set(query["tables"]) <= set(tables):
                found[name] = _ready(query, tables)
    return found


def problems(query: Query, groups: set[str]) -> Iterator[str]:
    """What is wrong with an authored query, each with what to do."""
    for key in ("title", "title_en", "description", "description_en", "tables", "sql"):
        if not query.get(key):
            yield f"{key} is missing; say it"
    if query.get("group") not in groups:
        yield f"group {query.get('group')!r} is none of question_groups in metadata.yml"
    asked, told = parameters(query.get("sql") or ""), query.get("parameters") or {}
    for parameter in sorted(set(asked) ^ set(told)):
        yield f"parameter {parameter!r} is not in both the SQL and parameters; say its title, or take it out"
    for parameter, about in told.items():
        for key in ("title", "title_en", "empty", "empty_en"):
            if not about.get(key):
                yield f"parameter {parameter!r}: {key} is missing; say it"


def parameters(sql: str) -> list[str]:
    """Names of the `:parameters` of some SQL, in order, each once."""
    return list(dict.fromkeys(PARAMETER.findall(QUOTED.sub("''", sql))))


def _ready(query: Query, tables: Tables) -> Query:
    told = {name: _parameter(about, tables) for name, about in (query.get("parameters") or {}).items()}
    titles: dict[str, list[str]] = query.get("columns") or {}
    return {
        **{key: value for key, value in query.items() if key not in {"columns", "parameters"}},
        "params": list(told),  # in this order; else Datasette asks SQLite for them at every visit
        "parameters": told,
        "column_titles": {name: texts[0] for name, texts in titles.items()},
        "column_titles_en": {name: texts[1] for name, texts in titles.items()},
        "is_demo": any(tables[name].get("is_demo") for name in query["tables"]),
    }


def _parameter(about: dict[str, Any], tables: Tables) -> dict[str, Any]:
    if "labels" not in about:
        return about
    table, _, column = about["labels"].partition(".")
    persian, english = (tables.get(table, {}).get(key, {}).get(column) for key in ("column_values", "column_values_en"))
    if not persian or not english:
        raise PublishError(f"labels {about['labels']!r} names no column with labels; write <table>.<column>")
    kept = {key: value for key, value in about.items() if key != "labels"}
    return {**kept, "choices": [[value, name, english.get(value, value)] for value, name in persian.items()]}
