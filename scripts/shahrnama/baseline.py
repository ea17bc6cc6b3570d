"""Baseline: what a table usually is, so that a source that shrinks or blanks a column in silence is noticed.

A profile is kept for each promoted version of a dataset. A new one is compared with the median of the last few, not
with the last alone: a source that loses a tenth each week is told in the second or third. The share that a table, or a
column that is mostly filled, may lose is PUDL's (15 %), or the dataset's own `expect.shrink_share`. Where rows are
never deleted (`expect.vanish_share: 0`), each that was published must be there again, with its values in
`expect.keeps`.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from shahrnama.atomic import append_line, whole_lines, write_text
from shahrnama.captures import CaptureStore
from shahrnama.catalog import Dataset, House, Resource
from shahrnama.errors import ParseError
from shahrnama.formats.strict_json import documents
from shahrnama.gate.measures import Measures
from shahrnama.issue import Problem, problem
from shahrnama.tables import read_rows

Profile = dict[str, Any]  # rows, filled (column → share 0 to 1), values (column → its few values)

LAST = 5  # promoted versions that make the baseline
SHRINK_SHARE = 0.15
SOURCE = "@source"  # in a profile: whose data it is; another source has another baseline
MOSTLY_FILLED = 0.5
USUALLY_FILLED = 0.05  # a column that is emptier than this has nothing to lose
SAMPLED = 8  # captures, spread from first to last, whose fields are compared


def profile(measures: Measures) -> Profile:
    """The profile of one table: rows, the share of each column that is filled, the values of its facets."""
    rows = measures.rows
    filled = {name: round(count / rows, 4) if rows else 0 for name, count in measures.filled.items()}
    return {"rows": rows, "filled": filled, "values": measures.values}


def shape(bodies: Iterable[bytes]) -> dict[str, list[str]]:
    """Fields of JSON records in the order of the source, each with the JSON types it comes in; {} for other formats."""
    types: dict[str, set[str]] = {}
    try:
        for record in _records(bodies):
            for name, value in record.items():
                types.setdefault(name, set()).add(_type(value))
    except ParseError:
        return {}
    return {name: sorted(some - {"null"}) or ["null"] for name, some in types.items()}


def _records(bodies: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    for body in bodies:
        for found in documents(body):
            yield from (item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict))


def observe(house: House, dataset: Dataset, measures: Mapping[str, Measures]) -> Profile:
    """Profiles of the harvested tables, by their measures, with the shapes of their captures."""
    harvested = [resource for resource in dataset.resources if resource.kind == "harvested"]
    store = CaptureStore(house.captures, dataset.name)
    manifest = store.manifest()
    found: Profile = {SOURCE: manifest.source if manifest else None}
    for resource in harvested:
        captures = [item for item in manifest.captures if item.resource == resource.name] if manifest else []
        step = max(1, -(-len(captures) // SAMPLED))
        bodies = (store.body(capture) for capture in captures[::step])
        found[resource.name] = {**profile(measures[resource.name]), "shape": shape(bodies)}
    return found


def alarms(house: House, dataset: Dataset, seen: Profile) -> Iterator[Problem]:
    """What differs from the baseline of the same source: losses as errors, drift of the source as warnings."""
    history = [version for version in _history(house, dataset) if version[SOURCE] == seen[SOURCE]][-LAST:]
    for resource in dataset.resources:
        former = [version[resource.name] for version in history if resource.name in version]
        if former and resource.name in seen:
            yield from _losses(resource, former, seen[resource.name])
            yield from _drift(resource.name, former, seen[resource.name])
            yield from _vanished(house, dataset, resource)


def remember(house: House, dataset: Dataset, seen: Profile, *, anew: bool = False) -> None:
    """Add a promoted version to the baseline; `anew` makes it the whole baseline, for a change that people accepted."""
    path = _path(house, dataset)
    history = _history(house, dataset)
    if anew:
        write_text(path, "")
    if seen and (anew or not history or history[-1] != seen):
        append_line(path, json.dumps(seen, ensure_ascii=False))


def _losses(resource: Resource, former: list[Profile], seen: Profile) -> Iterator[Problem]:
    usual = statistics.median(version["rows"] for version in former)
    share = float(resource.expect.get("shrink_share", SHRINK_SHARE))
    if seen["rows"] < usual * (1 - share):
        yield problem("shrunk", resource.name, rows=seen["rows"], usual=f"{usual:g}")
    for name, now in seen["filled"].items() if seen["rows"] else ():
        before = statistics.median(version["filled"].get(name, 0) for version in former)
        least = before * (1 - share) if before >= MOSTLY_FILLED else before / 2
        if before >= USUALLY_FILLED and now < least:
            yield problem("blanked", resource.name, name, now=f"{now:.0%}", before=f"{before:.0%}")


def _vanished(house: House, dataset: Dataset, resource: Resource) -> Iterator[Problem]:
    """Rows and values that were published and are gone, where the dataset says that they stay."""
    published = house.packages / dataset.name / "datapackage.json"
    if "vanish_share" not in resource.expect or not published.is_file():
        return
    resources = json.loads(published.read_text(encoding="utf-8"))["resources"]
    path = next((item["path"] for item in resources if item["name"] == resource.name), None)
    before = _by_key(resource, published.parent / path) if path else {}
    now = _by_key(resource, house.staging / dataset.name / f"{resource.name}.csv")
    most = len(before) * float(resource.expect["vanish_share"])
    lost: dict[str | None, list[tuple[str, ...]]] = {None: [key for key in before if key not in now]}
    for at, name in enumerate(resource.expect.get("keeps") or ()):
        lost[name] = [key for key, kept in before.items() if kept[at] and key in now and not now[key][at]]
    for name, keys in lost.items():
        if len(keys) > most:
            what, shown = "values" if name else "rows", ", ".join("/".join(key) for key in keys[:3])
            yield problem("vanished", resource.name, name, count=len(keys), what=what, shown=shown)


def _by_key(resource: Resource, path: Path) -> dict[tuple[str, ...], tuple[bool, ...]]:
    """For each row by its key, whether the columns that keep their values have one."""
    keeps = resource.expect.get("keeps") or ()
    return {
        tuple(row[name] for name in resource.primary_key): tuple(bool(row[name]) for name in keeps)
        for row in read_rows(path)
    }


def _drift(table: str, former: list[Profile], seen: Profile) -> Iterator[Problem]:
    for column, values in seen["values"].items():
        known = {value for version in former for value in version["values"].get(column, ())}
        new = [value for value in values if value not in known]
        if known and new:
            yield problem("category_new", table, column, values=", ".join(new[:5]))
    before, now = former[-1]["shape"], seen["shape"]
    if not (before and now):
        return
    for kind, fields in (
        ("field_added", [field for field in now if field not in before]),
        ("field_removed", [field for field in before if field not in now]),
        ("field_retyped", [field for field in now if field in before and now[field] != before[field]]),
    ):
        for field in fields:
            types = f"{'/'.join(before.get(field, ['nothing']))} → {'/'.join(now.get(field, ['nothing']))}"
            yield problem(kind, table, name=field, types=types)
    both = [field for field in before if field in now]
    if both != [field for field in now if field in before]:
        yield problem("field_reordered", table)


def _type(value: Any) -> str:
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _path(house: House, dataset: Dataset) -> Path:
    return house.build / "baselines" / f"{dataset.name}.jsonl"


def _history(house: House, dataset: Dataset) -> list[Profile]:
    return [json.loads(line) for line in whole_lines(_path(house, dataset))]
