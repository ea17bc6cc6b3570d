"""Static: files below a folder and nothing else, as an ASGI application."""

from __future__ import annotations

import mimetypes
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CHUNK_BYTES = 2**16
CONTENT_SECURITY_POLICY = (  # the search of pages is WebAssembly of ours; of styles in pages, those that are named
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'{styles}; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {  # of every answer
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "cross-origin",  # the data is for everyone's pages
    "access-control-allow-origin": "*",
}
HSTS = "max-age=63072000; includeSubDomains"  # two years, as the MDN Observatory asks
FRESH = "public, max-age=5"  # as long as a cache may go on with the release before
ASK_AGAIN = "no-cache"
STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


def static_app(folder: Path, missing: str | None = None, caching: str = ASK_AGAIN) -> App:
    """Files below `folder` and nothing else: GET and HEAD, ETag, index.html for folders; `caching` is Cache-Control."""
    root = folder.resolve()
    policy = {"content-security-policy": CONTENT_SECURITY_POLICY.format(styles=_inline_styles(root))}
    always = SECURITY_HEADERS | policy | {"cache-control": caching}

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        https = {"strict-transport-security": HSTS} if scope.get("scheme") == "https" else {}
        send = partial(_dressed, send, _pairs(always | https))
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


def _inline_styles(root: Path) -> str:
    """The hashes of the styles that stand in pages: only front pages and the page for what is missing have one."""
    pages = sorted({*root.glob("*.html"), *root.glob("??/index.html")})
    styles = dict.fromkeys(style for page in pages for style in STYLE.findall(page.read_bytes()))
    return "".join(f" 'sha256-{b64encode(sha256(style).digest()).decode()}'" for style in styles)


async def _dressed(send: Send, headers: list[tuple[bytes, bytes]], message: Message) -> None:
    if message["type"] == "http.response.start":
        message = {**message, "headers": [*message["headers"], *headers]}
    await send(message)


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
    }
    asked = dict(scope.get("headers") or ()).get(b"if-none-match", b"").decode("latin-1")
    if status == 200 and _names(asked, etag):
        await _start(send, 304, {"etag": etag})
        await send({"type": "http.response.body", "body": b""})
        return
    await _start(send, status, headers)
    if scope["method"] == "GET":
        with path.open("rb") as file:
            while part := file.read(CHUNK_BYTES):
                await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _names(asked: str, etag: str) -> bool:
    """Whether If-None-Match names the file; weakly, as a proxy that packs the answer makes of it (RFC 9110, 13.1.2)."""
    return etag in {tag.strip().removeprefix("W/") for tag in asked.split(",")}


async def redirect(location: str, send: Send) -> None:
    """Lead to another place of the site for good."""
    await _answer(send, 301, b"", {"location": quote(location)})


async def _answer(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    await _start(
        send, status, {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), **headers}
    )
    await send({"type": "http.response.body", "body": body})


async def _start(send: Send, status: int, headers: dict[str, str]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": _pairs(headers)})


def _pairs(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
