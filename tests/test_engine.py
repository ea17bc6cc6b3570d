"""What the engine writes by itself is what the writer of tables would have written: cells, forms and order."""

from __future__ import annotations

import csv
import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shahrnama.catalog import Resource
from shahrnama.engine import Engine, EngineError, can_write, engine
from shahrnama.tables import write_table

FIELDS = {"t": "string", "i": "integer", "n": "number", "b": "boolean", "d": "date", "w": "datetime", "m": "number"}
TYPES = {
    "t": "VARCHAR",
    "i": "BIGINT",
    "n": "DOUBLE",
    "b": "BOOLEAN",
    "d": "DATE",
    "w": "TIMESTAMP",
    "m": "DECIMAL(18, 4)",
}
TEXTS = [
    *("", "a", "ب", "۱۲", " x ", "#", "# note", "NULL", "null", "''", "-", "0", "01", "1e5", "\t", "é", "\u200c"),
    *("\U0001f600", 'say "x"', "a,b", "two\nlines", "\r", "crlf\r\n", '"', '""', "\\", "\\N", "=1+1", "a;b", "a|b"),
    *("'", "`", "zzz"),
]
NUMBERS = [0.0, -0.0, 1.0, -1.5, 0.1, 1e-5, 1e-4, 1e15, 1e16, 2.0**53, 2.0**53 - 1, 1e22, 1e300, 5e-324, 1 / 3]


def table(key: str) -> Resource:
    fields = [{"name": name, "type": kind} for name, kind in FIELDS.items()]
    return Resource({"name": "found", "schema": {"primaryKey": key.split(), "fields": fields}}, "derived")


def rows(rng: random.Random, count: int) -> list[dict[str, Any]]:
    def some(value: Any) -> Any:
        return None if rng.random() < 0.15 else value

    return [
        {
            "t": some("".join(rng.choices(TEXTS, k=rng.randrange(1, 3)))),
            "i": some(rng.choice([0, -1, rng.randrange(-(2**62), 2**62), number])),
            "n": some(rng.choice([*NUMBERS, rng.uniform(-1e6, 1e6), rng.uniform(-1e-6, 1e-6), float(number)])),
            "b": some(rng.random() < 0.5),
            "d": some(date(1990, 1, 1) + timedelta(days=rng.randrange(20_000))),
            "w": some(datetime(1990, 1, 1) + timedelta(seconds=rng.randrange(1_000_000_000))),
            "m": some(Decimal(rng.randrange(-(10**9), 10**9)).scaleb(-4)),
        }
        for number in range(count)
    ]


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def fill(tables: Engine, found: list[dict[str, Any]]) -> None:
    columns, marks = ", ".join(f"{name} {kind}" for name, kind in TYPES.items()), ", ".join("?" * len(TYPES))
    tables._connection.execute(f"CREATE TABLE given ({columns})")
    if found:
        tables._connection.executemany(f"INSERT INTO given VALUES ({marks})", [[*row.values()] for row in found])


@pytest.mark.parametrize("key", ["i t n b d w m", "t i n b d w m", "n t i b d w m", "w d b t i n m", "m t i n b d w"])
@pytest.mark.parametrize("seed", range(4))
def test_the_same_cells_as_the_writer_of_tables(tmp_path: Path, key: str, seed: int) -> None:
    found, resource = rows(random.Random(seed), 400), table(key)
    write_table(tmp_path / "expected.csv", resource, found)
    with engine(()) as tables:
        fill(tables, found)
        tables.write("-- a note\nSELECT * FROM given;\n", resource, tmp_path / "written.csv")
        assert cells(tmp_path / "written.csv") == cells(tmp_path / "expected.csv")
        kept = tables.rows("SELECT count(*), count(t), count(n) FROM found")[1]
    filled = (sum(bool(row["t"]) for row in found), sum(row["n"] is not None for row in found))
    assert kept == [(len(found), sum(row["t"] is not None for row in found), filled[1])]


def test_an_empty_table_is_its_header(tmp_path: Path) -> None:
    with engine(()) as tables:
        fill(tables, [])
        tables.write("SELECT * FROM given", table("i"), tmp_path / "written.csv")
    assert (tmp_path / "written.csv").read_text() == ",".join(FIELDS) + "\n"


def test_what_has_no_form_is_known_beforehand_and_refused(tmp_path: Path) -> None:
    with engine(()) as tables:
        (column,) = tables.columns("SELECT [1, 2] AS many")
        assert not can_write(column[1])
        one = Resource({"name": "many", "schema": {"fields": [{"name": "many", "type": "string"}]}}, "derived")
        with pytest.raises(EngineError, match="many is of type"):
            tables.write("SELECT [1, 2] AS many", one, tmp_path / "x.csv")
        with pytest.raises(EngineError, match="nothing"):
            tables.columns("SELECT nothing FROM nowhere")
