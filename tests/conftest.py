"""Fixtures that several tests share: recorded data, a replaying server, one whole build, one site."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chromium import CHROMIUM, FLAGS
from replay import Replay
from shahrnama.catalog import House, catalog

if TYPE_CHECKING:
    from shahrnama.build import Outcome

ROOT = Path(__file__).parents[1]
LONGEST = ("test_screen", "test_crash", "test_road", "test_boston", "test_browser", "test_datasette_browser")
SHARED = ROOT.parent / "shared" / "data"
TRIES = 150  # of 0.2 s: a slow machine starts Datasette in some seconds


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests `told` of themselves by `record_property`: a worker's own output reaches nobody."""
    for report in terminalreporter.stats.get("passed", ()):
        for name, text in report.user_properties:
            if name == "told":
                terminalreporter.write_line(text)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, that no core is left with one of them at the end (with `--no-loadscope-reorder`).

    The first of them builds the city; the second does without it, so that nobody waits for that.
    """
    tests = Counter(item.path for item in items)
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (places.get(item.path.stem, len(places)), -tests[item.path], item.path))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Recorded data of real cities, kept beside the project by its maintainers and by nobody else."""
    if not SHARED.is_dir():
        pytest.skip("the recorded data in ../shared/data is not on this machine; this test needs it")
    return SHARED


@pytest.fixture
def replay() -> Iterator[Replay]:
    """A server on a loopback port that answers what the test says."""
    with Replay() as server:
        yield server


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house with the project's datasets and a build folder of its own."""
    return House.at(ROOT, build=tmp_path / "build")


def run(house: House, environ: dict[str, str] | None = None, *names: str) -> Outcome:
    """The whole road over a house's datasets."""
    from shahrnama.build import Run  # the tests of one module need not import all of them

    datasets = catalog(house.datasets)
    chosen = [dataset for dataset in datasets if not names or dataset.name in names]
    near = {"SHAHRNAMA_PRIVATE_HOSTS": "127.0.0.1"}  # where the tests' own servers are
    return Run(house, datasets, chosen, {**near, **(environ or {})}, lambda _: None, pause=lambda _: None).build()


@pytest.fixture
def build() -> Callable[..., Outcome]:
    """Runs the whole road: `build(house, environ, *names)`."""
    return run


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The demonstration city, harvested over HTTP, through the whole road. Tests must not change it.

    Built once, by the first of pytest-xdist's workers that needs it.
    """
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "city"
    house = House.at(ROOT, build=folder / "build")
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            assert run(house).problems == []
            (folder / "whole").touch()
    return house


@pytest.fixture(scope="session")
def site(city: House) -> Iterator[str]:
    """Address of a serving process over the city's build; ended by its pid."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "shahrnama.serve", "--build", str(city.build), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(TRIES):
            assert process.poll() is None, process.communicate()[1].decode()
            try:
                urllib.request.urlopen(address + "/db/", timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        else:
            pytest.fail("the serving process did not answer in time")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium, one for the tests of a module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
