"""Pieces: every published file as the texts in it, each with its place (row and column, line, JSON path, member)."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from html.parser import HTMLParser
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, BinaryIO, TextIO
from urllib.parse import unquote

from shahrnama.privacy import may_hold

Piece = tuple[str, str]  # place, text

HASHES = frozenset({"capture_id", "sha256", "hash", "etag", "integrity"})  # columns, keys: digits that mean nothing
UNREAD = frozenset(
    {".woff", ".woff2", ".png", ".ico", ".jpg", ".jpeg", ".webp"}  # compressed: nothing in them reads as text
    | {".js", ".css", ".map"}  # the theme's code: names its authors, draws icons with long numbers, holds no data
)
_INLINE = "a abbr b bdi bdo cite code data dfn em i kbd mark q s samp small span strong sub sup time tspan u var wbr"
_GEOMETRY = "d points transform viewbox x y x1 y1 x2 y2 cx cy dx dy r rx ry width height style class integrity nonce"
INLINE = frozenset(_INLINE.split())  # elements that do not end a text
GEOMETRY = frozenset(_GEOMETRY.split())  # attributes that hold measures, not words
BATCH_ROWS = 2000  # cells that are looked at in one go
END = "\0"  # between texts that do not touch: no number goes on across it
CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffd]+")
WIDE = re.compile(rb"[0-9]\x00[0-9]\x00|\x00[0-9]\x00[0-9]|[\xf0-\xf9`-i]\x06[\xf0-\xf9`-i]\x06|@\x00|\x00@")
WIDE_TEXT = re.compile("[\t\n\r\x20-\x7e\u00a0\u00ad\u0600-\u06ff\u200b-\u202e\u2066-\u2069]{6,}")
WIDE_REACH = 512  # bytes around what looks like UTF-16 digits that are read as UTF-16


def pieces(name: str, file: BinaryIO, texts: dict[str, frozenset[str]]) -> Iterator[Piece]:
    """The texts of a file by its kind; of what is no text, whatever reads as one.

    `texts` names, for each table that is known, the columns that hold text: numbers and dates are no identifiers.
    """
    suffix = PurePosixPath(name).suffix.lower()
    start = file.read(4)
    file.seek(0)
    if start.startswith(b"PK\3\4"):
        yield from _members(file, texts)
    elif start.startswith(b"\x1f\x8b"):
        yield from pieces(name.removesuffix(suffix), io.BytesIO(gzip.decompress(file.read())), texts)
    elif suffix not in UNREAD:
        yield from _decoded(name, suffix, file, texts, _encoding(start))


def cells(columns: list[str], rows: Iterable[Iterable[Any]], chosen: Collection[str], first: int) -> Iterator[Piece]:
    """Cells of a table that may hold an identifier; rows are numbered from `first`."""
    kept = [at for at, name in enumerate(columns) if name in chosen and name not in HASHES]
    remaining, start = iter(rows), first
    while batch := [tuple(row) for row in islice(remaining, BATCH_ROWS)]:
        held = [[row[at] for at in kept if at < len(row)] for row in batch]
        if may_hold(END.join(cell for row in held for cell in row if isinstance(cell, str))):
            for number, row in enumerate(held, start=start):
                for at, cell in zip(kept, row, strict=False):
                    if isinstance(cell, str) and may_hold(cell):
                        yield f"row {number} column {columns[at]}", cell
        start += len(batch)


def runs(body: bytes) -> Iterator[str]:
    """Stretches of bytes that read as text in UTF-8 or, where digits of it show, in UTF-16 of either order."""
    yield from CONTROL.split(body.decode("utf-8", "replace"))
    end = 0
    for found in WIDE.finditer(body):
        if found.start() < end:
            continue
        start, end = max(0, found.start() - WIDE_REACH), found.start() + WIDE_REACH
        for order in ("utf-16-le", "utf-16-be"):
            for odd in (0, 1):
                yield from WIDE_TEXT.findall(body[start + odd : end + WIDE_REACH].decode(order, "replace"))


def _encoding(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def _members(file: BinaryIO, texts: dict[str, frozenset[str]]) -> Iterator[Piece]:
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            yield f"member name {entry.filename}", entry.filename
            with archive.open(entry) as member:
                body = io.BytesIO(member.read())
            for place, text in pieces(entry.filename, body, texts):
                yield f"member {entry.filename} {place}", text


def _decoded(
    name: str, suffix: str, file: BinaryIO, texts: dict[str, frozenset[str]], encoding: str
) -> Iterator[Piece]:
    readers = {".csv": _csv, ".html": _html, ".svg": _html, ".xml": _html, ".json": _json, ".jsonl": _json_lines}
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        if suffix == ".csv":
            yield from _csv(text, texts.get(PurePosixPath(name).name.split(".")[0]))
        else:
            yield from readers.get(suffix, _lines)(text, None)
    except (UnicodeDecodeError, json.JSONDecodeError, csv.Error):
        file.seek(0)
        yield from (("bytes", run) for run in runs(file.read()))
    finally:
        text.detach()


def _csv(file: TextIO, chosen: frozenset[str] | None) -> Iterator[Piece]:
    rows = csv.reader(file)
    header = next(rows, [])
    yield from (("header", name) for name in header)
    yield from cells(header, rows, header if chosen is None else chosen, first=2)


def _lines(file: TextIO, _: frozenset[str] | None) -> Iterator[Piece]:
    yield from ((f"line {number}", line) for number, line in enumerate(file, start=1))


def _json(file: TextIO, _: frozenset[str] | None) -> Iterator[Piece]:
    yield from walk(json.load(file), "$")


def _json_lines(file: TextIO, _: frozenset[str] | None) -> Iterator[Piece]:
    for number, line in enumerate(file, start=1):
        yield from walk(json.loads(line), f"line {number} $")


def walk(value: Any, place: str) -> Iterator[Piece]:
    """Every text in a JSON value, names too, by its path; numbers are no text."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from walk(item, f"{place}[{at}]")
    elif isinstance(value, dict):
        for at, (key, item) in enumerate(value.items()):
            yield f"{place} name {at}", key
            if key not in HASHES:
                yield from walk(item, f"{place}.{key if not _may_hold(key) else at}")


@lru_cache(1000)
def _may_hold(name: str) -> bool:
    """`may_hold` of a name in JSON, which comes again with every row."""
    return may_hold(name)


def _html(file: TextIO, _: frozenset[str] | None) -> Iterator[Piece]:
    page = _Page()
    page.feed(file.read())
    page.close()
    page.end_text()
    yield from page.found


class _Page(HTMLParser):
    """Visible text by block (inline marks do not part a number), attributes, inline scripts and JSON."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Piece] = []
        self._text: list[str] = []
        self._line = 1
        self._within = ""
        self._is_json = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._boundary(tag)
        line = self.getpos()[0]
        for name, value in attrs:
            if value and name not in GEOMETRY:
                self.found.append((f"line {line} <{tag}> attribute {name}", unquote(value)))
        if tag in {"script", "style"}:
            self._within = tag
            self._is_json = "json" in (dict(attrs).get("type") or "")

    def handle_endtag(self, tag: str) -> None:
        self._boundary(tag)
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "script":
            place = f"line {self.getpos()[0]} <script>"
            try:
                self.found.extend(walk(json.loads(data), f"{place} $") if self._is_json else [(place, data)])
            except json.JSONDecodeError:
                self.found.append((place, data))
        elif self._within != "style":
            self._line = self._line if self._text else self.getpos()[0]
            self._text.append(data)

    def handle_comment(self, data: str) -> None:
        self.found.append((f"line {self.getpos()[0]} comment", data))

    def _boundary(self, tag: str) -> None:
        if tag not in INLINE:
            self.end_text()

    def end_text(self) -> None:
        """The block of text that ends here."""
        if self._text:
            self.found.append((f"line {self._line} text", "".join(self._text)))
        self._text = []
