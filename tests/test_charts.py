"""Charts: the right bars in the right order, in both directions, the same bytes, readable by a machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from shahrnama.errors import PublishError
from shahrnama.persian import Language
from shahrnama.publish.charts import WIDTH, Chart, chart

SPECIFICATION = {
    "name": "open_by_district",
    "resource": "times",
    "x": "district_id",
    "y": "open_count",
    "top": 3,
    "title": "باز در هر منطقه",
    "title_en": "Open by district",
    "description": "هر میله یک منطقه است.",
    "description_en": "Each bar is a district <and> no more.",
}
LABELS = {"district_id": {"1": "منطقهٔ ۱", "5": "منطقهٔ ۵"}}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "times.csv"
    path.write_text(
        "district_id,service,open_count\n1,a,1200\n5,a,7\n5,b,2.5\n9,a,9.5\n2,a,1\n,a,99\n3,a,\n", encoding="utf-8"
    )
    return path


def draw(table: Path, language: Language, **changes: Any) -> Chart:
    return chart({**SPECIFICATION, **changes}, {"name": "city"}, {"times": table}, LABELS, language)


def test_bars_are_summed_ranked_cut_and_named(table: Path) -> None:
    found = draw(table, "fa")
    assert found.pairs == (("منطقهٔ ۱", 1200), ("منطقهٔ ۵", 9.5), ("9", 9.5))
    assert found.title == "باز در هر منطقه"
    assert draw(table, "en").title == "Open by district"


@pytest.mark.parametrize(("language", "numbers"), [("fa", ["۱٬۲۰۰", "۹٫۵"]), ("en", ["1,200", "9.5"])])
def test_the_picture_is_named_and_written_in_its_language(table: Path, language: Language, numbers: list[str]) -> None:
    found = draw(table, language)
    picture = ElementTree.fromstring(found.svg)
    assert picture.get("role") == "img"
    assert (picture.get("aria-label") or "").startswith(found.title)
    texts = [element.text for element in picture.iter() if element.tag.endswith("text")]
    assert set(numbers) <= set(texts)
    assert {label for label, _ in found.pairs} <= set(texts)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_same_data_gives_the_same_picture(table: Path, language: Language) -> None:
    assert draw(table, language).svg == draw(table, language).svg


def test_bars_are_as_long_as_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text("district_id,open_count\n1,100\n2,25\n", encoding="utf-8")
    lengths = re.findall(r'd="M[0-9.]+,[0-9.]+h([0-9.]+)v15', draw(path, "en").svg)
    whole, quarter = (float(length) for length in lengths)
    assert whole == 4 * quarter
    assert WIDTH / 2 < whole < WIDTH


def test_long_names_are_cut_and_leave_room_for_the_bars(tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text(f"district_id,open_count\n{'کوچه ' * 20},100\n", encoding="utf-8")
    found = draw(path, "fa")
    assert "…" in found.svg
    assert found.pairs[0][0] not in found.svg
    assert float(re.findall(r"h([0-9.]+)v15", found.svg)[0]) > WIDTH / 4


@pytest.mark.parametrize("change", [{"resource": "lost"}, {"x": "lost"}, {"y": "lost"}])
def test_a_chart_of_nothing_is_named(table: Path, change: dict[str, str]) -> None:
    with pytest.raises(PublishError, match="city chart open_by_district: there is no 'lost'"):
        draw(table, "fa", **change)
