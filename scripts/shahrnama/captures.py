"""Captures: the bytes of a source as it sent them, kept by their SHA-256, and a log line for every attempt.

`captures/<dataset>/<sha256>` holds bytes; `manifest.json` beside them says what the newest complete harvest asked for
and got; `attempts.jsonl` has one row for each request ever made, the failed ones too. Captures are never published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shahrnama.atomic import write_json

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


@dataclass(frozen=True)
class Attempt:
    """One request and what came of it; `outcome` is captured, unchanged or failed."""

    dataset: str
    resource: str
    requested_at: str
    url: str
    outcome: str
    status: int | None
    bytes: int
    elapsed_seconds: float
    message: str = ""


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
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".partial")
            partial.write_bytes(body)
            partial.replace(path)
        return digest

    def body(self, capture: Capture) -> bytes:
        """The bytes of a capture."""
        return (self.folder / capture.sha256).read_bytes()

    def has(self, capture: Capture) -> bool:
        """Whether the bytes are still here."""
        return (self.folder / capture.sha256).is_file()

    def conclude(self, captures: Iterable[Capture], counts: dict[str, int], *, source: str, is_demo: bool) -> Manifest:
        """Write the manifest of a complete harvest; `changed_at` moves only where a capture differs from the last."""
        former, now, taken = self.manifest(), utc_now(), tuple(captures)
        known = {capture.sha256 for capture in taken}
        changed = former is None or former.source != source or _contents(former.captures) != _contents(taken)
        manifest = Manifest(
            source=source,
            is_demo=is_demo,
            captures=taken,
            counts={digest: count for digest, count in sorted(counts.items()) if digest in known},
            checked_at=now,
            changed_at=now if changed or former is None else former.changed_at,
        )
        write_json(self.folder / "manifest.json", asdict(manifest))
        return manifest

    def log(self, attempt: Attempt) -> None:
        """Append one attempt to the log of all datasets."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "attempts.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(asdict(attempt), ensure_ascii=False) + "\n")

    def attempts(self) -> list[dict[str, Any]]:
        """Every attempt of this dataset, oldest first."""
        path = self.root / "attempts.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        return [row for row in map(json.loads, lines) if row["dataset"] == self.dataset]


class Taking:
    """What one harvest has taken so far: its captures in order, and how many records each holds."""

    def __init__(self, store: CaptureStore, source: str) -> None:
        former = store.manifest()
        if former and former.source != source:
            former = None  # another server's ETags mean nothing here
        self.captures: list[Capture] = []
        self.counts: dict[str, int] = dict(former.counts) if former else {}
        self._known = {capture.source_path: capture for capture in former.captures} if former else {}
        self._store = store

    def known(self, source_path: str, resource: str) -> Capture | None:
        """The capture that the last complete harvest has of this path, if its bytes are still kept."""
        found = self._known.get(source_path)
        return replace(found, resource=resource) if found and self._store.has(found) else None

    def count(self, body: bytes, counter: Callable[[bytes], int]) -> int:
        """Records in `body`: asked of `counter` once for the same bytes, ever."""
        digest = hashlib.sha256(body).hexdigest()
        if digest not in self.counts:
            self.counts[digest] = counter(body)
        return self.counts[digest]


def utc_now() -> str:
    """Now, as `YYYY-MM-DDTHH:MM:SSZ`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _contents(captures: Iterable[Capture]) -> list[tuple[str, str, str]]:
    return [(capture.resource, capture.source_path, capture.sha256) for capture in captures]
