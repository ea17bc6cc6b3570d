"""Search over all tables at once: `/-/search?q=…`, grouped by table with counts, for people and as JSON."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from datasette import Response
from datasette.database import QueryInterrupted
from datasette.utils import escape_sqlite, path_from_row_pks, tilde_encode
from markupsafe import Markup

from shahrnama.datasette_plugin.known import Known
from shahrnama.datasette_plugin.language import LANGUAGE
from shahrnama.datasette_plugin.search import MOST_LETTERS, Term, search_expression, snippet, terms
from shahrnama.persian import ascii_digits, normalise

MOST_COUNTED = 10_000  # rows of one table: counting goes through all of them
MOST_RANKED = 2_000  # ranking weighs every one: of more, the first are shown as they stand
ROWS = 3  # of each table
ALL_MS = 1500  # for the whole search
TABLE_MS = 300  # for one table
LEAST_MS = 20
COUNT = "select count(*) from (select 1 from {index} where {index} match ? limit {most})"
MOST_TOGETHER = 40  # tables in one look-up: the guard allows 50
KEYED = "select {name} as name, {column} as key from {table} where {column} in (:typed, :upper, :lower)"
FOUND = """select {rowid}{table}.* from {index} join {table} on {table}.rowid = {index}.rowid
where {index} match ? {order} limit {rows}"""


async def search_all(datasette: Any, request: Any, known: Known) -> Response:
    """The page, or its JSON where the path ends in `.json`."""
    asked = request.args.get("q") or request.args.get("_search") or ""
    wanted = terms(asked)
    found, late = await _tables(datasette, asked, wanted, known) if wanted else ([], [])
    exact = await _exact(datasette, asked, known) if wanted else []
    if request.path.endswith(".json"):
        results = [{**group, "rows": [row["raw"] for row in group["rows"]]} for group in found]
        told = {"query": asked[:MOST_LETTERS], "terms": [term.word for term in wanted]}
        return Response.json({**told, "exact": exact, "results": results, "not_searched": late})
    return Response.html(
        await datasette.render_template(
            "search.html",
            {
                "asked": asked[:MOST_LETTERS],
                "wanted": wanted,
                "exact": exact,
                "groups": found,
                "late": late,
                "total": sum(group["count"] for group in found),
                "most": MOST_COUNTED,
                "table_count": len(known.searched),
                "alternate_url_json": datasette.urls.path("/-/search.json") + "?" + urlencode({"q": asked}),
            },
            request=request,
            view_name="search",
        ),
        headers={"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"},
    )


async def _exact(datasette: Any, asked: str, known: Known) -> list[dict[str, str]]:
    """Rows whose key is what is asked, in any digits and in upper or lower case; an index answers for each table."""
    typed = ascii_digits(normalise(asked[:MOST_LETTERS]))
    spelled = {"typed": typed, "upper": typed.upper(), "lower": typed.lower()}
    found = []
    for database in dict.fromkeys(database for database, _ in known.keys):
        tables = [place for place in known.keys if place[0] == database and _has_names(known, place)]
        for start in range(0, len(tables), MOST_TOGETHER):
            sql = " union all ".join(_keyed(known, place) for place in tables[start : start + MOST_TOGETHER])
            with suppress(QueryInterrupted):
                rows = (await datasette.execute(database, sql, spelled, custom_time_limit=TABLE_MS)).rows
                found += [_identified(datasette, (database, table), key, known) for table, key in rows]
    return sorted(found, key=lambda row: row["label"] == row["key"])  # the row that has a name first


def _has_names(known: Known, place: tuple[str, str]) -> bool:
    """Whether a table is one for readers whose rows have one text for a key."""
    about, keys = known.table(*place), known.keys[place]
    return bool(about and not about.get("hidden") and len(keys) == 1 and known.types[place][keys[0]] == "TEXT")


def _keyed(known: Known, place: tuple[str, str]) -> str:
    name = "'" + place[1].replace("'", "''") + "'"
    return KEYED.format(name=name, column=escape_sqlite(known.keys[place][0]), table=escape_sqlite(place[1]))


def _identified(datasette: Any, place: tuple[str, str], key: str, known: Known) -> dict[str, str]:
    names = known.labels.names.get(place, {}).get(key)
    label = names[LANGUAGE.get() == "en"] if names else key
    url = datasette.urls.row(*place, tilde_encode(key))
    return {"database": place[0], "table": place[1], "key": key, "label": str(label), "url": url}


async def _tables(
    datasette: Any, asked: str, wanted: tuple[Term, ...], known: Known
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Tables with what was found, the fewest rows first: they say most. And those that time did not suffice for."""
    ends = time.monotonic() + ALL_MS / 1000
    found, late = [], []
    for database, table in known.searched:
        limit = min(TABLE_MS, int((ends - time.monotonic()) * 1000))
        try:
            group = await _table(datasette, (database, table), asked, wanted, known, limit)
        except QueryInterrupted:
            group = None
        if group is None:
            late.append({"database": database, "table": table})
        elif group["count"]:
            found.append(group)
    return sorted(found, key=lambda group: group["count"]), late


async def _table(
    datasette: Any, place: tuple[str, str], asked: str, wanted: tuple[Term, ...], known: Known, limit: int
) -> dict[str, Any] | None:
    if limit < LEAST_MS:
        return None
    database, table = place
    index, columns = known.searched[place]
    expression, name = search_expression(asked), escape_sqlite(index)
    sql = COUNT.format(index=name, most=MOST_COUNTED + 1)
    count = (await datasette.execute(database, sql, (expression,), custom_time_limit=limit)).single_value()
    rows: list[Any] = []
    if count:
        sql = FOUND.format(
            rowid="" if known.keys[place] else f"{escape_sqlite(table)}.rowid, ",
            table=escape_sqlite(table),
            index=name,
            order="order by rank" if count <= MOST_RANKED else "",
            rows=ROWS,
        )
        rows = (await datasette.execute(database, sql, (expression,), custom_time_limit=limit)).rows
    link = datasette.urls.table(database, table) + "?" + urlencode({"_search": asked[:MOST_LETTERS]})
    shown = [_row(datasette, place, row, columns, wanted, known) for row in rows]
    return {"database": database, "table": table, "count": count, "url": link, "rows": shown}


def _row(
    datasette: Any, place: tuple[str, str], row: Any, columns: list[str], wanted: tuple[Term, ...], known: Known
) -> dict[str, Any]:
    keys = known.keys[place]
    path = path_from_row_pks(row, keys, not keys)
    label = known.table(*place).get("label_column")
    texts = {column: snippet(str(row[column]), wanted) for column in columns if row[column] is not None}
    marked: dict[str, Markup] = {column: text for column, text in texts.items() if text is not None}
    address = datasette.urls.row(*place, path)
    key = path_from_row_pks(row, keys, not keys, False)
    return {
        "address": address,
        "key": key if label and row[label] else "",
        "label": str(row[label]) if label and row[label] else key,
        "snippets": {column: text for column, text in marked.items() if column != label},
        "marked_label": marked.get(label or ""),
        "raw": {"url": address, **dict(row)},
    }
