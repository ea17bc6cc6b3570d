"""The client: the one place that touches the network. Polite, conditional, bounded, and every request is logged."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

import requests

from shahrnama.captures import Attempt, Capture, CaptureStore, Taking, utc_now
from shahrnama.errors import SourceError

USER_AGENT = "Shahrnama/0.1 (open data of the city; asks politely; contact: see the site's about page)"
TIMEOUT_SECONDS = (10, 60)  # connect, and between two bytes: city servers are slow at noon
LARGEST_BYTES = 256 * 2**20  # an answer beyond this is a mistake or an attack; captures are kept in memory once
TRIES = 3
LONGEST_PAUSE_SECONDS = 60  # a longer Retry-After is a failed harvest: the next run asks again
RETRIED = frozenset({429, 502, 503, 504})


@dataclass
class Source:
    """A dataset's source for one harvest: `get` asks it, keeps what it answers, and notes the attempt."""

    dataset: str
    base: str
    store: CaptureStore
    taking: Taking
    pause: Callable[[float], None] = time.sleep
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, resource: str, path: str, params: dict[str, str] | None = None) -> bytes:
        """Bytes of one answer, kept as a capture that `resource`'s parser will read.

        A source that has not changed since the last complete harvest answers 304 and the kept bytes are returned.
        Raises SourceError where there is no usable answer: what, where, and what to do, in one line.
        """
        query = urlencode(sorted((params or {}).items()))
        source_path = f"{path}?{query}" if query else path
        known = self.taking.known(source_path, resource)
        capture, body = self._ask(resource, source_path, known)
        self.taking.captures.append(capture)
        return body

    def count(self, body: bytes, counter: Callable[[bytes], int]) -> int:
        """Records in `body` by `counter`, remembered with the capture."""
        return self.taking.count(body, counter)

    def _ask(self, resource: str, source_path: str, known: Capture | None) -> tuple[Capture, bytes]:
        url = urljoin(self.base, source_path)
        for attempt in range(1, TRIES + 1):
            started, requested_at = time.monotonic(), utc_now()
            status, body, headers, fault = self._request(url, known)
            outcome = "failed" if fault else "unchanged" if status == 304 else "captured"
            elapsed = round(time.monotonic() - started, 3)
            self.store.log(
                Attempt(self.dataset, resource, requested_at, url, outcome, status, len(body), elapsed, fault)
            )
            if not fault and status == 304 and known:
                return known, self.store.body(known)
            if not fault:
                digest = self.store.save(body)
                etag, modified = headers.get("ETag"), headers.get("Last-Modified")
                return Capture(resource, source_path, digest, len(body), etag, modified), body
            wait = _wait(status, headers, attempt)
            if wait is None:
                break
            self.pause(wait)
        raise SourceError(f"{self.dataset}: {url} {fault}")

    def _request(self, url: str, known: Capture | None) -> tuple[int | None, bytes, dict[str, str], str]:
        """Status, body, headers, and what is wrong with them ('' if nothing)."""
        self.session.trust_env = not _is_loopback(url)  # a proxy of the environment cannot reach our own city
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", **_conditions(known)}
        try:
            with self.session.get(
                url, headers=headers, timeout=TIMEOUT_SECONDS, stream=True, allow_redirects=False
            ) as answer:
                body = _read(answer)
        except requests.RequestException as error:
            return None, b"", {}, f"cannot be reached ({_reason(error)}); is the address right, and the source up?"
        return answer.status_code, body, dict(answer.headers), _fault(answer, body, known)


def _conditions(known: Capture | None) -> dict[str, str]:
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
    return {name: value for name, value in conditions.items() if value}


def _read(answer: requests.Response) -> bytes:
    body = bytearray()
    for part in answer.iter_content(2**16):
        body += part
        if len(body) > LARGEST_BYTES:
            break
    return bytes(body)


def _fault(answer: requests.Response, body: bytes, known: Capture | None) -> str:
    status = answer.status_code
    if status == 304 and known:
        return ""
    if 300 <= status < 400:
        return f"sends elsewhere ({status} to {answer.headers.get('Location')}); name the final address instead"
    if status != 200:
        return f"answered {status} {answer.reason}; nothing was taken, the last good version stays; try again later"
    if len(body) > LARGEST_BYTES:
        return f"sent more than {LARGEST_BYTES:,} bytes; ask it in smaller pages"
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith((b"<!doctype", b"<html")):
        return "answered an HTML page instead of data (a login or error page?); open it in a browser to see"
    return "answered with an empty body; ask the office whether the service moved" if not body.strip() else ""


def _wait(status: int | None, headers: dict[str, str], attempt: int) -> float | None:
    """Seconds before the next try, or None to give up: RFC 9110, 10.2.3 (Retry-After) where it is a number."""
    if status not in RETRIED or attempt == TRIES:
        return None
    asked = headers.get("Retry-After", "")
    seconds = float(asked) if asked.isdecimal() else 2.0 ** (attempt - 1)
    return seconds if seconds <= LONGEST_PAUSE_SECONDS else None


def _reason(error: requests.RequestException) -> str:
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return f"{type(cause).__name__}: {' '.join(str(cause).split())}"[:160]


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
