"""The contract over every dataset's folder, and proof that a broken folder is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from contract import problems
from shahrnama.catalog import Dataset, catalog, read
from shahrnama.skeleton import write_skeleton

ROOT = Path(__file__).parents[1]
DATASETS = catalog(ROOT / "datasets")
CASES = [*((dataset, DATASETS) for dataset in DATASETS), *((d, [d]) for d in catalog(ROOT / "tests" / "datasets"))]


@pytest.mark.parametrize(("dataset", "datasets"), CASES, ids=[dataset.name for dataset, _ in CASES])
def test_the_folder_keeps_the_contract(dataset: Dataset, datasets: list[Dataset]) -> None:
    assert problems(dataset, datasets) == []


def without(file: str, old: str, new: str = "") -> Callable[[Path], None]:
    """Changes the first `old` of a file."""

    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def page(name: str, declared: str, *languages: str) -> Callable[[Path], None]:
    """Adds a page, written in some languages."""

    def change(folder: Path) -> None:
        (folder / "pages").mkdir()
        (folder / "pages" / f"{name}.yaml").write_text(declared, encoding="utf-8")
        for language in languages:
            (folder / "pages" / f"{name}.{language}.md").write_text("# x\n", encoding="utf-8")

    return change


YAML, CODE = "datapackage.yaml", "harvest.py"
REQUESTS, MEDIANS = '- name: "boston_requests"', '- name: "boston_response_times"'
BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "a field without English": (
        without(YAML, 'description_en: "The number that 311 gave to the request."'),
        "resource 'boston_requests' field 'service_request_id': description_en is missing",
    ),
    "a package without Persian": (without(YAML, 'title: "درخواست‌های شهروندان بوستون"'), "package: title is missing"),
    "English for Persian": (without(YAML, '"درخواست‌های بوستون"', '"Requests"'), "title is not Persian"),
    "an Arabic yeh": (without(YAML, '"وضعیت"', '"وضعيت"'), "field 'status_code': title is not Persian, or holds ي"),
    "a date that runs backwards": (
        without(YAML, '"درخواست‌های بوستون"', '"درخواست‌های 1405-08"'),
        "the date in title runs backwards; put \\u200e before it",
    ),
    "no parser": (without(CODE, "def boston_requests", "def requests_of"), "'boston_requests' has no parser; add def"),
    "a parser too many": (without(CODE, "def fetch", "def other(): ...\n\ndef fetch"), "parser 'other' belongs to no"),
    "no fetch": (without(CODE, "def fetch", "def _fetch"), "harvest.py has no fetch"),
    "code that cannot run": (without(CODE, "import re", "import re ("), "harvest.py cannot be imported"),
    "an SQL file of no resource": (
        lambda folder: (folder / "derive" / "lost.sql").touch(),
        "derive/lost.sql belongs to no resource",
    ),
    "no SQL file": (lambda folder: shutil.rmtree(folder / "derive"), "'boston_response_times' has no parser"),
    "no licence": (without(YAML, "licenses:", "licences:"), "licenses is missing"),
    "a source without address": (without(YAML, 'path: "https://311.boston.gov/open311/docs"'), "path is missing"),
    "no expectation": (without(YAML, "expect: {min_rows: 1, max_rows: 1000000,", "expect: {"), "min_rows is missing"),
    "a misspelt key": (without(YAML, 'privacy: "mask"', 'privcy: "mask"'), "'privcy' is no key of it"),
    "a facet of no column": (without(YAML, 'facets: ["status_code"]', 'facets: ["state"]'), "facets names 'state'"),
    "a type against the name": (without(YAML, 'type: "datetime"', 'type: "string"'), "'requested_at': is of type"),
    "labels that miss a code": (without(YAML, 'labels: {open: "باز", ', "labels: {"), "labels and"),
    "a check that is not known": (without(YAML, 'privacy: "mask"', 'check: "colour"'), "check 'colour' is not known"),
    "suppression of no column": (
        without(YAML, MEDIANS, MEDIANS + '\n    suppress: {below: 5, counts: ["lost"]}'),
        "lost",
    ),
    "a correction without a reason": (
        without(YAML, REQUESTS, REQUESTS + '\n    corrections: [{key: {service_request_id: "1"}}]'),
        "reason, reason_en, upstream is missing",
    ),
    "a page in one language": (page("x", 'address: "x"\n', "fa"), "x.en.md cannot be read; a page is written in both"),
    "a page that asks nothing": (page("x", 'address: "x"\nqueries: {q: "-"}\n', "fa", "en"), "'q' is asked by no"),
    "a page of no declaration": (page("x", "", "fa", "en"), "pages/x.yaml: neither address nor part_of"),
    "no sample": (lambda folder: shutil.rmtree(folder / "sample"), "'boston_requests' has no sample"),
    "no README": (lambda folder: (folder / "README.md").unlink(), "README.md is missing"),
    "a field nobody reads": (without(CODE, 'IGNORED = ("media_url",)', "IGNORED = ()"), "unread source fields"),
    "a row that the schema refuses": (without(YAML, 'enum: ["open", "closed"]', 'enum: ["open", "shut"]'), "differ in"),
    "a cell that the schema refuses": (without("sample/boston_requests.json", '"open"', '"lost"'), "status_code"),
    "SQL that cannot run": (without("derive/boston_response_times.sql", "count(*)", "counts(*)"), "counts"),
    "a sample that is a web page": (without("sample/boston_requests.json", "[", "<html>"), "or a web page"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "says"), BROKEN.values(), ids=BROKEN)
def test_a_broken_folder_is_named(tmp_path: Path, change: Callable[[Path], None], says: str) -> None:
    folder = tmp_path / "boston"
    shutil.copytree(ROOT / "tests" / "datasets" / "boston", folder, ignore=shutil.ignore_patterns("__pycache__"))
    change(folder)
    dataset = read(folder)
    found = problems(dataset, [dataset])
    assert [problem for problem in found if says in problem], found
    assert all(problem.startswith("boston") for problem in found)


def test_a_skeleton_is_all_gaps_until_it_is_filled_in(tmp_path: Path) -> None:
    write_skeleton(tmp_path, "permits")
    dataset = read(tmp_path / "permits")
    assert dataset.parser("permits")
    found = problems(dataset, [dataset])
    for gap in (
        "field 'permit_id': description_en is missing",
        "has no sample; save a small capture as sample/permits",
    ):
        assert any(problem.startswith(f"permits: resource 'permits' {gap}") for problem in found)
