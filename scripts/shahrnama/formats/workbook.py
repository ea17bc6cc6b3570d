"""XLSX, XLS and ODS to numbered rows of cells, read by calamine once their size is known; `tabular` names the columns.

A workbook has no text of its own for a cell: whole numbers lose their `.0`, dates and times become ISO 8601, durations
hours:minutes:seconds, a formula that was never computed and an error (#DIV/0!) nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import NoReturn

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from shahrnama.errors import ParseError
from shahrnama.formats.workbook_size import check, checked_copy
from shahrnama.formats.xls_size import MAGIC, check_xls

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
EXACT_BELOW = 10**15  # Excel keeps 15 digits; beyond them a whole float is no exact number

Cell = float | str | bool | date | time | timedelta


def is_workbook(body: bytes) -> bool:
    """Whether `body` starts like a workbook: as a ZIP, or as an old Office file."""
    return body.startswith((*ZIP, MAGIC))


def lines(body: bytes, sheet: str | None = None) -> Iterator[tuple[int, list[str | None]]]:
    """Each row that holds anything, as (its number in the sheet, cells); all are as wide as the sheet.

    `sheet` is a name, else the first visible sheet is read. ParseError for what is no workbook, is encrypted or broken,
    has no such sheet, or is too large.
    """
    if body.startswith(MAGIC):
        check_xls(body)
    else:
        body = checked_copy(body)
    found = _sheet(body, sheet)
    if found.end is None:
        _refuse(f"has nothing in its sheet {found.name!r}; name another sheet")
    check(found.end[0] + 1, found.end[1] + 1)
    for number, cells in enumerate(found.iter_rows(), start=1):  # all rows, but columns from the first filled one
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield number, texts


def _sheet(body: bytes, name: str | None) -> CalamineSheet:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(body))
        return book.get_sheet_by_name(_name(book, name))
    except CalamineError as error:
        _refuse(f"is a broken or encrypted workbook ({' '.join(str(error).split())[:200]}); save it again as XLSX")
    except BaseException as error:  # a panic of the reader is no Exception, and its class has no name to import
        if type(error).__name__ != "PanicException":
            raise
        _refuse("is a workbook that the reader cannot follow; save it again as XLSX")


def _name(book: CalamineWorkbook, name: str | None) -> str:
    tables = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if name is not None:
        if name not in [sheet.name for sheet in tables]:
            _refuse(f"has no sheet {name!r}; it has {', '.join(repr(sheet.name) for sheet in tables)[:300]}")
        return name
    visible = [sheet.name for sheet in tables if sheet.visible == SheetVisibleEnum.Visible]
    if not visible:
        _refuse("is a workbook without a visible sheet; name a sheet")
    return visible[0]


def _text(cell: Cell) -> str | None:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT_BELOW:
        return str(int(cell))
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return str(cell) or None


def _refuse(what: str) -> NoReturn:
    raise ParseError(f"the file {what}")
