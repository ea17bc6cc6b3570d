"""How large a workbook would become, asked of its bytes before the reader is: the reader aborts the whole process.

calamine makes one rectangle from the first to the last cell of a sheet. A 4 KB file with cells in A1 and XFD1048576
asks for 17 billion cells, and the failed allocation cannot be caught. So XLSX and ODS are copied part by part, counted
as they pass, and only the copy is read: no size that a ZIP declares is believed.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import IO, NoReturn
from xml.parsers import expat  # no entity can be declared: a DOCTYPE is refused before

from shahrnama.errors import ParseError

MOST_BYTES = 150_000_000  # of all parts together, decompressed: 4 s
MOST_CELLS = 1_500_000  # 80 bytes and 2 microseconds each: well within the 512 MB and 10 s of a bad file
MOST_COLUMNS = 2_000
CHUNK_BYTES = 1 << 20  # a tag longer than this is an attack

_BROKEN = (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, NotImplementedError, RuntimeError, ValueError)
_PARTS = (".xml", ".rels", "mimetype")
_ATTRIBUTES = rb"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*"
_SHEET_TAG = re.compile(
    rb"<(?:[\w.-]+:)?(?:(c|row)|(table-row|table-cell|covered-table-cell|table))(?=[\s/>])"
    rb"(?:\s+r=\"([A-Za-z]*)([0-9]+)\")?(" + _ATTRIBUTES + rb")\s*(/?)(>?)"
)
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]*)([0-9]+)[\"']")
_STRINGS = re.compile(rb"<(?:[\w.-]+:)?sst(?=[\s/>])(" + _ATTRIBUTES + rb")\s*/?(>?)")
_COUNT = re.compile(rb"[cC]ount\s*=\s*[\"'](?![0-9]{1,7}[\"'])")  # the reader reserves this many strings
_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated\s*=\s*[\"']\s*([0-9]+)")


@dataclass
class _Extent:
    """Where the last cell with content stands in a sheet, counted while its tags pass."""

    row: int = 0
    column: int = 0
    cells: int = 0
    last_row: int = 0
    last_column: int = 0

    def fill(self) -> None:
        """The cell at hand has content: the rectangle reaches to it, and it counts even where another stands."""
        self.cells += 1
        if self.cells > MOST_CELLS:
            _refuse(f"has more than {MOST_CELLS:,} cells; publish it as CSV")
        if self.row > self.last_row or self.column > self.last_column:
            self.last_column = max(self.last_column, self.column)
            self.last_row = max(self.last_row, self.row)
            check(self.last_row, self.last_column)

    def xlsx(self, tag: re.Match[bytes]) -> None:
        """Follow a `row` or `c` (ECMA-376, 18.3.1): each may name its place or take the next one."""
        kind, _, letters, digits, others, empty, _ = tag.groups()
        if digits is None and (named := _REFERENCE.search(others)):
            letters, digits = named.groups()
        if kind == b"row":
            self.row, self.column = int(digits) if digits else self.row + 1, 0
            return
        self.column = _column(letters) if letters else self.column + 1
        self.row = int(digits) if digits and letters else self.row
        if not empty:
            self.fill()

    def ods(self, tag: re.Match[bytes]) -> None:
        """Follow a row or cell (OpenDocument 1.3, 9.1): each may stand for many; empty ones at the end are nothing."""
        repeats = int(found[1]) if (found := _REPEATED.search(tag[5])) else 1
        if tag[2] == b"table":
            self.row, self.column, self.last_row, self.last_column = 0, 0, 0, 0
        elif tag[2] == b"table-row":
            self.row, self.column = self.row + repeats, 0
        else:
            self.column += repeats
            if not tag[6] or b"value" in tag[5]:
                self.fill()


def check(rows: int, columns: int) -> None:
    """ParseError if a sheet of this size is too large to read."""
    if columns > MOST_COLUMNS:
        _refuse(f"has a cell in column {columns:,}; at most {MOST_COLUMNS:,} columns can be a table")
    if rows * columns > MOST_CELLS:
        _refuse(
            f"spans {rows:,} x {columns:,} cells, more than {MOST_CELLS:,}; delete stray cells, or publish it as CSV"
        )


def checked_copy(body: bytes) -> bytes:
    """The ZIP workbook again, with the parts that hold text and nothing else; ParseError for one that is no workbook,
    is encrypted or broken, decompresses beyond MOST_BYTES, or has a sheet beyond MOST_CELLS.
    """
    copy = io.BytesIO()
    try:
        with (
            zipfile.ZipFile(io.BytesIO(body)) as source,
            zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, True, 1) as to,
        ):
            _check_directory(source)
            for part in source.infolist():
                if part.filename.endswith(_PARTS):
                    with source.open(part) as read, to.open(part.filename, "w") as write:
                        for chunk in _counted(read, part.filename):
                            write.write(chunk)
    except _BROKEN as error:
        raise ParseError(f"the file is a broken or encrypted workbook ({error}); save it again as XLSX") from error
    return copy.getvalue()


def _check_directory(source: zipfile.ZipFile) -> None:
    parts = source.infolist()
    names = [part.filename for part in parts]
    if "xl/workbook.bin" in names:
        _refuse("is a binary workbook (XLSB); save it as XLSX")
    if "[Content_Types].xml" not in names and "content.xml" not in names:
        _refuse("is a ZIP and no workbook; take the table out of it")
    if len(set(names)) != len(names):
        _refuse("is a broken workbook: it has a part twice; save it again as XLSX")
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        _refuse("is a workbook compressed in an unusual way; save it again as XLSX")
    if any(part.flag_bits & 1 for part in parts) or b"encryption-data" in _manifest(source):
        _refuse("is an encrypted workbook; save it without a password")
    if sum(part.file_size for part in parts) > MOST_BYTES:
        _refuse(f"is a workbook that decompresses to more than {MOST_BYTES:,} bytes; publish it as CSV")


def _manifest(source: zipfile.ZipFile) -> bytes:
    if "META-INF/manifest.xml" not in source.namelist():
        return b""
    with source.open("META-INF/manifest.xml") as part:
        return part.read(CHUNK_BYTES)


def _counted(read: IO[bytes], name: str) -> Iterator[bytes]:
    """Chunks of a part as they are, after their tags were followed; a chunk is cut before its last tag.

    XML must be well-formed: the reader loops for ever on some that ends in the midst of a tag.
    """
    extent, rest, parser = _Extent(), b"", expat.ParserCreate("utf-8")
    while chunk := read.read(CHUNK_BYTES):
        text = rest + chunk
        if b"\0" in chunk or b"<!DOCTYPE" in text:
            _refuse(f"is a workbook whose part {name} is no plain XML; save it again as XLSX")
        cut = text.rfind(b"<")
        if cut < 0:
            cut = len(text)
        rest = text[cut:]
        if len(rest) > CHUNK_BYTES:
            _refuse(f"is a workbook whose part {name} has a tag of more than {CHUNK_BYTES:,} bytes")
        _follow(text[:cut], extent, name)
        if name != "mimetype":
            parser.Parse(chunk, False)
        yield chunk
    if rest and name != "mimetype":
        _follow(rest, extent, name)
        parser.Parse(b"", True)


def _follow(text: bytes, extent: _Extent, name: str) -> None:
    for strings in _STRINGS.finditer(text):
        if not strings[2] or _COUNT.search(strings[1]):
            _refuse(f"is a workbook whose part {name} says that it has too many strings; save it again as XLSX")
    for tag in _SHEET_TAG.finditer(text):
        if not tag[7]:
            _refuse(f"is a workbook whose part {name} is broken near {tag[0][:40]!r}; save it again as XLSX")
        if tag[1]:
            extent.xlsx(tag)
        else:
            extent.ods(tag)


@cache
def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _refuse(what: str) -> NoReturn:
    raise ParseError(f"the file {what}")
