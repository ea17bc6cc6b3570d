"""The contract of a dataset's folder: what is asked of every one, and what to do where it is not so.

`problems` reads the folder as a maintainer's colleague would, then sends its sample the whole road: parsers, SQL, the
gate, a STRICT table. Each problem is one line that names the dataset, the place in it and the remedy.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from shahrnama.build import Run
from shahrnama.captures import Capture, CaptureStore
from shahrnama.catalog import Dataset, Field, House, Resource, read
from shahrnama.checks.bound import checks_for
from shahrnama.corrections import Corrections
from shahrnama.errors import ShahrnamaError
from shahrnama.package import CAPTURE_ID
from shahrnama.privacy.policy import POLICIES, check
from shahrnama.publish import questions
from shahrnama.publish.kinds import read_kind
from shahrnama.publish.texts import LANGUAGES
from shahrnama.suppress import policy as suppression
from shahrnama.tables import count_rows

ASKED = re.compile(r"""\b(?:rows|one|table|facts|more)\(["'](\w+)["']""")
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
PERSIAN = re.compile(r"[آ-ی]")
ARABIC_FORMS = re.compile(r"[يك]")  # what an Arabic keyboard writes where Persian has ی and ک
# Dates in ASCII digits run backwards after Persian letters (UAX 9, rule W2), unless a left-to-right mark stands before.
BACKWARDS = re.compile(r"[آ-ی][^A-Za-z\u200e\d]*\d{4}-\d\d")
TEXTS = ("title", "title_en", "description", "description_en")
NUMERIC = {"integer", "number"}
SUFFIXES: dict[str, set[str]] = {
    "_at": {"datetime"},
    "_date": {"date"},
    "_count": {"integer"},
    "_irr": {"integer"},
    "_name": {"string"},
    **dict.fromkeys(("_m2", "_days", "_hours", "_seconds", "_pct", "_share"), NUMERIC),
}
KEYS = {
    "package": {
        *("name", *TEXTS, "licenses", "sources", "publisher", "keywords", "keywords_en", "harvest", "charts"),
        *("names_en", "queries", "resources"),
    },
    "resource": {"name", *TEXTS, "newest_by", "feeds", "expect", "corrections", "suppress", "table", "schema"},
    "field": {
        "name",
        "type",
        "format",
        *TEXTS,
        "privacy",
        "privacy_group",
        "round",
        "coarsen",
        "check",
        "labels",
        "labels_en",
        "constraints",
        "source_name",
        "calendar",
    },
    "harvest": {
        "protocol",
        "address_variable",
        "demo_path",
        "frequency",
        "pause_seconds",
        "secret",
        "frozen",
        "files",
        "ignore",
    },
    "chart": {
        *("name", "kind", "resource", *TEXTS, "x", "y", "aggregate", "top", "sort", "leave_out", "series", "by"),
        *("from", "to", "count", "days", "order", "bottleneck"),
        *("stated", "promised", "actual", "actual_label", "actual_label_en", "beside", "now"),
    },
    "expect": {
        *("min_rows", "max_rows", "required_share", "unique", "fresh", "sql", "quarantine_share"),
        *("shrink_share", "vanish_share", "keeps"),
    },
    "table": {"label_column", "facets", "sort", "sort_desc", "search", "indexes"},
}
CHART_COLUMNS = {  # by kind, the keys that name columns and must be there
    "bar": ("x", "y"),
    "line": ("x", "y"),
    "tile_map": ("x", "y"),
    "process_map": ("by", "from", "to", "count", "days"),
    "timeline": ("by", "promised", "actual"),
}

METADATA = yaml.safe_load((Path(__file__).parents[1] / "metadata.yml").read_text(encoding="utf-8"))

Problems = Iterator[str]


def problems(dataset: Dataset, datasets: Sequence[Dataset]) -> list[str]:
    """Everything that the dataset lacks, in lines; `datasets` are all of its catalog. The road comes last."""
    found = [
        f"{dataset.name}: {problem}"
        for part in (_package, _resources, _policies, _charts, _queries, _code, _samples, _pages)
        for problem in part(dataset)
    ]
    return found or [f"{dataset.name}: {problem}" for problem in _road(dataset, datasets)]


def _package(dataset: Dataset) -> Problems:
    authored = dataset.descriptor
    yield from _texts("the package", authored)
    yield from _known("the package", authored, "package")
    yield from _name("the package", dataset.name)
    for key in ("licenses", "sources", "publisher", "keywords", "keywords_en"):
        if not authored.get(key):
            yield f"{key} is missing; say it in datapackage.yaml"
    for number, item in enumerate((*authored.get("licenses", ()), *authored.get("sources", ())), start=1):
        for key in ("title", "title_en", "path"):
            if not item.get(key):
                yield f"licence or source {number}: {key} is missing; say it in datapackage.yaml"
    if dataset.harvest:
        yield from _known("harvest", dataset.harvest, "harvest")
        for key in ("protocol", "address_variable", "frequency"):
            if not dataset.harvest.get(key):
                yield f"harvest: {key} is missing; say it in datapackage.yaml"
    if not (dataset.folder / "README.md").is_file():
        yield "README.md is missing; write how the source behaves, its caveats, whom to ask"


def _resources(dataset: Dataset) -> Problems:
    for resource in dataset.resources:
        place = f"resource {resource.name!r}"
        yield from _texts(place, resource.descriptor)
        yield from _known(place, resource.descriptor, "resource")
        yield from _known(f"{place} expect", resource.expect, "expect")
        yield from _known(f"{place} table", resource.table, "table")
        yield from _name(place, resource.name)
        if "min_rows" not in resource.expect:
            yield f"{place}: expect.min_rows is missing; say how many rows the table has at least"
        if not resource.primary_key:
            yield f"{place}: primaryKey is missing; rows need a key to be sorted, traced and compared"
        if resource.kind == "harvested" and CAPTURE_ID not in {field.name for field in resource.fields}:
            yield f"{place}: field {CAPTURE_ID!r} is missing; every harvested row leads back to its capture"
        yield from _columns(place, resource)
        for field in resource.fields:
            yield from _field(f"{place} field {field.name!r}", field, resource)


def _columns(place: str, resource: Resource) -> Problems:
    """Options that name columns which the table has not."""
    table, known = resource.table, {field.name for field in resource.fields}
    named = {
        "primaryKey": resource.primary_key,
        "foreignKeys": [name for key in resource.foreign_keys for name in key.fields],
        "newest_by": [resource.descriptor["newest_by"]] if "newest_by" in resource.descriptor else [],
        "expect.keeps": resource.expect.get("keeps") or [],
        "expect.required_share": list(resource.expect.get("required_share") or ()),
        **{f"table.{key}": [table[key]] for key in ("label_column", "sort", "sort_desc") if key in table},
        **{f"table.{key}": table.get(key) or [] for key in ("facets", "search")},
        "table.indexes": [name for index in table.get("indexes") or () for name in index],
    }
    for option, names in named.items():
        for name in sorted(set(names) - known):
            yield f"{place}: {option} names {name!r}, which is no field; use one of {', '.join(sorted(known))}"


def _field(place: str, field: Field, resource: Resource) -> Problems:
    yield from _texts(place, field.descriptor)
    yield from _known(place, field.descriptor, "field")
    yield from _name(place, field.name)
    wanted = next((kinds for suffix, kinds in SUFFIXES.items() if field.name.endswith(suffix)), None)
    if field.name.startswith(("is_", "has_")):
        wanted = {"boolean"}
    if wanted and field.type not in wanted:
        yield f"{place}: is of type {field.type!r}; a column of this name is {' or '.join(sorted(wanted))}"
    if field.type == "datetime" and field.descriptor.get("format") != "%Y-%m-%dT%H:%M:%SZ":
        yield f'{place}: has no format "%Y-%m-%dT%H:%M:%SZ"; published times are UTC'
    if resource.kind == "harvested" and _is_free_text(field, resource) and "privacy" not in field.descriptor:
        yield f"{place}: privacy is not said; may people's words be in it? Choose {', '.join(POLICIES)}"
    pair = {"_fa": "_en", "_en": "_fa"}.get(field.name[-3:])
    if pair and field.name[:-3] + pair not in {other.name for other in resource.fields}:
        yield f"{place}: there is no {field.name[:-3] + pair!r}; drop the suffix, it stands where both languages are"
    codes = set((field.descriptor.get("constraints") or {}).get("enum") or ())
    for key in ("labels", "labels_en"):
        labels = set(field.descriptor.get(key) or ())
        if key in field.descriptor and labels != codes:
            yield f"{place}: {key} and constraints.enum differ in {sorted(labels ^ codes)}; a code has one label"


def _is_free_text(field: Field, resource: Resource) -> bool:
    """A text that no key, code list or pattern bounds: whatever the source's writers put there."""
    bounded = {*resource.primary_key, *(name for key in resource.foreign_keys for name in key.fields)}
    bounded |= {CAPTURE_ID, str(resource.table.get("label_column"))}
    constraints = field.descriptor.get("constraints") or {}
    is_code = bool({"enum", "pattern"} & {*constraints} or "labels" in field.descriptor)
    return field.type == "string" and not (is_code or field.name in bounded or field.name.endswith(("_id", "_code")))


def _policies(dataset: Dataset) -> Problems:
    """Privacy, suppression, checks and corrections that are not as they must be."""
    asked: list[Callable[[], object]] = [partial(check, dataset)]
    for resource in dataset.resources:
        asked += [partial(suppression, resource), partial(checks_for, resource)]
        asked += [partial(Corrections, resource, is_demo=is_demo) for is_demo in (True, False)]
    for ask in asked:
        try:
            ask()
        except ShahrnamaError as error:
            yield str(error).removeprefix(f"{dataset.name}: ")


def _charts(dataset: Dataset) -> Problems:
    tables = {resource.name: {field.name for field in resource.fields} for resource in dataset.resources}
    for chart in dataset.descriptor.get("charts") or ():
        place = f"chart {chart.get('name')!r}"
        yield from _texts(place, chart)
        yield from _known(place, chart, "chart")
        kind = chart.get("kind", "bar")
        if kind not in CHART_COLUMNS:
            yield f"{place}: there is no kind {kind!r}; use one of {', '.join(CHART_COLUMNS)}"
            continue
        yield from _drawn(
            place, chart, (*CHART_COLUMNS[kind], *(key for key in ("by", "series", "stated") if key in chart)), tables
        )
        for inner in ("order", "bottleneck", "now"):
            told = chart.get(inner) or {}
            yield from _drawn(f"{place} {inner}", told, sorted(set(told) - {"resource"}), tables) if told else ()


def _drawn(place: str, told: dict[str, Any], columns: Sequence[str], tables: dict[str, set[str]]) -> Problems:
    """What a chart draws that is not there."""
    if told.get("resource") not in tables:
        yield f"{place}: draws {told.get('resource')!r}, which is no resource; use one of {', '.join(tables)}"
        return
    for axis in columns:
        if told.get(axis) not in tables[told["resource"]]:
            yield f"{place}: {axis} is {told.get(axis)!r}, which is no field of {told['resource']}"


def _queries(dataset: Dataset) -> Problems:
    groups = {group["name"] for group in METADATA["databases"]["shahrnama"]["question_groups"]}
    for name, query in (dataset.descriptor.get("queries") or {}).items():
        place = f"question {name!r}"
        yield from _name(place, name)
        yield from (f"{place}: {problem}" for problem in questions.problems(query, groups))
        for key in ("title", "description"):
            if not PERSIAN.search(query.get(key) or ""):
                yield f"{place}: {key} is not Persian; put English into {key}_en"


def _code(dataset: Dataset) -> Problems:
    """A parser, an SQL file or an authored table for each resource, and none without one."""
    folder, names = dataset.folder, {resource.name for resource in dataset.resources}
    for resource in dataset.resources:
        if resource.kind == "authored" and not dataset.authored_csv(resource.name).is_file():
            yield f"resource {resource.name!r} has no table; write data/{resource.name}.csv"
    for path in sorted((*folder.glob("derive/*"), *folder.glob("data/*"))):
        if path.stem not in names:
            yield f"{path.relative_to(folder)} belongs to no resource; name it like one, or describe it"
    if dataset.downloads:
        for name in sorted(set(dataset.downloads) - names):
            yield f"harvest.files names {name!r}, which is no resource"
        if (folder / "harvest.py").exists():
            yield "harvest.py is there, yet harvest.files says that the dataset is a plain download; drop one of them"
        return
    if not dataset.harvest:
        if (folder / "harvest.py").exists():
            yield "harvest.py is there, harvest is not; say in datapackage.yaml what is harvested"
        return
    yield from _parsers(dataset, names)


def _parsers(dataset: Dataset, names: set[str]) -> Problems:
    try:
        code = dataset.code
    except (ShahrnamaError, ImportError, SyntaxError, NameError) as error:
        yield f"harvest.py cannot be imported: {error}"
        return
    if not callable(getattr(code, "fetch", None)):
        yield "harvest.py has no fetch; add def fetch(source) that asks the source"
    for resource in dataset.resources:
        if resource.kind == "harvested" and not callable(getattr(code, resource.name, None)):
            yield (
                f"resource {resource.name!r} has no parser; add def {resource.name}(body) to harvest.py, "
                f"or derive/{resource.name}.sql"
            )
    for name, function in inspect.getmembers(code, inspect.isfunction):
        if function.__module__ == code.__name__ and not name.startswith("_"):
            if name not in {*names, "fetch"}:
                yield f"parser {name!r} belongs to no resource; describe it, or start its name with _"
            elif not inspect.getdoc(function):
                yield f"harvest.py: {name} has no docstring; say what a row is and how the source misbehaves"


def _samples(dataset: Dataset) -> Problems:
    for resource in dataset.resources:
        if resource.kind == "harvested" and len(_sample(dataset, resource)) != 1:
            yield f"resource {resource.name!r} has no sample; save a small capture as sample/{resource.name}.json"


def _pages(dataset: Dataset) -> Problems:
    """Pages that cannot be read, are written in one language, or ask what the other language does not."""
    folder = dataset.folder / "pages"
    declared = {path.stem for path in folder.glob("*.yaml")}
    for path in sorted(folder.glob("*.md")):
        if path.name.split(".")[0] not in declared:
            yield f"pages/{path.name} belongs to no page; describe it in pages/{path.name.split('.')[0]}.yaml"
    for path in sorted(folder.glob("*.yaml")):
        try:
            kind = read_kind(path)
            used = [set(ASKED.findall(kind.template(language))) for language in LANGUAGES]
            lost = sorted(used[0] ^ used[1]) + sorted((used[0] | used[1]) - set(kind.queries))
        except ShahrnamaError as error:
            yield str(error)
            continue
        if lost:
            yield f"pages/{path.stem}: query {lost[0]!r} is asked in one language alone, or is not declared"
        for name in sorted(set(kind.queries) - used[0] - used[1]):
            yield f"pages/{path.stem}: query {name!r} is asked by no template; drop it"
        for key in ("label", "label_en") if kind.declared.get("menu") else ():
            if not kind.declared.get(key):
                yield f"pages/{path.stem}: {key} is missing; menus name the page in both languages"


def _sample(dataset: Dataset, resource: Resource) -> list[Path]:
    return sorted((dataset.folder / "sample").glob(f"{resource.name}.*"))


def _road(dataset: Dataset, datasets: Sequence[Dataset]) -> Problems:
    """The samples of every dataset through parsers, SQL, gate and load: what this dataset's own stages complain of."""
    complaints, refused, rows = _travelled(tuple(str(other.folder) for other in datasets))
    yield from (problem.removeprefix(f"{dataset.name}: ") for problem in complaints if _of(problem, [dataset]))
    if not complaints:
        yield from refused
        for resource in dataset.resources:
            if not rows[dataset.name, resource.name]:
                yield f"resource {resource.name!r}: the sample gives no row; save one that does"


@cache
def _travelled(folders: tuple[str, ...]) -> tuple[list[str], list[str], dict[tuple[str, str], int]]:
    """What the road over the datasets in `folders` complains of, what the load does, and rows of each staged table."""
    staged = [_without_expectations(read(Path(folder))) for folder in folders]
    with TemporaryDirectory() as folder:
        house = House.at(Path(folder))
        for dataset in staged:
            _take(house, dataset)
        run = Run(house, staged, staged, {}, lambda _: None)
        for stage in ("package", "derive", "validate"):
            getattr(run, stage)()
        if run.outcome.problems:
            return run.outcome.problems, [], {}
        tables = {(dataset.name, resource.name) for dataset in staged for resource in dataset.resources}
        rows = {place: count_rows(house.staging / place[0] / f"{place[1]}.csv") for place in tables}
        try:
            run.load()
        except ShahrnamaError as error:
            return [], [str(error)], rows
        return [], [], rows


def _of(problem: str, datasets: Sequence[Dataset]) -> bool:
    return any(problem.startswith((f"{dataset.name}:", f"{dataset.name}/")) for dataset in datasets)


def _take(house: House, dataset: Dataset) -> None:
    """The samples as captures of a harvest."""
    store, captures = CaptureStore(house.captures, dataset.name), []
    for resource in dataset.resources:
        for path in _sample(dataset, resource) if resource.kind == "harvested" else ():
            body = path.read_bytes()
            captures.append(Capture(resource.name, path.name, store.save(body), len(body)))
    store.conclude(captures, {}, source="sample", is_demo=False)


def _without_expectations(dataset: Dataset) -> Dataset:
    """A sample is smaller than the table that is expected."""
    if not dataset.harvest:
        return dataset
    resources = [{key: item[key] for key in item if key != "expect"} for item in dataset.descriptor["resources"]]
    return replace(dataset, descriptor={**dataset.descriptor, "resources": resources})


def _texts(place: str, authored: dict[str, Any]) -> Problems:
    for key in TEXTS:
        found = str(authored.get(key) or "").strip()
        if not found:
            yield f"{place}: {key} is missing; write it in datapackage.yaml"
        elif not key.endswith("_en") and (not PERSIAN.search(found) or ARABIC_FORMS.search(found)):
            yield f"{place}: {key} is not Persian, or holds ي or ك for ی or ک: {found[:40]!r}"
        elif not key.endswith("_en") and BACKWARDS.search(found):
            yield f"{place}: the date in {key} runs backwards; put \\u200e before it: {found[-40:]!r}"


def _known(place: str, authored: dict[str, Any], kind: str) -> Problems:
    for key in sorted(set(authored) - KEYS[kind]):
        yield f"{place}: {key!r} is no key of it; is it misspelt? There are {', '.join(sorted(KEYS[kind]))}"


def _name(place: str, name: str) -> Problems:
    if not SNAKE.fullmatch(name):
        yield f"{place}: the name is not snake_case English"
