"""The rules that no reviewer should have to remember: one home for each dependency, and what must not be loaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MACHINERY = ROOT / "scripts" / "shahrnama"
HOMES = {
    "urllib3": {"net/transport.py"},
    "certifi": {"net/transport.py"},
    "sqlite3": {
        "load.py",
        "load_rows.py",
        "load_facets.py",
        "load_search.py",
        "inside_database.py",
        "publish/answers.py",
        "datasette_plugin/",
    },
    "numpy": {"exposure.py", "suppress.py", "proof/"},
    "duckdb": {"engine.py"},
    "persiantools": {"persian.py"},
    "frictionless": {"proof/", "checks/"},
    "attrs": {"checks/stock.py"},
    "polars": {"proof/", "checks/", "privacy/columns.py"},
    "vl_convert": {"publish/png.py"},
    "fontTools": {"publish/png.py"},
    "PIL": {"publish/png.py"},
    "rdflib": {"publish/dcat.py"},
    "jinja2": {"publish/templates.py"},
    "lxml": {"formats/open311.py", "formats/xes.py", "publish/search_entries.py"},
    "ocdsmerge": {"formats/ocds.py"},
    "pagefind_bin": {"publish/search_index.py"},
    "python_calamine": {"formats/workbook.py"},
    "uvicorn": {"worker.py"},
}
BUILDERS = ("frictionless", "duckdb", "mkdocs", "vl_convert", "urllib3", "lxml")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("dependency", HOMES)
def test_each_dependency_has_one_home(dependency: str) -> None:
    users = {str(path.relative_to(MACHINERY)) for path in MACHINERY.rglob("*.py") if dependency in imports(path)}
    homes = HOMES[dependency]  # files, or whole packages where the name ends in a slash
    assert [user for user in users if not user.startswith(tuple(homes))] == []
    assert users, f"{dependency} is used nowhere; drop it from pyproject.toml and from this table"


def test_the_machinery_knows_no_dataset_by_name() -> None:
    names = {path.parent.name for path in (ROOT / "datasets").glob("*/datapackage.yaml")}
    files = [*MACHINERY.rglob("*.py"), *MACHINERY.rglob("*.html")]
    # A quoted name alone: `districts` in a sentence is a word of the city, "districts" in code is a special case.
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in files
        for name in names
        if not (name == "contracts" and path.stem.startswith("ocds"))  # there it is a list of the standard's
        and any(f"{mark}{name}{mark}" in path.read_text(encoding="utf-8") for mark in "\"'")
    ]
    assert found == []


def test_democity_and_shahrnama_do_not_know_each_other() -> None:
    assert not [path for path in (ROOT / "scripts" / "democity").rglob("*.py") if "shahrnama" in imports(path)]
    users = {path.name for path in MACHINERY.rglob("*.py") if "democity" in imports(path)}
    assert users == {"harvest.py"}


def test_the_serving_process_loads_no_builder_and_no_rich() -> None:
    code = (
        "import sys, shahrnama.serve, shahrnama.worker, datasette.app, datasette.handle_exception as h;"
        f"loaded = [name for name in {BUILDERS} if name in sys.modules];"
        "assert not loaded, loaded; assert sys.modules['rich'] is None; assert h.rich is None"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "scripts", check=True, timeout=60)


def test_the_serving_requirements_have_no_rich_and_no_builder() -> None:
    locked = (ROOT / "requirements" / "serve.txt").read_text().splitlines()
    names = {line.split("==")[0] for line in locked if "==" in line and not line.startswith(" ")}
    assert "datasette" in names
    assert not names & {"rich", *BUILDERS}


def test_every_locked_package_carries_its_hashes_and_no_address() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        entries = [line for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))]
        assert entries
        assert all(line.rstrip().endswith("\\") for line in entries), path.name
        assert "://" not in text
        assert "index-url" not in text


def test_no_file_speaks_of_the_machine_it_was_made_on() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git clone; the test reads the list of tracked files")
    here = f"{ROOT.parent}/"
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():
            assert here.encode() not in path.read_bytes(), name
