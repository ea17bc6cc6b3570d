"""Killed, full, and run twice: whatever is interrupted leaves the last good version, and the next run the same bytes.

The short form runs here; `make crash` runs the second test with SHAHRNAMA_KILLS=200.
"""

from __future__ import annotations

import builtins
import hashlib
import io
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import frictionless
import pytest

from democity.faults import Fault
from democity.server import DemoCity
from replay import Replay
from shahrnama.atomic import append_line, locked, read_json, whole_lines
from shahrnama.build import Run
from shahrnama.captures import RESUMED_SECONDS, Capture, CaptureStore, Taking
from shahrnama.catalog import House, catalog, read
from shahrnama.errors import SourceError

ROOT = Path(__file__).parents[1]
KILLS = int(os.environ.get("SHAHRNAMA_KILLS", "12"))
DESCRIPTOR = """
name: lamps
title: چراغ‌ها
title_en: Lamps
description: چراغ‌ها
description_en: Lamps
licenses: [{name: CC-BY-4.0, title: ذکر منبع, path: "https://creativecommons.org/licenses/by/4.0/"}]
sources: [{title: منبع, title_en: Source, path: "https://example.org/"}]
harvest: {protocol: json, address_variable: LAMPS_URL, frequency: P1D}
resources:
  - name: lamps
    title: چراغ‌ها
    title_en: Lamps
    schema:
      primaryKey: [lamp_id]
      fields: [{name: lamp_id, type: string}, {name: note, type: string}, {name: capture_id, type: string}]
"""
HARVEST = """
import json

def fetch(source):
    for page in ("1", "2", "3"):
        source.get("lamps", "lamps.json", {"page": page})

def lamps(body):
    for record in json.loads(body):
        yield {"lamp_id": record["id"], "note": record["note"]}
"""


@pytest.fixture
def lamps(tmp_path: Path) -> House:
    folder = tmp_path / "project" / "datasets" / "lamps"
    folder.mkdir(parents=True)
    (folder / "datapackage.yaml").write_text(DESCRIPTOR, encoding="utf-8")
    (folder / "harvest.py").write_text(HARVEST, encoding="utf-8")
    return House.at(tmp_path / "project")


def say(replay: Replay, note: str) -> None:
    for page in (1, 2, 3):
        records = [{"id": f"{page}{number}", "note": note * number} for number in range(3)]
        replay.say(f"lamps.json?page={page}", json.dumps(records).encode())


def road(house: House, replay: Replay) -> list[str]:
    """All stages but the pages and files, whose tools write in ways of their own."""
    datasets = catalog(house.datasets)
    environ = {"LAMPS_URL": replay.url, "SHAHRNAMA_PRIVATE_HOSTS": "127.0.0.1"}
    run = Run(house, datasets, datasets, environ, lambda _: None, pause=lambda _: None)
    for stage in ("harvest", "package", "derive", "validate"):
        getattr(run, stage)()
    if run.outcome.ok:
        run.load()
    return run.outcome.problems


def promoted(house: House) -> dict[str, bytes]:
    paths = [*house.packages.rglob("*"), house.database]
    return {path.name: path.read_bytes() for path in paths if path.is_file()}


def is_whole(house: House) -> None:
    """What readers would get is one version: the descriptor's hash is that of its table."""
    descriptor = read_json(house.packages / "lamps" / "datapackage.json")
    for item in descriptor["resources"]:
        body = (house.packages / "lamps" / item["path"]).read_bytes()
        assert item["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
    assert frictionless.validate(str(house.packages / "lamps" / "datapackage.json")).valid


def failing(monkeypatch: pytest.MonkeyPatch, at: int) -> list[int]:
    """The `at`-th opening for writing, rename or sync fails as on a full disk; counts them."""
    done = [0]

    def counted(real: Callable[..., Any], counts: Callable[..., bool] = lambda *_, **__: True) -> Callable[..., Any]:
        def called(*args: Any, **options: Any) -> Any:
            if counts(*args, **options):
                done[0] += 1
                if done[0] == at:
                    raise OSError(28, "No space left on device", str(args[0]))
            return real(*args, **options)

        return called

    def writes(_: object, mode: str = "r", *__: object, **___: object) -> bool:
        return any(letter in mode for letter in "wax")

    monkeypatch.setattr(os, "fsync", counted(os.fsync))
    monkeypatch.setattr(os, "replace", counted(os.replace))
    monkeypatch.setattr(os, "rename", counted(os.rename))
    monkeypatch.setattr(io, "open", counted(io.open, writes))
    monkeypatch.setattr(builtins, "open", counted(builtins.open, writes))
    return done


def test_every_write_that_can_fail_leaves_the_last_version_and_the_next_run_the_new(
    lamps: House, replay: Replay, tmp_path: Path
) -> None:
    say(replay, "a")
    assert road(lamps, replay) == []
    before, start = promoted(lamps), tmp_path / "start"
    shutil.copytree(lamps.build, start)
    say(replay, "b")
    assert road(lamps, replay) == []
    after = promoted(lamps)
    assert after != before
    for at in range(1, 500):
        shutil.rmtree(lamps.build)
        shutil.copytree(start, lamps.build)
        with pytest.MonkeyPatch.context() as monkeypatch:
            done = failing(monkeypatch, at)
            try:
                problems = road(lamps, replay)
            except Exception as error:
                problems = [str(error)]
        if done[0] < at:
            break
        assert all("\n" not in problem for problem in problems)
        is_whole(lamps)
        assert road(lamps, replay) == []
        assert promoted(lamps) == after, f"after failure {at}"
    else:
        pytest.fail("the writes do not end")
    assert at > 20


def work(build: Path, url: str, ready: Connection) -> None:
    """Two datasets through all stages but the pages, in a process of its own; says when it begins."""
    house = House.at(ROOT, build=build)
    datasets = [read(house.datasets / name) for name in ("districts", "service_requests")]
    environ = {"SHAHRNAMA_SERVICE_REQUESTS_URL": url, "SHAHRNAMA_PRIVATE_HOSTS": "127.0.0.1"}
    run = Run(house, datasets, datasets, environ, lambda _: None)
    ready.send(None)
    for stage in ("harvest", "package", "derive", "validate", "load"):
        getattr(run, stage)()
    assert not run.outcome.problems, run.outcome.problems


@pytest.fixture(scope="module")
def hall() -> Iterator[DemoCity]:
    with DemoCity(scale=0.1) as city:
        yield city


def child(build: Path, hall: DemoCity) -> BaseProcess:
    """A process that has just begun to work; forked from one that has imported everything, which takes the longest."""
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["democity.server", "frictionless", "pytest", "shahrnama.build"])
    begun, ready = forks.Pipe(duplex=False)
    process = forks.Process(target=work, args=(build, f"{hall.url}/open311/v2/", ready))
    process.start()
    assert begun.poll(60)
    begun.recv()
    return process


def finished(build: Path, hall: DemoCity) -> tuple[dict[str, bytes], float]:
    """What a run to its end publishes, and the seconds that it worked."""
    process, started = child(build, hall), time.monotonic()
    process.join(timeout=120)
    assert process.exitcode == 0
    return promoted(House.at(ROOT, build=build)), time.monotonic() - started


def test_killed_at_any_moment_the_next_run_gives_the_same_bytes(hall: DemoCity, tmp_path: Path) -> None:
    whole, seconds = finished(tmp_path / "whole", hall)
    rng, build, killed = random.Random(1404), tmp_path / "build", 0
    for number in range(KILLS):
        process = child(build, hall)
        time.sleep(rng.uniform(0, seconds * (0.95 if number % 2 == 0 else 0.5)))
        process.kill()
        process.join(timeout=20)
        killed += process.exitcode == -signal.SIGKILL
        if number % 2:  # killed twice over: now the next run must come to the same
            assert finished(build, hall)[0] == whole
            assert not list(build.rglob("*.partial"))
            shutil.rmtree(build)
    sys.stdout.write(f"{killed} kills of {KILLS} came before the end of the run\n")
    assert killed > KILLS / 2


def test_a_harvest_goes_on_where_it_was_ended(hall: DemoCity, tmp_path: Path) -> None:
    house = House.at(ROOT, build=tmp_path)
    datasets = catalog(house.datasets)
    requests = [dataset for dataset in datasets if dataset.harvest]
    environ = {"SHAHRNAMA_SERVICE_REQUESTS_URL": f"{hall.url}/open311/v2/", "SHAHRNAMA_PRIVATE_HOSTS": "127.0.0.1"}
    run = Run(house, datasets, requests, environ, lambda _: None, pause=lambda _: None)
    hall.faults[:] = [Fault.of("status_404@last")]
    run.harvest()
    hall.faults[:] = []
    assert "answered 404" in run.outcome.problems[0]
    store = CaptureStore(house.captures, requests[0].name)
    asked = len(store.attempts())
    run.outcome.broken.clear()
    run.harvest()
    again = [row["url"] for row in store.attempts()[asked:] if row["outcome"] == "captured"]
    manifest = store.manifest()
    assert manifest
    assert len(again) < len(manifest.captures)
    assert not (store.folder / "journal.jsonl").exists()


def test_an_old_journal_is_a_hint_and_no_more(tmp_path: Path) -> None:
    store = CaptureStore(tmp_path, "lamps")
    first = Taking(store, "here", now=lambda: 0)
    first.take(Capture("lamps", "lamps.json", store.save(b"[]"), 2, etag='"x"'))
    soon, late = (Taking(store, "here", now=lambda at=at: at) for at in (RESUMED_SECONDS - 1, 2 * RESUMED_SECONDS))
    assert soon.resumed("lamps.json", "lamps")
    assert late.resumed("lamps.json", "lamps") is None
    assert Taking(store, "elsewhere").resumed("lamps.json", "lamps") is None


def test_two_harvests_at_once_are_one(tmp_path: Path) -> None:
    def busy(pid: str) -> Exception:
        return SourceError(f"process {pid}")

    with locked(tmp_path / "lock", busy):
        code = "import sys; from pathlib import Path; from shahrnama.atomic import locked\n"
        code += "with locked(Path(sys.argv[1]), lambda pid: SystemExit(f'held by {pid}')): pass"
        command = [sys.executable, "-c", code, str(tmp_path / "lock")]
        environ = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
        assert f"held by {os.getpid()}" in done.stderr
    with locked(tmp_path / "lock", busy):
        pass


def test_a_line_that_was_cut_is_dropped_and_the_next_stands_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    append_line(path, '{"a": 1}')
    with path.open("ab") as file:
        file.write(b'{"a": 2, "b')
    append_line(path, '{"a": 3}')
    assert whole_lines(path) == ['{"a": 1}', '{"a": 3}']


def test_bytes_that_were_altered_are_told(tmp_path: Path) -> None:
    store = CaptureStore(tmp_path, "lamps")
    capture = Capture("lamps", "lamps.json", store.save(b"[1]"), 3)
    (store.folder / capture.sha256).write_bytes(b"[2]")
    with pytest.raises(SourceError, match="is not what was taken; delete it and harvest again"):
        store.body(capture)
