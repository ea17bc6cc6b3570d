"""Files written whole or not at all, and folders swapped so that no reader sees half of one."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with `\\n` beside `path` and move it there; an unchanged file is left alone."""
    body = text.encode("utf-8")
    if path.is_file() and path.read_bytes() == body:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(body)
    partial.replace(path)


def write_json(path: Path, content: Any) -> None:
    """Write JSON for people and machines: two spaces, Persian as it is, keys as given."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def read_json(path: Path) -> Any:
    """The JSON of a file that a stage before wrote, or None where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def sha256(path: Path) -> str:
    """SHA-256 of a file, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(paths: Iterable[Path], *texts: str) -> str:
    """One SHA-256 over the names and contents of files and over texts: what a stage's outcome depends on."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.name}\0{sha256(path)}\n".encode())
    for text in texts:
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()


def swap_folder(new: Path, place: Path) -> None:
    """Put the folder `new` at `place`; the former one goes only after the new one stands (see `recover_folder`)."""
    old = place.with_name(place.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        place.rename(old)
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def recover_folder(place: Path) -> None:
    """Bring back the former folder where a swap was killed half-way."""
    old = place.with_name(place.name + ".old")
    if old.is_dir() and not place.exists():
        old.rename(place)
