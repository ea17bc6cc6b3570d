"""The command: each verb does its stage, complains in one line, and says by its exit code how it went."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from shahrnama.catalog import House, read
from shahrnama.cli import STAGES, main

ROOT = Path(__file__).parents[1]


def test_list_names_every_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(ROOT), "list"]) == 0
    printed = capsys.readouterr().out
    assert "service_requests [harvested]" in printed
    assert "response_times [derived]" in printed
    assert "districts [authored]" in printed


def test_status_tells_what_is_published(city: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(ROOT), "--build", str(city.build), "status"]) == 0
    printed = capsys.readouterr().out
    assert "service_requests: promoted, 64068 rows, demo, last_checked_at" in printed
    assert "districts: promoted, 22 rows, kept by hand" in printed
    assert main(["--root", str(ROOT), "--build", str(city.build), "status", "--json"]) == 0
    rows = {row["dataset"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["service_requests"]["source"] == "demo"
    assert rows["service_requests"]["next_check_at"] > rows["service_requests"]["last_checked_at"]
    assert rows["districts"]["problems"] == []


def test_status_before_any_build(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(ROOT), "--build", str(tmp_path), "status"]) == 0
    assert "districts: not built, 0 rows" in capsys.readouterr().out


def test_stages_run_one_by_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--root", str(ROOT), "--build", str(tmp_path)]
    for stage in ("package", "derive", "validate"):
        assert main([*options, stage, "districts"]) == 0, capsys.readouterr().err
    assert main([*options, "load"]) == 0, capsys.readouterr().err
    assert (tmp_path / "shahrnama.db").is_file()


def test_a_source_that_is_not_set_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--root", str(ROOT), "--datasets", str(ROOT / "tests" / "datasets"), "--build", str(tmp_path)]
    assert main([*options, "harvest"]) == 1
    complaint = [line for line in capsys.readouterr().err.splitlines() if line.startswith("shahrnama:")]
    assert len(complaint) == 1
    assert "set SHAHRNAMA_BOSTON_URL" in complaint[0]


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--root", "{tmp}", "list"], "no datasets here"),
        (["--root", "{root}", "--build", "{tmp}", "package", "nothing"], "no dataset named nothing"),
        (["--root", "{root}", "--build", "{tmp}", "package", "service_requests"], "nothing harvested yet"),
        (["--root", "{root}", "--build", "{tmp}", "validate", "districts"], "nothing staged"),
    ],
)
def test_mistakes_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], argv: list[str], says: str) -> None:
    assert main([word.format(tmp=tmp_path, root=ROOT) for word in argv]) == 1
    complaint = [line for line in capsys.readouterr().err.splitlines() if line.startswith("shahrnama:")]
    assert len(complaint) == 1
    assert says in complaint[0]


def test_new_writes_a_folder_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--root", str(ROOT), "--datasets", str(tmp_path)]
    assert main([*options, "new", "permits"]) == 0
    assert read(tmp_path / "permits").parser("permits")
    for name, says in (("permits", "exists"), ("Permits-2", "no dataset name")):
        assert main([*options, "new", name]) == 1
        assert says in capsys.readouterr().err


def test_a_taken_port_is_said_before_anything_is_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["--root", str(ROOT), "--build", str(tmp_path), "serve", "--port", port]) == 1
    printed = capsys.readouterr().err
    assert f"127.0.0.1:{port} cannot be listened on" in printed
    assert "SHAHRNAMA_PORT" in printed
    assert not list(tmp_path.iterdir())


def test_the_command_is_installed_and_helps() -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    command = [sys.executable, "-m", "shahrnama.cli", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60, check=True)
    assert all(verb in done.stdout for verb in (*STAGES, "serve", "new", "list", "status"))
