"""Static: files below a folder and nothing else, as an ASGI application."""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CHUNK_BYTES = 2**16
SECURITY_HEADERS = {
    "content-security-policy": (  # MkDocs Material has small scripts and styles in its pages
        # … and the search of pages is WebAssembly of ours
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-resource-policy": "cross-origin",  # the data is for everyone's pages
    "access-control-allow-origin": "*",
}


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
            await redirect(scope["root_prefix"] + path + "/" if "root_prefix" in scope else path + "/", send)
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
        **SECURITY_HEADERS,
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


async def redirect(location: str, send: Send) -> None:
    """Lead to another place of the site for good."""
    await _answer(send, 301, b"", {"location": quote(location)})


async def _answer(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    await _start(
        send, status, {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), **headers}
    )
    await send({"type": "http.response.body", "body": body})


async def _start(send: Send, status: int, headers: dict[str, str]) -> None:
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
