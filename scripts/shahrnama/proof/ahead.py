"""The md5 and sha256 that Frictionless' report carries, worked out in a thread of their own from the very start.

Only files that a package holds within its own folder are read before Frictionless has looked at the descriptor.
"""

from __future__ import annotations

import hashlib
import json
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

BLOCK_BYTES = 8 << 20  # large, so that the thread seldom has to wait for Python's lock
DESCRIPTOR_BYTES = 16 << 20  # a larger descriptor is left to Frictionless


@dataclass(frozen=True)
class Digests:
    """What Frictionless' loader counts while it reads (frictionless/system/loader.py)."""

    md5: str
    sha256: str
    bytes: int


DigestsOf = Callable[[Path], Digests]


@contextmanager
def reading_ahead(source: Path) -> Iterator[DigestsOf]:
    """Begin to hash the files of a package (its datapackage.json), or the table; gives what waits for a file's digests.

    A file that was not foreseen, or that has changed since, is hashed when it is asked for.
    """
    stopped = threading.Event()
    with ThreadPoolExecutor(1) as reader:
        foreseen = {path: (_state(path), reader.submit(_digests, path, stopped)) for path in _files(source)}

        def digests_of(path: Path) -> Digests:
            state, waiting = foreseen.get(path, (None, None))
            if waiting is None or state != _state(path):
                waiting = reader.submit(_digests, path, stopped)
            return waiting.result()

        try:
            yield digests_of
        finally:
            stopped.set()
            reader.shutdown(cancel_futures=True)


def _digests(path: Path, stopped: threading.Event) -> Digests:
    md5, sha256, length = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    block = memoryview(bytearray(BLOCK_BYTES))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(block):
            if stopped.is_set():
                raise CancelledError
            md5.update(block[:count])
            sha256.update(block[:count])
            length += count
    return Digests(md5.hexdigest(), sha256.hexdigest(), length)


def _state(path: Path) -> tuple[int, ...] | None:
    """What changes when a file does; None where it is not a file of its own."""
    try:
        found = path.lstat()
    except (OSError, ValueError):
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def _files(source: Path) -> list[Path]:
    """The files that a validation will surely read; none where the source is strange in any way."""
    state = _state(source)
    if state is None or source.suffix != ".json":
        return [source] if state and source.suffix == ".csv" else []
    if state[1] > DESCRIPTOR_BYTES:
        return []
    try:
        descriptor = json.loads(source.read_bytes())
    except (OSError, ValueError, RecursionError):
        return []
    resources = descriptor.get("resources") if isinstance(descriptor, dict) else None
    paths = [_inside(resource) for resource in resources] if isinstance(resources, list) else []
    return [file for path in paths if path and _state(file := source.parent / path)]


def _inside(resource: Any) -> str | None:
    """A resource's path, if it is a plain one of a CSV file beside the descriptor."""
    path = resource.get("path") if isinstance(resource, dict) else None
    if not isinstance(path, str) or not path.endswith(".csv"):
        return None
    return path if PurePosixPath(path).name == path and ":" not in path and "\\" not in path else None
