"""Dead bytes: what an SQLite file holds and no query shows, where rows that were changed or deleted may still stand.

SQLite's file format (https://www.sqlite.org/fileformat2.html): pages on the freelist (1.5), the space of a b-tree page
between its cell pointers and its cells, its freeblocks (1.6), and overflow pages (1.7), whose last one has a tail.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MAGIC = b"SQLite format 3\0"
INTERIOR, LEAVES = {2, 5}, {10, 13}


def dead_bytes(path: Path) -> Iterator[tuple[str, bytes]]:
    """Place and bytes of each stretch that is not part of a live cell and is not all zeros; none if not SQLite."""
    with path.open("rb") as file:
        head = file.read(100)
        if len(head) < 100 or not head.startswith(MAGIC):
            return
        size = int.from_bytes(head[16:18], "big")
        size = 65536 if size == 1 else size
        free = set(_freelist(file, size, int.from_bytes(head[32:36], "big")))
        file.seek(0)
        number = 0
        while page := file.read(size):
            number += 1
            for stretch in [page[8:]] if number in free else _unused(page, 100 if number == 1 else 0):
                if stretch.strip(b"\0"):
                    yield f"page {number}{' (free)' if number in free else ''}", stretch


def _freelist(file: BinaryIO, size: int, trunk: int) -> Iterator[int]:
    """Numbers of the free pages: a chain of trunks, each naming leaves (1.5)."""
    seen: set[int] = set()
    while trunk and trunk not in seen:
        seen.add(trunk)
        yield trunk
        file.seek((trunk - 1) * size)
        page = file.read(size)
        count = min(int.from_bytes(page[4:8], "big"), size // 4 - 2)
        yield from (int.from_bytes(page[8 + 4 * at : 12 + 4 * at], "big") for at in range(count))
        trunk = int.from_bytes(page[:4], "big")


def _unused(page: bytes, start: int) -> Iterator[bytes]:
    kind = page[start]
    if kind not in INTERIOR | LEAVES:
        yield page[4:]  # an overflow page: the next one's number, then content and perhaps a tail
        return
    cells = int.from_bytes(page[start + 3 : start + 5], "big")
    content = int.from_bytes(page[start + 5 : start + 7], "big") or 65536
    pointers = start + (12 if kind in INTERIOR else 8) + 2 * cells
    yield page[pointers:content]
    block = int.from_bytes(page[start + 1 : start + 3], "big")
    while block and block + 4 <= len(page):
        following, length = (int.from_bytes(page[block + at : block + at + 2], "big") for at in (0, 2))
        yield page[block + 4 : block + max(length, 4)]
        block = following if following > block else 0
