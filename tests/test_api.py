"""The JSON API: every example of the developers' pages runs, other sites' pages may ask, and OpenAPI tells of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from shahrnama.catalog import House
from shahrnama.publish.openapi import openapi

SITE = Path(__file__).parents[1] / "site"
ADDRESS = "http://127.0.0.1:8001"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = {language: BLOCK.findall((SITE / language / "developers.md").read_text("utf-8")) for language in ("fa", "en")}
RUN = {
    "sh": ["sh", "-ec"],
    "python": [sys.executable, "-c"],
    "r": ["Rscript", "-e"],
    "js": ["node", "--input-type=module", "-e"],
}
NEEDS = {"sh": "curl", "r": "Rscript", "js": "node"}
EXPECTED = ["times_as_long", "1405-08", "آبگرفتگی", "528 rows", "approved_irr", "2026-09-22 "]


def test_both_pages_have_the_same_examples_in_four_languages() -> None:
    assert PAGES["fa"] == PAGES["en"]
    assert {language for language, _ in PAGES["fa"]} == set(RUN)
    assert len(PAGES["fa"]) == len(EXPECTED)


@pytest.mark.parametrize(
    ("language", "code", "told"), [(*block, told) for block, told in zip(PAGES["fa"], EXPECTED, strict=False)]
)
def test_every_example_runs_and_prints_data(site: str, language: str, code: str, told: str) -> None:
    needed = NEEDS.get(language)
    if needed and not shutil.which(needed):
        pytest.skip(f"{needed} is not on this machine; install it to run this example")
    assert ADDRESS in code
    command = [*RUN[language], code.replace(ADDRESS, site)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert told in done.stdout


@pytest.mark.parametrize(
    "path", ["shahrnama/districts.json", "shahrnama/late_projects.json", "shahrnama.json?sql=select+1"]
)
def test_pages_of_other_sites_may_ask(site: str, path: str) -> None:
    asked = Request(f"{site}/db/{path}", headers={"Origin": "https://example.org"})
    with urlopen(asked, timeout=20) as answer:
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.fixture
def described(site: str) -> Any:
    with urlopen(f"{site}/openapi.json", timeout=20) as answer:
        assert answer.headers["content-type"].startswith("application/json")
        return json.load(answer)


def test_the_description_is_valid_openapi(described: Any) -> None:
    OpenAPIV31SpecValidator(described).validate()


def test_every_table_and_question_is_described_in_both_languages(described: Any, city: House, site: str) -> None:
    with urlopen(f"{site}/db/shahrnama.json", timeout=20) as answer:
        database = json.load(answer)
    names = [table["name"] for table in database["tables"] if not table["hidden"]]
    names += [query["name"] for query in database["queries"]]
    for name in names:
        operation = described["paths"][f"/db/shahrnama/{name}.json"]["get"]
        assert operation["summary"]
        assert operation["description"]
        assert operation["x-description-fa"]
    row = described["components"]["schemas"]["shahrnama.district_cards"]["properties"]["times_as_long"]
    assert row["type"] == ["number", "null"]
    assert row["description"]
    assert described["components"]["schemas"]["shahrnama.projects"]["properties"]["status_code"]["x-codes"]["stopped"]


@pytest.mark.parametrize("name", ["shahrnama/district_cards", "shahrnama/slowest_answers", "registers/sources"])
def test_what_is_described_is_what_is_answered(described: Any, site: str, name: str) -> None:
    operation = described["paths"][f"/db/{name}.json"]["get"]
    with urlopen(f"{site}/db/{name}.json?_shape=array&_size=2", timeout=20) as answer:
        (first, *_) = json.load(answer)
    row = operation["responses"]["200"]["content"]["application/json"]["schema"]["items"]
    if "$ref" in row:
        properties = described["components"]["schemas"][row["$ref"].rpartition("/")[2]]["properties"]
        kinds = {int: "integer", float: "number", str: "string", type(None): "null"}
        assert set(first) == set(properties)
        assert [
            key for key, value in first.items() if kinds[type(value)] not in (*properties[key]["type"], "integer")
        ] == []
    own = [item["name"] for item in operation["parameters"] if "name" in item]
    assert own == (["district", "subject"] if name.endswith("answers") else list(first))


def test_a_description_of_little_is_valid_too() -> None:
    metadata = {"title": "شهر", "license_en": "CC", "databases": {"city": {"title": "شهر"}}}
    OpenAPIV31SpecValidator(openapi(metadata)).validate()
