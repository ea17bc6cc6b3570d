"""Small counts of derived tables: hidden, and not told by any total; attacked by algebra, bounds and enumeration.

`SHAHRNAMA_FUZZ=2000` tries that many random tables of each shape instead of 8.
"""

from __future__ import annotations

import csv
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from shahrnama import suppress as suppression
from shahrnama.catalog import House, Resource, Row, catalog
from shahrnama.derive import derive
from shahrnama.errors import DatasetError
from shahrnama.package import package
from shahrnama.suppress import Exposed, exposed, publishable, suppress

TABLES = int(os.environ.get("SHAHRNAMA_FUZZ", "8"))
Margins = list[list[str]]
SHAPES: dict[str, tuple[tuple[int, ...], Margins, float]] = {
    "one margin": ((9, 5), [["d0"]], 8),
    "two margins": ((7, 6), [["d0"], ["d1"]], 12),
    "two margins, few small": ((9, 9), [["d0"], ["d1"]], 40),
    "all together": ((6, 6), [["d0"], ["d1"], []], 10),
    "three margins of one column": ((4, 4, 4), [["d0"], ["d1"], ["d2"]], 12),
    "three margins of two columns": ((4, 4, 4), [["d0", "d1"], ["d0", "d2"], ["d1", "d2"]], 15),
}


def resource(columns: list[str], **rule: Any) -> Resource:
    fields = [{"name": name, "type": "integer"} for name in columns]
    return Resource({"name": "waits", "schema": {"fields": fields}, "suppress": {"below": 5, **rule}}, "derived")


def random_table(seed: int, shape: tuple[int, ...], margins: Margins, mean: float) -> tuple[Resource, list[Row]]:
    """Counts as cities have them: many small ones, a few large (negative binomial)."""
    draw = np.random.default_rng(seed)
    names = [f"d{at}" for at in range(len(shape))]
    rows = [
        {**dict(zip(names, place, strict=True)), "n": int(draw.negative_binomial(1, 1 / (1 + mean)))}
        for place in itertools.product(*map(range, shape))
    ]
    return resource([*names, "n"], counts=["n"], margins=margins), rows


def group(row: Row, margin: list[str]) -> tuple[Any, ...]:
    return (tuple(margin), *(row[name] for name in margin))


def can_hide_more(rows: list[Row], published: list[Row], at: int, margins: Margins) -> bool:
    """Whether a group of the row has another row that is shown and not 0, and that no total tells by itself."""
    sizes: dict[Any, int] = {}
    for row, margin in itertools.product(rows, margins):
        sizes[group(row, margin)] = sizes.get(group(row, margin), 0) + 1
    return any(
        other["n"] and group(other, margin) == group(rows[at], margin)
        for other in published
        for margin in margins
        if all(sizes[group(other, some)] > 1 for some in margins)
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_no_hidden_count_can_be_worked_out(shape: str) -> None:
    size, margins, mean = SHAPES[shape]
    hidden = 0
    for seed in range(TABLES):
        table, rows = random_table(seed, size, margins, mean)
        published = suppress(table, rows)
        hidden += sum(row["n"] is None for row in published)
        assert not [row for row in published if row["n"] and row["n"] < 5]
        assert all(row["n"] is not None for row, true in zip(published, rows, strict=True) if not true["n"])
        told = [
            found for found in exposed(table, rows, published) if can_hide_more(rows, published, found.row, margins)
        ]
        assert not told, seed
    assert hidden > 0


@pytest.mark.parametrize("shape", SHAPES)
def test_without_complements_counts_are_worked_out(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The auditor is no rubber stamp: with primary suppression alone it finds exact counts, the true ones."""
    size, margins, mean = SHAPES[shape]
    monkeypatch.setattr(suppression, "_complement", lambda *_: False)
    monkeypatch.setattr(suppression, "_assure", lambda *_: False)
    exact = 0
    for seed in range(TABLES):
        table, rows = random_table(seed, size, margins, mean)
        found = exposed(table, rows, suppress(table, rows))
        assert all(item.low <= rows[item.row]["n"] <= item.high for item in found)
        exact += sum(item.low == item.high for item in found)
    assert exact > 0


def solutions(sums: list[tuple[list[int], int]], count: int, least: int) -> Iterator[tuple[int, ...]]:
    """Every table of whole numbers that agrees with the sums: what a reader with all the time in the world has."""
    rest, left = [total for _, total in sums], [len(cells) for cells, _ in sums]
    of = [[at for at, (cells, _) in enumerate(sums) if cell in cells] for cell in range(count)]
    values: list[int] = []

    def fill(cell: int) -> Iterator[tuple[int, ...]]:
        if cell == count:
            yield tuple(values)
            return
        low = max([least, *(rest[at] for at in of[cell] if left[at] == 1)])
        for value in range(low, min(rest[at] - least * (left[at] - 1) for at in of[cell]) + 1):
            for at in of[cell]:
                rest[at], left[at] = rest[at] - value, left[at] - 1
            values.append(value)
            yield from fill(cell + 1)
            values.pop()
            for at in of[cell]:
                rest[at], left[at] = rest[at] + value, left[at] + 1

    yield from fill(0)


@pytest.mark.parametrize(
    ("size", "margins", "mean"),
    [((3, 3), [["d0"], ["d1"]], 5), ((3, 2, 2), [["d0", "d1"], ["d0", "d2"], ["d1", "d2"]], 6)],
    ids=["two margins", "three margins"],
)
def test_no_enumeration_of_all_tables_tells_more(size: tuple[int, ...], margins: Margins, mean: float) -> None:
    tried = 0
    for seed in range(TABLES * 2):
        table, rows = random_table(seed, size, margins, mean)
        published = suppress(table, rows)
        hidden = [at for at, row in enumerate(published) if row["n"] is None]
        sums, total_of = [], {}
        for at, margin in itertools.product(range(len(rows)), margins):
            total_of.setdefault(group(rows[at], margin), []).append(at)
        for cells in total_of.values():
            if 0 < sum(rows[at]["n"] for at in cells) < 5:
                continue  # the total is a small count itself, and is not published
            inside = [hidden.index(at) for at in cells if at in hidden]
            sums.append((inside, sum(rows[at]["n"] for at in cells if at in hidden)))
        if not all(any(at in inside for inside, _ in sums) for at in range(len(hidden))):
            continue
        found = list(itertools.islice(solutions(sums, len(hidden), 1), 2_000))
        if not hidden or len(found) == 2_000:
            continue
        tried += 1
        for at, cell in enumerate(hidden):
            values = {solution[at] for solution in found}
            assert len(values) >= 4 or not can_hide_more(rows, published, cell, margins), (seed, rows[cell], values)
    assert tried > 5


def test_totals_together_tell_a_bridge_that_no_total_tells_alone() -> None:
    """Two blocks of hidden counts and one between them: the sums of one side less those of the other give it."""
    hidden = {(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2), (2, 3), (3, 2), (3, 3)}
    rows = [{"r": r, "c": c, "n": 7 if (r, c) in hidden else 40} for r in range(4) for c in range(4)]
    table = resource(["r", "c", "n"], counts=["n"], margins=[["r"], ["c"]])
    published = [{**row, "n": None if (row["r"], row["c"]) in hidden else row["n"]} for row in rows]
    assert exposed(table, rows, published) == [Exposed(6, "n", 7, 7)]


def test_what_hangs_on_a_small_count_goes_with_it_and_is_flagged() -> None:
    table = resource(
        ["d", "n", "open", "days", "is_suppressed"],
        counts=["n", "open"], also=["days"], margins=[[]], flag="is_suppressed",
    )  # fmt: skip
    sizes = [(30, 9), (12, 2), (9, 9), (0, 0), (8, 0)]
    rows = [{"d": at, "n": n, "open": o, "days": 1.5, "is_suppressed": False} for at, (n, o) in enumerate(sizes)]
    published = suppress(table, rows)
    assert [row["d"] for row in published] == [0, 1, 2, 3, 4]
    assert published[1] == {"d": 1, "n": None, "open": None, "days": None, "is_suppressed": True}
    assert published[3] == rows[3]
    assert [row["is_suppressed"] for row in published] == [True, True, False, False, True]  # 2 and 0 open need a third
    assert exposed(table, rows, published) == []


def test_zeros_are_hidden_where_the_table_says_so() -> None:
    rows = [{"d": at, "n": n} for at, n in enumerate([0, 1, 9, 9])]
    assert [row["n"] for row in suppress(resource(["d", "n"], counts=["n"], zero=True), rows)] == [None, None, 9, 9]
    assert [row["n"] for row in suppress(resource(["d", "n"], counts=["n"]), rows)] == [0, None, 9, 9]


def test_a_group_of_ones_that_is_wholly_hidden_is_named_by_the_auditor() -> None:
    """Five rows, a total of five, none of them 0: nothing is left to hide, so the author is told."""
    rows = [{"d": at, "n": 1} for at in range(5)]
    table = resource(["d", "n"], counts=["n"], margins=[[]])
    assert exposed(table, rows, suppress(table, rows)) == [Exposed(at, "n", 1, 1) for at in range(5)]
    with pytest.raises(DatasetError, match=r"hides 5 counts that the totals still tell \(row 1, row 2"):
        publishable(table, rows)
    open_to_zero = resource(["d", "n"], counts=["n"], margins=[[]], zero=True)
    assert publishable(open_to_zero, rows) == suppress(open_to_zero, rows)


def test_the_same_rows_give_the_same_answer_and_none_stays_none() -> None:
    table, rows = random_table(3, (8, 8), [["d0"], ["d1"]], 12)
    assert suppress(table, rows) == suppress(table, rows)
    assert suppress(table, []) == []
    plain = Resource({"name": "waits", "schema": {"fields": []}}, "derived")
    assert suppress(plain, rows) is rows


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"counts": ["m"]}, "'m', which is no column"),
        ({"counts": ["n"], "also": ["median"]}, "'median', which is no column"),
        ({"counts": ["n"], "margins": [["d"], ["month"]]}, "'month', which is no column"),
        ({"counts": ["n"], "flag": "hidden"}, "'hidden', which is no column"),
        ({"counts": ["n"], "totals": []}, "knows also, below"),
        ({}, "needs `below` and `counts`"),
        ({"counts": ["n"], "below": 1}, "from 2 on"),
        ({"counts": ["d"]}, "holds 'x'; let the SQL give whole numbers"),
    ],
    ids=["count", "also", "margin", "flag", "option", "no count", "below", "text"],
)
def test_a_wrong_rule_is_named(rule: dict[str, Any], says: str) -> None:
    with pytest.raises(DatasetError, match=says) as raised:
        suppress(resource(["d", "n"], **rule), [{"d": "x", "n": 3}])
    assert str(raised.value).startswith("waits: suppress ")


def test_a_derived_table_is_written_without_its_small_counts(tmp_path: Path) -> None:
    folder = tmp_path / "datasets" / "visits"
    (folder / "derive").mkdir(parents=True)
    (folder / "data").mkdir()
    fields = [{"name": "place", "type": "string"}, {"name": "visit_count", "type": "integer"}]
    rule = {"below": 5, "counts": ["visit_count"], "margins": [[]]}
    resources = [
        {"name": "visits", "schema": {"fields": [{"name": "visit_id", "type": "integer"}, fields[0]]}},
        {"name": "places", "schema": {"fields": fields}, "suppress": rule},
    ]
    text = yaml.safe_dump({"name": "visits", "resources": resources})
    (folder / "datapackage.yaml").write_text(text, encoding="utf-8")
    (folder / "derive" / "places.sql").write_text("SELECT place, count(*) AS visit_count FROM visits GROUP BY place")
    places = ["a"] * 3 + ["b"] * 6 + ["c"] * 20
    lines = [f"{number},{place}" for number, place in enumerate(places)]
    (folder / "data" / "visits.csv").write_text("\n".join(["visit_id,place", *lines, ""]), encoding="utf-8")
    house = House.at(tmp_path)
    (dataset,) = catalog(house.datasets)
    package(house, dataset)
    assert derive(house, dataset, [dataset])
    with (house.staging / "visits" / "places.csv").open(encoding="utf-8", newline="") as file:
        assert [tuple(row.values()) for row in csv.DictReader(file)] == [("a", ""), ("b", ""), ("c", "20")]
