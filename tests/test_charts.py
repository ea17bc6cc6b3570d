"""Pictures: the right shapes for the numbers, names whole, both directions, the same bytes, readable by a machine."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from shahrnama.errors import PublishError
from shahrnama.persian import Language
from shahrnama.publish.charts import chart, charts
from shahrnama.publish.glossary import Glossary
from shahrnama.publish.picture import Ground, Picture
from shahrnama.publish.process_map import RARE
from shahrnama.publish.sparks import EDGE, TALL, course, drawn, spark
from shahrnama.publish.svg import WIDTH, width_of, wrapped
from shahrnama.publish.tile_map import SHADES
from shahrnama.publish.timeline import Promises

TEXTS = {"title": "عنوان", "title_en": "Title", "description": "شرح", "description_en": "Each bar <is> one."}
BAR = {"name": "open", "resource": "times", "x": "district_id", "y": "open_count", "top": 3, **TEXTS}
LABELS = {"fa": {"1": "منطقهٔ ۱", "5": "منطقهٔ ۵"}, "en": {"1": "District 1", "5": "District 5"}}
TIMES = ["1 a 1200", "5 a 7", "5 b 2.5", "9 a 9.5", "2 a 1", "- a 99", "3 a -"]
PLACES = {"district_id": {"1": (1, 2), "5": (2, 1), "9": (2, 2)}}
Tables = Mapping[str, list[dict[str, str]]]


def table(header: str, lines: list[str]) -> list[dict[str, str]]:
    names = header.split()
    return [dict(zip(names, ["" if cell == "-" else cell for cell in line.split()], strict=True)) for line in lines]


def ground(tables: Tables, language: Language = "en", **package: Any) -> Ground:
    labels = {"district_id": LABELS[language]}
    return Ground(
        {"name": "city", **package}, language, lambda name: tables[name], labels, PLACES, Glossary.of([package])
    )


def draw(language: Language = "en", lines: list[str] = TIMES, highlight: str | None = None, **changes: Any) -> Picture:
    rows = table("district_id service open_count", lines)
    return chart({**BAR, **changes}, ground({"times": rows}, language), None, highlight)


def texts(picture: Picture) -> list[str]:
    return [item.text or "" for item in ElementTree.fromstring(picture.svg).iter() if item.tag.endswith("text")]


def widths(picture: Picture) -> list[float]:
    return [float(found) for found in re.findall(r'<rect x="[^"]*" y="[^"]*" width="([^"]+)"', picture.svg)]


def test_bars_are_summed_ranked_cut_and_named() -> None:
    found = draw("fa")
    assert found.raw == (("1", "منطقهٔ ۱", "1200"), ("5", "منطقهٔ ۵", "9.5"), ("9", "9", "9.5"))
    assert [cells[1] for cells in found.cells] == ["۱٬۲۰۰", "۹٫۵", "۹٫۵"]
    assert found.csv == "district_id,name,open_count\n1,منطقهٔ ۱,1200\n5,منطقهٔ ۵,9.5\n9,9,9.5\n"


def test_groups_keep_the_order_of_their_codes_and_a_total_is_left_out() -> None:
    lines = ["5 a 9", "all a 12", "9 a 1", "1 a 2"]
    found = draw("en", lines, sort="codes", leave_out=["all"], top=5)
    assert [row[0] for row in found.raw] == ["1", "5", "9"]
    assert found.sentence == "\u2068District 5\u2069 is highest with 9. Lowest: \u20689\u2069 with 1."
    assert not any("edian" in line for line in texts(draw("en", [f"{at} a {at}" for at in range(1, 8)], sort="codes")))


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_number_at_the_longest_bar_is_not_cut(language: Language) -> None:
    found = draw(language, ["1 a 343", "5 a 12"])
    bar, number = widths(found)[0], next(text for text in texts(found) if "3" in text or "۳" in text)
    assert bar + 5 + 0.66 * 14 * len(number) <= WIDTH - width_of(LABELS[language]["1"])


@pytest.mark.parametrize(("language", "numbers"), [("fa", ["۱٬۲۰۰", "۹٫۵"]), ("en", ["1,200", "9.5"])])
def test_the_picture_is_named_and_written_in_its_language(language: Language, numbers: list[str]) -> None:
    found = draw(language)
    picture = ElementTree.fromstring(found.svg)
    assert (picture.get("role"), picture.get("lang")) == ("img", language)
    assert [item.text for item in picture][:2] == [found.title, found.sentence]
    assert {*numbers, "9", LABELS[language]["1"]} <= set(texts(found))


def test_bars_are_as_long_as_their_numbers_and_run_from_the_reading_side() -> None:
    whole, quarter = widths(draw(lines=["1 a 100", "2 a 25"]))
    assert whole == pytest.approx(4 * quarter, abs=0.3)
    assert WIDTH / 2 < whole < WIDTH
    (left, right), (persian, other) = (
        [float(x) for x in re.findall(r'<rect x="([^"]+)"', draw(language, ["1 a 100", "2 a 25"]).svg)]
        for language in ("en", "fa")
    )
    assert left == right  # English bars start together at the left
    assert persian < other  # Persian ones end together at the right


def test_long_names_are_whole_and_no_line_is_wider_than_the_picture() -> None:
    name = "معاونت برنامه‌ریزی، توسعهٔ شهری و امور شورا، ادارهٔ کل فناوری و نوسازی سامانه‌های یکپارچه"
    rows = [{"district_id": name, "open_count": "100"}]
    found = chart(BAR, ground({"times": rows}, "fa"))
    lines = wrapped(name, WIDTH - 4)
    assert " ".join(lines) == name
    assert len(lines) > 1
    assert set(lines) <= set(texts(found))
    assert all(width_of(line) <= WIDTH for line in lines)
    assert widths(found)[0] > WIDTH / 2


def test_what_is_highlighted_stands_out_even_below_the_top() -> None:
    found = draw(highlight="2")
    assert [row[0] for row in found.raw] == ["1", "5", "9", "2"]
    assert found.svg.count('fill="var(--warn,#9a3412)"') == 2  # its bar and its number
    assert "var(--warn" not in draw().svg


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["1 a 8", "5 a 2"], "\u2068District 1\u2069 is highest with 8. Lowest: \u2068District 5\u2069 with 2."),
        (
            ["1 a 12", "2 a 4", "3 a 4", "4 a 2"],
            "\u2068District 1\u2069 is highest with 12. The median of all 4 is 4, so that the highest is 3 times that. "
            "3 of 4 are shown.",
        ),
        (["1 a 5", "5 a 5"], "All 2 are alike: 5."),
        ([], "There is no number in this table yet."),
    ],
)
def test_the_sentence_says_what_to_see(lines: list[str], said: str) -> None:
    assert draw(lines=lines).sentence == said


@pytest.mark.parametrize("change", [{"resource": "lost"}, {"x": "lost"}, {"y": "lost"}])
def test_a_chart_of_nothing_is_named(change: dict[str, str]) -> None:
    with pytest.raises(PublishError, match="city chart open: there is no 'lost'"):
        draw(**change)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(PublishError, match="there is no kind 'pie'"):
        draw(kind="pie")
    rows = table("district_id open_share", ["1 0.5", "1 0.25"])
    with pytest.raises(PublishError, match="open_share is no amount and cannot be summed by district_id"):
        chart({**BAR, "y": "open_share"}, ground({"times": rows}))


def test_a_share_is_said_in_percent_and_days_with_their_unit() -> None:
    for column, cell, said in (("open_share", "0.125", "12%"), ("late_days", "16.94", "17 days")):
        rows = [{"district_id": "1", column: cell}]
        assert chart({**BAR, "y": column}, ground({"times": rows})).cells == (("District 1", said),)


LINE = {**BAR, "kind": "line", "x": "month", "resource": "months"}
MONTHS = table("month open_count", ["1405-02 30", "1404-12 10", "1405-01 90"])


def test_a_line_runs_in_time_from_zero_and_says_its_course() -> None:
    for language, said in (
        ("en", "It went from 10 in Esfand 1404 to 30 in Ordibehesht 1405. The highest was 90 in Farvardin 1405."),
        ("fa", "از ۱۰ در اسفند ۱۴۰۴ به ۳۰ در اردیبهشت ۱۴۰۵ رسید. بیشترین در فروردین ۱۴۰۵ بود: ۹۰."),
    ):
        found = chart(
            {**LINE, "x": "jalali_month"},
            ground({"months": [{**row, "jalali_month": row["month"]} for row in MONTHS]}, language),
        )  # type: ignore[arg-type]
        assert found.sentence == said
        curve = re.findall(r'<polyline points="([^"]+)" fill="none" stroke="var\(--bar', found.svg)
        (points,) = [[tuple(map(float, point.split(","))) for point in line.split()] for line in curve]
        across = [x for x, _ in points]
        assert across == sorted(across, reverse=language == "fa")
        down = {value: y for value, (_, y) in zip((10, 90, 30), points, strict=True)}
        assert down[10] - down[30] == pytest.approx((down[10] - down[90]) / 4, abs=0.2)  # one scale, from 0


def test_each_series_has_its_panel_to_one_scale() -> None:
    rows = table("jalali_month kind open_count", ["1405-01 a 5", "1405-02 a 10", "1405-01 b 50", "1405-02 b 100"])
    found = chart({**LINE, "x": "jalali_month", "series": "kind"}, ground({"months": rows}))
    assert [item for item in texts(found) if item in {"a", "b"}] == ["a", "b"]
    assert texts(found).count("100") == 3  # the top of both axes, and one value
    assert found.columns == ("kind", "jalali_month", "open_count")


def test_a_column_that_is_no_time_is_refused() -> None:
    with pytest.raises(PublishError, match="'x' is no month"):
        chart(LINE, ground({"months": table("month open_count", ["x 1"])}))


TILES = {**BAR, "kind": "tile_map"}


def test_tiles_lie_where_their_places_are_in_both_languages() -> None:
    for language in ("en", "fa"):
        found = draw(language, ["1 a 4", "5 a 8"], kind="tile_map", highlight="5")  # type: ignore[arg-type]
        tiles = re.findall(r'<g><title>[^<]*</title><rect x="([^"]+)" y="([^"]+)"[^>]*fill="([^"]+)"', found.svg)
        assert [(float(x) > 100, float(y) > 30, fill) for x, y, fill in tiles] == [
            (True, False, SHADES[0][0]),  # 1: north-east, lowest
            (False, True, SHADES[-1][0]),  # 5: south-west, highest
            (True, True, "none"),  # 9: no value
        ]
        assert found.svg.count('stroke="var(--warn') == 1
    assert found.cells[-1] == ("9", "—")


BORDERS = {  # of each district of Tehran, those with a greater number; see datasets/districts/README.md
    1: {2, 3, 4}, 2: {3, 5, 6, 9, 10}, 3: {4, 6, 7}, 4: {7, 8, 13}, 5: {9, 21, 22}, 6: {7, 10, 11, 12}, 7: {8, 12, 13},
    8: {13}, 9: {10, 17, 18, 21}, 10: {11, 17}, 11: {12, 16, 17}, 12: {13, 14, 15, 16}, 13: {14}, 14: {15},
    15: {16, 20}, 16: {17, 19, 20}, 17: {18, 19}, 18: {19, 21}, 19: {20}, 21: {22},
}  # fmt: skip


def test_districts_whose_tiles_share_a_side_border_on_each_other() -> None:
    with (Path(__file__).parents[1] / "datasets" / "districts" / "data" / "districts.csv").open(
        encoding="utf-8"
    ) as file:
        places = {
            (int(row["tile_row"]), int(row["tile_column"])): int(row["district_id"]) for row in csv.DictReader(file)
        }
    assert sorted(places.values()) == list(range(1, 23))
    sides = [((row, column), beside) for row, column in places for beside in ((row + 1, column), (row, column + 1))]
    touching = [sorted((places[one], places[other])) for one, other in sides if other in places]
    assert [pair for pair in touching if pair[1] not in BORDERS[pair[0]]] == []


@pytest.mark.parametrize(
    ("language", "says"), [("fa", "نقشهٔ کاشی‌وار است: جای تقریبی"), ("en", "approximate positions")]
)
def test_a_tile_map_says_that_it_is_schematic(language: Language, says: str) -> None:
    assert says in draw(language, ["1 a 4", "5 a 8"], kind="tile_map").sentence


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_letters_are_readable_on_every_shade_and_shades_darken_step_by_step() -> None:
    for shade, letters in SHADES:
        light, dark = sorted((luminance(shade), luminance(letters)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5
    lights = [luminance(shade) for shade, _ in SHADES]
    assert all(before > 1.3 * after for before, after in pairwise(lights))


def test_a_map_whose_places_are_not_published_is_left_out_of_the_page() -> None:
    rows = table("office_id district_id open_count", ["7 1 4"])
    package = {"name": "city", "charts": [{**TILES, "x": "office_id"}, TILES]}
    found = list(charts(Ground(package, "en", lambda _: rows, {}, PLACES)))
    assert [item.columns[0] for item in found] == ["district_id"]


MAP = {
    **TEXTS,
    "name": "map",
    "kind": "process_map",
    "resource": "edges",
    "by": "process",
    "from": "before",
    "to": "after",
    "count": "case_count",
    "days": "wait_days",
    "order": {"resource": "steps", "step": "step", "order": "number", "office": "office", "visit": "visit"},
    "bottleneck": {"resource": "waits", "step": "step", "days": "waiting_days", "median": "median_days"},
}
PROCESS = {
    "edges": table(
        "process before after case_count wait_days",
        [
            "p ask look 100 2",
            "p look fix 20 4.5",
            "p fix look 20 3",
            "p look sign 78 17",
            "p ask sign 1 9",
            "q x y 5 1",
        ],
    ),
    "steps": table(
        "process step number office visit",
        ["p ask 1 desk true", "p look 2 desk false", "p fix 3 - false", "p sign 4 boss false"],
    ),
    "waits": table("process step waiting_days median_days", ["p look 200 2", "p sign 900 17", "p sign 100 17"]),
}


def test_a_process_map_has_its_steps_ways_waits_and_bottleneck() -> None:
    found = list(charts(ground(PROCESS, charts=[MAP])))
    assert [item.name for item in found] == ["map-p", "map-q"]
    (first, _) = found
    said = texts(first)
    assert [step for step in said if step in {"ask", "look", "fix", "sign"}] == ["ask", "look", "fix", "sign"]
    assert {"2 days", "20% · 4.5 days", "17 days", "desk · in person", "Bottleneck: 83%"} <= set(said)
    assert first.sentence == (
        "The bottleneck is “\u2068sign\u2069”: 83% of all waiting days lie before it, and half of the cases wait over "
        "17 days. One rare way is not drawn; the table has it."
    )
    assert len(first.raw) == 5
    assert 1 / 100 < RARE < 20 / 100


def test_a_process_map_runs_downwards_within_a_phone() -> None:
    first = next(charts(ground(PROCESS, charts=[MAP])))
    places = {
        step: float(re.search(rf' y="([^"]+)"[^>]*>{step}</text>', first.svg)[1]) for step in ("ask", "look", "sign")
    }  # type: ignore[index]
    assert places["ask"] < places["look"] < places["sign"]
    inside = [float(x) for x in re.findall(r'<rect x="([^"]+)"', first.svg)]
    assert all(0 <= x <= WIDTH - 100 for x in inside)


def test_names_that_the_source_gives_in_persian_are_translated_where_the_descriptor_does() -> None:
    english = {"name": "city", "charts": [MAP], "names_en": {"look": "Check"}}
    assert "Check" in texts(next(charts(ground(PROCESS, charts=[MAP], names_en=english["names_en"]))))
    assert "Check" not in texts(next(charts(ground(PROCESS, "fa", charts=[MAP], names_en=english["names_en"]))))


TIMELINE = {
    **TEXTS,
    "name": "promises",
    "kind": "timeline",
    "resource": "promises",
    "by": "project",
    "stated": "stated",
    "promised": "promised",
    "actual": "opened",
    "actual_label": "افتتاح",
    "actual_label_en": "Opened",
    "now": {"resource": "now", "column": "day"},
}
PROMISES = {
    "promises": table(
        "project stated promised opened",
        [
            "late 2023-02-09 2023-09-22 2025-01-29",
            "late 2023-09-16 2024-05-04 2025-01-29",
            "never 2024-10-22 2025-08-22 -",
            "early 2024-10-06 2025-06-21 2025-06-09",
            "future 2026-10-06 2027-06-21 -",
        ],
    ),
    "now": table("day", ["2026-11-22", "2026-11-01"]),
}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (
            "late",
            "The first promise was 22 September 2023. It was changed once, and the last promise is 4 May 2024. Opened "
            "29 January 2025, 495 days after the first promise.",
        ),
        ("never", "The first promise was 22 August 2025. Not done yet: 457 days after the first promise."),
        (
            "early",
            "The first promise was 21 June 2025. Opened 9 June 2025, on the first promised day or before.",
        ),
        ("future", "The first promise was 21 June 2027. Not done yet: the promise is not due."),
        ("nothing", "No date was promised."),
    ],
)
def test_a_timeline_says_what_was_promised_and_what_came_of_it(key: str, said: str) -> None:
    found = chart(TIMELINE, ground(PROMISES), key)
    assert found.sentence == said
    ElementTree.fromstring(found.svg)
    shaded = "var(--tint" in found.svg
    assert shaded == (key in {"late", "never"})


def test_the_table_of_a_timeline_has_its_days_and_what_stands_beside_them() -> None:
    rows = table("project stated promised opened moved_days outcome", ["x 2024-01-01 2024-03-01 - - a",
                                                                       "x 2024-02-01 2024-05-20 - 1080 b"])  # fmt: skip
    drawn_of = ground({"promises": rows, "now": PROMISES["now"]})
    found = chart({**TIMELINE, "beside": ["moved_days", "outcome"]}, drawn_of, "x")
    assert found.header == ("stated", "promised", "Opened", "moved_days", "outcome")
    assert found.cells[1] == ("1 February 2024", "20 May 2024", "—", "1,080", "b")
    assert found.raw[1] == ("2024-02-01", "2024-05-20", "", "1080", "b")


def test_a_slip_is_counted_from_the_first_promise() -> None:
    made = (("", "2025-01-01"), ("", "2025-03-01"))
    assert Promises(made, "2025-01-31", "2026-01-01").late_days == 30
    assert Promises(made, "", "2025-02-01").late_days == (date(2025, 3, 1) - date(2025, 1, 1)).days


def test_timelines_are_drawn_on_demand_alone() -> None:
    assert list(charts(ground(PROMISES, charts=[TIMELINE]))) == []


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_sparkline_rises_from_zero_where_its_values_do_towards_the_end_of_a_line(language: Language) -> None:
    line = re.search(r'points="([^"]+)"', drawn([2, None, 4], 'from 2 to "4"', language))
    assert line
    (x, y), (later_x, later_y) = ([float(part) for part in point.split(",")] for point in line[1].split())
    assert (later_x > x) == (language == "en")
    assert TALL - EDGE - later_y == 2 * (TALL - EDGE - y)
    assert "<title>from 2 to &quot;4&quot;</title>" in drawn([2, 4], 'from 2 to "4"', language)


@pytest.mark.parametrize(
    ("measure", "language", "words", "short"),
    [
        ("request_count", "fa", "از ۱۲۰ در آبان ۱۴۰۴ به ۹۶ در دی ۱۴۰۴، ۲ ماه", "۱۲۰ ← ۹۶"),
        ("wait_days", "en", "from 120 days in Aban 1404 to 96 days in Dey 1404, 2 months", "120 → 96"),
    ],
)
def test_a_sparkline_says_from_how_much_to_how_much(measure: str, language: Language, words: str, short: str) -> None:
    one = course('{"1404-10": 96, "1404-08": 120, "1404-09": null}')
    html = spark(one, ["1404-08", "1404-09", "1404-10"], measure, language)
    assert f"<title>{words}</title>" in html
    assert f'<small aria-hidden="true">{short}</small>' in html


def test_a_sparkline_of_too_little_is_a_dash() -> None:
    assert [spark(course(cell), ["1404-08"], "n", "fa") for cell in (None, "", "{}", '{"1404-08": 3}')] == ["—"] * 4


@pytest.mark.parametrize("cell", ["[1, 2]", "x", 3, '{"1404-13": 1}', '{"1404-08": "many"}'])
def test_a_cell_that_is_no_curve_is_refused(cell: object) -> None:
    with pytest.raises(PublishError, match="is no curve"):
        course(cell)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_same_data_gives_the_same_picture(language: Language) -> None:
    for specification, tables, key in ((MAP, PROCESS, "p"), (TIMELINE, PROMISES, "late")):
        first, second = (chart(specification, ground(tables, language), key).svg for _ in range(2))
        assert first == second
