"""Datasette in Persian, with English beside it by `?_lang=en`; hooks that also exist in Datasette 1.0 only.

Reads what it shows from Datasette's metadata (see `publish.metadata`). JSON and CSV stay raw; only HTML is rendered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl

from shahrnama import persian
from shahrnama.datasette_plugin.cells import Labels, Place, load_labels, rendered
from shahrnama.datasette_plugin.functions import add_functions, null_safe
from shahrnama.datasette_plugin.guard import protect
from shahrnama.datasette_plugin.language import LANGUAGE, Page, language_of

DATASETTE_S_OWN = {"_internal", "_memory"}  # where it notes what databases hold; no reader's SQL runs there
_labels = Labels()


@hookimpl
def startup(datasette: Any) -> Callable[[], Awaitable[None]]:
    """Learn the English names behind foreign keys once, since the database never changes while it is served."""

    async def learn() -> None:
        await load_labels(datasette, _labels)

    return learn


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """The door, and each request's language for the hooks that are not given the request."""

    def wrap(app: Any) -> Any:
        from shahrnama.datasette_plugin.door import door_of  # the clerks' processes do without Datasette

        door = door_of(datasette, app)

        async def localised(scope: Any, receive: Any, send: Any) -> None:
            LANGUAGE.set(language_of(scope.get("query_string") or b""))
            await door(scope, receive, send)

        return localised

    return wrap


@hookimpl(trylast=True)  # after Datasette's own escape_fts, which this one replaces
def prepare_connection(conn: Any, database: str) -> None:
    """The SQL functions, a search that folds what is asked, and the guard."""
    add_functions(conn)
    conn.create_function("escape_fts", 1, null_safe(search_expression), deterministic=True)
    if database not in DATASETTE_S_OWN:
        protect(conn, ours=True)


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, database: str, datasette: Any) -> Any:  # noqa: ARG001
    """A cell for people, or None to leave it to Datasette."""
    metadata = datasette.metadata(database=database, table=table) if table else {}
    place = Place(database, table, metadata or {}, _labels, datasette.urls)
    return rendered(value, column, place, LANGUAGE.get())


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """`page` for templates that get no variables of their own: Datasette's error page."""
    env.globals["page"] = Page(datasette, None, None, None, _labels)


@hookimpl
def extra_template_vars(request: Any, datasette: Any, database: str | None, table: str | None) -> dict[str, Any]:
    """`page`: words, titles, numbers and links in the language of the request."""
    return {"page": Page(datasette, request, database, table, _labels)}


def search_expression(asked: str) -> str:
    """A reader's words as an FTS5 expression: folded like the index, each quoted, all of them required.

    A word that ends in `*` matches beginnings. Words without letters or digits match nothing, and never fail.
    """
    terms = []
    for word in asked.split():
        folded = persian.fold(word)
        terms += [f'"{part}"{"*" if word.endswith("*") else ""}' for part in folded.split()]
    meaningful = persian.fold(asked).split()
    kept = [term for term in terms if term.strip('"*') in meaningful] or terms
    return " ".join(kept) or '""'
