"""Statements, promises and duties: what their SQL computes from authored rows, and that the rows can be traced.

Verdicts are asked of the real road (package, then derive). A change to a copy of the rows must change the verdict.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import pytest

from shahrnama.atomic import write_json
from shahrnama.catalog import Dataset, House, catalog
from shahrnama.derive import derive
from shahrnama.package import package
from shahrnama.persian import ascii_digits, display_date, gregorian, jalali, normalise

ROOT = Path(__file__).parents[1]
NAMES = ("announced_projects", "claims", "council_resolutions", "publication_duties")
Rows = list[dict[str, str]]


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def authored(dataset: str, table: str) -> Rows:
    return read(ROOT / "datasets" / dataset / "data" / f"{table}.csv")


def write(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The datasets as they are, each derived with no other dataset in sight."""
    house = House.at(ROOT, build=tmp_path_factory.mktemp("claims"))
    for dataset in catalog(house.datasets):
        if dataset.name in NAMES:
            package(house, dataset)
            derive(house, dataset, [dataset])
    return house


def derived(house: House, dataset: str, table: str) -> dict[str, dict[str, str]]:
    """A derived table by its first column."""
    rows = read(house.staging / dataset / f"{table}.csv")
    return {next(iter(row.values())): row for row in rows}


def after(tmp_path: Path, name: str, change: Callable[[Path], None]) -> House:
    """The road over a copy of one dataset whose data folder was changed."""
    shutil.copytree(ROOT / "datasets" / name, tmp_path / "datasets" / name)
    change(tmp_path / "datasets" / name / "data")
    house = House.at(tmp_path)
    (dataset,) = catalog(house.datasets)
    package(house, dataset)
    derive(house, dataset, [dataset])
    return house


VERDICTS = {
    "3,842 a day, not 3,718": ("M16", "arithmetic_error", "3841.83", "123.83", "3842"),
    "minus 36.2 %, not 35 %": ("M17", "arithmetic_error", "-36.2", "-1.2", "-36.2"),
    "4,075 a day, not 3,911": ("M18", "arithmetic_error", "4074.97", "163.97", "4075"),
    "1,397 and 84 are 1,481": ("M10", "supported", "1481", "0", "same"),
    "eleven parts are 2,735": ("M20", "supported", "2735", "0", "same"),
    "147 less 57 are 90 days": ("P1", "supported", "90", "0", "same"),
    "14 and 17 are 31 duties": ("D6", "supported", "31", "0", "same"),
    "2,110 is about 2,000 a day": ("N4", "supported", "2109.59", "109.59", "same"),
    "135,000 times 4 million tomans": ("H6", "supported", "5400000000000", "0", "same"),
    "12 years on one reading": ("C13", "consistent_under_one_reading", "12", "0", "start of this term"),
    "two months is the shortest": ("P11", "consistent_under_one_reading", "2", "0", "60 days"),
    "telephone only": ("C13b", "contradicted", "", "", "web"),
    "57 days or ten months": ("P2", "contradicted", "", "", "otherwise"),
    "130,000 paid": ("H3", "contradicted", "", "", "Documents disagree"),
    "an API portal": ("C14", "supported", "", "", "Another document"),
    "a festival's winners": ("C9", "pending", "", "", "not been read"),
    "ten projects": ("C1", "unverifiable", "", "", "not published"),
    "photos in 137": ("C6", "unverifiable", "", "", "not published"),
    "not for show": ("C10", "unverifiable", "", "", "judgement"),
    "a tenth of the city": ("M13", "unverifiable", "", "", "9.5"),
    "first in the country": ("N8", "unverifiable", "", "", "No source"),
}


@pytest.mark.parametrize(("claim", "verdict", "computed", "difference", "says"), VERDICTS.values(), ids=VERDICTS)
def test_known_verdicts(house: House, claim: str, verdict: str, computed: str, difference: str, says: str) -> None:
    row = derived(house, "claims", "claim_verdicts")[claim]
    assert (row["verdict_code"], row["computed_value"], row["difference"]) == (verdict, computed, difference)
    assert says in row["reason_en"]


def test_every_statement_has_one_verdict_and_a_reason(house: House) -> None:
    verdicts = derived(house, "claims", "claim_verdicts")
    assert set(verdicts) == {row["claim_id"] for row in authored("claims", "claims")}
    assert all(row["reason_fa"] and row["reason_en"] and row["basis_code"] for row in verdicts.values())
    counts = {code: int(row["claim_count"]) for code, row in derived(house, "claims", "verdict_counts").items()}
    assert counts == {
        row["verdict_code"]: sum(one["verdict_code"] == row["verdict_code"] for one in verdicts.values())
        for row in authored("claims", "verdict_kinds")
    }


def test_every_statement_of_the_news_item_is_there() -> None:
    found = {row["claim_id"] for row in authored("claims", "claims") if row["document_id"] == "divannews_6940"}
    assert {f"C{number}" for number in range(1, 17)} <= found


OPERATIONS: dict[str, Callable[[list[Fraction], int], Fraction]] = {
    "sum": lambda values, _: sum(values, Fraction(0)),
    "difference": lambda values, _: values[0] - values[1],
    "product": lambda values, _: prod(values, start=Fraction(1)),
    "ratio": lambda values, _: values[0] / values[1],
    "share_pct": lambda values, _: 100 * values[0] / values[1],
    "percent_change": lambda values, _: 100 * (values[1] - values[0]) / values[0],
    "per_day": lambda values, days: values[0] / days,
}
OPERANDS = {"difference": 2, "ratio": 2, "share_pct": 2, "percent_change": 2, "product": 2, "per_day": 1}


def test_every_calculation_comes_out_the_same_in_exact_fractions(house: House) -> None:
    claims = {row["claim_id"]: row for row in authored("claims", "claims")}
    calculations = derived(house, "claims", "claim_calculations")
    arithmetic = [row for row in authored("claims", "claim_evidence") if row["kind_code"] == "arithmetic"]
    assert set(calculations) == {row["evidence_id"] for row in arithmetic}
    for row in arithmetic:
        figures = [item for item in authored("claims", "claim_figures") if item["evidence_id"] == row["evidence_id"]]
        values = [Fraction(item["value"]) for item in sorted(figures, key=lambda item: int(item["position"]))]
        assert len(values) == OPERANDS.get(row["operation_code"], len(values)) > 0, row["evidence_id"]
        claim, days = claims[row["claim_id"]], 0
        if row["operation_code"] == "per_day":
            start, end = (date.fromisoformat(claim[f"period_{edge}_date"]) for edge in ("start", "end"))
            days = (end - start).days + 1
        found = OPERATIONS[row["operation_code"]](values, days)
        published = calculations[row["evidence_id"]]
        assert float(published["computed_value"]) == pytest.approx(float(found), abs=0.005)
        if row["tolerance"]:
            agrees = abs(found - Fraction(claim["stated_value"])) <= Fraction(row["tolerance"])
            assert published["is_within_tolerance"] == str(agrees).lower(), row["evidence_id"]
            assert row["tolerance_reason_fa"]
            assert row["tolerance_reason_en"]


@pytest.mark.parametrize(("claim", "month"), [("M16", "10"), ("M18", "08")], ids=["Dey", "Aban"])
def test_a_month_s_days_are_those_of_its_own_calendar(house: House, claim: str, month: str) -> None:
    row = next(row for row in authored("claims", "claims") if row["claim_id"] == claim)
    assert jalali(row["period_start_date"])[5:] == f"{month}-01"
    assert jalali(row["period_end_date"])[5:] == f"{month}-30"
    assert derived(house, "claims", "claim_calculations")[f"{claim}-1"]["day_count"] == "30"


def test_no_row_of_another_dataset_can_change_a_verdict(house: House, tmp_path: Path) -> None:
    """Demonstration data under every name that would prove a statement, beside the claims: the same bytes."""
    mine = House.at(ROOT, build=tmp_path)
    datasets = catalog(mine.datasets)
    claims = next(dataset for dataset in datasets if dataset.name == "claims")
    others = [dataset for dataset in datasets if dataset.name not in NAMES]
    for dataset in others:
        _pretend(mine, dataset)
    package(mine, claims)
    derive(mine, claims, datasets)
    assert [dataset.name for dataset in others if dataset.name == "service_requests"]
    for table in ("claim_calculations", "claim_verdicts", "verdict_counts"):
        path = f"claims/{table}.csv"
        assert (mine.staging / path).read_bytes() == (house.staging / path).read_bytes(), table


def _pretend(house: House, dataset: Dataset) -> None:
    """Staged tables of a dataset that says of itself that it is fictional: one row of typed filler each."""
    filler = {
        "integer": "1",
        "number": "1.5",
        "boolean": "true",
        "date": "2021-02-20",
        "datetime": "2021-02-20T00:00:00Z",
    }
    for resource in dataset.resources:
        path = house.staging / dataset.name / f"{resource.name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, [{field.name: filler.get(field.type, "x") for field in resource.fields}])
    write_json(house.staging / dataset.name / "staged.json", {"is_demo": True})


def edit(table: str, wanted: dict[str, str], change: dict[str, str]) -> Callable[[Path], None]:
    """Changes cells of the rows of a table that have the wanted values."""

    def changed(data: Path) -> None:
        rows = read(data / f"{table}.csv")
        found = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
        assert found
        for row in found:
            row.update(change)
        write(data / f"{table}.csv", rows)

    return changed


def drop(claim: str) -> Callable[[Path], None]:
    """Takes away all evidence of a statement."""

    def dropped(data: Path) -> None:
        write(data / "claim_evidence.csv", [r for r in read(data / "claim_evidence.csv") if r["claim_id"] != claim])

    return dropped


LIVE = {"kind_code": "document", "document_id": "history_137", "proof_dataset": "", "proof_table": ""}
CHANGED: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "a figure that fits": (edit("claim_figures", {"evidence_id": "M16-1"}, {"value": "111540"}), "M16", "supported"),
    "a figure that does not": (
        edit("claim_figures", {"evidence_id": "M10-1", "position": "2"}, {"value": "85"}),
        "M10",
        "arithmetic_error",
    ),
    "a figure from elsewhere": (
        edit("claim_figures", {"evidence_id": "M16-1"}, {"document_id": "history_137"}),
        "M16",
        "contradicted",
    ),
    "a wider tolerance": (edit("claim_evidence", {"evidence_id": "M17-1"}, {"tolerance": "1.5"}), "M17", "supported"),
    "a longer period": (edit("claims", {"claim_id": "M16"}, {"period_end_date": "2023-01-21"}), "M16", "supported"),
    "live evidence for": (
        edit("claim_evidence", {"evidence_id": "M5-1"}, {**LIVE, "finding_code": "supports"}),
        "M5",
        "supported",
    ),
    "live evidence against": (
        edit("claim_evidence", {"evidence_id": "M5-1"}, {**LIVE, "finding_code": "contradicts"}),
        "M5",
        "contradicted",
    ),
    "both readings right": (
        edit("claim_figures", {"evidence_id": "C13-2", "position": "1"}, {"value": "1396"}),
        "C13",
        "supported",
    ),
    "no evidence at all": (drop("M5"), "M5", "pending"),
}


@pytest.mark.parametrize(("change", "claim", "verdict"), CHANGED.values(), ids=CHANGED)
def test_a_verdict_follows_its_evidence(
    house: House, tmp_path: Path, change: Callable[[Path], None], claim: str, verdict: str
) -> None:
    before = derived(house, "claims", "claim_verdicts")
    now = derived(after(tmp_path, "claims", change), "claims", "claim_verdicts")
    assert before[claim]["verdict_code"] != verdict
    assert now[claim]["verdict_code"] == verdict
    others = {name: row["verdict_code"] for name, row in now.items() if name != claim}
    assert others == {name: row["verdict_code"] for name, row in before.items() if name != claim}


def test_every_document_is_reached_from_a_statement() -> None:
    used = {
        row["document_id"]
        for table in ("claims", "claim_evidence", "claim_figures")
        for row in authored("claims", table)
    }
    assert {row["document_id"] for row in authored("claims", "documents")} == used - {""}


EVIDENCE: dict[str, Callable[[dict[str, str]], bool]] = {
    "arithmetic": lambda row: bool(row["operation_code"]) and not row["finding_code"] and not row["proof_table"],
    "document": lambda row: bool(row["finding_code"]) and bool(row["document_id"]) != _without(row),
    "sql": lambda row: bool(row["proof_dataset"] and row["proof_table"]) and not row["finding_code"],
}


def _without(row: dict[str, str]) -> bool:
    """Whether there is no document to name: none was found, or it is still to be read."""
    return row["finding_code"] == "not_found" or (row["finding_code"] == "unread" and not row["document_id"])


@pytest.mark.parametrize("kind", EVIDENCE)
def test_evidence_says_what_its_kind_needs(kind: str) -> None:
    rows = [row for row in authored("claims", "claim_evidence") if row["kind_code"] == kind]
    assert rows
    assert [row["evidence_id"] for row in rows if not EVIDENCE[kind](row)] == []


TABLES = [
    (path.parents[1].name, path.stem) for name in NAMES for path in (ROOT / "datasets" / name / "data").glob("*.csv")
]
WITHOUT_SOURCE = {"claim_readings", "verdict_kinds"}  # words of ours; a reading's statement has the document


@pytest.mark.parametrize(("dataset", "table"), sorted(TABLES), ids=str)
def test_every_row_has_its_source(dataset: str, table: str) -> None:
    rows = authored(dataset, table)
    column = {"claim_evidence": "note_fa", "claims": "document_id", "claim_figures": "document_id"}.get(
        table, "source_url"
    )
    assert table in WITHOUT_SOURCE or all(row[column] for row in rows)


@pytest.mark.parametrize(("dataset", "table"), sorted(TABLES), ids=str)
def test_persian_is_spelled_as_it_is_published(dataset: str, table: str) -> None:
    cells = [(name, text) for row in authored(dataset, table) for name, text in row.items()]
    assert [text for _, text in cells if normalise(text) != text] == []
    latin_digits = [text for name, text in cells if name.endswith("_fa") and re.search(r"[0-9]", text)]
    assert latin_digits == []


JALALI_DAY = re.compile(r"1[34]\d\d/\d\d/\d\d")


@pytest.mark.parametrize(("dataset", "table"), sorted(TABLES), ids=str)
def test_a_date_is_the_one_that_its_source_writes(dataset: str, table: str) -> None:
    for row in authored(dataset, table):
        for name in [name for name in row if name.endswith("_date_text") and row[name]]:
            written, day = row[name], row[name.removesuffix("_text")]
            found = JALALI_DAY.search(ascii_digits(written))
            if found:
                assert day == gregorian(found[0]), (table, written)
            elif day and re.search(r"[۰-۹]{4}", written):
                assert display_date(day, "fa") in written, (table, written)


SLIPS = {
    "in part, in time": ("automated_permits", "partly_on_time", "-35", ""),
    "in part, late": ("permit_two_months", "partly_late", "692", ""),
    "no date was promised": ("register_137_in_my_tehran", "partly_no_date", "", ""),
    "no source says so": ("integration_1400", "no_source", "", "1711"),
}


@pytest.mark.parametrize(("promise", "status", "slip", "unconfirmed"), SLIPS.values(), ids=SLIPS)
def test_promises_slip_as_sources_tell(house: House, promise: str, status: str, slip: str, unconfirmed: str) -> None:
    row = derived(house, "announced_projects", "announced_slips")[promise]
    assert (row["status_code"], row["slip_days"], row["unconfirmed_days"]) == (status, slip, unconfirmed)


PROMISE = {"promise_id": "integration_1400"}
OUTCOMES: dict[str, tuple[dict[str, str], str, str]] = {
    "done late": ({"outcome_code": "done", "outcome_date": "2022-03-21"}, "late", "1"),
    "done on the last day": ({"outcome_code": "done", "outcome_date": "2022-03-20"}, "on_time", "0"),
    "not done": ({"outcome_code": "not_done"}, "not_done", ""),
    "not due yet": ({"promised_date": "2026-11-25"}, "not_due", ""),
    "no date, no source": ({"promised_date": ""}, "no_date", ""),
}


@pytest.mark.parametrize(("change", "status", "slip"), OUTCOMES.values(), ids=OUTCOMES)
def test_a_promise_s_status_follows_its_outcome(tmp_path: Path, change: dict[str, str], status: str, slip: str) -> None:
    changed = after(tmp_path, "announced_projects", edit("announced_promises", PROMISE, change))
    row = derived(changed, "announced_projects", "announced_slips")["integration_1400"]
    assert (row["status_code"], row["slip_days"]) == (status, slip)


def test_two_of_the_ten_projects_are_known_and_none_is_invented(house: House) -> None:
    row = derived(house, "announced_projects", "announcement_coverage")["ten_projects_1399"]
    assert (row["announced_count"], row["identified_count"], row["unidentified_count"]) == ("10", "2", "8")


def test_nothing_was_harvested_so_no_duty_is_known_to_be_met(house: House) -> None:
    rows = derived(house, "publication_duties", "duty_statuses").values()
    assert {row["status_code"] for row in rows} == {"unknown"}
    assert {row["reported_code"] for row in rows} >= {"published", "late", "defective"}


@pytest.mark.parametrize("code", ["met", "late", "defective", "unpublished"])
def test_what_a_person_saw_decides_a_duty_s_status(tmp_path: Path, code: str) -> None:
    seen = edit("publication_duties", {"duty_id": "staff"}, {"verified_code": code, "verified_date": "2026-11-25"})
    row = derived(after(tmp_path, "publication_duties", seen), "publication_duties", "duty_statuses")["staff"]
    assert (row["status_code"], row["reported_code"]) == (code, "published")


def test_the_last_report_on_a_duty_counts(house: House) -> None:
    rows = derived(house, "publication_duties", "duty_statuses")
    assert (rows["foreign_trips"]["reported_code"], rows["foreign_trips"]["report_count"]) == ("late", "2")
    assert rows["council_verbatim"]["reported_code"] == "published"


def test_counts_of_duties_are_the_same_in_both_datasets(house: House) -> None:
    counts: dict[str, Any] = {
        row["count_id"]: row["stated_count"] for row in authored("publication_duties", "duty_counts")
    }
    claims = {row["claim_id"]: row["stated_value"] for row in authored("claims", "claims")}
    pairs = {
        "106_duties": "D1",
        "106_up_to_date": "D2",
        "106_headings_updated": "D3",
        "111_duties": "D5",
        "111_published": "D6",
    }
    assert {count: counts[count] for count in pairs} == {count: claims[claim] for count, claim in pairs.items()}
    assert int(counts["111_up_to_date"]) + int(counts["111_defective"]) == int(counts["111_published"])
    shares = derived(house, "publication_duties", "duty_shares")
    assert (shares["106_up_to_date"]["share_pct"], shares["111_up_to_date"]["share_pct"]) == ("32.3", "45.2")
