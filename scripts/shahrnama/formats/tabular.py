"""A table as cities publish it: CSV, TSV, XLSX, XLS, ODS, JSON, JSON lines or GeoJSON, told apart by content.

Everything stays text: types are the schema's business. What could be read in two ways is refused in one line.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, NoReturn

from shahrnama.errors import ParseError
from shahrnama.formats import delimited, workbook
from shahrnama.formats.strict_json import documents
from shahrnama.formats.text import decode

Row = dict[str, str | None]
Line = tuple[int, list[str | None]]

MOST_COLUMNS = 2_000  # what a table of SQLite holds
SAMPLE_LINES = 100  # among which the header and the width of the table must show

_LFS = "version https://git-lfs.github.com/spec/"
_BINARY = {
    b"\x1f\x8b": "is compressed with gzip; decompress it first",
    b"%PDF-": "is a PDF; ask the source for the table behind it",
    b"PAR1": "is Parquet, which is not read here; ask the source for CSV",
    b"SQLite format 3": "is an SQLite database; export its table as CSV",
}
_PAGE = re.compile(r"<(!doctype html|html|head|body|!--|meta|script)", re.IGNORECASE)
_MARKUP = re.compile(r"<(\?xml|!doctype|[\w:.-]+[^<>]*>\s*<)", re.IGNORECASE)
_MOMENT = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}.{0,20}|\d{1,2}:\d{2}(:\d{2})?")  # a date or a time of day
_NUMBER = re.compile(r"[-+]?[\d.,٫٬/:\s]*\d[\d.,٫٬/:\s]*%?")


def rows(body: bytes, *, sheet: str | None = None, header: int | None = None) -> Iterator[Row]:
    """One row per record, as {column name: text}, an empty cell None; rows without any value are skipped.

    `sheet` names a sheet of a workbook (else the first visible one); `header` is the number of the line or sheet row
    that holds the names (else found: the first line as wide as the table). JSON has no use for either; its nested
    values come as compact JSON text, GeoJSON's `geometry` too. ParseError, one line, as soon as something is wrong:
    read to the end before you use a row.
    """
    if not body.strip(b" \t\r\n"):
        _refuse("is empty")
    for magic, what in _BINARY.items():
        if body.startswith(magic):
            _refuse(what)
    if workbook.is_workbook(body):
        return _one_or_more(_table(workbook.lines(body, sheet), "row", header))
    text = decode(body).text
    start = text.lstrip()[:1000]
    if start.startswith(_LFS):
        _refuse("is a Git LFS pointer, not the data; fetch the file behind it")
    if _PAGE.match(start):
        _refuse("is a web page; open the address in a browser to see what it sends")
    if _MARKUP.match(start):
        _refuse("is XML; it needs a parser of its own")
    if start.startswith(("{", "[")):
        return _one_or_more(_json(text))
    return _one_or_more(_table(delimited.lines(text), "line", header))


def _one_or_more(found: Iterator[Row]) -> Iterator[Row]:
    first = next(found, None)
    if first is None:
        _refuse("has no rows under its header")
    return chain([first], found)


def _table(lines: Iterator[Line], unit: str, header: int | None) -> Iterator[Row]:
    """Rows of numbered lines: the header is taken off, and every line must be as wide as it is."""
    names, lines = _header(lines, unit, header)
    filled = _names(names[1], f"{unit} {names[0]}")
    for number, cells in lines:
        if len(cells) != len(names[1]):
            _refuse(
                f"has {len(cells)} cells in {unit} {number}, where the header in {unit} {names[0]} has "
                f"{len(names[1])}; is a delimiter missing, or not quoted?"
            )
        if cells == names[1] and len(cells) > 1:
            _refuse(f"has its header again in {unit} {number}; keep one header, and one table under it")
        for column, cell in enumerate(cells[len(filled) :], start=len(filled) + 1):
            if cell:
                _refuse(
                    f"has a value in {unit} {number}, column {column}, which has no name; "
                    f"name it, or say which {unit} is the header"
                )
        if any(cells):
            yield dict(zip(filled, cells, strict=False))


def _header(lines: Iterator[Line], unit: str, header: int | None) -> tuple[Line, Iterator[Line]]:
    """The line with the names, and those under it.

    Lines above it are a title or notes, less than half as wide; a title of a sheet is padded with empty cells. In two
    columns a title looks like a short header, so that there `header` must be given.
    """
    if header is not None:
        for number, cells in lines:
            if number == header:
                return (number, cells), lines
        _refuse(f"has nothing in {unit} {header}, where its header should be")
    sample = list(islice(lines, SAMPLE_LINES))
    if not sample:
        _refuse("is empty")
    widths = Counter(len(cells) for _, cells in sample)
    width = max(widths, key=lambda width: (widths[width], width))
    wide = [at for at, (_, cells) in enumerate(sample) if len(cells) == width]
    at = next((at for at in wide if width < 3 or _filled(sample[at]) > 1), wide[0])
    number = sample[at][0]
    for above, cells in sample[:at]:
        if _filled((above, cells)) * 2 >= width:
            _refuse(f"has {len(cells)} cells in {unit} {above}, where the table has {width}; say which is the header")
    first = sample[at][1][0]
    if first and _NUMBER.fullmatch(first.strip()):
        _refuse(f"has data in {unit} {number} ({first}), where names are expected; say which {unit} is the header")
    for column, cell in enumerate(sample[at][1]):
        below = (cells[column] for _, cells in sample[at + 1 :] if len(cells) > column)
        if cell and _MOMENT.fullmatch(cell.strip()) and any(_MOMENT.fullmatch(other or "") for other in below):
            _refuse(f"has data in {unit} {number} ({cell}), where names are expected; say which {unit} is the header")
    return sample[at], chain(sample[at + 1 :], lines)


def _filled(line: Line) -> int:
    return sum(1 for cell in line[1] if cell and cell.strip())


def _names(cells: list[str | None], place: str) -> list[str]:
    """Names of the columns, stripped; unnamed ones at the end are cut off, and their cells must be empty."""
    names = [(cell or "").strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        _refuse(f"has no names in {place}; say which line is the header")
    if "" in names:
        _refuse(f"has no name for column {names.index('') + 1} in {place}; name it, or say where the header is")
    if any(name.startswith('"') for name in names):
        _refuse(f"has a space between a delimiter and a quote in {place}, which breaks the quoting; take it out")
    _check_names(names, place)
    return names


def _check_names(names: list[str], place: str) -> None:
    if len(names) > MOST_COLUMNS:
        _refuse(f"has {len(names):,} columns in {place}; at most {MOST_COLUMNS:,} can be a table")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        _refuse(f"has the column {twice[0]!r} twice in {place}; rename one")


def _json(text: str) -> Iterator[Row]:
    found = list(documents(text.encode()))
    if len(found) == 1 and isinstance(found[0], list):
        records = found[0]
    elif len(found) == 1:
        records = [_feature(feature, number) for number, feature in enumerate(_features(found[0]), start=1)]
    else:
        records = found
    names: dict[str, None] = {}
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            _refuse(f"has something else than an object as record {number}")
        names.update(dict.fromkeys(record))
    _check_names([name.strip() for name in names], "the records")
    if not all(name.strip() for name in names):
        _refuse("has a field without a name; name it")
    for number, record in enumerate(records, start=1):
        cells = {name.strip(): _text(record.get(name), name, number) for name in names}
        if any(cell is not None for cell in cells.values()):
            yield cells


def _features(document: Any) -> list[Any]:
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        start = json.dumps(document, ensure_ascii=False)[:80]
        _refuse(f"is one JSON value, where a list of records is expected; is it an error? It starts {start}")
    features = document.get("features")
    if not isinstance(features, list):
        _refuse("is a GeoJSON FeatureCollection without a list of features")
    return features


def _feature(feature: Any, number: int) -> dict[str, Any]:
    """Properties and geometry of a GeoJSON feature (RFC 7946, 3.2), with its `id` where the properties have none."""
    if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
        _refuse(f"has something else than a GeoJSON feature as feature {number}")
    properties = feature.get("properties") or {}
    if "geometry" in properties:
        _refuse(f"has a property named geometry in feature {number}, beside its geometry; rename it")
    named = {"id": feature["id"]} if "id" in feature and "id" not in properties else {}
    return {**named, **properties, "geometry": feature.get("geometry")}


def _text(value: Any, name: str, number: int) -> str | None:
    if value is None or value == "":
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if "\0" in text:
        _refuse(f"holds a NUL character in {name} of record {number}; export it again")
    if len(text) > delimited.LONGEST_FIELD and name != "geometry":  # the border of a real district is longer
        _refuse(f"has a field of more than {delimited.LONGEST_FIELD:,} characters: {name} of record {number}")
    return text


def _refuse(what: str) -> NoReturn:
    raise ParseError(f"the file {what}")
