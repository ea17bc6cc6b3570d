"""The budget: a workbook made for reading is read as it is meant, and what is planted in it is found again.

The city is ten times as large with SHAHRNAMA_LARGE=1 (a minute more).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from democity.budget import SLIP, budget_lines, budget_sheet
from democity.procurement import generate_procurement
from democity.protocols import workbook
from procurement import ROOT, captured, dataset, derived, releases_of, rows
from shahrnama.catalog import House, read
from shahrnama.errors import ParseError

PLANTED = yaml.safe_load((ROOT / "scripts/democity/planted/budget.yaml").read_text(encoding="utf-8"))
BUDGET = read(ROOT / "datasets" / "budget")
CITIES = {
    "seed 1404": (1404, 1.0),
    "another seed": (7, 1.0),
    "ten times as large": (1404, 10.0),
    "another, ten times as large": (7, 10.0),
}
Change = Callable[[list[list[str]]], object]


@pytest.mark.parametrize(("seed", "scale"), CITIES.values(), ids=CITIES)
def test_the_planted_truths_are_found_and_no_others(tmp_path: Path, seed: int, scale: float) -> None:
    if scale > 1 and not os.environ.get("SHAHRNAMA_LARGE"):
        pytest.skip("a city ten times as large takes half a minute; set SHAHRNAMA_LARGE=1")
    house, contracts = House.at(tmp_path, build=tmp_path / "build"), dataset(tmp_path)
    body = workbook(budget_sheet(seed, scale))
    captured(house, contracts, releases_of(contracts, list(generate_procurement(seed, scale))))
    captured(house, BUDGET, [(resource, body) for resource in ("budget_lines", "budget_offices", "budget_totals")])
    derived(house, [contracts, BUDGET])
    found = rows(house.staging / "budget", "budget_execution")
    assert len(found) == 36

    def where(holds: Callable[[dict[str, str]], bool]) -> list[list[int | str]]:
        return [[int(row["fiscal_year"]), row["office_id"]] for row in found if holds(row)]

    assert where(lambda row: float(row["spent_share"]) > 1) == PLANTED["overspent"]
    assert where(lambda row: float(row["spent_share"]) < 0.2) == PLANTED["idle"]
    assert where(lambda row: float(row["contracted_share"]) > 1) == PLANTED["overcommitted"]
    assert where(lambda row: row["sum_difference_irr"] != "0") == PLANTED["wrong_sum"]
    assert {row["sum_difference_irr"] for row in found} == {"0", str(SLIP * 1_000_000)}
    assert sum(int(row["contract_count"]) for row in found) == len(rows(house.staging / "contracts", "contracts"))


def test_every_line_of_the_sheet_is_read() -> None:
    told = [(year, office, programme, *(amount * 10**6 for amount in amounts))
            for year, office, programme, *amounts in budget_lines()]  # fmt: skip
    assert [tuple(row.values()) for row in BUDGET.parser("budget_lines")(workbook(budget_sheet()))] == told


def cell(row: int, column: int, text: str) -> Change:
    return lambda sheet: sheet[row].__setitem__(column, text)


READ: dict[str, tuple[Change, int]] = {
    "a dash": (cell(5, 6, "-"), 0),
    "nothing": (cell(5, 6, ""), 0),
    "ASCII digits and commas": (cell(5, 6, "1,234"), 1_234_000_000),
    "Arabic digits": (cell(5, 6, "١٬٢٣٤"), 1_234_000_000),
    "no separator": (cell(5, 6, "۱۲۳۴"), 1_234_000_000),
}
REFUSED: dict[str, tuple[Change, str]] = {
    "another unit": (cell(1, 0, "مبالغ به ریال"), "in which unit are the amounts"),
    "another header": (cell(3, 3, "طرح"), "has no header سال مالی"),
    "columns in another order": (cell(4, 4, "هزینه‌شده"), "is not مصوب"),
    "a sheet that is cut off": (lambda sheet: sheet.pop(), "is it cut off"),
    "an amount that is none": (cell(5, 5, "حدود ۱۲"), "is no amount in million rials"),
    "a negative amount": (cell(5, 5, "-۱۲"), "is no amount in million rials"),
    "a fraction": (cell(5, 5, "۱۲٫۵"), "is no amount in million rials"),
    "a Gregorian year": (cell(5, 0, "2024"), "is no Jalali year"),
    "a line without an office": (cell(5, 0, ""), "has no office"),
    "a line without a programme": (cell(6, 3, ""), "no programme"),
}


@pytest.mark.parametrize(("change", "rials"), READ.values(), ids=READ)
def test_amounts_as_people_write_them(change: Change, rials: int) -> None:
    sheet = budget_sheet()
    change(sheet)
    assert next(iter(BUDGET.parser("budget_lines")(workbook(sheet))))["spent_irr"] == rials


@pytest.mark.parametrize(("change", "says"), REFUSED.values(), ids=REFUSED)
def test_what_could_be_read_wrongly_is_refused(change: Change, says: str) -> None:
    sheet = budget_sheet()
    change(sheet)
    with pytest.raises(ParseError, match=says) as raised:
        list(BUDGET.parser("budget_lines")(workbook(sheet)))
    assert "\n" not in str(raised.value)
