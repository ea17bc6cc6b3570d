"""Transport: one answer to one address, whole, bounded and proven, or a Fault. The only module that opens connections.

Bounded in bytes (as sent and as unpacked), in their ratio, in redirects and in total time: a server that drips a byte a
second is ended as one that is silent. Proven: the length that was declared, the last chunk, and the trailer of gzip are
there (RFC 9112, 6.3 and 8; RFC 1952, 2.3.1), which HTTP libraries let pass. Proxies of the environment are not used:
the address that is checked is the address that is asked.
"""

from __future__ import annotations

import http.client
import ssl
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import urljoin

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from shahrnama.net.faults import Failed, Fault
from shahrnama.net.guard import Guard

CHUNK_BYTES = 2**16
REDIRECTS = 5
MOVED = frozenset({301, 302, 303, 307, 308})
CODINGS = {"": 0, "identity": 0, "gzip": 31, "x-gzip": 31, "deflate": 47}  # zlib's window bits; 47 tells headers apart


@dataclass(frozen=True)
class Limits:
    """What an answer may cost: seconds to connect, between two bytes, and in all; bytes; unpacked per byte sent."""

    connect_seconds: float = 10
    silent_seconds: float = 60  # city servers are slow at noon
    total_seconds: float = 600
    bytes: int = 256 * 2**20  # beyond this it is a mistake or an attack; a capture is held in memory once
    ratio: int = 200  # JSON of one shape shrinks fifty times; bombs shrink a thousand times
    free_bytes: int = 8 * 2**20  # no ratio is asked of so little


@dataclass(frozen=True)
class Reply:
    """An answer: status, headers by lower-case name, the body unpacked, and the address that gave it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass
class Transport:
    """Keeps connections to one source's hosts open between requests; close it at the end."""

    guard: Guard
    limits: Limits = field(default_factory=Limits)
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        self._connections: list[HTTPConnection] = []
        self._pools = urllib3.PoolManager(ssl_context=_trusted(self.ca_file), retries=False, num_pools=4)
        self._pools.pool_classes_by_scheme = self._guarded()

    def get(self, url: str, headers: Mapping[str, str], private: Mapping[str, str] | None = None) -> Reply:
        """The answer to GET, redirects followed; `private` headers go to the first host only. Raises Failed."""
        first = self.guard.check(url)
        with self._deadline() as ends_at:
            for _ in range(REDIRECTS + 1):
                parts = self.guard.check(url)
                secret = private if private and (parts.scheme, parts.netloc) == (first.scheme, first.netloc) else {}
                reply = self._once(url, {**headers, **(secret or {})}, ends_at)
                if reply.status not in MOVED:
                    return reply
                url = _next(url, reply.headers.get("location", ""))
        raise Failed(Fault("redirect", f"more than {REDIRECTS} times"))

    def close(self) -> None:
        """Close every connection."""
        self._pools.clear()

    def _once(self, url: str, headers: Mapping[str, str], ends_at: float) -> Reply:
        limits = self.limits
        timeout = urllib3.Timeout(connect=limits.connect_seconds, read=limits.silent_seconds)
        try:
            answer = self._pools.request(
                "GET", url, headers=dict(headers), timeout=timeout, redirect=False, preload_content=False,
                decode_content=False,
            )  # fmt: skip
            try:
                found = {name.lower(): value for name, value in answer.headers.items()}
                body = b"" if answer.status in MOVED else _unpacked(_sent(answer, limits, ends_at), found, limits)
                answer.drain_conn() if answer.status in MOVED else None
            finally:
                answer.release_conn() if answer.closed else answer.close()
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, UnicodeError) as error:
            raise Failed(self._fault(error, ends_at)) from error
        return Reply(answer.status, found, body, url)

    def _fault(self, error: Exception, ends_at: float) -> Fault:
        cause = _root(error)
        detail = f"{type(cause).__name__}: {' '.join(str(cause).split())}"[:160]
        if time.monotonic() >= ends_at:
            return Fault("late", f"{self.limits.total_seconds:g}", again=True)
        if isinstance(cause, TimeoutError):
            return Fault("late", f"{self.limits.silent_seconds:g}", again=True)
        if isinstance(cause, ssl.SSLError | ssl.CertificateError):
            return Fault("tls", detail)
        if isinstance(cause, urllib3.exceptions.IncompleteRead | http.client.IncompleteRead):
            return Fault("cut", detail, again=True)
        if isinstance(cause, urllib3.exceptions.InvalidHeader | UnicodeError):
            return Fault("malformed", detail)
        return Fault("unreachable", detail, again=True)

    @contextmanager
    def _deadline(self) -> Iterator[float]:
        """Ends whatever connection is open when the total time is over: timeouts of sockets begin anew at each byte."""
        timer = Timer(self.limits.total_seconds, self._hang_up)
        timer.daemon = True
        ends_at = time.monotonic() + self.limits.total_seconds
        timer.start()
        try:
            yield ends_at
        finally:
            timer.cancel()

    def _hang_up(self) -> None:
        for connection in self._connections:
            if connection.sock is not None:
                with suppress(OSError):
                    connection.sock.shutdown(2)  # both ways: a reader that waits is woken

    def _guarded(self) -> dict[str, Any]:
        """urllib3's pools, with connections that the guard opens."""

        def opened(connection: HTTPConnection) -> Any:
            self._connections = [kept for kept in self._connections if kept.sock is not None] + [connection]
            return self.guard.connect(connection.host, int(connection.port), self.limits.connect_seconds)

        plain = type("GuardedConnection", (HTTPConnection,), {"_new_conn": opened})
        secure = type("GuardedSecureConnection", (HTTPSConnection,), {"_new_conn": opened})
        return {
            "http": type("GuardedPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("GuardedSecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }


@cache
def _trusted(ca_file: Path | None) -> ssl.SSLContext:
    """Checks certificates against those that the machine trusts, certifi's, or the dataset's own issuer beside them."""
    context = ssl.create_default_context()
    context.load_verify_locations(ca_file or certifi.where())
    return context


def _next(url: str, location: str) -> str:
    """Where a redirect leads; Failed where it leads from https to http, or nowhere."""
    target = urljoin(url, location)
    if not location or (url.startswith("https:") and not target.startswith("https:")):
        raise Failed(Fault("redirect", f"from {url[:60]} to {location[:60]!a}"))
    return target


def _sent(answer: urllib3.BaseHTTPResponse, limits: Limits, ends_at: float) -> bytes:
    """The body as it was sent, whole."""
    body = bytearray()
    while part := answer.read1(CHUNK_BYTES, decode_content=False):
        body += part
        if len(body) > limits.bytes:
            raise Failed(Fault("large", f"{limits.bytes:,} bytes"))
        if time.monotonic() >= ends_at:
            break
    if time.monotonic() >= ends_at:
        raise Failed(Fault("late", f"{limits.total_seconds:g}", again=True))
    declared = answer.headers.get("content-length")
    if declared is not None and declared.isdecimal() and len(body) != int(declared) and answer.status != 304:
        raise Failed(Fault("cut", f"{len(body)} of {declared} bytes", again=True))
    return bytes(body)


def _unpacked(sent: bytes, headers: Mapping[str, str], limits: Limits) -> bytes:
    """The body without its content coding; Failed where that is unknown, cut, broken, or unpacks without end."""
    coding = headers.get("content-encoding", "").strip().lower()
    if coding not in CODINGS:
        raise Failed(Fault("coding", f"Content-Encoding {coding[:40]!a}"))
    if not CODINGS[coding] or not sent:
        return sent
    most = min(limits.bytes, max(limits.free_bytes, len(sent) * limits.ratio))
    rest, body = sent, bytearray()
    while rest:  # gzip may hold several members (RFC 1952, 2.2)
        unpacker = zlib.decompressobj(CODINGS[coding])
        try:
            body += unpacker.decompress(rest, most - len(body) + 1)
        except zlib.error as error:
            raise Failed(Fault("coding", str(error), again=True)) from error
        if len(body) > most:
            raise Failed(Fault("large", f"{most:,} bytes unpacked from {len(sent):,}"))
        if not unpacker.eof:
            raise Failed(Fault("cut", f"{coding} ends in the middle", again=True))
        rest = unpacker.unused_data.lstrip(b"\0")
    return bytes(body)


def _root(error: BaseException) -> BaseException:
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        error = error.__cause__ or error.__context__ or error
    return error
