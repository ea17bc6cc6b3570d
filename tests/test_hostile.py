"""Hostile files of every format: one clear line within ten seconds and half a gigabyte, and never a wrong yes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hostile import FILES, LONGEST_SECONDS

ROOT = Path(__file__).parents[1]
MOST_MEGABYTES = 512


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = str(tmp_path_factory.mktemp("hostile"))
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "scripts"), str(ROOT / "tests")])}
    command = [sys.executable, str(ROOT / "tests" / "hostile.py")]
    subprocess.run([*command, "make", folder], env=environ, timeout=200, check=True)
    read = subprocess.run(
        [*command, "read", folder], env=environ, capture_output=True, text=True, timeout=400, check=False
    )
    lines = [json.loads(line) for line in read.stdout.splitlines()]
    assert read.returncode == 0, f"ended while reading {lines[-1] if lines else None}: {read.stderr[-500:]}"
    return {line["name"]: line for line in lines if "name" in line}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_one_clear_line(answers: dict[str, Any], name: str) -> None:
    answer = answers[name]
    assert answer["said"], "was read without complaint"
    assert "\n" not in answer["said"]
    assert len(answer["said"]) < 500
    assert answer["seconds"] < LONGEST_SECONDS


def test_memory_stays_within_bounds(answers: dict[str, Any]) -> None:
    assert max(answer["peak"] for answer in answers.values()) < MOST_MEGABYTES
