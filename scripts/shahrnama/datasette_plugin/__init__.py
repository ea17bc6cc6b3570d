"""Datasette in Persian, with English beside it by `?_lang=en`; hooks that also exist in Datasette 1.0 only.

Reads what it shows from Datasette's metadata (see `publish.metadata`). JSON and CSV stay raw; only HTML is rendered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from datasette import Response, hookimpl

from shahrnama.datasette_plugin.cells import Place, rendered
from shahrnama.datasette_plugin.functions import add_functions, null_safe
from shahrnama.datasette_plugin.guard import protect
from shahrnama.datasette_plugin.known import known_of, learn
from shahrnama.datasette_plugin.language import LANGUAGE, SCOPE, Page, language_of
from shahrnama.datasette_plugin.search import Term, search_expression, terms

DATASETTE_S_OWN = {"_internal", "_memory"}  # where it notes what databases hold; no reader's SQL runs there


@hookimpl
def startup(datasette: Any) -> Callable[[], Awaitable[None]]:
    """Learn names, types, counts once, since the databases never change while they are served."""

    async def begin() -> None:
        await learn(datasette)

    return begin


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """The door, and what the hooks that are not given the request must know of it."""

    def wrap(app: Any) -> Any:
        from shahrnama.datasette_plugin.door import door_of  # the clerks' processes do without Datasette

        async def inside(scope: Any, receive: Any, send: Any) -> None:
            answer = await _sent_on(datasette, scope) if scope["type"] == "http" else None
            await (answer.asgi_send(send) if answer else app(scope, receive, send))

        door = door_of(datasette, inside)

        async def localised(scope: Any, receive: Any, send: Any) -> None:
            SCOPE.set(scope if scope["type"] == "http" else None)
            LANGUAGE.set(language_of(scope.get("query_string") or b""))
            await door(scope, receive, send)

        return localised

    return wrap


async def _sent_on(datasette: Any, scope: Any) -> Response | None:
    """A redirect to the address that filters or parameters mean, where it is another; why not, if they mean nothing."""
    from shahrnama.datasette_plugin.errors import Unread
    from shahrnama.datasette_plugin.refusal import told

    try:
        address = _plain_address(datasette, scope)
    except Unread as unread:
        kind, body = await told(datasette, scope["path"], 400, unread.words(LANGUAGE.get()))
        return Response(body, 400, content_type=kind)
    return Response.redirect(address) if address else None


def _plain_address(datasette: Any, scope: Any) -> str | None:
    """The one address of what a table or a ready question is asked for; None where it is this."""
    from shahrnama.datasette_plugin import form, questions, typed

    known = known_of(datasette)
    pairs = parse_qsl((scope.get("query_string") or b"").decode("latin-1"), keep_blank_values=True)
    place = form.place_of(scope["path"]) if pairs else None
    if place is None:
        return None
    database, name, ending = place
    if name in ((known.metadata.get(database) or {}).get("queries") or {}):
        kept = questions.tidied(known, database, name, pairs)
    elif (database, name) in known.types:
        kept = form.tidied(pairs, typed.Columns(known, database, name))
    else:
        return None
    if kept == pairs:
        return None
    return f"{datasette.urls.table(database, name)}{ending}{'?' if kept else ''}{urlencode(kept)}"


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """`/-/search`, over all tables."""
    from shahrnama.datasette_plugin.search_all import search_all

    async def search(datasette: Any, request: Any) -> Response:
        return await search_all(datasette, request, known_of(datasette))

    return [(r"^/-/search(?:\.json)?$", search)]


@hookimpl(hookwrapper=True)
def register_facet_classes() -> Generator[None, Any, None]:
    """Facets by column answered from counts, in place of Datasette's own."""
    from datasette.facets import ColumnFacet  # whose import loads all plugins, and this one before it is whole

    from shahrnama.datasette_plugin.facets import CountedFacet

    outcome = yield
    classes = [[found for found in classes if found is not ColumnFacet] for classes in outcome.get_result()]
    outcome.force_result([[CountedFacet], *classes])


@hookimpl(trylast=True)  # after Datasette's own escape_fts, which this one replaces
def prepare_connection(conn: Any, database: str) -> None:
    """The SQL functions, a search that folds what is asked, and the guard."""
    add_functions(conn)
    conn.create_function("escape_fts", 1, null_safe(search_expression), deterministic=True)
    if database not in DATASETTE_S_OWN:
        protect(conn, ours=True)


@hookimpl
def render_cell(value: Any, column: str, table: str | None, database: str, datasette: Any) -> Any:
    """A cell for people, or None to leave it to Datasette."""
    known = known_of(datasette)
    wanted = _searched_for(known.searched.get((database, table or ""), ("", []))[1], column)
    place = Place(database, table, known.table(database, table), known.labels, datasette.urls, wanted)
    return rendered(value, column, place, LANGUAGE.get())


def _searched_for(columns: list[str], column: str) -> tuple[Term, ...]:
    """What the reader searches for in a column, if it is one of those that are searched."""
    query = (SCOPE.get() or {}).get("query_string") or b""
    return _wanted(query, column) if b"_search" in query and column in columns else ()


@lru_cache(64)
def _wanted(query: bytes, column: str) -> tuple[Term, ...]:
    """The words that a query string searches for in a column; the same for every row of the page."""
    asked = parse_qs(query.decode("latin-1"))
    return terms(" ".join([*asked.get("_search", []), *asked.get(f"_search_{column}", [])]))


@hookimpl
def handle_exception(exception: Exception) -> None:
    """An order by a column that is not there is the reader's mistake: Datasette says 500, as of its own faults."""
    from datasette.views.base import DatasetteError

    if isinstance(exception, DatasetteError) and exception.status == 500 and "sort" in str(exception.message):
        exception.status = 400


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """`page` for templates that get no variables of their own: Datasette's error page."""
    env.globals["page"] = Page(datasette, None, None, None, known_of(datasette))


@hookimpl
def extra_template_vars(
    request: Any, datasette: Any, database: str | None, table: str | None, view_name: str
) -> dict[str, Any]:
    """`page`: words, titles, numbers and links in the language of the request; what a row or a question adds to it."""
    from shahrnama.datasette_plugin import questions

    page = Page(datasette, request, database, table, known_of(datasette))
    found: dict[str, Any] = {"page": page, "grouped": questions.grouped}
    found["question"] = lambda name: questions.Question(page, name)
    if view_name == "row" and database and table:

        async def row_facts() -> dict[str, Any]:
            from shahrnama.datasette_plugin import citation

            return await citation.row_facts(datasette, request, (database, table), known_of(datasette), LANGUAGE.get())

        found["row_facts"] = row_facts
    return found
