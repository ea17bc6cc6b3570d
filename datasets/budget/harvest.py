"""The budget as its office keeps it: one workbook, made for reading.

Above the table stand a title and the unit (million rials); the header has two rows, as merged cells leave it; year and
office are written once for many rows; sums stand among the rows; a dash is nothing. Rows of an office are read below
its name, its own sum is kept apart (`budget_totals`), so that readers see where the two differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shahrnama.catalog import Row
from shahrnama.client import Source
from shahrnama.errors import ParseError
from shahrnama.formats import workbook
from shahrnama.persian import ascii_digits, normalise

PATH = "budget.xlsx"
UNIT, RIALS = "مبالغ به میلیون ریال", 1_000_000
HEADER = ("سال مالی", "کد واحد", "واحد", "برنامه", "مبلغ", "", "")
SUBHEADER = ("", "", "", "", "مصوب", "تخصیص‌یافته", "هزینه‌شده")
AMOUNTS = ("approved_irr", "allocated_irr", "spent_irr")
OFFICE_SUM, WHOLE_SUM = "جمع واحد", "جمع کل"
NOTHING = {"", "-", "–", "—"}


def fetch(source: Source) -> None:
    """The one workbook, which three tables are read from."""
    source.get("budget_lines", PATH, check=workbook.lines)
    capture = source.taking.captures[-1]
    for resource in ("budget_offices", "budget_totals"):
        source.taking.take(replace(capture, resource=resource, source_path=f"{PATH}#{resource}"))


def budget_lines(body: bytes) -> Iterator[Row]:
    """One row for each programme of an office in a year."""
    for office, cells in _rows(body):
        if cells[3] != OFFICE_SUM:
            yield {"fiscal_year": office[0], "office_id": office[1], "programme": cells[3], **_amounts(cells)}


def budget_totals(body: bytes) -> Iterator[Row]:
    """One row for each sum that the office wrote under its programmes."""
    for office, cells in _rows(body):
        if cells[3] == OFFICE_SUM:
            yield {"fiscal_year": office[0], "office_id": office[1], **_amounts(cells)}


def budget_offices(body: bytes) -> Iterator[Row]:
    """One row for each office, named as in its newest year."""
    names = {office[1]: office[2] for office, _ in sorted(_rows(body), key=lambda row: row[0][0])}
    yield from ({"office_id": key, "office_name": name} for key, name in names.items())


def _rows(body: bytes) -> Iterator[tuple[tuple[int, str, str], list[str]]]:
    """Year, code and name of the office, and the cells, of each row below the header and above the whole sum."""
    lines = [(number, [normalise(cell or "") for cell in cells]) for number, cells in workbook.lines(body)]
    office: tuple[int, str, str] | None = None
    for number, cells in lines[_first(lines) :]:
        if cells[0] == WHOLE_SUM:
            return
        if cells[0]:
            office = (_year(cells[0], number), ascii_digits(cells[1]), cells[2])
        if office is None or not cells[3]:
            raise ParseError(f"row {number} has no office or no programme; has the sheet another form now?")
        yield office, cells
    raise ParseError(f"the sheet does not end with {WHOLE_SUM}; is it cut off?")


def _first(lines: list[tuple[int, list[str]]]) -> int:
    """Where the rows begin; ParseError where the unit or the header is not the known one."""
    texts = [tuple(cells) for _, cells in lines]
    if UNIT not in {cell for cells in texts[:5] for cell in cells}:
        raise ParseError(f"the sheet does not say {UNIT!r} above its table; in which unit are the amounts?")
    try:
        at = texts.index(HEADER)
    except ValueError as error:
        raise ParseError(f"the sheet has no header {', '.join(filter(None, HEADER))}; mend HEADER") from error
    if texts[at + 1] != SUBHEADER:
        raise ParseError(f"row {lines[at + 1][0]} is not {', '.join(filter(None, SUBHEADER))}; mend SUBHEADER")
    return at + 2


def _year(text: str, number: int) -> int:
    year = ascii_digits(text)
    if not year.isdecimal() or not 1300 < int(year) < 1500:
        raise ParseError(f"row {number}: {text[:40]!r} is no Jalali year; mend the cell")
    return int(year)


def _amounts(cells: list[str]) -> dict[str, int]:
    return dict(zip(AMOUNTS, map(_rials, cells[4:]), strict=True))


def _rials(text: str) -> int:
    """Rials of a cell in million rials; a dash is nothing."""
    digits = ascii_digits(text).replace("٬", "").replace(",", "").replace("،", "")
    if digits in NOTHING:
        return 0
    if not digits.isdecimal():
        raise ParseError(f"{text[:40]!r} is no amount in million rials; mend the cell")
    return int(digits) * RIALS
