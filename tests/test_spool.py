"""Rows in order without holding them all: the same as sorting them in memory."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from shahrnama import spool


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 35, 1000])
def test_runs_on_disk_give_what_memory_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(spool, "RUN_ROWS", 10)
    monkeypatch.setattr(spool, "BATCH_ROWS", 3)
    rng = random.Random(count)
    rows = [{"key": rng.randrange(20), "at": at, "text": "متن"} for at in range(count)]
    with spool.spooled(iter(rows), lambda row: row["key"], tmp_path) as ordered:
        assert list(ordered) == sorted(rows, key=lambda row: row["key"])
    assert list(tmp_path.iterdir()) == []
