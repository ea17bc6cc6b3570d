"""Captures: the bytes of a source as it sent them, kept by their SHA-256, and a log line for every attempt.

`captures/<dataset>/<sha256>` holds bytes; `manifest.json` beside them says what the newest complete harvest asked for
and got; `attempts.jsonl` has one row for each request ever made, the failed ones too; `journal.jsonl` what a harvest
that is under way has taken. Captures are never published.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shahrnama.atomic import append_line, whole_lines, write_bytes, write_json
from shahrnama.errors import SourceError

ATTEMPTS, JOURNAL = "attempts.jsonl", "journal.jsonl"
RESUMED_SECONDS = 3600  # a city's data may be put together from answers of one hour
CAPTURE_ID_LENGTH = 16  # hex digits: 64 bits name a capture in a column without widening every row


@dataclass(frozen=True)
class Capture:
    """One answer of a source: which resource's parser reads it, where below the base it came from, and its bytes."""

    resource: str
    source_path: str
    sha256: str
    bytes: int
    etag: str | None = None
    last_modified: str | None = None

    @property
    def capture_id(self) -> str:
        """Short name of the capture in published rows."""
        return self.sha256[:CAPTURE_ID_LENGTH]


@dataclass(frozen=True)
class Manifest:
    """What the newest complete harvest of a dataset got; times are UTC and never reach a package."""

    source: str
    is_demo: bool
    captures: tuple[Capture, ...]
    counts: dict[str, int]  # sha256 → records in the capture, so that an unchanged page is not parsed to be counted
    checked_at: str
    changed_at: str
    first_seen: dict[str, str] = field(default_factory=dict)  # sha256 → when these bytes first came
    interval_hours: float = 24

    @property
    def next_check_at(self) -> str:
        """When the source is to be asked again."""
        due = datetime.fromisoformat(self.checked_at) + timedelta(hours=self.interval_hours)
        return due.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Attempt:
    """One request and what came of it; `outcome` is captured, unchanged or failed, `fault` a key of `net.faults`."""

    dataset: str
    resource: str
    requested_at: str
    url: str
    outcome: str
    status: int | None
    bytes: int
    elapsed_seconds: float
    fault: str = ""
    message: str = ""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class CaptureStore:
    """The captures of one dataset below `root` (`build/captures`)."""

    root: Path
    dataset: str

    @property
    def folder(self) -> Path:
        """Where this dataset's bytes are."""
        return self.root / self.dataset

    def manifest(self) -> Manifest | None:
        """The newest complete harvest, or None before the first."""
        path = self.folder / "manifest.json"
        if not path.is_file():
            return None
        found = json.loads(path.read_text(encoding="utf-8"))
        captures = tuple(Capture(**item) for item in found.pop("captures"))
        return Manifest(captures=captures, **found)

    def save(self, body: bytes) -> str:
        """Keep `body` under its SHA-256 (64 hex digits), which is returned; the same bytes are kept once."""
        digest = hashlib.sha256(body).hexdigest()
        path = self.folder / digest
        if not path.is_file():
            write_bytes(path, body)
        return digest

    def body(self, capture: Capture) -> bytes:
        """The bytes of a capture; SourceError where they are no longer what was taken."""
        body = (self.folder / capture.sha256).read_bytes()
        if hashlib.sha256(body).hexdigest() != capture.sha256:
            place = self.folder / capture.sha256
            raise SourceError(f"{self.dataset}: {place} is not what was taken; delete it and harvest again")
        return body

    def has(self, capture: Capture) -> bool:
        """Whether the bytes are still here."""
        return (self.folder / capture.sha256).is_file()

    def conclude(
        self, captures: Iterable[Capture], counts: dict[str, int], *, source: str, is_demo: bool, hours: float = 24
    ) -> Manifest:
        """Write the manifest of a complete harvest; `changed_at` moves only where a capture differs from the last.

        A source that changed is asked again sooner, one that did not later: half and double the interval, between a
        quarter and eight times the `hours` that its descriptor names.
        """
        former, now, taken = self.manifest(), utc_now(), tuple(captures)
        if former and former.source != source:
            former = None
        known = {capture.sha256 for capture in taken}
        changed = former is None or _contents(former.captures) != _contents(taken)
        before = former.interval_hours if former else hours
        interval = hours if former is None else max(before / 2, hours / 4) if changed else min(before * 2, hours * 8)
        seen = former.first_seen if former else {}
        manifest = Manifest(
            source=source,
            is_demo=is_demo,
            captures=taken,
            counts={digest: count for digest, count in sorted(counts.items()) if digest in known},
            checked_at=now,
            changed_at=now if changed or former is None else former.changed_at,
            first_seen={digest: seen.get(digest, now) for digest in sorted(known)},
            interval_hours=interval,
        )
        write_json(self.folder / "manifest.json", asdict(manifest))
        (self.folder / JOURNAL).unlink(missing_ok=True)
        return manifest

    def log(self, attempt: Attempt) -> None:
        """Append one attempt to the dataset's log."""
        append_line(self.folder / ATTEMPTS, json.dumps(asdict(attempt), ensure_ascii=False))

    def attempts(self) -> list[dict[str, Any]]:
        """Every attempt of this dataset, oldest first."""
        return [json.loads(line) for line in whole_lines(self.folder / ATTEMPTS)]


class Taking:
    """What one harvest has taken so far, in order; a journal on disk lets the next one go on where this one is killed.

    The journal of a harvest of the same source that began less than RESUMED_SECONDS ago is taken up; an older one is
    only a hint for conditional requests, for a source that changes meanwhile must not be put together from two days.
    """

    def __init__(self, store: CaptureStore, source: str, now: Callable[[], float] = time.time) -> None:
        former = store.manifest()
        if former and former.source != source:
            former = None  # another server's ETags mean nothing here
        self._taken: dict[tuple[str, str], Capture] = {}
        self.counts: dict[str, int] = dict(former.counts) if former else {}
        self.asked = 0
        self._known = {capture.source_path: capture for capture in former.captures} if former else {}
        self._store = store
        self._resumed = self._journal(source, now())

    def known(self, source_path: str, resource: str) -> Capture | None:
        """The capture that the last complete harvest has of this path, if its bytes are still kept."""
        return self._kept(self._known.get(source_path), resource)

    def resumed(self, source_path: str, resource: str) -> Capture | None:
        """The capture that a harvest which was ended too early has of this path; given once, for its first asking."""
        return self._kept(self._resumed.pop(source_path, None), resource)

    @property
    def captures(self) -> list[Capture]:
        """What was taken, in the order of first asking; what was asked twice, as it was the last time."""
        return list(self._taken.values())

    def drop(self, resource: str, source_paths: Iterable[str]) -> None:
        """Forget answers that a later walk through the source no longer came to."""
        for source_path in source_paths:
            self._taken.pop((resource, source_path), None)

    def take(self, capture: Capture) -> None:
        """Note a capture, in memory and in the journal."""
        self._taken[capture.resource, capture.source_path] = capture
        self._known[capture.source_path] = capture  # asked again in this harvest, it costs a 304
        append_line(self._store.folder / JOURNAL, json.dumps(asdict(capture)))

    def count(self, body: bytes, counter: Callable[[bytes], int]) -> int:
        """Records in `body`: asked of `counter` once for the same bytes, ever."""
        digest = hashlib.sha256(body).hexdigest()
        if digest not in self.counts:
            self.counts[digest] = counter(body)
        return self.counts[digest]

    def _kept(self, found: Capture | None, resource: str) -> Capture | None:
        return replace(found, resource=resource) if found and self._store.has(found) else None

    def _journal(self, source: str, now: float) -> dict[str, Capture]:
        path = self._store.folder / JOURNAL
        head, *lines = [json.loads(line) for line in whole_lines(path)] or [{}]
        captures = {line["source_path"]: Capture(**line) for line in lines}
        if head.get("source") == source and 0 <= now - head["began_at"] < RESUMED_SECONDS:
            return captures
        if head.get("source") == source:
            self._known |= captures
        path.unlink(missing_ok=True)
        append_line(path, json.dumps({"source": source, "began_at": now}))
        return {}


def utc_now() -> str:
    """Now, as `YYYY-MM-DDTHH:MM:SSZ`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _contents(captures: Iterable[Capture]) -> list[tuple[str, str, str]]:
    return [(capture.resource, capture.source_path, capture.sha256) for capture in captures]
