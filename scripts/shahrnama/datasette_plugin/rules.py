"""Rules of the door: which requests Datasette never sees, and which of the others bring a question of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl

LONGEST_PATH = 1_000  # bytes; the longest address of a row is far below
LONGEST_QUERY = 24_000  # bytes: a Persian letter takes six
LONGEST_SQL = 6_000  # characters
LONGEST_VALUE = 2_000
LONGEST_NAME = 120
MOST_PARAMETERS = 64
MOST_FACETS = 3
MOST_WHERES = 3
MOST_ROWS, MOST_PAGE_ROWS = 1_000, 100  # a row of a page takes fifty times as long as one of JSON
LONGEST_BLANK = 200  # Datasette's own look at the SQL takes the square of it
OPEN_PAGES = ("static/", "static-plugins/", "search")  # below /-/; all others tell of the machine or are for its keeper
FORMATS = (".json", ".jsono", ".csv")
STREAMS = {"_stream"}
REFUSED = {"_trace", "_context", "_through", "_timelimit"}
PLAIN = {"_lang", "_shape", "_next", "_size", "_labels", "_nl", "_json", "_header", "_dl", "_nocount", "_nofacet",
         "_nosuggest", "_col", "_nocol", "_hide_sql", "_show_sql"}  # fmt: skip
TRICKS = re.compile(r"\\|%5c|//|%2f%2f|%00|[\x00-\x20\x7f-\xff]|(^|/|%2f)(\.|%2e){1,2}(/|%2f|$)", re.IGNORECASE)
HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?")
BLANK = re.compile(rf"\s{{{LONGEST_BLANK}}}")
READING = ("GET", "HEAD", "OPTIONS")

Parameters = Sequence[tuple[str, str]]


def parameters(query: bytes) -> list[tuple[str, str]] | None:
    """The parameters of a query string; None where there are too many."""
    try:
        return parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return None


def refusal(method: str, path: str, query: bytes, host: str) -> str | None:
    """Why a request is refused, as a key of REFUSALS; None where Datasette may see it. `path` is as it was sent."""
    if method not in READING:
        return "method"
    if len(path) > LONGEST_PATH or len(query) > LONGEST_QUERY:
        return "address_length"
    if TRICKS.search(path) or (host and not HOST.fullmatch(host)):
        return "address"
    if path.startswith(("/_", "/:")) or (path.startswith("/-/") and not path[3:].startswith(OPEN_PAGES)):
        return "closed"  # Datasette's own databases, and pages for its keeper
    if path.endswith(".db"):
        return "whole"
    asked = parameters(query)
    return "parameters" if asked is None else _of_parameters(asked, path.endswith(FORMATS))


def _of_parameters(asked: Parameters, raw: bool) -> str | None:
    names = [name for name, _ in asked]
    if any(name in REFUSED for name in names):
        return "parameter"
    if any(name in STREAMS and value for name, value in asked):
        return "whole"
    if any(_too_long(name, value) for name, value in asked) or names.count("_where") > MOST_WHERES:
        return "parameters"
    facets = [(name, value) for name, value in asked if name.startswith("_facet") and name != "_facet_size"]
    if len(facets) > MOST_FACETS or len(set(facets)) < len(facets):
        return "facets"
    wrong = [value for name, value in asked if name == "_facet_size" and value and not _fits(value, raw=True)]
    wrong += [value for name, value in asked if name == "_size" and value and not _fits(value, raw)]
    return "size" if wrong else None


def _too_long(name: str, value: str) -> bool:
    longest = LONGEST_SQL if name == "sql" else LONGEST_VALUE
    return len(name) > LONGEST_NAME or len(value) > longest or BLANK.search(value) is not None


def _fits(size: str, raw: bool) -> bool:
    if size == "max":
        return raw
    return size.isascii() and size.isdecimal() and int(size[:6]) <= (MOST_ROWS if raw else MOST_PAGE_ROWS)


def asks(path: str, query: bytes, canned: frozenset[str]) -> bool:
    """Whether a request brings a question of its own: SQL, a filter, a search, an order, a facet, a canned query."""
    if any(name not in PLAIN for name, _ in parameters(query) or ()):
        return True
    return page(path) in canned or path.startswith("/-/search")


def page(path: str) -> str:
    """The path without the format that is asked for."""
    for ending in FORMATS:
        path = path.removesuffix(ending)
    return path
