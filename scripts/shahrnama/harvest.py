"""Harvest: from the network to captures. One broken source never takes down the rest."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from shahrnama.atomic import locked, sweep
from shahrnama.captures import Capture, CaptureStore, Manifest, Taking
from shahrnama.catalog import Dataset, House
from shahrnama.client import Secret, Source
from shahrnama.errors import DatasetError, SourceError
from shahrnama.formats.tabular import rows
from shahrnama.net.faults import Fault
from shahrnama.net.guard import Guard
from shahrnama.net.transport import Transport

PAUSE_SECONDS = 0.5  # between two requests to a city's server, where its dataset names no other pause


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


def harvest(
    house: House,
    dataset: Dataset,
    environ: Mapping[str, str],
    demo_url: str | None,
    pause: Callable[[float], None] = time.sleep,
    told: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Ask the dataset's source for everything and keep what it sent; `told` hears how far it is, in a few words.

    The manifest is written only when the whole harvest succeeded: a source that breaks half-way changes nothing, and
    what was taken until then is not asked again within the hour. Raises SourceError, ParseError or DatasetError.
    """
    store = CaptureStore(house.captures, dataset.name)
    with locked(store.folder / "lock", lambda pid: _under_way(dataset, pid)):
        sweep(store.folder)
        frozen = (dataset.harvest or {}).get("frozen")
        if frozen:
            return _kept(dataset, store, frozen)
        hours = _hours(dataset)
        base, is_demo = address(dataset, environ, demo_url)
        where = "democity" if is_demo else base  # the demonstration city's port is another each time
        source = _source(dataset, base, store, Taking(store, where), environ, demo_url)
        source.pause, source.told = pause, progress(store, told)
        try:
            fetcher(dataset)(source)
        finally:
            source.transport.close()
        taken = source.taking
        return store.conclude(taken.captures, taken.counts, source=where, is_demo=is_demo, hours=hours)


def progress(store: CaptureStore, told: Callable[[str], None]) -> Callable[[Capture], None]:
    """Counts answers and bytes as they come; of how many, where a former harvest lets that be guessed."""
    former, started = store.manifest(), time.monotonic()
    usual = len(former.captures) if former else 0
    answers = size = 0

    def hear(capture: Capture) -> None:
        nonlocal answers, size
        answers, size = answers + 1, size + capture.bytes
        of = f" of about {usual}" if usual >= answers else ""
        seconds = time.monotonic() - started
        left = f", about {seconds / answers * (usual - answers):.0f} s left" if of and seconds > 2 else ""
        told(f"{answers}{of} answers, {size / 1e6:.1f} MB{left}")

    return hear


def summary(store: CaptureStore, since: int, seconds: float) -> str:
    """One line on a harvest: its requests since attempt number `since`, by outcome, with bytes and seconds."""
    attempts = store.attempts()[since:]
    outcomes = Counter(row["outcome"] for row in attempts)
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    size = sum(row["bytes"] for row in attempts) / 1e6
    return f"{store.dataset}: {len(attempts)} requests ({told or 'none'}), {size:.1f} MB, {seconds:.1f} s"


def fetcher(dataset: Dataset) -> Callable[[Source], None]:
    """The dataset's fetch(source), or for plain downloads one that takes each file; DatasetError where it has none."""
    if dataset.downloads:
        return lambda source: _download(source, dataset.downloads)
    found: Callable[[Source], None] | None = getattr(dataset.code, "fetch", None)
    if not callable(found):
        raise DatasetError(f"{dataset.name}: add def fetch(source) to {dataset.folder}/harvest.py")
    return found


def _download(source: Source, files: Mapping[str, str]) -> None:
    for resource, path in files.items():
        source.get(resource, path, check=lambda body: next(rows(body)))


def _source(dataset: Dataset, base: str, store: CaptureStore, taking: Taking, environ: Mapping[str, str],
            demo_url: str | None) -> Source:  # fmt: skip
    authored = dataset.harvest or {}
    demo_host = [urlsplit(demo_url).netloc] if demo_url else []
    guard = Guard.of(environ.get("SHAHRNAMA_PRIVATE_HOSTS", "").split(","), demo_host)
    ca_file = dataset.folder / "ca.pem"
    transport = Transport(guard, ca_file=ca_file if ca_file.is_file() else None)
    secret = _secret(dataset, base, environ)
    near = urlsplit(base).hostname in {"127.0.0.1", "localhost", "::1"}  # nobody else waits for it
    pace = 0 if near else float(authored.get("pause_seconds", PAUSE_SECONDS))
    return Source(dataset.name, base, store, taking, transport, secret, pace)


def _secret(dataset: Dataset, base: str, environ: Mapping[str, str]) -> Secret:
    wanted = (dataset.harvest or {}).get("secret")
    if not wanted:
        return Secret("")
    value = environ.get(wanted["variable"], "").strip()
    if not value and not wanted.get("optional"):
        raise SourceError(f"{dataset.name}: {base} {Fault('secret', wanted['variable']).message()}")
    return Secret(value, wanted.get("header"), wanted.get("parameter")) if value else Secret("")


def _hours(dataset: Dataset) -> float:
    """The dataset's `frequency`, an ISO 8601 duration of days or hours (P1D, P7D, PT6H); DatasetError for others."""
    text = str((dataset.harvest or {}).get("frequency", "P1D"))
    found = re.fullmatch(r"P(?:(\d+)D|T(\d+)H)", text)
    if not found:
        raise DatasetError(f"{dataset.name}: frequency {text!r} is neither days (P1D) nor hours (PT6H)")
    return 24 * int(found.group(1)) if found.group(1) else float(found.group(2))


def _under_way(dataset: Dataset, pid: str) -> DatasetError:
    return DatasetError(f"{dataset.name}: is being harvested already (process {pid}); wait for it, or end it")


def _kept(dataset: Dataset, store: CaptureStore, frozen: Mapping[str, str]) -> Manifest:
    """The last harvest of a source that is no longer asked, for a reason that readers see."""
    manifest = store.manifest()
    if manifest is None:
        since, reason = frozen.get("since", "?"), frozen.get("reason_en", "")
        raise SourceError(f"{dataset.name}: is frozen since {since} ({reason}) and was never harvested; unfreeze it")
    return manifest


def is_due(house: House, dataset: Dataset, now: str) -> bool:
    """Whether the source is to be asked again by `now` (UTC, ISO 8601)."""
    manifest = CaptureStore(house.captures, dataset.name).manifest()
    return manifest is None or manifest.next_check_at <= now


def needs_demo(datasets: tuple[Dataset, ...], environ: Mapping[str, str]) -> bool:
    """Whether any dataset would be harvested from the demonstration city."""
    harvests = [dataset.harvest for dataset in datasets if dataset.harvest]
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
