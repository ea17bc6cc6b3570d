"""Worker: one release on one port: portal at `/`, Datasette at `/db/`, files at `/files/`.

This process answers strangers. It needs the `serve` extra only and keeps `rich` out: beside `rich`, Datasette prints
every error with all local variables on the event loop, seconds for each, where a reader's query can provoke it.

It listens on a loopback port of its own at once, and on the port of readers for as long as its keeper (`serve.py`)
says so on its standard input: `accept`, then `drain`. It ends with its keeper.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from shahrnama.static import FRESH, App, Message, Receive, Scope, Send, redirect, static_app

sys.modules["rich"] = None  # type: ignore[assignment]  # before Datasette looks for it

DATABASE_PREFIX = "/db/"
FILES_PREFIX = "/files/"
SETTINGS: dict[str, Any] = {
    "base_url": DATABASE_PREFIX,
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "sql_time_limit_ms": 1000,
    "facet_time_limit_ms": 300,  # three facets of a table together stay below a second
    "facet_suggest_time_limit_ms": 50,
    "suggest_facets": False,  # each suggestion is a query more for every visit
    "allow_csv_stream": False,
    "allow_download": False,  # files are offered under /files/, with checksums
    "force_https_urls": False,
    "truncate_cells_html": 240,
    "num_sql_threads": 3,
}
DRAIN_SECONDS = 10  # the longest that an answer under way may take once another release has taken over
LARGEST_CROWD = 1_500  # connections; those beyond are told 503 before they cost anything


@dataclass
class Line:
    """What the keeper said last."""

    draining: bool = False


def application(folder: Path, release: str, line: Line) -> App:
    """One ASGI application over a release's folder; FileNotFoundError where the database is missing."""
    datasette: App = datasette_of(folder, release).app()
    portal, files = static_app(folder / "html", "404.html", FRESH), static_app(folder / "files")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        named = partial(_named, send, release, line)
        if scope["type"] == "lifespan":
            await _warm(datasette)
            await datasette(scope, receive, send)
        elif path.startswith(DATABASE_PREFIX):
            await datasette(_stripped(scope, DATABASE_PREFIX), receive, named)
        elif path == DATABASE_PREFIX.rstrip("/"):
            await redirect(DATABASE_PREFIX, named)
        elif path.startswith(FILES_PREFIX):
            await files(_stripped(scope, FILES_PREFIX), receive, named)
        else:
            await portal(scope, receive, named)

    return app


async def _named(send: Send, release: str, line: Line, message: Message) -> None:
    """Send on, with the name of the release; while draining, also ask the reader to connect anew."""
    if message["type"] == "http.response.start":
        headers = [(name, value) for name, value in message["headers"] if name != b"x-release"]
        headers.append((b"x-release", release.encode()))
        message = {**message, "headers": [*headers, (b"connection", b"close")] if line.draining else headers}
    await send(message)


def _stripped(scope: Scope, prefix: str) -> Scope:
    """The scope as seen below a prefix: Datasette's base_url wants the prefix gone (its issue 1619)."""
    cut = len(prefix) - 1
    raw = scope.get("raw_path") or scope["path"].encode()
    return {**scope, "path": scope["path"][cut:], "raw_path": raw[cut:], "root_prefix": prefix.rstrip("/")}


def datasette_of(folder: Path, release: str) -> Any:
    """Datasette over a release's databases, immutable, with the metadata that the descriptors gave."""
    from datasette.utils import parse_metadata

    from shahrnama.datasette_plugin.public import PublicDatasette

    database = folder / "shahrnama.db"
    if not database.is_file():
        raise FileNotFoundError(f"{database} is missing; run `shahrnama publish` first")
    metadata = parse_metadata((folder / "metadata.yml").read_text(encoding="utf-8"))
    metadata.setdefault("plugins", {}).setdefault("shahrnama", {})["release"] = release
    registers = folder / "registers" / "registers.db"
    return PublicDatasette([path for path in (database, registers) if path.is_file()], metadata, SETTINGS)


async def _warm(datasette: App) -> None:
    """Ask for one page before anyone does: Datasette looks at its databases when it is first asked."""

    async def wait() -> Message:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def drop(_message: Message) -> None:
        pass

    scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": "/", "raw_path": b"/"}
    await datasette({**scope, "query_string": b"", "headers": [], "root_path": ""}, wait, drop)


async def _answer(folder: Path, release: str, readers: socket.socket) -> None:
    """Serve until the keeper says that it is enough."""
    import uvicorn

    line, own = Line(), socket.create_server(("127.0.0.1", 0))
    app = application(folder, release, line)
    config = uvicorn.Config(
        app, log_level="warning", lifespan="on", limit_concurrency=LARGEST_CROWD, server_header=False
    )
    server = uvicorn.Server(config)
    working = asyncio.ensure_future(server.serve([own]))
    while not server.started:
        if working.done():
            await working
            return
        await asyncio.sleep(0.02)
    _say(f"ready {own.getsockname()[1]}")
    await _follow(server, line, readers)
    server.should_exit = True
    await working


async def _follow(server: Any, line: Line, readers: socket.socket) -> None:
    """Do what the keeper says; returns when it is time to end."""
    loop, said = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(said), sys.stdin)
    while word := (await said.readline()).strip():
        if word == b"accept":
            config, state = server.config, server.server_state
            make = partial(
                config.http_protocol_class, config=config, server_state=state, app_state=server.lifespan.state
            )
            server.servers.append(await loop.create_server(make, sock=readers, backlog=config.backlog))
            _say("accepting")
        elif word == b"drain":
            for listener in server.servers:
                listener.close()
            line.draining = True
            _say("draining")
            await _drained(server)
            return


async def _drained(server: Any) -> None:
    end = time.monotonic() + DRAIN_SECONDS
    while server.server_state.connections and time.monotonic() < end:
        await asyncio.sleep(0.1)


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def main(argv: list[str] | None = None) -> int:
    """Serve one release; started by the keeper."""
    parser = argparse.ArgumentParser(prog="python -m shahrnama.worker", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the release's folder")
    parser.add_argument("--release", required=True, help="its name")
    parser.add_argument("--readers", type=int, required=True, help="descriptor of the listening socket of readers")
    options = parser.parse_args(argv)
    from shahrnama.datasette_plugin.guard import limit_memory, unfit

    if reason := unfit():
        sys.stderr.write(f"shahrnama serve: {reason}\n")
        return 1
    limit_memory()
    readers = socket.socket(fileno=options.readers)
    asyncio.run(_answer(options.folder, options.release, readers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
