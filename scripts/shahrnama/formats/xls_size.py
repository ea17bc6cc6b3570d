"""How large an old XLS workbook would become, from its own records: the reader reserves what they declare, and aborts.

An XLS file is a small file system (compound file, [MS-CFB]) with one stream of records in it (BIFF, [MS-XLS] 2.3).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from shahrnama.errors import ParseError
from shahrnama.formats.workbook_size import check

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DIMENSIONS, _SHARED_STRINGS, _SHEET, _END = 0x0200, 0x00FC, 0x0085, 0x000A
_BEGIN = 0x09  # 0x0809, or 0x0009, 0x0209 and 0x0409 in older versions
_CELLS = {0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E}  # those with a value, at row and column
_LEAST_STRING_BYTES = 3  # a shared string's length and flags ([MS-XLS] 2.5.293)
_MINI_BELOW = 4096  # a shorter stream is kept in sectors of 64 bytes; no other limit is allowed ([MS-CFB] 2.2)
_HEADER_CHAINS = 109  # sectors of the table that the header itself names ([MS-CFB] 2.2)
_BROKEN = "the file is a broken XLS workbook, or another old Office file; save it again as XLSX"


def check_xls(body: bytes) -> None:
    """ParseError if a sheet declares more than can be read, if the file is encrypted, or if it is no XLS workbook."""
    if "EncryptedPackage".encode("utf-16-le") in body:
        raise ParseError("the file is an encrypted workbook; save it without a password")
    try:
        stream = _workbook(body)
        sheets = [struct.unpack_from("<I", content)[0] for record, content in _records(stream, 0) if record == _SHEET]
        for start in (0, *sheets):
            row, column = 0, 0
            if _short(stream, start) & 0xFF != _BEGIN:
                raise ParseError(_BROKEN)
            for record, content in _records(stream, start):
                if record in _CELLS:
                    row, column = max(row, _short(content, 0) + 1), max(column, _short(content, 2) + 1)
                if record == _DIMENSIONS:
                    _check_dimensions(content)
                if record == _SHARED_STRINGS and _long(content, 4) * _LEAST_STRING_BYTES > len(stream):
                    raise ParseError(_BROKEN)
            check(row, column)
    except (struct.error, IndexError) as error:
        raise ParseError(_BROKEN) from error


def _check_dimensions(content: bytes) -> None:
    """The rows and columns from the first to behind the last; BIFF5 has shorter numbers."""
    first, last, left, right = struct.unpack_from("<IIHH" if len(content) >= 12 else "<HHHH", content)
    if last < first or right < left:  # the reader's difference would wrap around to a huge number
        raise ParseError(_BROKEN)
    check(last - first, right - left)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records from `at` to the end of their substream: the workbook's own, or that of a sheet."""
    record = None
    while at + 4 <= len(stream) and record != _END:
        record, length = struct.unpack_from("<HH", stream, at)
        yield record, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _workbook(body: bytes) -> bytes:
    """The stream `Workbook` (or `Book`, before Excel 97) out of its sectors."""
    size = {(3, 9): 512, (4, 12): 4096}.get((_short(body, 26), _short(body, 30)))
    if size is None or _long(body, 56) != _MINI_BELOW:
        raise ParseError(_BROKEN)
    table = _table(body, size)
    directory = b"".join(_chain(body, table, _long(body, 48), size, size))
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    for entry in entries:
        if entry[: max(_short(entry, 64) - 2, 0)].decode("utf-16-le", "replace").lower() in ("workbook", "book"):
            start, length = _long(entry, 116), _long(entry, 120)
            if length >= _MINI_BELOW:
                return b"".join(_chain(body, table, start, size, size))[:length]
            mini = b"".join(_chain(body, table, _long(entries[0], 116), size, size))
            small = b"".join(_chain(body, table, _long(body, 60), size, size))
            return b"".join(_chain(mini, _longs(small), start, 64, 0))[:length]
    raise ParseError(_BROKEN)


def _table(body: bytes, size: int) -> list[int]:
    """The sector after each sector (FAT); its own sectors are named in the header and then in a chain (DIFAT)."""
    named, following = list(struct.unpack_from(f"<{_HEADER_CHAINS}I", body, 76)), _long(body, 68)
    for _ in range(len(body) // size):
        if following >= 0xFFFFFFFA:
            break
        more = _longs(_sector(body, following, size, size))
        named, following = named + more[:-1], more[-1]
    return [entry for sector in named if sector < 0xFFFFFFFA for entry in _longs(_sector(body, sector, size, size))]


def _chain(body: bytes, table: list[int], sector: int, size: int, offset: int) -> Iterator[bytes]:
    for _ in range(len(body) // size + 1):
        if sector >= 0xFFFFFFFA:
            return
        yield _sector(body, sector, size, offset)
        sector = table[sector]
    raise ParseError(_BROKEN)


def _sector(body: bytes, sector: int, size: int, offset: int) -> bytes:
    start = offset + sector * size
    if start >= len(body):
        raise ParseError(_BROKEN)
    return body[start : start + size]


def _longs(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _long(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])


def _short(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<H", data, at)[0])
