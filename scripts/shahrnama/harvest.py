"""Harvest: from the network to captures. One broken source never takes down the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from shahrnama.captures import CaptureStore, Manifest, Taking
from shahrnama.catalog import Dataset, House
from shahrnama.client import Source
from shahrnama.errors import DatasetError, SourceError


def address(dataset: Dataset, environ: Mapping[str, str], demo_url: str | None) -> tuple[str, bool]:
    """Base address of the source, and whether it is the demonstration city.

    The live address comes from the dataset's own environment variable; unset, the demonstration city's is taken.
    Raises SourceError naming the variable where there is neither.
    """
    harvest = dataset.harvest
    if harvest is None:
        raise DatasetError(f"{dataset.name}: is kept by hand and has no source to harvest")
    variable = str(harvest["address_variable"])
    live = environ.get(variable, "").strip()
    if live:
        return live.rstrip("/") + "/", False
    if demo_url and harvest.get("demo_path"):
        return demo_url.rstrip("/") + str(harvest["demo_path"]), True
    raise SourceError(f"{dataset.name}: no source; set {variable} to the address of its {harvest['protocol']} service")


def harvest(house: House, dataset: Dataset, environ: Mapping[str, str], demo_url: str | None) -> Manifest:
    """Ask the dataset's source for everything and keep what it sent.

    The manifest is written only when the whole harvest succeeded: a source that breaks half-way changes nothing.
    Raises SourceError or ParseError in one line.
    """
    base, is_demo = address(dataset, environ, demo_url)
    fetch = getattr(dataset.code, "fetch", None)
    if not callable(fetch):
        raise DatasetError(f"{dataset.name}: add def fetch(source) to {dataset.folder}/harvest.py")
    store = CaptureStore(house.captures, dataset.name)
    where = "democity" if is_demo else base  # the demonstration city's port is another each time
    taking = Taking(store, where)
    source = Source(dataset.name, base, store, taking)
    with source.session:
        fetch(source)
    return store.conclude(taking.captures, taking.counts, source=where, is_demo=is_demo)


def needs_demo(datasets: tuple[Dataset, ...], environ: Mapping[str, str]) -> bool:
    """Whether any dataset would be harvested from the demonstration city."""
    harvests = [dataset.harvest for dataset in datasets if dataset.harvest]
    unset = [item for item in harvests if not environ.get(str(item["address_variable"]), "").strip()]
    unset = [item for item in harvests if not environ.get(str(item["address_variable"]), "").strip()]
    return any(item.get("demo_path") for item in unset)


@contextmanager
def demo_city(datasets: tuple[Dataset, ...], environ: Mapping[str, str]) -> Iterator[str | None]:
    """Address of the demonstration city, which serves for as long as the context lasts; None where nothing needs it."""
    if not needs_demo(datasets, environ):
        yield None
        return
    from democity.server import DemoCity  # only a build with demonstration data needs the city

    with DemoCity(scale=float(environ.get("SHAHRNAMA_DEMO_SCALE", "1"))) as city:
        yield city.url
