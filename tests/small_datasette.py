"""Datasette over the small city, in the tests' own process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette
from datasette.utils import parse_metadata

from shahrnama.catalog import House
from shahrnama.load import load
from shahrnama.publish.metadata import write_metadata
from small_city import promote_city

ROOT = Path(__file__).parents[1]

Ask = Callable[..., Any]


def small_datasette(folder: Path, **settings: Any) -> Datasette:
    """One that serves the small city, built in `folder` with the project's own metadata.yml."""
    house = House.at(folder)
    (house.root / "metadata.yml").write_bytes((ROOT / "metadata.yml").read_bytes())
    promote_city(house)
    load(house)
    write_metadata(house)
    metadata = parse_metadata(house.metadata.read_text(encoding="utf-8"))
    vars(sys.modules["datasette.handle_exception"])["rich"] = None  # as in the serving process
    return Datasette(immutables=[str(house.database)], metadata=metadata, settings=settings)


def asking(datasette: Datasette) -> Ask:
    """Its answers: `ask(path, **query)`."""

    def answer(path: str, **query: str) -> Any:
        return asyncio.run(datasette.client.get(f"{path}?{urlencode(query)}"))

    return answer
