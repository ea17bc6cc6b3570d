"""Build: the whole road, every dataset as far as it gets. What fails is reported; the rest is published."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from shahrnama.atomic import sweep
from shahrnama.captures import CaptureStore, utc_now
from shahrnama.catalog import Dataset, House
from shahrnama.derive import derive
from shahrnama.errors import ShahrnamaError
from shahrnama.gate.sift import SET_ASIDE, sift
from shahrnama.harvest import demo_city, harvest, is_due, summary
from shahrnama.issue import ERROR, Problem, Tally
from shahrnama.load import load, load_registers
from shahrnama.package import package
from shahrnama.publish.check import no_personal_data
from shahrnama.publish.files import write_files
from shahrnama.publish.metadata import write_metadata
from shahrnama.publish.portal import write_portal
from shahrnama.release import make_release
from shahrnama.validate import validate, write_report

Say = Callable[[str], None]
DATASET_STAGES = ("harvest", "package", "derive", "validate")
READER_STAGES = ("load", "publish")
MOST_SHOWN = 5  # lines of one kind, table and field in a terminal


@dataclass
class Outcome:
    """What a run came to: a line for each problem, warning and harvest, what cannot go on, and what was parsed."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    parsed: set[str] = field(default_factory=set)

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.problems


@dataclass(frozen=True)
class Run:
    """One run over some datasets of a house; `say` is told each step in a few words."""

    house: House
    datasets: Sequence[Dataset]  # all there are: derived tables and keys may name any
    chosen: Sequence[Dataset]  # those to work on
    environ: Mapping[str, str]
    say: Say
    outcome: Outcome = field(default_factory=Outcome)
    detail: Say = lambda _: None  # is told how far the step under way is
    due: bool = False  # ask only sources whose next check has come
    accept: bool = False  # take what differs from the baseline as the new usual
    pause: Callable[[float], None] = time.sleep  # between requests, and before a source is asked again

    def harvest(self) -> None:
        """Ask every source."""
        sweep(self.house.build)
        harvested = tuple(dataset for dataset in self.chosen if dataset.harvest and self._wanted(dataset))
        with demo_city(harvested, self.environ) as demo_url:
            for dataset in self._each("harvest", harvested):
                with self._reported(dataset):
                    self._harvest(dataset, demo_url)

    def _harvest(self, dataset: Dataset, demo_url: str | None) -> None:
        store, started = CaptureStore(self.house.captures, dataset.name), time.monotonic()
        before = len(store.attempts())
        try:
            harvest(self.house, dataset, self.environ, demo_url, self.pause, self.detail)
        finally:
            self.outcome.summaries.append(summary(store, before, time.monotonic() - started))

    def package(self) -> None:
        """Parse what changed and set bad rows aside: what others refer to goes first."""
        for dataset in self._each("package", in_order(self.chosen)):
            with self._reported(dataset):
                if package(self.house, dataset).parsed:
                    self.outcome.parsed.add(dataset.name)
                sift(self.house, dataset, self.datasets)

    def derive(self) -> None:
        """Compute derived tables."""
        for dataset in self._each("derive", self.chosen):
            with self._reported(dataset):
                derive(self.house, dataset, self.datasets)

    def validate(self) -> None:
        """Judge and promote: what others refer to goes first."""
        for dataset in self._each("validate", in_order(self.chosen)):
            with self._reported(dataset):
                report = validate(self.house, dataset, self.datasets, accept=self.accept)
                for problem, more in shown(report.problems, report.counts):
                    lines = self.outcome.problems if problem.severity == ERROR else self.outcome.warnings
                    lines.append(f"{problem.line(dataset.name)}{more}")

    def load(self) -> None:
        """Build the database from every promoted package."""
        self.say("load")
        check = no_personal_data(self.house)
        load(self.house, check)
        load_registers(self.house, self.datasets, check)

    def publish(self) -> None:
        """Write what readers see, and make a release of it, which a server that runs swaps to."""
        self.say("publish")
        write_metadata(self.house)
        check = no_personal_data(self.house)
        write_files(self.house, check)
        write_portal(self.house, check)
        make_release(self.house)

    def build(self) -> Outcome:
        """All stages; a stage for all readers that fails is a problem too, and what stood stays."""
        for stage in DATASET_STAGES:
            getattr(self, stage)()
        try:
            for stage in READER_STAGES:
                getattr(self, stage)()
        except ShahrnamaError as error:
            self.outcome.problems.append(str(error))
        except OSError as error:
            self.outcome.problems.append(disk(error))
        return self.outcome

    def _wanted(self, dataset: Dataset) -> bool:
        return not self.due or is_due(self.house, dataset, utc_now())

    def _each(self, stage: str, datasets: Sequence[Dataset]) -> Iterator[Dataset]:
        for dataset in datasets:
            self.say(f"{stage} {dataset.name}")
            if dataset.name not in self.outcome.broken:
                yield dataset

    @contextmanager
    def _reported(self, dataset: Dataset) -> Iterator[None]:
        """A stage that fails for a dataset: said, written to its report, and the dataset goes no further."""
        try:
            yield
        except (ShahrnamaError, OSError) as error:
            said = f"{dataset.name}: {disk(error)}" if isinstance(error, OSError) else str(error)
            self.outcome.broken.add(dataset.name)
            self.outcome.problems.append(said)
            with suppress(OSError):  # a full disk takes no report either
                failed = Tally(1)
                failed.add([Problem(None, None, None, said)])
                write_report(self.house, dataset, failed)


def shown(problems: Iterable[Problem], counts: Iterable[dict[str, Any]]) -> Iterator[tuple[Problem, str]]:
    """The first few of each kind, table and field, but rows set aside; the last says how many more there are."""
    total = {(row["resource"], row["field"], row["kind"], row["severity"]): row["count"] for row in counts}
    told: Counter[tuple[str | None, str | None, str, str]] = Counter()
    for found in problems:
        place = (found.resource, found.field, found.kind, found.severity)
        told[place] += 1
        if found.severity != SET_ASIDE and told[place] <= MOST_SHOWN:
            rest = total.get(place, 0) - MOST_SHOWN
            yield found, f" (and {rest} more)" if told[place] == MOST_SHOWN and rest > 0 else ""


def disk(error: OSError) -> str:
    """What the disk refused, in one line."""
    place = error.filename2 or error.filename or "the build folder"
    return f"{place} cannot be read or written ({error.strerror or error}); make room or mend it, then run again"


def in_order(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Datasets with those that others' foreign keys name before them, else by name (depth-first topological order)."""
    by_name = {dataset.name: dataset for dataset in datasets}
    ordered: dict[str, Dataset] = {}
    entered: set[str] = set()

    def visit(dataset: Dataset) -> None:
        if dataset.name in entered:
            return
        entered.add(dataset.name)
        for resource in dataset.resources:
            for key in resource.foreign_keys:
                if key.package in by_name:
                    visit(by_name[key.package])
        ordered[dataset.name] = dataset

    for dataset in datasets:
        visit(dataset)
    return list(ordered.values())


def step_count(datasets: Sequence[Dataset]) -> int:
    """How many times a whole build says a step, for a progress bar."""
    harvested = sum(1 for dataset in datasets if dataset.harvest)
    return harvested + 3 * len(datasets) + len(READER_STAGES)
