"""What the plugin knows of the served databases: learned once at startup, since they never change while served."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from shahrnama.datasette_plugin.cells import Labels
from shahrnama.load_facets import TABLES as FACET_TABLES
from shahrnama.persian import display_month, persian_digits

LARGEST_LABELLED = 5_000  # rows: a table of names, not one of events
MOST_OPTIONS = 60  # in a list to choose from: a longer one is typed faster than read
OPTIONS = (
    "label_column",
    "facets",
    "sort",
    "sort_desc",
    "size",
    "hidden",
    "source",
    "source_url",
    "license",
    "license_url",
)
QUERY_OPTIONS = ("sql", "params", "title", "title_en", "description", "description_en", "group", "is_demo")
MOST_VALUES = 300  # offered for one parameter of a question
UNRELEASED = "unreleased"
RELEASE_DIGITS = 12  # of the SHA-256 of the database file, which is in SHA256SUMS in full
COUNT_MS = 1000  # for the row counts of one table, once

Names = dict[str, Any]
Place = tuple[str, str]  # database, table
Choice = tuple[str, str, str]  # value, Persian name, English name


@dataclass
class Known:
    """Facts by database and table."""

    labels: Labels = field(default_factory=Labels)
    metadata: dict[str, Names] = field(default_factory=dict)  # of each database
    types: dict[Place, dict[str, str]] = field(default_factory=dict)  # of each column
    keys: dict[Place, list[str]] = field(default_factory=dict)
    parents: dict[Place, list[tuple[str, str, str]]] = field(default_factory=dict)  # column, other table, its column
    searched: dict[Place, tuple[str, list[str]]] = field(default_factory=dict)  # full-text table, its columns
    options: dict[Place, dict[str, list[Any]]] = field(default_factory=dict)  # values of columns that have few
    counted: set[tuple[str, str, str]] = field(default_factory=set)  # columns whose values were counted at load
    values: dict[tuple[str, str], list[Choice]] = field(default_factory=dict)  # of parameters, by database and SQL

    def table(self, database: str | None, table: str | None) -> Names:
        """Metadata of a table, empty where there is none."""
        return ((self.metadata.get(database or "") or {}).get("tables") or {}).get(table) or {}

    def children(self, database: str, table: str) -> list[tuple[str, str, str]]:
        """Who refers to a table: other table, its column, the column referred to."""
        return [
            (other, column, target)
            for (base, other), found in self.parents.items()
            for column, parent, target in found
            if base == database and parent == table
        ]

    def holding(self, table: str) -> str | None:
        """The database that has a table of this name."""
        return next((database for database, name in self.types if name == table), None)


_KNOWN: WeakKeyDictionary[Any, Known] = WeakKeyDictionary()


def known_of(datasette: Any) -> Known:
    """What is known of the databases of one Datasette; nothing before `learn`."""
    found = _KNOWN.get(datasette)
    if found is None:
        found = _KNOWN[datasette] = Known()
    return found


def release(datasette: Any, database: str) -> str:
    """What names the served data: its release, or before there is one the fingerprint of the database's file."""
    named = str((datasette.plugin_config("shahrnama") or {}).get("release") or UNRELEASED)
    return named if named != UNRELEASED else str(datasette.databases[database].hash or "")[:RELEASE_DIGITS]


async def learn(datasette: Any) -> None:
    """Fill what is known from every database that is served."""
    known = known_of(datasette)
    _take_over(datasette, known)
    datasette.inspect_data = dict(datasette.inspect_data or {})
    for name, database in datasette.databases.items():
        if name.startswith("_"):
            continue
        for table in await database.table_names():
            await _learn_table(known, name, database, table)
        await _learn_counts(known, name, database)
        datasette.inspect_data[name] = await _inspected(database)
        await _learn_labels(known, name, database)
        await _learn_values(known, name, database)


def _take_over(datasette: Any, known: Known) -> None:
    """Keep the texts of the tables here, and leave Datasette what it reads of them itself.

    Datasette 0.65 copies all of its metadata whenever it looks something up in it, many times for every page.
    """
    whole = datasette.metadata()
    known.metadata.update(whole.get("databases") or {})
    slim = {
        name: {
            **{key: value for key, value in database.items() if key != "datasets"},
            "queries": {
                query: {key: about[key] for key in QUERY_OPTIONS if key in about}
                for query, about in (database.get("queries") or {}).items()
            },
            "tables": {
                table: {key: about[key] for key in OPTIONS if key in about}
                for table, about in (database.get("tables") or {}).items()
            },
        }
        for name, database in known.metadata.items()
    }
    datasette._metadata_local = {**whole, "databases": slim}


async def _learn_table(known: Known, name: str, database: Any, table: str) -> None:
    place = (name, table)
    known.types[place] = {column.name: column.type for column in await database.table_column_details(table)}
    known.keys[place] = await database.primary_keys(table)
    found = await database.foreign_keys_for_table(table)
    known.parents[place] = [(key["column"], key["other_table"], key["other_column"]) for key in found]
    index = await database.fts_table(table)
    if index and index != table:
        columns = await database.table_columns(index)  # with hidden ones of FTS5's own
        known.searched[place] = (index, [column for column in columns if column in known.types[place]])


async def _learn_labels(known: Known, name: str, database: Any) -> None:
    """Names from every table with a label column; English is its `…_en` twin where the label is `…_fa`."""
    for (base, table), keys in known.keys.items():
        label = known.table(name, table).get("label_column") or ""
        if base != name:
            continue
        for column, other, _ in known.parents[base, table]:
            known.labels.references[name, table, column] = other
        if label and len(keys) == 1:
            twin = label.removesuffix("_fa") + "_en"
            english = twin if twin in known.types[base, table] else label
            columns = f'"{keys[0]}", "{label}", coalesce("{english}", "{label}")'
            sql = f'select {columns} from "{table}" limit {LARGEST_LABELLED}'  # noqa: S608 our own names
            rows = (await database.execute(sql)).rows
            known.labels.names[name, table] = {str(key): (persian, other) for key, persian, other in rows}


async def _learn_values(known: Known, name: str, database: Any) -> None:
    """Lists that the parameters of ready questions offer: value, Persian name, English name."""
    queries = (known.metadata.get(name) or {}).get("queries") or {}
    told = [about for query in queries.values() for about in (query.get("parameters") or {}).values()]
    for sql in {about["values"] for about in told if about.get("values")}:
        found = (await database.execute(sql)).rows[:MOST_VALUES]
        known.values[name, sql] = [_choice(*(str(cell) for cell in row)) for row in found]


def _choice(value: str, persian: str = "", english: str = "") -> Choice:
    month = display_month(value, "fa"), display_month(value, "en")
    return value, persian or month[0] or persian_digits(value), english or persian or month[1] or value


async def _learn_counts(known: Known, name: str, database: Any) -> None:
    if not all((name, table) in known.types for table in FACET_TABLES):
        return
    columns = await database.execute('select "table", "column", value_count from facet_columns')
    few = []
    for table, column, count in columns.rows:
        known.counted.add((name, table, column))
        if 1 < count <= MOST_OPTIONS:
            few.append((table, column))
    sql = 'select value from facet_counts where "table" = ? and "column" = ? order by value'
    for table, column in few:
        rows = (await database.execute(sql, (table, column))).rows
        known.options.setdefault((name, table), {})[column] = [row[0] for row in rows]


async def _inspected(database: Any) -> dict[str, Any]:
    """As `datasette inspect` would tell: with it no page counts a whole table."""
    counts = await database.table_counts(COUNT_MS)
    tables = {table: {"count": count} for table, count in counts.items() if count is not None}
    return {"hash": database.hash, "size": database.size, "file": str(database.path), "tables": tables}
