"""Validate and load a million requests, beside the bare `sqlite3` shell that validates nothing, in one run.

    .venv/bin/python bench/load.py --rounds 3 100000 1000000
    .venv/bin/python bench/load.py --tools some/venv/bin 100000

Ours: the gate's proof of the cells, if it is installed, then STRICT typed tables with keys, five indexes, search with
folded Persian, ANALYZE, integrity and foreign key checks, fsync. The shell: `.import`, which leaves '' and 'true' as
they are, the same indexes, search without folding, ANALYZE; no check and no fsync. Both by turns, each in a process of
its own; medians. "Unchecked" is ours without the checks of the finished file, as the shell has none. CPU counts every
process and every thread. `--tools` adds Frictionless and sqlite-utils (in that folder) on a million rows at most.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from load_data import FIELDS, INDEXED, write_package

ROOT = Path(__file__).parents[1]
MOST_FOR_TOOLS = 1_000_000  # two minutes
SQLITE_TYPES = {"integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}
OURS = """
import resource, sys, time
from pathlib import Path
from shahrnama import load
from shahrnama.catalog import House
build, proof, checks = Path(sys.argv[1]), sys.argv[2] == "True", sys.argv[3] == "True"
marks = []
def timed(name):
    work = getattr(load, name)
    def around(*arguments):
        started = time.monotonic()
        work(*arguments)
        marks.append(f"{name.strip('_')} {time.monotonic() - started:.1f}")
    setattr(load, name, around)
if not checks:
    load._check = load._sound = lambda *_: None
for name in ("_fill", "_check", "_finish", "_sync"):
    timed(name)
started = time.monotonic()
if proof:
    from shahrnama.proof import validate
    verdict = validate(build / "packages" / "requests" / "datapackage.json")
    assert verdict.report.valid, verdict.report
    marks.append(f"validate {time.monotonic() - started:.1f}")
load.load(House.at(build.parent, build=build))
peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(f"{sum(peaks):.0f} {', '.join(marks)}; total {time.monotonic() - started:.1f}")
"""


@dataclass(frozen=True)
class Measured:
    """One run: seconds of the clock and of the processors, peak MB (of our two processes together), what it said."""

    wall: float
    cpu: float
    peak: float
    said: str = ""


def measured(*command: str, script: str | None = None) -> Measured:
    """Run one command in a process of its own."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as told, tempfile.TemporaryFile("w+") as out:
        told.write(script or "")
        told.seek(0)
        process = subprocess.Popen(command, cwd=ROOT / "scripts", stdin=told, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
        if process.returncode:
            raise SystemExit(f"{' '.join(command)[-200:]} ended with {process.returncode}")
        out.seek(0)
        said = out.read().splitlines()[-1:]
    return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, *said)


def ours(package: Path, *, proof: bool, checks: bool = True) -> Measured:
    """Our road from the package to the file."""
    with tempfile.TemporaryDirectory(dir=package.parent.parent) as build:
        (Path(build) / "packages").mkdir()
        (Path(build) / "packages" / "requests").symlink_to(package.parent)
        found = measured(sys.executable, "-c", OURS, build, str(proof), str(checks))
    peak, _, stages = found.said.partition(" ")
    return Measured(found.wall, found.cpu, float(peak), stages)


def shell(package: Path) -> Measured:
    """The bare shell, with the pragmas that suit it best."""
    columns = ", ".join(f"{name} {SQLITE_TYPES.get(kind, 'TEXT')}" for name, kind, _ in FIELDS)
    script = "\n".join(
        [
            "pragma journal_mode=off; pragma synchronous=off; pragma locking_mode=exclusive; pragma temp_store=memory;",
            "pragma cache_size=-262144;",
            f"create table requests({columns.replace('TEXT', 'TEXT PRIMARY KEY', 1)});",
            f".import --csv --skip 1 {package.parent / 'requests.csv'} requests",
            *(f"create index requests_{name} on requests({name});" for name in INDEXED),
            "create virtual table requests_fts using fts5(description, content=\"requests\", tokenize='unicode61');",
            "insert into requests_fts(requests_fts) values('rebuild');",
            "analyze;",
        ]
    )
    with tempfile.TemporaryDirectory(dir=package.parent.parent) as folder:
        return replace(
            measured("sqlite3", "-bail", f"{folder}/requests.db", script=script), said=""
        )  # its pragmas' answers


def tools(package: Path, folder: Path) -> Measured:
    """Frictionless and sqlite-utils, one command after the other."""
    database = package.parent.parent / "tools.db"
    frictionless = [sys.executable, "-m", "frictionless", "validate", str(package)]
    utils, name = str(folder / "sqlite-utils"), str(database)
    table = str(package.parent / "requests.csv")
    commands = [
        frictionless,
        [utils, "insert", name, "requests", table, "--csv", "--pk", "request_id", "--silent"],
        *([utils, "create-index", name, "requests", column] for column in INDEXED),
        [utils, "enable-fts", name, "requests", "description", "--fts5", "--tokenize", "unicode61"],
        [utils, "analyze", name],
    ]
    database.unlink(missing_ok=True)
    runs = [measured(*command) for command in commands]
    database.unlink()
    return Measured(sum(run.wall for run in runs), sum(run.cpu for run in runs), max(run.peak for run in runs))


def compare(contestants: dict[str, Callable[[], Measured]], rounds: int) -> None:
    """Run all by turns; print the median of each and its ratio to the shell, or to ours where there is no shell."""
    runs: dict[str, list[Measured]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            runs[name].append(contestant())
    yardstick = runs.get("shell") or runs["ours"]
    for name, found in runs.items():
        pairs = list(zip(found, yardstick, strict=True))
        wall, cpu = (median(getattr(run, what) for run in found) for what in ("wall", "cpu"))
        ratios = sorted(run.wall / other.wall for run, other in pairs)
        by_cpu = median(run.cpu / other.cpu for run, other in pairs)
        print(
            f"  {name:22} {wall:7.1f} s  CPU {cpu:7.1f} s  peak {max(run.peak for run in found):4.0f} MB  "
            f"ratio {median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}), of CPU {by_cpu:.2f}"
        )
    for name, found in runs.items():
        if found[-1].said:
            print(f"  last {name}: {found[-1].said}")


def main() -> None:
    """A table for each number of rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", type=int, default=[100_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tools", type=Path, help="the folder that holds the command sqlite-utils")
    asked = parser.parse_args()
    proof = importlib.util.find_spec("shahrnama.proof") is not None
    if not proof:
        print("shahrnama.proof is not here: loading alone is measured")
    if not shutil.which("sqlite3"):
        print("the sqlite3 shell is not here: its line is left out")
    if not asked.tools:
        print("--tools is not given: Frictionless and sqlite-utils are left out")
    for rows in asked.rows:
        with tempfile.TemporaryDirectory() as folder:
            package = write_package(Path(folder) / "requests", rows)
            _compare_all(package, rows, asked, proof=proof)


def _compare_all(package: Path, rows: int, asked: argparse.Namespace, *, proof: bool) -> None:
    size = (package.parent / "requests.csv").stat().st_size / 1e6
    print(f"{rows} rows, {size:.0f} MB, medians of {asked.rounds}", flush=True)
    contestants: dict[str, Callable[[], Measured]] = {}
    if shutil.which("sqlite3"):
        contestants["shell"] = lambda: shell(package)
    contestants["ours"] = lambda: ours(package, proof=proof)
    contestants["ours, unchecked"] = lambda: ours(package, proof=proof, checks=False)
    if proof:
        contestants["ours, load only"] = lambda: ours(package, proof=False)
    if asked.tools and rows <= MOST_FOR_TOOLS:
        contestants["Frictionless + sqlite-utils"] = lambda: tools(package, asked.tools)
    elif asked.tools:
        print(f"  Frictionless + sqlite-utils: left out above {MOST_FOR_TOOLS} rows")
    compare(contestants, asked.rounds)


if __name__ == "__main__":
    main()
