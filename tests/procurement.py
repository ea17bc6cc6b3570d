"""From OCDS packages to the tables of the dataset contracts: parsers and SQL as in a build, without a server."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shahrnama.build import Run
from shahrnama.captures import Capture, CaptureStore
from shahrnama.catalog import Dataset, House, read

ROOT = Path(__file__).parents[1]
Setting = tuple[str, str, str, float]
PUBLISHED = "2026-11-22T00:00:00+03:30"


def dataset(place: Path, settings: Iterable[Setting] = (), without: Iterable[str] = ()) -> Dataset:
    """The dataset contracts, with settings added, and those of `without` (starts of lines) left out."""
    folder = place / "contracts"
    shutil.copytree(ROOT / "datasets" / "contracts", folder, ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "derive" / "flag_settings.sql"
    kept = [line for line in path.read_text().splitlines() if not line.strip().startswith(tuple(without) or "\0")]
    at = next(number for number, line in enumerate(kept) if line.startswith("FROM (VALUES")) + 1
    kept[at:at] = [f"    {setting!r}," for setting in settings]
    path.write_text("\n".join(kept))
    return read(folder)


def tables(place: Path, releases: list[Mapping[str, Any]], found: Dataset) -> Path:
    """The folder with every table of `releases`, merged and derived."""
    house = House.at(place, build=place / "build")
    captured(house, found, releases_of(found, releases))
    derived(house, [found])
    return house.staging / found.name


def releases_of(found: Dataset, releases: list[Mapping[str, Any]]) -> list[tuple[str, bytes]]:
    """What a harvest of the releases takes: pages for `releases`, all of them in a row for every other table."""
    pages = [package(releases[start : start + 50]) for start in range(0, len(releases), 50)]
    merged = [resource.name for resource in found.resources if resource.kind == "harvested"]
    whole = b"\n".join(pages)
    return [("releases", page) for page in pages] + [(name, whole) for name in merged if name != "releases"]


def captured(house: House, found: Dataset, bodies: Iterable[tuple[str, bytes]]) -> None:
    """Keep answers as a harvest would."""
    store = CaptureStore(house.captures, found.name)
    captures = [
        Capture(name, f"{at}#{name}", store.save(body), len(body)) for at, (name, body) in enumerate(bodies, start=1)
    ]
    store.conclude(captures, {}, source="test", is_demo=True)


def derived(house: House, datasets: list[Dataset]) -> None:
    """Parse and derive; AssertionError with every problem."""
    run = Run(house, datasets, datasets, {}, lambda _: None)
    run.package()
    run.derive()
    if run.outcome.problems:
        raise AssertionError("; ".join(run.outcome.problems))


def package(releases: list[Mapping[str, Any]]) -> bytes:
    """A release package."""
    told = {"version": "1.1", "publishedDate": PUBLISHED, "releases": releases}
    return json.dumps(told, ensure_ascii=False).encode()


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    """Rows of one table, as text."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
