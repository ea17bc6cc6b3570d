"""Serve: portal at `/`, Datasette at `/db/`, files at `/files/`, on one port, from a build that stands.

This process answers strangers. It needs the `serve` extra only and keeps `rich` out: beside `rich`, Datasette prints
every error with all local variables on the event loop, seconds for each, where a reader's query can provoke it.
"""

from __future__ import annotations

import argparse
import asyncio
import mimetypes
import os
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

sys.modules["rich"] = None  # type: ignore[assignment]  # before Datasette looks for it

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

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
CHUNK_BYTES = 2**16


def application(build: Path) -> App:
    """One ASGI application over a finished build; FileNotFoundError where the database is missing."""
    datasette: App = datasette_of(build, "unreleased").app()
    portal, files = static_app(build / "html", "404.html"), static_app(build / "files")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "lifespan":
            await _warm(datasette)
            await datasette(scope, receive, send)
        elif path.startswith(DATABASE_PREFIX):
            await datasette(_stripped(scope, DATABASE_PREFIX), receive, send)
        elif path == DATABASE_PREFIX.rstrip("/"):
            await _redirect(DATABASE_PREFIX, send)
        elif path.startswith(FILES_PREFIX):
            await files(_stripped(scope, FILES_PREFIX), receive, send)
        else:
            await portal(scope, receive, send)

    return app


def datasette_of(build: Path, release: str) -> Any:
    """Datasette over the build's databases, immutable, with the metadata that the descriptors gave."""
    from datasette.utils import parse_metadata

    from shahrnama.datasette_plugin.public import PublicDatasette

    database = build / "shahrnama.db"
    if not database.is_file():
        raise FileNotFoundError(f"{database} is missing; run `shahrnama build` first")
    metadata = parse_metadata((build / "metadata.yml").read_text(encoding="utf-8"))
    metadata["plugins"] = {"shahrnama": {"release": release}}
    registers = build / "registers" / "registers.db"
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


def static_app(folder: Path, missing: str | None = None) -> App:
    """Files below `folder` and nothing else: GET and HEAD, ETag, index.html for folders."""
    root = folder.resolve()

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, 405, b"405", {"allow": "GET, HEAD"})
            return
        path = unquote(scope.get("path", "/"))
        found = _find(root, path)
        if found and found.is_dir():
            await _redirect(scope["root_prefix"] + path + "/" if "root_prefix" in scope else path + "/", send)
        elif found:
            await _send_file(found, scope, send, 200)
        elif missing and (root / missing).is_file():
            await _send_file(root / missing, scope, send, 404)
        else:
            await _answer(send, 404, "۴۰۴: چنین پرونده‌ای نیست. No such file.".encode(), {})

    return app


def _find(root: Path, path: str) -> Path | None:
    """The file for a path; a folder without its slash is returned as itself; None for anything outside `root`."""
    if "\0" in path or "\\" in path or path.startswith("//"):
        return None  # `//host/` as a redirect would leave the site
    place = (root / path.lstrip("/")).resolve()
    if not place.is_relative_to(root):
        return None
    if place.is_dir():
        index = place / "index.html"
        return (index if path.endswith("/") or not path else place) if index.is_file() else None
    return place if place.is_file() else None


def _stripped(scope: Scope, prefix: str) -> Scope:
    """The scope as seen below a prefix: Datasette's base_url wants the prefix gone (its issue 1619)."""
    cut = len(prefix) - 1
    raw = scope.get("raw_path") or scope["path"].encode()
    return {**scope, "path": scope["path"][cut:], "raw_path": raw[cut:], "root_prefix": prefix.rstrip("/")}


async def _send_file(path: Path, scope: Scope, send: Send, status: int) -> None:
    stat = path.stat()
    etag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind in {"application/json", "application/xml", "image/svg+xml"}
    headers = {
        "content-type": f"{kind}; charset=utf-8" if text else kind,
        "content-length": str(stat.st_size),
        "etag": etag,
        "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
    }
    asked = dict(scope.get("headers") or ()).get(b"if-none-match", b"").decode("latin-1")
    if status == 200 and asked == etag:
        await _answer(send, 304, b"", {"etag": etag})
        return
    await _start(send, status, headers)
    if scope["method"] == "GET":
        with path.open("rb") as file:
            while part := file.read(CHUNK_BYTES):
                await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _redirect(location: str, send: Send) -> None:
    await _answer(send, 301, b"", {"location": quote(location)})


async def _answer(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    await _start(
        send, status, {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), **headers}
    )
    await send({"type": "http.response.body", "body": body})


async def _start(send: Send, status: int, headers: dict[str, str]) -> None:
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})


def main(argv: list[str] | None = None) -> int:
    """Answer readers until interrupted; the build is the one that stood at the start."""
    parser = argparse.ArgumentParser(prog="python -m shahrnama.serve", description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--host", default=os.environ.get("SHAHRNAMA_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("SHAHRNAMA_PORT", "8001")))
    options = parser.parse_args(argv)
    import uvicorn

    from shahrnama.datasette_plugin.guard import unfit

    if reason := unfit():
        sys.stderr.write(f"shahrnama serve: {reason}\n")
        return 1
    try:
        app = application(options.build)
    except FileNotFoundError as error:
        sys.stderr.write(f"shahrnama serve: {error}\n")
        return 1
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())
