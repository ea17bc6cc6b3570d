"""Screen: the last look at everything that is about to be published, for personal data that should not be there.

Two ways. `screen` reads each file as its readers do and names every place where `privacy.findings` finds something:
CSV cells, JSON, pages with their attributes and JSON-LD, members of archives, and of databases every text cell, the
full-text indexes (which keep what a row no longer holds) and the bytes that no query shows. `recognise` looks for
identifiers that are known to have been masked, in every byte in UTF-8 and UTF-16. Neither ever tells the datum itself.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from shahrnama.atomic import read_json
from shahrnama.catalog import House
from shahrnama.identifiers import Known, normal, places
from shahrnama.inside_database import database_pieces, is_database, known_in_database
from shahrnama.pieces import END, WIDE, Piece, pieces, runs
from shahrnama.privacy import findings, may_hold

MOST = 100  # of one file: a broken column would name every row
CHUNK_BYTES = 4_000_000
OVERLAP_BYTES = 512  # longer than any identifier, however spaced
REMEMBERED = 100_000  # texts, each published in several forms
KNOWN = "known"  # kind of what `recognise` finds
HASH = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{16})(?![0-9A-Za-z])"
)
ESCAPES: dict[re.Pattern[str], Callable[[str], str]] = {  # how JSON, HTML and addresses write signs
    re.compile(r"\\u0[06]"): lambda text: re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text),
    re.compile("&#(?:1[67]|[456][0-9]|[xX]0*[346])"): html.unescape,
    re.compile("%(?:[dD][9bB]%|3[0-9]|40)"): lambda text: unquote(text, errors="replace"),
}


@dataclass(frozen=True)
class Leak:
    """Personal data where none should be: the file below `build`, the place in it, and the kind of datum."""

    file: str
    place: str
    kind: str

    def line(self) -> str:
        """Where, what and what to do, in one line."""
        return f"{self.file} {self.place}: holds personal data ({self.kind}); mask it at parse, or declare it public"


def published(house: House) -> list[Path]:
    """Every file that readers can get, or that what they get is made from."""
    folders = (house.packages, house.files, house.html, house.reports)
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return [*files, *(path for path in (house.database, house.registers, house.metadata) if path.is_file())]


def declared(house: House) -> frozenset[str]:
    """Addresses and numbers that are public by declaration, in their one form.

    Those of `contributors` in the packages (Data Package v1) and of `public_contacts`, a list in a package.
    """
    found: set[str] = set()
    for path in house.packages.glob("*/datapackage.json"):
        package = read_json(path)
        found |= {item["email"] for item in package.get("contributors") or () if item.get("email")}
        found |= {str(item) for item in package.get("public_contacts") or ()}
    return frozenset(map(normal, found))


def screen(house: House, allowed: Collection[str] = (), paths: Iterable[Path] | None = None) -> Iterator[Leak]:
    """Each place where something published (or `paths`) holds personal data that is not `allowed` (any spelling)."""
    public = frozenset(map(normal, allowed)) | declared(house)
    texts = _text_columns(house)
    seen: dict[bytes, list[tuple[str, str]]] = {}
    for path in published(house) if paths is None else paths:
        key = _digest(path) + path.suffix.encode()
        if key not in seen:  # downloads are copies of packages
            seen[key] = list(islice(_personal(_pieces(path, texts), public), MOST))
        yield from (Leak(_name(house, path), place, kind) for place, kind in seen[key])


def recognise(house: House, wanted: Known, paths: Iterable[Path] | None = None) -> Iterator[Leak]:
    """Each place where something published (or `paths`) holds one of the `wanted` identifiers, in whatever spelling."""
    seen: dict[bytes, list[str]] = {}
    for path in published(house) if paths is None else paths:
        key = _digest(path)
        if key not in seen:
            with path.open("rb") as file:
                found = chain(_recognised(file, wanted), known_in_database(path, wanted) if is_database(path) else ())
                seen[key] = list(islice(found, MOST))
        yield from (Leak(_name(house, path), place, KNOWN) for place in seen[key])


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _name(house: House, path: Path) -> str:
    return str(path.relative_to(house.build)) if path.is_relative_to(house.build) else path.name


def _text_columns(house: House) -> dict[str, frozenset[str]]:
    """Text columns of each table, as the packages describe them."""
    found = {}
    for path in house.packages.glob("*/datapackage.json"):
        for resource in read_json(path)["resources"]:
            fields = resource["schema"]["fields"]
            found[resource["name"]] = frozenset(field["name"] for field in fields if field["type"] == "string")
    return found


def _personal(found: Iterable[Piece], public: frozenset[str]) -> Iterator[tuple[str, str]]:
    for place, text in found:
        yield from ((place, kind) for kind in _kinds(text, public))


@lru_cache(REMEMBERED)
def _kinds(text: str, public: frozenset[str]) -> tuple[str, ...]:
    """Kinds of personal data in a text, remembered: the same cell comes as CSV, for Excel, archived, in a database."""
    bare = HASH.sub("#", text)
    if not may_hold(bare):
        return ()
    return tuple(sorted({item.kind for item in findings(bare) if normal(bare[item.start : item.end]) not in public}))


def _pieces(path: Path, texts: dict[str, frozenset[str]]) -> Iterator[Piece]:
    if is_database(path):
        yield from database_pieces(path)
    else:
        with path.open("rb") as file:
            yield from pieces(path.name, file, texts)


def _recognised(file: BinaryIO, wanted: Known) -> Iterator[str]:
    """Places in a file's bytes, and in what its compression hides."""
    start = file.read(4)
    file.seek(0)
    if start.startswith(b"PK\3\4"):
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as member:
                    inner = io.BytesIO(member.read())
                yield from (f"member {entry.filename} {place}" for place in _recognised(inner, wanted))
        file.seek(0)
    elif start.startswith(b"\x1f\x8b"):
        yield from _recognised(io.BytesIO(gzip.decompress(file.read())), wanted)
        file.seek(0)
    position, tail = 0, b""
    while chunk := file.read(CHUNK_BYTES):
        body = tail + chunk
        yield from (f"near byte {position - len(tail) + at}" for at in _at(body, wanted))
        position += len(chunk)
        tail = body[-OVERLAP_BYTES:]


def _at(body: bytes, wanted: Known) -> Iterator[int]:
    text = body.decode("utf-8", "replace")
    yield from (len(text[:at].encode()) for at in places(text, wanted))
    for sign, unescaped in ESCAPES.items():
        if sign.search(text):
            yield from places(unescaped(text), wanted)
    end = 0
    for found in WIDE.finditer(body):
        if found.start() >= end:
            start, end = max(0, found.start() - OVERLAP_BYTES), found.start() + OVERLAP_BYTES
            wide = END.join(list(runs(body[start : end + OVERLAP_BYTES]))[1:])
            if any(True for _ in places(wide, wanted)):
                yield found.start()
