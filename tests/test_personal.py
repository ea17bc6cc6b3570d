"""The gate reads only the cells that may hold personal data, and finds each by row and column."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from shahrnama.catalog import Resource
from shahrnama.gate.personal import personal
from shahrnama.privacy import columns
from shahrnama.privacy.columns import suspects

FIELDS = [
    {"name": "lamp_id", "type": "string"},
    {"name": "watts", "type": "integer"},
    {"name": "note", "type": "string"},
]
PHONE = "زنگ بزنید\n۰۹۱۲ ۳۴۵ ۶۷۸۹"


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([["lamp_id", "watts", "note"], *rows])
    return path


def test_rows_are_counted_over_batches_and_texts_of_many_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "BATCH_ROWS", 7)
    rows = [[f"l{n}", "40", 'دو خط\nو "نقل", و ویرگول' if n % 3 else ""] for n in range(100)]
    for at in (0, 6, 7, 50, 99):
        rows[at][2] = PHONE
    rows[20][0] = "09123456789"
    resource = Resource({"name": "lamps", "schema": {"fields": FIELDS}}, "harvested")
    found = [(item.row, item.field) for item in personal(resource, write(tmp_path / "lamps.csv", rows))]
    assert found == [(2, "note"), (8, "note"), (9, "note"), (22, "lamp_id"), (52, "note"), (101, "note")]


def test_a_cell_is_given_as_it_stands_and_numbers_are_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "lamps.csv", [["a", "9123456789", PHONE], ["b", "1", ""]])
    assert list(suspects(path, ["lamp_id", "note"])) == [(2, "note", PHONE)]
