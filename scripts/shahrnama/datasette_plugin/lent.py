"""Lent: a database of Datasette's that remembers its own shape and sends readers' questions to the clerks."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from copy import deepcopy
from typing import Any

from datasette.database import Database, QueryInterrupted, Results
from datasette.views.base import DatasetteError

from shahrnama.datasette_plugin.clerk import TOO_LARGE, TOO_MUCH_MEMORY, TOO_SLOW
from shahrnama.datasette_plugin.clerks import ASKING
from shahrnama.datasette_plugin.refusal import Refused

MAGIC = re.compile(r":(_\w+)")  # Datasette's magic parameters, which a canned query may name
REMEMBERED = 4_000  # answers about the shape; a reader can name any number of tables that are not there


def _remembering(name: str) -> Callable[..., Awaitable[Any]]:
    """A method of Datasette's that answers from memory when it is asked again: the file never changes."""
    ask = getattr(Database, name)

    async def remembered(self: LentDatabase, *args: str) -> Any:
        known = self.shape.get((name, args))
        if known is None:
            token = ASKING.set(None)  # not a reader's question, whoever is the first to need it
            try:
                known = await ask(self, *args)
            finally:
                ASKING.reset(token)
            if len(self.shape) < REMEMBERED:
                self.shape[name, args] = known
        return deepcopy(known)

    return remembered


class LentDatabase(Database):  # type: ignore[misc]  # Datasette has no types
    """A database whose pages Datasette reads itself, and whose readers' questions clerks answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shape: dict[tuple[str, tuple[str, ...]], Any] = {}

    table_names = _remembering("table_names")
    view_names = _remembering("view_names")
    hidden_table_names = _remembering("hidden_table_names")
    get_all_foreign_keys = _remembering("get_all_foreign_keys")
    attached_databases = _remembering("attached_databases")
    table_exists = _remembering("table_exists")
    table_columns = _remembering("table_columns")
    table_column_details = _remembering("table_column_details")
    primary_keys = _remembering("primary_keys")
    fts_table = _remembering("fts_table")
    foreign_keys_for_table = _remembering("foreign_keys_for_table")
    label_column_for_table = _remembering("label_column_for_table")
    get_table_definition = _remembering("get_table_definition")

    async def execute(
        self,
        sql: str,
        params: Any = None,
        truncate: bool = False,
        custom_time_limit: int | None = None,
        page_size: int | None = None,
        log_sql_errors: bool = True,  # noqa: ARG002 Datasette's signature; readers' questions are in no log
    ) -> Results:
        """As Datasette's own; Refused for an answer that is too slow, too large or takes too much memory.

        Datasette writes an empty CSV, with status 200, where SQL is wrong: there the error ends the request.
        """
        asking = ASKING.get()
        try:
            if asking is None or sql.lstrip()[:6].lower() == "pragma":
                return await super().execute(sql, params, truncate, custom_time_limit, page_size, log_sql_errors=False)
            rows = self.ds.max_returned_rows + (page_size == self.ds.max_returned_rows)
            limit = min(custom_time_limit or self.ds.sql_time_limit_ms, self.ds.sql_time_limit_ms)
            question = (self.name, sql, _plain(params, sql), limit, rows if truncate else asking.most_cells, 0)
            answer = await asking.clerks.answer(asking, question)
        except MemoryError as error:
            raise Refused(TOO_MUCH_MEMORY) from error
        if answer[0] == TOO_SLOW and (custom_time_limit or not truncate):  # a count or a facet: pages do without
            raise QueryInterrupted(sqlite3.OperationalError("interrupted"), sql, params)
        try:
            results = _results(*answer)
        except sqlite3.OperationalError as error:
            if asking.whole:
                raise DatasetteError(str(error), status=400) from error
            raise
        if results.truncated and (asking.whole or not truncate):
            raise Refused(TOO_LARGE)
        return results


def _plain(params: Any, sql: str) -> Any:
    """Parameters as a message can hold them; the magic ones are made when they are asked for."""
    if params is None or isinstance(params, list | tuple):
        return tuple(params or ())
    plain = dict(params)
    for name in MAGIC.findall(sql):
        with suppress(KeyError):
            plain[name] = params[name]
    return plain


def _results(first: Any, second: Any, more: bool | None = None) -> Results:
    """A clerk's answer as Datasette and its plugins expect it: rows of the type that only a cursor can make."""
    if more is None:
        raise Refused(first) if first in {TOO_SLOW, TOO_LARGE, TOO_MUCH_MEMORY} else sqlite3.OperationalError(second)
    names = ", ".join('null as "{}"'.format(column.replace('"', '""')) for column in first)
    cursor = sqlite3.connect(":memory:").execute(f"select {names}")
    return Results([sqlite3.Row(cursor, row) for row in second], more, cursor.description)
