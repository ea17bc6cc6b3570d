"""Door: every request to Datasette comes through here, and everything that it answers.

Inward: what the rules refuse is refused; the others wait by turns, pages and readers' own questions apart, and are
dropped when their reader goes. Outward: headers, the name of the release, and no word of the machine.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shahrnama.datasette_plugin.clerks import ASKING, Asking, Clerks
from shahrnama.datasette_plugin.desk import Busy, Desk
from shahrnama.datasette_plugin.lent import LentDatabase
from shahrnama.datasette_plugin.rules import FORMATS, asks, page, refusal
from shahrnama.datasette_plugin.visit import METHODS, Message, Scope, Send, Visit
from shahrnama.static import FRESH

Receive = Callable[[], Awaitable[Message]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MILLISECONDS = 1_500  # of a request that brings a question; one query of it has Datasette's sql_time_limit_ms
MOST_CELLS, MOST_PAGE_CELLS = 100_000, 3_000  # of an answer to SQL; a cell of a page takes 20 µs of everyone's time


@dataclass
class Door:
    """The ASGI layer around Datasette; `base` is where it is mounted, without a slash at its end."""

    app: App
    datasette: Any
    clerks: Clerks
    release: str
    base: str
    pages: Desk = field(default_factory=lambda: Desk(8, 4, 400, 100, 10))
    questions: Desk = field(default_factory=lambda: Desk(2, 1, 200, 8, 4))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or say why not."""
        if scope["type"] != "http":  # the start of the server
            await self.clerks.fill(self.questions.places)
            await self.app(scope, receive, send)
            return
        visit = Visit(scope, send, self.datasette, self.release, self.base)
        key = refusal(visit.method, visit.path, visit.query, visit.header(b"host"))
        if key:
            await visit.refuse(key)
        elif visit.method == "OPTIONS":
            await visit.reply(204, b"", {"allow": METHODS})
        elif visit.etag in visit.header(b"if-none-match"):
            await visit.reply(304, b"", {"etag": visit.etag, "cache-control": FRESH})
        else:
            await self._while_there(visit, receive)

    async def _while_there(self, visit: Visit, receive: Receive) -> None:
        """Answer, unless the reader goes before."""
        work, gone = asyncio.ensure_future(self._in_turn(visit)), asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            if not work.done():
                work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    async def _in_turn(self, visit: Visit) -> None:
        question = asks(visit.path, visit.query, self._canned)
        if question:
            ASKING.set(self._asking(visit))
        try:
            async with (self.questions if question else self.pages).turn(visit.client):
                await self.app(visit.cleaned, _nothing_more, visit.passed)
        except Busy as busy:
            await visit.busy("busy_own" if busy.own else "busy")
            return
        if visit.failed:
            sys.stderr.write(f"shahrnama: {visit.path} answered {visit.failed}\n")
            await visit.refuse("failed" if visit.query else "broken")

    def _asking(self, visit: Visit) -> Asking:
        raw = visit.path.endswith(FORMATS)
        of_table = visit.path.count("/") > 1 and page(visit.path) not in self._canned
        most = MOST_CELLS if raw or of_table else MOST_PAGE_CELLS
        return Asking(self.clerks, MILLISECONDS, most, whole=visit.path.endswith(".csv"))

    @property
    def _canned(self) -> frozenset[str]:
        databases: dict[str, Any] = self.datasette.metadata("databases") or {}
        return frozenset(f"/{name}/{query}" for name, item in databases.items() for query in item.get("queries") or ())


def door_of(datasette: Any, app: App) -> Door:
    """The door of a Datasette; its release is named in the settings of the plugin."""
    lent = {name: Path(item.path) for name, item in datasette.databases.items() if isinstance(item, LentDatabase)}
    release = (datasette.plugin_config("shahrnama") or {}).get("release") or "unreleased"
    return Door(app, datasette, Clerks(lent), release, datasette.setting("base_url").rstrip("/"))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _nothing_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
