"""A row that can be cited: where it comes from, how to name it, what stands beside it, and whom to tell of an error."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from datasette.database import QueryInterrupted
from datasette.utils import escape_sqlite, tilde_encode, urlsafe_components

from shahrnama.datasette_plugin.known import Known, release
from shahrnama.persian import Language, display_date, number
from shahrnama.publish.speak_up import VARIABLES, filled
from shahrnama.publish.texts import bibtex as entry

MOST_COUNTED = 10_000  # neighbours: who needs more asks the table
COUNT_MS = 150  # for each kind of neighbour


async def row_facts(
    datasette: Any, request: Any, place: tuple[str, str], known: Known, language: Language
) -> dict[str, Any]:
    """Everything that the page of a row tells beside its columns."""
    database, table = place
    values = urlsafe_components(request.url_vars["pks"])
    row = await _row(datasette, database, table, values, known)
    facts = {
        "address": datasette.absolute_url(request, datasette.urls.row(database, table, request.url_vars["pks"])),
        "name": "، ".join(values),
        "release": release(datasette, database),
        "capture": await _capture(datasette, database, row, known),
        "checked": await _checked(datasette, known.table(database, table).get("dataset"), known),
        "parents": await _parents(datasette, database, table, row, known),
        "children": await _children(datasette, database, table, row, known),
        **{key: setting(datasette, key) for key in ("contact", "report_url")},
    }
    for other in [*facts["parents"], *facts["children"]]:
        other["shown"] = shown_count(other["count"], language)
    facts |= {"metadata": known.table(database, table), "dataset": _dataset(known, database, table)}
    languages: list[Language] = ["fa", "en"] if language == "fa" else ["en", "fa"]
    return {
        **facts,
        "citations": [(language, citation(facts, language)) for language in languages],
        "bibtex": bibtex(facts),
        "report": report_address(facts, language),
    }


def citation(facts: dict[str, Any], language: Language) -> str:
    """How to name the row in a text; fictional rows say what they are."""
    about, dataset = facts["metadata"], facts["dataset"]
    suffix = "" if language == "fa" else "_en"
    title = about.get(f"title{suffix}") or about.get("title") or ""
    whole = dataset.get(f"title{suffix}") or ""
    source = about.get(f"source{suffix}") or ""
    seen = (facts["capture"] or {}).get("first_seen_at")
    if language == "fa":
        parts = [
            f"شهرنما، «{whole}»، جدول «{title}»، ردیف {facts['name']}"
            if whole
            else f"شهرنما، جدول «{title}»، ردیف {facts['name']}",
            "[دادهٔ نمونه و ساختگی]" if about.get("is_demo") else "",
            f"نسخهٔ {facts['release']}.",
            f"منبع: {source}{'، دریافت‌شده در ' + display_date(seen, 'fa') if seen else ''}." if source else "",
        ]
    else:
        parts = [
            f"Shahrnama, {f'“{whole}”, ' if whole else ''}table “{title}”, row {facts['name']}",
            "[fictional demonstration data]," if about.get("is_demo") else "",
            f"release {facts['release']}.",
            f"Source: {source}{', captured on ' + display_date(seen, 'en') if seen else ''}." if source else "",
        ]
    return " ".join([*filter(None, parts), facts["address"]])


def bibtex(facts: dict[str, Any]) -> str:
    """The row as a BibTeX entry, of the year in which its source was read."""
    about = facts["metadata"]
    key = "".join(
        letter for letter in f"shahrnama_{facts['address'].rpartition('/db/')[2]}" if letter.isalnum() or letter == "_"
    )
    return entry(
        key, f"{about.get('title_en') or about.get('title') or ''}, row {facts['name']}", facts["address"],
        facts["release"], year=str((facts["capture"] or {}).get("first_seen_at") or "")[:4],
        note=f"Dataset: {facts['dataset'].get('title_en') or ''}", is_demo=bool(about.get("is_demo")),
    )  # fmt: skip


def report_address(facts: dict[str, Any], language: Language) -> str:
    """Where to tell of an error: an address that already says which row of which release is meant."""
    if language == "fa":
        subject = f"گزارش خطا در ردیف {facts['name']}"
        body = f"نشانی ردیف: {facts['address']}\nنسخه: {facts['release']}\n\nچه چیزی نادرست است، و از کجا می‌دانید؟\n"
    else:
        subject = f"Error in row {facts['name']}"
        body = f"Row: {facts['address']}\nRelease: {facts['release']}\n\nWhat is wrong, and how do you know?\n"
    return filled(facts["report_url"], facts["contact"], facts["address"], subject, body)


def setting(datasette: Any, key: str) -> str:
    """What the environment says, or `metadata.yml`: as the portal's own links to report errors."""
    return os.environ.get(VARIABLES[key]) or str(datasette.metadata(key) or "")


def _dataset(known: Known, database: str, table: str) -> dict[str, Any]:
    datasets = known.metadata.get(database, {}).get("datasets") or {}
    return datasets.get(known.table(database, table).get("dataset")) or {}


async def _row(datasette: Any, database: str, table: str, values: list[str], known: Known) -> dict[str, Any]:
    keys = known.keys.get((database, table)) or ["rowid"]
    if len(keys) != len(values):
        return {}
    where = " and ".join(f"{escape_sqlite(key)} = ?" for key in keys)
    sql = f"select * from {escape_sqlite(table)} where {where}"  # noqa: S608 quoted
    found = (await datasette.execute(database, sql, values)).first()
    return dict(found) if found else {}


async def _first(datasette: Any, database: str, sql: str, values: tuple[Any, ...]) -> dict[str, Any]:
    found = (await datasette.execute(database, sql, values)).first()
    return dict(found) if found else {}


async def _capture(datasette: Any, database: str, row: dict[str, Any], known: Known) -> dict[str, Any] | None:
    """The answer that the row was read from, with when it was seen where the registers of runs are served too."""
    if not row.get("capture_id") or (database, "captures") not in known.types:
        return None
    found = await _first(datasette, database, "select * from captures where capture_id = ?", (row["capture_id"],))
    registers = known.holding("sightings")
    if found and registers:
        sql = "select first_seen_at, last_seen_at from sightings where dataset = ? and source_path = ?"
        sql += " and capture_id = ?"
        place = (found["dataset"], found["source_path"], found["capture_id"])
        found |= await _first(datasette, registers, sql, place)
    return found or None


async def _checked(datasette: Any, dataset: str | None, known: Known) -> dict[str, Any]:
    registers = known.holding("sources")
    if not dataset or not registers:
        return {}
    sql = "select last_checked_at, last_changed_at from sources where dataset = ?"
    return await _first(datasette, registers, sql, (dataset,))


async def _parents(
    datasette: Any, database: str, table: str, row: dict[str, Any], known: Known
) -> list[dict[str, Any]]:
    """The rows that this one refers to, and how many others of its table refer to the same."""
    found = []
    for column, other, _ in known.parents.get((database, table), []):
        if row.get(column) is not None:
            count = await _count(datasette, database, table, column, row[column])
            link = f"{datasette.urls.table(database, table)}?{_name(column)}={quote(str(row[column]))}"
            address = datasette.urls.row(database, other, tilde_encode(str(row[column])))
            facts = {"column": column, "table": other, "value": row[column], "address": address}
            found.append({**facts, "count": count, "link": link})
    return found


async def _children(
    datasette: Any, database: str, table: str, row: dict[str, Any], known: Known
) -> list[dict[str, Any]]:
    """How many rows of each table refer to this one; None where counting them took too long."""
    found = []
    for other, column, target in known.children(database, table):
        if row.get(target) is not None:
            count = await _count(datasette, database, other, column, row[target])
            link = f"{datasette.urls.table(database, other)}?{_name(column)}={quote(str(row[target]))}"
            found.append({"table": other, "column": column, "count": count, "link": link})
    return found


def _name(column: str) -> str:
    return f"{column}__exact" if column.startswith("_") else column


async def _count(datasette: Any, database: str, table: str, column: str, value: Any) -> int | None:
    inner = f"select 1 from {escape_sqlite(table)} where {escape_sqlite(column)} = ? limit {MOST_COUNTED + 1}"  # noqa: S608
    sql = f"select count(*) from ({inner})"  # noqa: S608 quoted
    try:
        counted = await datasette.execute(database, sql, (value,), custom_time_limit=COUNT_MS)
    except QueryInterrupted:
        return None
    return int(counted.single_value())


def shown_count(count: int | None, language: Language) -> str:
    """A count of neighbours for people: bounded ones with «بیش از», one that was not counted with a question mark."""
    if count is None:
        return "؟" if language == "fa" else "?"
    more = ("بیش از " if language == "fa" else "more than ") if count > MOST_COUNTED else ""
    return more + number(min(count, MOST_COUNTED), language)
