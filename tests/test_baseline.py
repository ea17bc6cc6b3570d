"""The baseline: a source that loses rows, blanks a column or drifts is told, over time and not for one day alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shahrnama.captures import Capture, CaptureStore
from shahrnama.catalog import House, read
from shahrnama.package import package
from shahrnama.validate import Report, validate

DESCRIPTOR = """
name: lamps
title: چراغ‌ها
harvest: {protocol: json, address_variable: LAMPS_URL, frequency: P1D}
resources:
  - name: lamps
    expect: {min_rows: 1}
    table: {facets: [state_code]}
    schema:
      primaryKey: [lamp_id]
      fields:
        - {name: lamp_id, type: string}
        - {name: state_code, type: string}
        - {name: note, type: string}
        - {name: rare, type: string}
        - {name: capture_id, type: string}
"""
HARVEST = """
import json

def lamps(body):
    for record in json.loads(body):
        yield {"lamp_id": record["id"], "state_code": record["state"], "note": record.get("note"),
               "rare": record.get("rare")}
"""
Record = dict[str, Any]


@pytest.fixture
def house(tmp_path: Path) -> House:
    folder = tmp_path / "datasets" / "lamps"
    folder.mkdir(parents=True)
    (folder / "datapackage.yaml").write_text(DESCRIPTOR, encoding="utf-8")
    (folder / "harvest.py").write_text(HARVEST, encoding="utf-8")
    return House.at(tmp_path)


def lamps(count: int, **changes: Any) -> list[Record]:
    record = {"id": "", "state": "lit", "note": "سالم", "watt": 40, **changes}
    return [{**record, "id": f"{number:04d}"} for number in range(count)]


def judge(house: House, records: list[Record], source: str = "city", *, accept: bool = False) -> Report:
    store = CaptureStore(house.captures, "lamps")
    body = json.dumps(records).encode()
    capture = Capture("lamps", "lamps.json", store.save(body), len(body))
    store.conclude([capture], {}, source=source, is_demo=False)
    dataset = read(house.datasets / "lamps")
    package(house, dataset)
    return validate(house, dataset, [dataset], accept=accept)


def kinds(report: Report) -> list[tuple[str, str]]:
    return [(problem.kind, problem.severity) for problem in report.problems]


def test_a_source_that_shrinks_is_held_until_people_accept_it(house: House) -> None:
    assert judge(house, lamps(100)).status == "promoted"
    report = judge(house, lamps(80))
    assert kinds(report) == [("shrunk", "error")]
    assert "has 80 rows where 100 are usual" in report.problems[0].message
    assert judge(house, lamps(80), accept=True).status == "promoted"
    assert judge(house, lamps(79)).status == "promoted"


def test_a_slow_loss_is_told_too(house: House) -> None:
    count, held = 1000.0, []
    for _ in range(6):
        held.append(judge(house, lamps(int(count))).status == "held")
        count *= 0.92
    assert held[:2] == [False, False]
    assert any(held[2:5])


def test_the_dataset_says_how_much_it_may_shrink(house: House) -> None:
    path = house.datasets / "lamps" / "datapackage.yaml"
    path.write_text(DESCRIPTOR.replace("min_rows: 1", "min_rows: 1, shrink_share: 0.5"), encoding="utf-8")
    judge(house, lamps(100))
    assert judge(house, lamps(60)).status == "promoted"
    assert judge(house, lamps(30)).status == "held"


@pytest.mark.parametrize("value", [None, "", "NULL"])
def test_a_blanked_column_is_held(house: House, value: str | None) -> None:
    judge(house, lamps(100))
    blanked = lamps(70) + [{**record, "note": value} for record in lamps(100)[70:]]
    report = judge(house, blanked)
    assert (report.status == "held") is (value != "NULL")  # a word for nothing is for the parser to know
    if report.problems:
        assert (report.problems[0].field, report.problems[0].kind) == ("note", "blanked")


def test_a_column_that_is_seldom_filled_may_swing(house: House) -> None:
    rare = [{**record, **({"rare": "x"} if number < 10 else {})} for number, record in enumerate(lamps(100))]
    judge(house, rare)
    fewer = [{**record, **({"rare": "x"} if number < 6 else {})} for number, record in enumerate(lamps(100))]
    assert judge(house, fewer).status == "promoted"
    assert judge(house, lamps(100)).status == "held"


Change = Callable[[Record], Record]
DRIFTS: dict[str, tuple[Change, str]] = {
    "field_added": (lambda record: {**record, "owner": "x"}, "'owner' changed: nothing → string"),
    "field_removed": (
        lambda record: {key: record[key] for key in record if key != "watt"},
        "'watt' changed: number → nothing",
    ),
    "field_retyped": (lambda record: {**record, "watt": "40"}, "'watt' changed: number → string"),
    "field_reordered": (lambda record: dict(reversed(record.items())), "another order"),
    "category_new": (lambda record: {**record, "state": "dim"}, "never seen before: dim"),
}


@pytest.mark.parametrize(("kind", "change", "says"), [(kind, *rest) for kind, rest in DRIFTS.items()], ids=DRIFTS)
def test_drift_is_named_and_does_not_hold(house: House, kind: str, change: Change, says: str) -> None:
    judge(house, lamps(100))
    report = judge(house, [change(record) for record in lamps(100)])
    assert report.status == "promoted"
    assert kinds(report) == [(kind, "warning")]
    assert says in report.problems[0].message


def test_another_source_has_another_baseline(house: House) -> None:
    judge(house, lamps(100), source="democity")
    assert judge(house, lamps(10), source="https://city.example/").status == "promoted"
