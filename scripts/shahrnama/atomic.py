"""Files written whole or not at all, and folders swapped so that no reader sees half of one."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PARTIAL = ".partial"


def write_bytes(path: Path, body: bytes) -> None:
    """Write beside `path`, sync, and move there: a reader, or a run after a crash, sees the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Drop what killed runs left half-written below `folder`; what another run is writing just now stays."""
    for path in folder.rglob(f"*{PARTIAL}"):
        pid = path.name.removesuffix(PARTIAL).rpartition(".")[2]
        if not (pid.isdecimal() and Path(f"/proc/{pid}").exists()):
            path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with `\\n` whole or not at all; an unchanged file is left alone."""
    body = text.encode("utf-8")
    if not path.is_file() or path.read_bytes() != body:
        write_bytes(path, body)


def append_line(path: Path, line: str) -> None:
    """Append a line; what a killed run left of a line is ended first, and is dropped by `whole_lines`.

    Not synced: a log that loses its last lines to a power cut costs nothing that cannot be asked again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            file.write(b"\n")
        file.write(line.encode("utf-8") + b"\n")


def whole_lines(path: Path) -> list[str]:
    """Lines of JSON that were written whole; none where there is no file."""
    lines = path.read_bytes().decode("utf-8", "replace").splitlines() if path.is_file() else []
    return [line for line in lines if line.startswith("{") and line.endswith("}") and _is_json(line)]


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


@contextmanager
def locked(path: Path, otherwise: Callable[[str], Exception]) -> Iterator[None]:
    """Hold the lock `path` for as long as the context lasts; `otherwise(pid)` is raised where another run holds it.

    The lock goes with its process (flock(2)): what a killed run held is free again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise otherwise(file.read().strip() or "?") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


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
    try:
        new.rename(place)
    except OSError:
        recover_folder(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def recover_folder(place: Path) -> None:
    """Bring back the former folder where a swap was killed half-way."""
    old = place.with_name(place.name + ".old")
    if old.is_dir() and not place.exists():
        old.rename(place)
