"""The browser folds a question as Python folded the index: the same cases and texts of every kind go through both."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chromium import CHROMIUM
from shahrnama.persian import SUFFIXES, fold
from shahrnama.publish.search_terms import folding_script, terms, thinned

ROOT = Path(__file__).parents[1]
CASES: list[dict[str, Any]] = json.loads((ROOT / "tests/cases/search_folding.json").read_text(encoding="utf-8"))
BLOCKS = [
    (0x20, 0x24F),
    (0x370, 0x3FF),
    (0x400, 0x4FF),
    (0x600, 0x6FF),
    (0x2000, 0x206F),
    (0xFB50, 0xFBB1),
    (0xFE70, 0xFEFF),
]
SIGNS = [
    chr(sign) for start, end in BLOCKS for sign in range(start, end + 1) if unicodedata.category(chr(sign)) != "Cn"
]
PARTS = [*SUFFIXES, "می", "کتاب", "دفتر", "تنها", "۱۲", "12", "٣٫٥", "3.5", " ", " ", "\u200c", "."]
SCRIPT = """
import { fold, terms } from "./search_fold.js";
const texts = JSON.parse(await new Response(process.stdin).text());
console.log(JSON.stringify(texts.map((text) => [fold(text), terms(text)])));
"""
Folded = list[tuple[str, list[str]]]


@pytest.fixture(scope="module")
def in_javascript(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[str]], Folded]:
    """Folds texts as a browser does: in Node.js where it is installed, else in Chromium."""
    folder = tmp_path_factory.mktemp("folding")
    shutil.copy(ROOT / "site/assets/search_fold.js", folder)
    (folder / "search_words.js").write_text(folding_script(), encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}')
    if node := shutil.which("node"):
        return lambda texts: _in_node(node, folder, texts)
    if CHROMIUM is None:
        pytest.skip("neither Node.js nor Chromium is installed; the browser's folding needs one of them")
    return lambda texts: _in_chromium(CHROMIUM, folder, texts)


def _in_node(node: str, folder: Path, texts: list[str]) -> Folded:
    command = [node, "--input-type=module", "-e", SCRIPT]
    done = subprocess.run(
        command, cwd=folder, input=json.dumps(texts), capture_output=True, text=True, check=True, timeout=60
    )
    return [(folded, words) for folded, words in json.loads(done.stdout)]


def _in_chromium(chromium: str, folder: Path, texts: list[str]) -> Folded:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.route("**/*.js", lambda route: route.fulfill(path=folder / route.request.url.rsplit("/", 1)[1]))
        page.route("http://page.invalid/", lambda route: route.fulfill(body="<p>", content_type="text/html"))
        page.goto("http://page.invalid/")
        found = page.evaluate(
            "async (texts) => { const { fold, terms } = await import('/search_fold.js');"
            " return texts.map((text) => [fold(text), terms(text)]); }",
            texts,
        )
        browser.close()
    return [(folded, words) for folded, words in found]


def _agree(in_javascript: Callable[[list[str]], Folded], texts: list[str]) -> None:
    assert in_javascript(texts) == [(fold(text), terms(text)) for text in texts]


def test_both_pass_the_same_cases(in_javascript: Callable[[list[str]], Folded]) -> None:
    texts = [text for case in CASES for text in case.get("same") or case["differ"]]
    folded = dict(zip(texts, in_javascript(texts), strict=True))
    for case in CASES:
        told = [folded[text][0] for text in case.get("same") or case["differ"]]
        assert len(set(told)) == (1 if "same" in case else len(told)), case["name"]
    _agree(in_javascript, texts)


def test_chromium_folds_as_node_does(tmp_path: Path) -> None:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    shutil.copy(ROOT / "site/assets/search_fold.js", tmp_path)
    (tmp_path / "search_words.js").write_text(folding_script(), encoding="utf-8")
    _agree(
        lambda texts: _in_chromium(CHROMIUM, tmp_path, texts), [text for case in CASES for text in case.get("same", [])]
    )


def test_both_fold_any_text_alike(in_javascript: Callable[[list[str]], Folded]) -> None:
    chance = random.Random(12)
    signs = ["".join(chance.choices(SIGNS, k=chance.randrange(12))) for _ in range(4000)]
    words = ["".join(chance.choices(PARTS, k=chance.randrange(1, 6))) for _ in range(4000)]
    _agree(in_javascript, [*SIGNS, *signs, *words])


def test_both_fold_persian_texts_alike(shared: Path, in_javascript: Callable[[list[str]], Folded]) -> None:
    folder = shared / "persian"
    paths = [*folder.glob("text/*"), *folder.glob("divisions/csv/*.csv"), *folder.glob("tehran/*neighborhoods*")]
    texts = [line for path in paths for line in re.split("[\n,]", path.read_text(encoding="utf-8"))]
    assert len(texts) > 20_000
    _agree(in_javascript, texts)


def test_names_of_places_are_found_in_other_spellings(shared: Path) -> None:
    """Arabic letters and digits, half-spaces as spaces: the same folded name for each of Tehran's neighbourhoods."""
    features = json.loads((shared / "persian/tehran/tehran_neighborhoods.geojson").read_text(encoding="utf-8"))[
        "features"
    ]
    names = {str(value) for item in features for value in item["properties"].values() if re.search("[ا-ی]", str(value))}
    assert len(names) > 300
    other = str.maketrans({"ی": "ي", "ک": "ك", "\u200c": " ", **{str(n): chr(0x06F0 + n) for n in range(10)}})
    assert [name for name in names if fold(name.translate(other)) != fold(name)] == []


def test_a_number_is_whole_and_words_do_not_touch() -> None:
    assert terms("منطقهٔ ۱۲ و ۳٫۵") == ["منطقه", "12n", "و", "3d5n"]
    assert not terms("۱۲")[0].startswith(terms("۱")[0])
    assert thinned(["پل پل پل پل", "۱۴۰۵", "پل ۷"]) == "پل. پل. پل. 7n"
