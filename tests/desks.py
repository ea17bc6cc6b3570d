"""Datasets that the city's desks serve, of any seed and scale: harvested over HTTP, packaged, derived, asked in SQL."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from democity.apis import Apis
from democity.eservices import Eservices
from democity.opinions import Opinions
from replay import Replay
from shahrnama.catalog import House, read
from shahrnama.derive import derive, staged_tables
from shahrnama.engine import engine
from shahrnama.harvest import harvest
from shahrnama.package import package

ROOT = Path(__file__).parents[1]
CITIES = [(1404, 1.0), (7, 1.0), (1404, 10.0), (7, 10.0)]


def planted(world: str) -> dict[str, Any]:
    """What is planted in a world, as its file says it."""
    found = yaml.safe_load((ROOT / "scripts/democity/planted" / f"{world}.yaml").read_text(encoding="utf-8"))
    return dict(found)


def named(city: tuple[int, float]) -> str:
    """The name of a city in a test's."""
    return f"seed {city[0]}, scale {city[1]:g}"


class World:
    """One dataset of a city; `folder` holds its staged tables, and its derived ones."""

    def __init__(self, build: Path, dataset: str, seed: int, scale: float) -> None:
        self._open = ExitStack()
        self.house = House.at(ROOT, build=build)
        self.dataset = read(self.house.datasets / dataset)
        desks = (Eservices(seed, scale), Apis(seed, scale), Opinions(seed, scale))

        def answer(path: str, query: dict[str, str]) -> bytes | None:
            eservices, apis, opinions = desks
            place = f"/{path}"
            found = eservices.answer(place, query) or apis.answer(place) or opinions.answer(place)
            return found.body if found else None

        with Replay() as hall:
            hall.answer = answer
            told = self.dataset.harvest or {}
            environ = {
                told["address_variable"]: hall.url.rstrip("/") + told["demo_path"],
                "SHAHRNAMA_PRIVATE_HOSTS": "127.0.0.1",
            }
            harvest(self.house, self.dataset, environ, None)
        package(self.house, self.dataset)
        derive(self.house, self.dataset, [self.dataset])
        self.folder = self.house.staging / dataset
        tables = [(resource, path) for _, resource, path in staged_tables(self.house, [self.dataset])]
        self._engine = self._open.enter_context(engine(tables))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over the tables."""
        return self._engine.rows(query)[1]

    def column(self, query: str) -> list[Any]:
        """The one column of a query."""
        return [value for (value,) in self.ask(query)]

    def text(self) -> str:
        """Everything that would be published, as text."""
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*.csv")))
