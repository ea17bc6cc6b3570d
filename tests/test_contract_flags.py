"""Red flags: the SQL of contracts gives what Cardinal's authors expect on their fixtures and examples.

Their fixtures lie beside the project (`../shared/data/ocds/cardinal`) and are read from there: `indicators` with the
expected results, `docs-examples` whose results stand in the documentation
(https://cardinal.readthedocs.io/en/latest/cli/indicators/), repeated below. Not applied: `prepare` and `coverage`: they
test other commands of theirs (mending files, counting fields) and expect no flags. The recorded fixtures hold no
expected file for R025, R030, R035, R036, R048 and R058; for these the documentation's examples and the cases of our own
below stand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from procurement import Setting, dataset, rows, tables

SUBJECTS = {"process": "OCID", "buyer": "Buyer", "procuring_entity": "ProcuringEntity", "supplier": "Tenderer"}
USD: list[Setting] = [("ALL", "main_currency", "USD", 1.0)]
METHODS: list[Setting] = [("ALL", "exclude_method", "EXC", 1.0), ("ALL", "no_price_comparison", "NPC", 1.0)]
ONE_PROCESS: list[Setting] = [("R048", "minimum_processes", "*", 1.0)]
WITHOUT = {"R003-threshold-10": ["('R003', 'shortest_days'"], "048": ["('R048', 'minimum_processes'"]}
SETTINGS: dict[str, list[Setting]] = {  # as the authors' own tests set them
    "R003-threshold-10": [("R003", "shortest_days", "*", 10.0)],
    "R003-procurement_methods-open+selective": [("R003", "method", "open", 1.0), ("R003", "method", "selective", 1.0)],
    "R003-procurement_method_details-x-5-y-10": [
        ("R003", "shortest_days", "x", 5.0),
        ("R003", "shortest_days", "y", 10.0),
    ],
    "R024": METHODS,
    "R028": METHODS,
    "048": ONE_PROCESS,
}  # fmt: skip
FIXTURES = [
    *("R003", "R003-threshold-10", "R003-procurement_methods-open+selective"),
    *("R003-procurement_method_details-x-5-y-10", "R018", "R024", "R028", "R038"),
]
DOCUMENTED: dict[str, dict[str, dict[str, float]]] = {
    "003": {"OCID": {"F": 1}},
    "018": {"OCID": {"F": 1}},
    "024": {"OCID": {"F": 1}, "Tenderer": {"W": 0, "L": 0}},
    "025": {"Tenderer": {"F": 0.166667}},
    "028": {"OCID": {"F": 1}, "Tenderer": {"D": 1, "V": 1}},
    "030": {"OCID": {"F": 1}, "Tenderer": {"W": 1}},
    "035": {"OCID": {"F": 1}, "Tenderer": {"V": 0}},
    "036": {"OCID": {"F": 1}},
    "038": {"Buyer": {"B": 0.5}},
    "048": {"Tenderer": {"F": 2}},
    "058": {"OCID": {"F": 99}, "Tenderer": {"W": 0}},
}


def flagged(place: Path, name: str, code: str, lines: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Values by group and identifier of one flag over compiled releases, in Cardinal's words."""
    releases = [{"id": "1", "date": "2020-01-01T00:00:00Z", "tag": ["compiled"], **line} for line in lines]
    found = dataset(place, [*USD, *SETTINGS.get(name, [])], ["('ALL', 'main_currency'", *WITHOUT.get(name, [])])
    groups: dict[str, dict[str, float]] = {}
    for row in rows(tables(place, releases, found), "contract_flags"):
        if row["flag_code"] == code:
            groups.setdefault(SUBJECTS[row["subject_code"]], {})[row["subject_id"]] = float(row["value"])
    return groups


def cardinal(shared: Path) -> Path:
    folder = shared / "ocds" / "cardinal"
    if not folder.is_dir():
        pytest.skip("Cardinal's fixtures are not in ../shared/data/ocds/cardinal; this test needs them")
    return folder


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


@pytest.mark.parametrize("name", FIXTURES)
def test_the_authors_fixtures_give_the_authors_flags(tmp_path: Path, shared: Path, name: str) -> None:
    folder, code = cardinal(shared) / "indicators", name[:4]
    told = json.loads((folder / f"{name}.expected").read_text())
    expected = {group: {key: value[code] for key, value in found.items()} for group, found in told.items()}
    assert flagged(tmp_path, name, code, lines(folder / f"{name}.jsonl")) == expected


def test_no_fixture_with_an_expected_file_is_left_out(shared: Path) -> None:
    assert {path.stem for path in (cardinal(shared) / "indicators").glob("*.expected")} == set(FIXTURES)
    assert {path.stem for path in (cardinal(shared) / "docs-examples/R").glob("*.jsonl")} == set(DOCUMENTED)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_documentations_examples_give_its_flags(tmp_path: Path, shared: Path, name: str) -> None:
    found = lines(cardinal(shared) / "docs-examples" / "R" / f"{name}.jsonl")
    assert flagged(tmp_path, name, f"R{name}", found) == DOCUMENTED[name]


def bid(tenderers: str, amount: float | None = None, status: str = "valid", **more: Any) -> dict[str, Any]:
    value = {} if amount is None else {"value": {"amount": amount, "currency": "USD"}}
    return {"status": status, "tenderers": [{"id": name} for name in tenderers], **value, **more}


def award(suppliers: str, status: str = "active", codes: tuple[str, ...] = ()) -> dict[str, Any]:
    items = [{"classification": {"id": code}} for code in codes]
    return {"status": status, "suppliers": [{"id": name} for name in suppliers], "items": items}


def process(ocid: str, bids: list[Any], awards: list[Any], **tender: Any) -> dict[str, Any]:
    return {"ocid": ocid, "bids": {"details": bids}, "awards": awards, "tender": tender}


LATE = {"date": "2000-04-01T00:00:00Z"}
PERIOD = {"tenderPeriod": {"endDate": "2000-03-15T00:00:00Z"}}
USUAL = [process(f"u{at}", [bid("A", 100), bid("B", 110)], [award("A")]) for at in range(5)]
CASES: dict[str, tuple[str, list[dict[str, Any]], dict[str, dict[str, float]]]] = {
    "R025 counts a process once, and none that is open or cancelled": (
        "R025",
        [
            *(process(f"{at}", [bid("F"), bid(f"{at}")], [award(f"{at}")]) for at in range(8)),
            process("won", [bid("F"), bid("F"), bid("N")], [award("F")]),
            process("open", [bid("F")], [award("F"), award("F", "pending")]),
            process("two", [bid("F")], [award("F"), award("F")]),
            process("joint", [bid("FG")], [award("F")]),
            process("gone", [bid("F")], [award("F")], status="cancelled"),
        ],
        {"Tenderer": {"F": 0.111111, "N": 0}},
    ),
    "R025 says nothing where most never win": (
        "R025",
        [process(f"{at}", [bid("F"), bid("W"), bid(f"{at}")], [award("W")]) for at in range(6)],
        {},
    ),
    "R030 wants the late bid to be valid and to win": (
        "R030",
        [
            process("F", [bid("W", **LATE)], [award("W")], **PERIOD),
            process("loser", [bid("L", **LATE), bid("W")], [award("W")], **PERIOD),
            process("refused", [bid("W", status="disqualified", **LATE)], [award("W")], **PERIOD),
            process("pending", [bid("W", **LATE)], [award("W", "pending")], **PERIOD),
            process("the same moment", [bid("W", date="2000-03-15T03:30:00+03:30")], [award("W")], **PERIOD),
        ],
        {"OCID": {"F": 1}, "Tenderer": {"W": 1}},
    ),
    "R035 counts rivals, not bids": (
        "R035",
        [
            process("2", [bid("D", status="disqualified"), bid("D", status="disqualified"),
                          bid("E", status="disqualified"), bid("V"), bid("V")], [award("V"), award("V")]),
            process("kept", [bid("D", status="disqualified"), bid("V"), bid("W")], [award("V")]),
            process("other", [bid("D", status="disqualified"), bid("V")], [award("S")]),
            process("more", [bid("D", status="disqualified"), bid("V")], [award("V"), award("S")]),
            process("open", [bid("D", status="disqualified"), bid("V")], [award("V"), award("V", "pending")]),
            process("own", [bid("V", status="disqualified"), bid("V")], [award("V")]),
            process("none", [bid("V")], [award("V")]),
        ],
        {"OCID": {"2": 2}, "Tenderer": {"V": 0}},
    ),
    "R036 leaves out bids that were never submitted, and wants a valid one": (
        "R036",
        [
            process("F", [bid("D", 10, "disqualified"), bid("I", 1, "invited"), bid("V", 20)], [award("V")]),
            process("pending", [bid("D", 10, "disqualified"), bid("P", 1, "pending"), bid("V", 20)], [award("V")]),
            process("alone", [bid("D", 10, "disqualified")], [award("V")]),
            process("no award", [bid("D", 10, "disqualified"), bid("V", 20)], [award("V", "pending")]),
            process("no price", [bid("D", 10, "disqualified"), bid("V")], [award("V")]),
            process("as low, later", [bid("V", 10), bid("D", 10, "disqualified")], [award("V")]),
            process("as low, first", [bid("D", 10, "disqualified"), bid("V", 10)], [award("V")]),
        ],
        {"OCID": {"F": 1, "as low, first": 1}},
    ),
    "R048 counts only those with twenty processes": (
        "R048",
        [
            *(process(f"{who}{at}", [], [award(who, codes=(f"{10 + at % kinds}000000",))])
              for who, kinds in (("A", 1), ("B", 1), ("C", 1), ("D", 1), ("F", 5)) for at in range(20)),
            process("few", [], [award("G", codes=tuple(f"{at}000000" for at in range(10, 40)))]),
            process("joint", [], [award("AB", codes=tuple(f"{at}000000" for at in range(10, 40)))]),
        ],
        {"Tenderer": {"F": 5}},
    ),
    "R058 leaves out what was not won by the lowest of single bids": (
        "R058",
        [
            *USUAL,
            process("F", [bid("A", 100), bid("B", 900)], [award("A")]),
            process("dear", [bid("A", 900), bid("B", 100)], [award("A")]),
            process("joint", [bid("A", 100), bid("BC", 900)], [award("A")]),
            process("two", [bid("A", 100), bid("B", 900)], [award("A"), award("A")]),
            process("free", [bid("A", 0), bid("B", 900)], [award("A")]),
        ],
        {"OCID": {"F": 8}, "Tenderer": {"A": 0}},
    ),
    "R058 takes the winner's lowest bid": (
        "R058",
        [*USUAL, process("F", [bid("A", 200), bid("A", 100), bid("B", 300)], [award("A")])],
        {"OCID": {"F": 2}, "Tenderer": {"A": 0}},
    ),
    "R024 says nothing where the fence is not above zero": ("R024", [
        *(process(f"{at}", [bid("A", 100), bid("B", 100 + at)], [award("A")]) for at in range(6)),
    ], {}),
}  # fmt: skip


@pytest.mark.parametrize(("code", "found", "expected"), CASES.values(), ids=CASES)
def test_exclusions(
    tmp_path: Path, code: str, found: list[dict[str, Any]], expected: dict[str, dict[str, float]]
) -> None:
    assert flagged(tmp_path, "", code, found) == expected
