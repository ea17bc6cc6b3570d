"""Delimited text (RFC 4180 and its many cousins) to numbered lines of cells; `tabular` names the columns.

The delimiter is found by consistency over the first lines; `،` and `؛` count, because Persian keyboards type them.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice

from shahrnama.errors import ParseError

DELIMITERS = ",;\t|،؛"
SAMPLE_LINES = 100  # enough for a preamble and a stable count, little enough to read six times
LONGEST_FIELD = 131_072  # characters, the limit of Python's csv: a longer field is a swallowed file
_INSIDE = re.compile(r'\S"\S')
_SPACED = re.compile(r'\s+".*"\s*')
_LINE_END = re.compile(r"\r\n|\r|\n")


def lines(text: str, cut_by: str | None = None) -> Iterator[tuple[int, list[str | None]]]:
    """Each line that holds anything, as (number of its first physical line, cells); an empty cell is None.

    `\\n`, `\\r\\n` and a bare `\\r` end a line; `cut_by` is the delimiter where it is known. ParseError for a quote
    that is not closed, that swallows lines, or that is followed by text; for NUL; for a field beyond LONGEST_FIELD.
    """
    if "\0" in text:
        raise ParseError(f"line {_line(text, text.index(chr(0)))} holds a NUL character; export the file again as text")
    found = cut_by or delimiter(text)
    physical = io.StringIO(text, newline="")
    seen: list[str] = []
    reader = csv.reader(_noted(physical, seen), delimiter=found, strict=True)
    first = 1
    try:
        for cells in reader:
            _check(cells, seen, found, first)
            if any(cells):
                yield first, [cell or None for cell in cells]
            first, seen[:] = reader.line_num + 1, []
    except csv.Error as error:
        raise ParseError(f"line {first}: {_reason(error, first, reader.line_num)}") from error


def delimiter(text: str) -> str:
    """The delimiter that gives the most of the first lines one and the same number of cells, and the most cells."""
    return max(DELIMITERS, key=lambda candidate: _consistency(text, candidate))


def _consistency(text: str, candidate: str) -> tuple[float, int]:
    """Share of lines with the commonest number of cells, and that number; (0, 1) where nothing is delimited."""
    widths: list[int] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=candidate)
        widths.extend(len(cells) for cells in islice(reader, SAMPLE_LINES) if any(cells))
    except csv.Error:
        return 0, 1
    counted = Counter(width for width in widths if width > 1)
    if not counted:
        return 0, 1
    width, count = max(counted.items(), key=lambda item: (item[1], item[0]))
    return count / len(widths), width


def _noted(physical: Iterator[str], seen: list[str]) -> Iterator[str]:
    """Pass the physical lines on, and keep those of the current record in `seen`."""
    for line in physical:
        seen.append(line)
        yield line


def _check(cells: list[str], seen: list[str], found: str, first: int) -> None:
    if any(len(cell) > LONGEST_FIELD for cell in cells):
        raise ParseError(f"line {first} has a field of more than {LONGEST_FIELD:,} characters; is a quote not closed?")
    raw = "".join(seen)
    if '"' in raw and any('"' in cell and (cell.count('"') % 2 or cell[0].isspace()) for cell in cells):
        _check_quotes(_bare(raw, found), first)
    # Two stray quotes can make one row of several without an error: then every line still counts like a row. In two
    # columns that is ordinary prose with one comma, so it is asked from three on.
    if len(seen) > 1 and len(cells) > 2 and all(line.count(found) == len(cells) - 1 for line in seen):
        raise ParseError(
            f"line {first}: a quote swallows {len(seen) - 1} lines that look like rows; close or double it"
        )


def _check_quotes(bare: list[str], first: int) -> None:
    """Refuse quotes that did not quote; `bare` are the cells that stand without any around them."""
    if _torn(bare):
        raise ParseError(f"line {first} has a quote inside a field that closes in another; is a delimiter missing?")
    if any(_SPACED.fullmatch(cell) for cell in bare):
        raise ParseError(f"line {first} has a space between a delimiter and a quote, which breaks the quoting")


def _bare(raw: str, found: str) -> list[str]:
    """The cells of a record as they stand, those in quotes as nothing."""
    return [cell[1] or "" for cell in _cell(found).finditer(raw)]


@cache
def _cell(found: str) -> re.Pattern[str]:
    """A cell in quotes, or one without them as group 1, and the delimiter or line end that ends it."""
    return re.compile(rf'(?:"[^"]*(?:""[^"]*)*"|([^{re.escape(found)}\r\n]*))(?:{re.escape(found)}|[\r\n]|\Z)')


def _torn(cells: list[str]) -> bool:
    """Whether a quote opens inside one cell and closes at the end of a later one: `1"a, b",2` for `1,"a, b",2`."""
    opened = False
    for cell in cells:
        if cell.count('"') % 2:
            if opened and cell.endswith('"'):
                return True
            opened = bool(_INSIDE.search(cell))
    return False


def _reason(error: csv.Error, first: int, last: int) -> str:
    if "field larger" in str(error):
        return f"a field of more than {LONGEST_FIELD:,} characters; is a quote not closed?"
    if "unexpected end" in str(error):
        return f"a quote is opened and never closed, and swallows lines {first} to {last}; close or double it"
    return f"text follows a closing quote on line {last} ({error}); a quote inside a field must be doubled"


def _line(text: str, at: int) -> int:
    return len(_LINE_END.findall(text, 0, at)) + 1
