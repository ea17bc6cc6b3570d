"""Visit: one request to Datasette and the way back to its reader: headers, refusals, the name of the release."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from ipaddress import ip_address, ip_network
from typing import Any

from shahrnama.datasette_plugin.language import LANGUAGE
from shahrnama.datasette_plugin.refusal import REFUSALS, told, words
from shahrnama.datasette_plugin.rules import page
from shahrnama.static import FRESH, HSTS, SECURITY_HEADERS

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


CONTENT_SECURITY_POLICY = (  # no inline script or style: templates, cells and charts must do without
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    **SECURITY_HEADERS,
    "access-control-expose-headers": "Link, X-Release, ETag, Retry-After",
}
METHODS = "GET, HEAD, OPTIONS"
PREFLIGHT_HEADERS = {  # what a browser asks before a request, and does not read in an answer
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": "*, If-None-Match",  # by name too: not every browser knows the star
    "access-control-max-age": "3600",
}
LEFT_OUT = {b"vary", b"set-cookie", b"cache-control", *(name.encode() for name in HEADERS)}
NOT_TOLD = {b"cookie", b"authorization"}  # nothing here depends on who asks
BODILESS = {204, 304}
RETRY_SECONDS = 5


@dataclass
class Visit:
    """One request and the way back to its reader."""

    scope: Scope
    send: Send
    datasette: Any
    release: str
    base: str  # where Datasette is mounted, without a slash at its end
    failed: int = 0  # the status that Datasette wanted to answer, where it was an error of the server
    begun: Message | None = None  # how an answer begins, held until its first part tells whether it is the whole

    @property
    def method(self) -> str:
        """GET, HEAD, …"""
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        """The path as it was sent, below the door's base."""
        raw = self.scope.get("raw_path") or self.scope["path"].encode("utf-8")
        return str(raw.partition(b"?")[0].decode("latin-1"))

    @property
    def query(self) -> bytes:
        """The query string."""
        return bytes(self.scope.get("query_string") or b"")

    @property
    def client(self) -> str:
        """Whose turn it is: an IPv4 address, or the network of an IPv6 one, which one reader has as a whole."""
        address = (self.scope.get("client") or ("",))[0]
        try:
            wide = ip_address(address).version == 6
        except ValueError:
            return str(address)
        return str(ip_network(f"{address}/64", strict=False)) if wide else str(address)

    @property
    def cleaned(self) -> Scope:
        """The scope as Datasette sees it: without who asks, and to be answered in full, so that HEAD has its length."""
        headers = [(name, value) for name, value in self.scope["headers"] if name.lower() not in NOT_TOLD]
        return {**self.scope, "method": "GET", "headers": headers}

    @property
    def etag(self) -> str:
        """The same for as long as the release and the day are: the data does not change, and `date('now')` does."""
        day = datetime.now(UTC).date().isoformat()
        asked = f"{self.path}?{self.query.decode('latin-1')} {day}"
        return f'W/"{self.release}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"'

    def header(self, name: bytes) -> str:
        """A header of the request, empty where it has none."""
        return str(next((value.decode("latin-1") for key, value in self.scope["headers"] if key == name), ""))

    async def passed(self, message: Message) -> None:
        """Send on what Datasette answers, dressed, with its length where it comes whole; its errors are kept back."""
        if message["type"] == "http.response.start":
            self.begun = message
            self.failed = message["status"] if message["status"] >= 500 else 0
        elif not self.failed:
            if self.begun:
                await self.send(self._beginning(self.begun, message))
                self.begun = None
            await self.send({**message, "body": b""} if self.method == "HEAD" else message)

    def _beginning(self, begun: Message, first: Message) -> Message:
        headers, status = list(begun.get("headers") or ()), begun["status"]
        more = {"cache-control": FRESH}
        if status == 200:
            more["etag"] = self.etag
        if not first.get("more_body") and b"content-length" not in {name.lower() for name, _ in headers}:
            more |= _length(status, first.get("body", b""))
        return {**begun, "headers": self._dressed(headers, more)}

    async def refuse(self, key: str) -> None:
        """Say why not, and what to do instead: as JSON to a program, as a page of the site to people."""
        status, *_ = REFUSALS[key]
        kind, body = await told(self.datasette, self.path, status, words(key, LANGUAGE.get()))
        headers = {"content-type": kind, "cache-control": FRESH}
        allow = {"allow": METHODS} if status == 405 else {}
        await self.reply(status, body.encode("utf-8"), headers | allow)

    async def busy(self, key: str) -> None:
        """Refuse in a few words: a thousand of these must cost next to nothing."""
        error, advice = words(key, LANGUAGE.get())
        body = f'<!doctype html><html lang="{LANGUAGE.get()}"><meta charset="utf-8"><p>{escape(error)} {escape(advice)}'
        headers = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store"}
        if page(self.path) != self.path:
            body = json.dumps({"ok": False, "error": error, "advice": advice, "status": REFUSALS[key][0]})
            headers["content-type"] = "application/json; charset=utf-8"
        await self.reply(REFUSALS[key][0], body.encode("utf-8"), headers | {"retry-after": str(RETRY_SECONDS)})

    async def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """Answer without Datasette."""
        pairs = self._dressed((), headers | _length(status, body))
        await self.send({"type": "http.response.start", "status": status, "headers": pairs})
        await self.send({"type": "http.response.body", "body": b"" if self.method == "HEAD" else body})

    def _dressed(self, headers: Any, more: dict[str, str]) -> list[tuple[bytes, bytes]]:
        kept = [(name, value) for name, value in headers if name.lower() not in LEFT_OUT]
        kept = [(name, self._here(value) if name.lower() == b"location" else value) for name, value in kept]
        told = {**HEADERS, "x-release": self.release, **more}
        if self.method == "OPTIONS":
            told |= PREFLIGHT_HEADERS
        if self.scope.get("scheme") == "https":
            told["strict-transport-security"] = HSTS
        return kept + [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]

    def _here(self, location: bytes) -> bytes:
        """Where a redirect of Datasette's leads, kept on the site and below the base, which it forgets."""
        base = self.base.encode()
        inside = b"/" + location.lstrip(b"/\\")
        return inside if inside.startswith(base + b"/") or inside == base else base + inside


def _length(status: int, body: bytes) -> dict[str, str]:
    return {} if status in BODILESS else {"content-length": str(len(body))}
