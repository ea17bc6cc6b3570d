"""The client: a dataset's source for one harvest. Polite, conditional, resumable, and every request is logged."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from shahrnama.captures import Attempt, Capture, CaptureStore, Taking, utc_now
from shahrnama.errors import AbsentError, ParseError, SourceError
from shahrnama.net.faults import Failed, Fault
from shahrnama.net.transport import Reply, Transport

USER_AGENT = "Shahrnama/0.1 (open data of the city; asks politely; contact: see the site's about page)"
TRIES = 4
LONGEST_PAUSE_SECONDS = 120  # a longer Retry-After is a failed harvest: the next run asks again
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 522, 524})  # kingfisher-collect's list, and 425 (RFC 8470)
POINTER = b"version https://git-lfs.github.com/spec/"
ABSENT = frozenset({"404", "410"})
MARK = b"\xef\xbb\xbf \t\r\n"

Check = Callable[[bytes], object]


@dataclass(frozen=True)
class Secret:
    """A key that a source asks for: sent as a header or as a parameter, never logged, never kept."""

    value: str
    header: str | None = None
    parameter: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The header to send, if it goes there."""
        return {self.header: self.value} if self.header else {}

    def add(self, url: str) -> str:
        """The address with the key, if it goes there."""
        if not self.parameter:
            return url
        return f"{url}{'&' if urlsplit(url).query else '?'}{quote(self.parameter)}={quote(self.value, safe='')}"


@dataclass
class Source:
    """A dataset's source for one harvest: `get` asks it, keeps what it answers, and notes the attempt."""

    dataset: str
    base: str
    store: CaptureStore
    taking: Taking
    transport: Transport
    secret: Secret = field(default_factory=lambda: Secret(""))
    pause_seconds: float = 0
    pause: Callable[[float], None] = time.sleep
    today: str = field(default_factory=lambda: utc_now()[:10])  # UTC; windows of dates end here
    told: Callable[[Capture], None] = lambda _: None
    _asked_to_wait: float = field(default=0, init=False)

    def get(
        self, resource: str, path: str, params: Mapping[str, str] | None = None, check: Check | None = None
    ) -> bytes:
        """Bytes of one answer, kept as a capture that `resource`'s parser will read.

        `path` is below the source's address, or an address of the same host that the source itself named. A source
        that has not changed since the last harvest answers 304 and the kept bytes are returned; what a killed harvest
        took within the hour is not asked again. `check` reads the bytes and raises ParseError where they are no
        answer: they are then asked for again, as any broken body. Raises SourceError: what, where, what to do;
        AbsentError, which is one, where there is no such thing.
        """
        place = source_path(path, params or {})
        url = self._address(place)
        kept = self.taking.resumed(place, resource)
        capture, body = (kept, self.store.body(kept)) if kept else self._ask(resource, place, url, check)
        self.taking.take(capture)
        self.told(capture)
        return body

    def count(self, body: bytes, counter: Callable[[bytes], int]) -> int:
        """Records in `body` by `counter`, remembered with the capture."""
        return self.taking.count(body, counter)

    def fail(self, fault: Fault, path: str) -> SourceError:
        """The error for a fault that no single request shows: pages in a circle, a source that keeps changing."""
        return SourceError(f"{self.dataset}: {self._address(path)} {fault.message()}")

    def _address(self, place: str) -> str:
        url = urljoin(self.base, place)
        here, there = urlsplit(self.base), urlsplit(url)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise SourceError(f"{self.dataset}: {self.base} {Fault('foreign', url[:80]).message()}")
        return url

    def _ask(self, resource: str, place: str, url: str, check: Check | None) -> tuple[Capture, bytes]:
        known = self.taking.known(place, resource)
        for attempt in range(1, TRIES + 1):
            self._keep_pace()
            started, requested_at = time.monotonic(), utc_now()
            reply, fault = self._request(url, known, check)
            self._log(resource, requested_at, url, reply, fault, time.monotonic() - started)
            if reply and not fault:
                return self._captured(resource, place, reply, known)
            wait = wait_seconds(fault, reply.headers if reply else {}, attempt)
            if wait is None:
                break
            if wait > LONGEST_PAUSE_SECONDS:
                fault = Fault("busy", f"{wait:.0f}")
                break
            self.pause(wait)
        absent = fault is not None and fault.kind == "status" and fault.detail in ABSENT
        raise (AbsentError if absent else SourceError)(f"{self.dataset}: {url} {fault.message() if fault else ''}")

    def _request(self, url: str, known: Capture | None, check: Check | None) -> tuple[Reply | None, Fault | None]:
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip", **_conditions(known)}
        try:
            reply = self.transport.get(self.secret.add(url), headers, self.secret.headers)
        except Failed as failed:
            return None, self._without_secret(failed.fault)
        self._asked_to_wait = limit_seconds(reply.headers, time.time())
        fault = _fault(reply, known)
        if not fault and check and reply.status == 200:
            try:
                check(reply.body)
            except ParseError as error:
                fault = Fault("broken", str(error), again=True)
        return reply, fault

    def _captured(self, resource: str, path: str, reply: Reply, known: Capture | None) -> tuple[Capture, bytes]:
        if reply.status == 304 and known:
            return known, self.store.body(known)
        digest = self.store.save(reply.body)
        etag, modified = reply.headers.get("etag"), reply.headers.get("last-modified")
        return Capture(resource, path, digest, len(reply.body), etag, modified), reply.body

    def _log(self, resource: str, at: str, url: str, reply: Reply | None, fault: Fault | None, seconds: float) -> None:
        headers = reply.headers if reply else {}
        outcome = "failed" if fault else "unchanged" if reply and reply.status == 304 else "captured"
        self.store.log(
            Attempt(
                dataset=self.dataset,
                resource=resource,
                requested_at=at,
                url=url,
                outcome=outcome,
                status=reply.status if reply else None,
                bytes=len(reply.body) if reply else 0,
                elapsed_seconds=round(seconds, 3),
                fault=fault.kind if fault else "",
                message=fault.message("en") if fault else "",
                content_type=headers.get("content-type", ""),
                etag=headers.get("etag", ""),
                last_modified=headers.get("last-modified", ""),
            )
        )

    def _keep_pace(self) -> None:
        """Leave the source its pause between two requests, or what its own limits ask; the first waits for nobody."""
        wait = max(self.pause_seconds, self._asked_to_wait) if self.taking.asked else 0
        if wait:
            self.pause(wait)
        self._asked_to_wait = 0
        self.taking.asked += 1

    def _without_secret(self, fault: Fault) -> Fault:
        if not self.secret.value:
            return fault
        return Fault(fault.kind, fault.detail.replace(self.secret.value, "…"), fault.again)


def source_path(path: str, params: Mapping[str, str]) -> str:
    """What is asked below a source's address: the path with its parameters in the order of their names."""
    query = urlencode(sorted(params.items()))
    return f"{path}{'&' if '?' in path else '?'}{query}" if query else path


def _conditions(known: Capture | None) -> dict[str, str]:
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
    return {name: value for name, value in conditions.items() if value}


def _fault(reply: Reply, known: Capture | None) -> Fault | None:
    """What is wrong with a whole answer, if anything; told by its content, never by its headers' word."""
    if reply.status == 304 and known:
        return None
    if 200 < reply.status < 300:
        return Fault("partial", str(reply.status))
    if reply.status != 200:
        return Fault("status", str(reply.status), again=reply.status in AGAIN)
    start = reply.body[:512].lstrip(MARK).lower()
    if not start:
        return Fault("empty", again=True) if not reply.body.strip(MARK) else None
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return Fault("html", again=True)
    return Fault("pointer") if start.startswith(POINTER) else None


def limit_seconds(headers: Mapping[str, Any], now: float) -> float:
    """Seconds to wait where the source says that its limit is used up, at most LONGEST_PAUSE_SECONDS; else 0.

    `RateLimit-Remaining` and `RateLimit-Reset` (IETF draft ratelimit-headers, in seconds), or the `X-` forms of many
    services, whose reset is a number of seconds or a moment since 1970.
    """
    for prefix in ("ratelimit", "x-ratelimit"):
        remaining, reset = headers.get(f"{prefix}-remaining", ""), headers.get(f"{prefix}-reset", "")
        if remaining.strip() == "0" and reset.strip().isdecimal():
            seconds = float(reset.strip()[:12])
            wait = seconds - now if seconds > 1e9 else seconds
            return min(max(wait, 0), LONGEST_PAUSE_SECONDS)
    return 0


def wait_seconds(fault: Fault | None, headers: Mapping[str, Any], attempt: int) -> float | None:
    """Seconds before the next try, or None to give up.

    Retry-After (RFC 9110, 10.2.3) in seconds or as a date; anything else in it (negative, a word) counts as absent, and
    the pause doubles from one second.
    """
    if not fault or not fault.again or attempt >= TRIES:
        return None
    backoff = 2.0 ** (attempt - 1)
    asked = str(headers.get("retry-after", "")).strip()
    if not asked:
        return backoff
    if asked.isascii() and asked.isdecimal():
        return float(asked[:9])
    try:
        at = parsedate_to_datetime(asked)
    except (TypeError, ValueError):
        return backoff
    moment = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(backoff, (moment - datetime.now(UTC)).total_seconds())
