"""Documentation that is checked: every verb, dataset and variable is spoken of, and what is named exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shahrnama.catalog import catalog
from shahrnama.cli import STAGES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DATASETS = catalog(ROOT / "datasets")


@pytest.mark.parametrize("verb", [*STAGES, "serve", "new", "list", "status"])
def test_every_verb_is_documented(verb: str) -> None:
    assert f"`shahrnama {verb}" in README


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_every_dataset_is_documented_in_both_languages(dataset: object) -> None:
    name = dataset.name  # type: ignore[attr-defined]
    persian, _, english = README.partition("# Shahrnama")
    assert f"`{name}`" in persian
    assert f"`{name}`" in english


@pytest.mark.parametrize("target", re.findall(r"^([a-z]+)(?= |:)[^=\n]*:", (ROOT / "Makefile").read_text(), re.M))
def test_every_make_verb_is_documented(target: str) -> None:
    assert f"`make {target}`" in README + CONTRIBUTING


def test_every_variable_is_documented() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "scripts").rglob("*.py"))
    variables = set(re.findall(r'environ\.get\(\s*"(SHAHRNAMA_[A-Z_]+)"', code))
    variables |= {str(dataset.harvest["address_variable"]) for dataset in DATASETS if dataset.harvest}
    assert variables
    assert [name for name in sorted(variables) if f"`{name}`" not in README] == []


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_local_links_lead_somewhere(document: str) -> None:
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", (ROOT / document).read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_two_commands_come_first() -> None:
    for part in README.split("# Shahrnama"):
        assert -1 < part.find("make serve") < part.find("make test") < part.find("## ")


@pytest.mark.parametrize("name", ["LICENSE", "CITATION.cff", "CHANGELOG.md"])
def test_what_a_reuser_needs_is_there(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8").strip()
