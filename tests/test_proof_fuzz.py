"""Seeded corruptions of many tables: the proof must say of each exactly what stock Frictionless says.

The short form runs with every `make test`; `SHAHRNAMA_FUZZ=10000` runs as many cases (`SHAHRNAMA_FUZZ_FROM` sets the
first seed). Each case is a seed, so a failure can be run again alone.
"""

from __future__ import annotations

import csv
import io
import os
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import proof_tables
from proof_oracle import assert_same, package

CASES = int(os.environ.get("SHAHRNAMA_FUZZ", "200"))
FIRST = int(os.environ.get("SHAHRNAMA_FUZZ_FROM", "0"))
BATCHES = 20
CELLS = (
    "",
    " ",
    "۱۲",
    "١٢",
    "1_2",
    " 5 ",
    "\u00a05",
    "+5",
    "05",
    "005",
    "1e1",
    "1E2",
    "5.0",
    "36.",
    ".5",
    "-0",
    "-0.0",
    "NaN",
    "inf",
    "-Infinity",
    "99999999999999999999",
    "36.00000000000000000001",
    "0.1000",
    "1.50",
    "1,234.5",
    "٫5",
    "true",
    "True",
    "TRUE",
    "yes",
    "بله",
    "1403-01-01",
    "1403/01/01",
    "1403-02-31",
    "2024-2-1",
    "2024-02-30",
    "2024-02-29",
    "2023-02-29",
    "0000-01-01",
    "0999-01-01",
    "2024-02-01T03:04:60Z",
    "2024-2-1T3:4:5Z",
    "2024-02-29T03:04:05Z",
    "۲۰۲۴-۰۲-۰۱T۰۳:۰۴:۰۵Z",
    "2024-02-01t03:04:05z",
    "2024-02-01T24:00:00Z",
    "2024-02-01T03:04:05+00:00",
    "2024-02-01T03:04:05.5Z",
    "2024-02-01 03:04:05",
    "2030-01-01T00:00:00Z",
    "1999-12-31T23:59:59Z",
    "24:00:00",
    "07:00",
    "7:0",
    "1403",
    "۱۴۰۳",
    "0001",
    "2024-13",
    "2024-1",
    "SR-000001",
    "SR-۰۰۰۰۰۱",
    "SR-000001\n",
    "sr-000001",
    "a",
    "ab",
    "b\n",
    "شهر",
    "x" * 61,
    "NA",
    "n/a",
    "-",
    "None",
    "null",
    '{"a": 1}',
    "{}",
    "[]",
    "[1, null]",
    '["x"]',
    "[[[",
    "1|x",
    "1",
    "2",
    "23",
    "0",
    "6",
    "51.4,95",
    "200,35",
    "P1Y",
    "PX",
    "a@b",
    "not a uri",
    "\x00",
    "\ufeff",
    '"',
    "a\rb",
    "a\r\nb",
    "1.0",
    "1,0",
    "5",
)
INSERTS = (
    '"',
    '"',
    '""',
    ",",
    ";",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "\x00",
    "\ufeff",
    " ",
    "\t",
    "|",
    "'",
    "\\",
    "é",
    "\u2028",
)


def spoil_cells(content: bytes, draw: random.Random) -> bytes:
    """Replace, copy, add and drop cells and rows; the result is well-formed CSV, mostly."""
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    for _ in range(draw.choice([1, 1, 2, 3, 6])):
        row = draw.choice(rows[1:] or rows) if draw.random() < 0.97 else rows[0]
        at = draw.randrange(len(row)) if row else 0
        action = draw.random()
        if action < 0.7 and row:
            row[at] = draw.choice(CELLS)
        elif action < 0.8 and row:
            other = draw.choice(rows)
            row[at : at + 1] = other[at : at + 1]
        elif action < 0.86:
            row.append(draw.choice(CELLS))
        elif action < 0.92 and row:
            del row[at:]
        elif action < 0.96:
            rows.insert(draw.randint(1, len(rows)), list(draw.choice([row, [], [""], [""] * len(row)])))
        elif len(rows) > 1:
            rows.remove(row)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=draw.choice(["\n", "\n", "\r\n"])).writerows(rows)
    return out.getvalue().encode()


def spoil_text(content: bytes, draw: random.Random) -> bytes:
    """Insert, delete and move characters: still UTF-8, but perhaps no longer what anyone calls CSV."""
    text = content.decode()
    for _ in range(draw.choice([1, 1, 2, 4])):
        at = draw.randrange(len(text) + 1)
        action = draw.random()
        if action < 0.6:
            text = text[:at] + draw.choice(INSERTS) + text[at:]
        elif action < 0.8:
            text = text[:at] + text[at + draw.choice([1, 1, 2, 9]) :]
        elif action < 0.9:
            lines = text.splitlines(keepends=True)
            lines.insert(draw.randrange(len(lines) + 1), draw.choice(lines or ["\n"]))
            text = "".join(lines)
        else:
            text = text[:at] if draw.random() < 0.3 else text.rstrip("\r\n")
    return text.encode()


def spoil_bytes(content: bytes, draw: random.Random) -> bytes:
    """One byte changed, cut or a mark put in front: often no longer UTF-8."""
    at = draw.randrange(len(content) + 1)
    action = draw.random()
    if action < 0.3:
        return b"\xef\xbb\xbf" * draw.choice([1, 1, 2]) + content
    if action < 0.6:
        return content[:at] + bytes([draw.randrange(256)]) + content[at + 1 :]
    return content[:at]


WAYS: tuple[tuple[float, Callable[[bytes, random.Random], bytes]], ...] = (
    (0.6, spoil_cells),
    (0.95, spoil_text),
    (1.0, spoil_bytes),
)


def run(seed: int, folder: Path) -> tuple[str, ...]:
    """One case; how its tables were judged."""
    draw = random.Random(seed)
    kind = draw.choice(list(proof_tables.KINDS))
    tables = proof_tables.KINDS[kind](draw, draw.choice([0, 1, 3, 12, 40, 130]))
    for _ in range(draw.choice([1, 1, 1, 2])):
        name = draw.choice(list(tables))
        descriptor, content = tables[name]
        way = next(spoil for most, spoil in WAYS if draw.random() <= most or most == 1.0)
        if content:
            try:
                tables[name] = (descriptor, way(content, draw))
            except (UnicodeDecodeError, IndexError):
                continue
    path = package(folder, tables)
    limit = draw.choice([None, 1000, 1000, 1, 3])
    verdict = assert_same(path, limit=limit, chunk_bytes=draw.choice([60, 300, 2000, 8 << 20]))
    if verdict is None:
        return (kind, "raises")
    return (kind, *("whole" if found.rows is None else "fast" for found in verdict.replayed.values()))


@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.filterwarnings("ignore")
def test_the_same_report_as_frictionless(batch: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ways: Counter[str] = Counter()
    for seed in range(FIRST + batch, FIRST + CASES, BATCHES):
        try:
            with warnings.catch_warnings():
                found = run(seed, tmp_path / str(seed))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        ways.update(found[1:])
    assert ways["fast"] > ways["whole"], ways
    if CASES > 1000:
        with capsys.disabled():
            sys.stdout.write(f"{batch} {dict(ways)}\n")
