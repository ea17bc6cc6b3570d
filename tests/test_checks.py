"""Types of our own: tables of what passes and what fails, stock Frictionless beside them, and proofs that never lie.

SHAHRNAMA_FUZZ=100000 makes the proofs face that many texts for each check, instead of 5,000.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import frictionless
import polars as pl
import pytest

from shahrnama.catalog import Resource
from shahrnama.checks.amounts import amount, rials
from shahrnama.checks.bound import BoundCheck, checks_for
from shahrnama.checks.dates import gregorian_fault, is_leap, jalali_fault
from shahrnama.checks.legal_id import legal_id_fault
from shahrnama.checks.stock import CHECKS, ERRORS, register
from shahrnama.errors import DatasetError

FUZZ = int(os.environ.get("SHAHRNAMA_FUZZ", "5000"))
MOMENT = "%Y-%m-%dT%H:%M:%SZ"

JALALI = {
    "slashes": ("1404/01/31", None),
    "dashes": ("1404-01-31", None),
    "first official day": ("1304/01/01", None),
    "last day of summer": ("1404/06/31", None),
    "last year": ("1500/12/29", None),
    "leap Esfand": ("1403/12/30", None),
    "common Esfand": ("1404/12/30", "jalali-date"),
    "31 Mehr": ("1404/07/31", "jalali-date"),
    "month 13": ("1404/13/01", "jalali-date"),
    "day 0": ("1404/01/00", "jalali-date"),
    "Persian digits": ("۱۴۰۴/۰۱/۳۱", "jalali-date"),
    "two marks": ("1404/01-31", "jalali-date"),
    "short month": ("1404/1/31", "jalali-date"),
    "two-digit year": ("04/01/31", "jalali-date"),
    "padded year": ("0404/01/31", "jalali-date"),
    "space": ("1404/01/31 ", "jalali-date"),
    "line end": ("1404/01/31\n", "jalali-date"),
    "Gregorian": ("2025-04-20", "jalali-date"),
    "after 1500": ("1501/01/01", "jalali-date"),
    "before 1200": ("1199/01/01", "jalali-date"),
    "before the law": ("1303/12/29", "calendar-doubtful"),
    "municipal law of 1286": ("1286/03/20", "calendar-doubtful"),
    "no such day before the law": ("1286/13/20", "jalali-date"),
}


@pytest.mark.parametrize("name", JALALI)
def test_jalali_dates(name: str) -> None:
    text, kind = JALALI[name]
    found = jalali_fault(text)
    assert (found and found.kind) == kind


def test_the_calendar_agrees_with_the_university_of_tehran(shared: Path) -> None:
    path = shared / "persian" / "jalali" / "persian-calendar" / "CalendarCenterData.txt"
    triples = re.findall(r"^(\d+),(\d+),(\d+),", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(triples) > 1_000
    for day, month, year in triples:
        assert jalali_fault(f"{year}/{int(month):02}/{int(day):02}") is None, (year, month, day)


def test_the_calendar_agrees_with_jalaali(shared: Path) -> None:
    vectors = json.loads((shared / "persian" / "jalali" / "jalaali-js_vectors.json").read_text())
    leap = {year: is_leap(year) for year in vectors["leap"] + vectors["common"]}
    assert {year for year, is_long in leap.items() if is_long} == set(vectors["leap"])
    for year, month, day in (pair["j"] for pair in vectors["pairs"]):
        assert jalali_fault(f"{year}/{month:02}/{day:02}") is None


GREGORIAN = {
    "today": (date(2025, 4, 20), 1800, None),
    "1800": (date(1800, 1, 1), 1800, None),
    "Jalali": (date(1403, 1, 31), 1800, "jalali-in-gregorian"),
    "first Jalali": (date(1200, 1, 1), 1800, "jalali-in-gregorian"),
    "last Jalali": (date(1500, 12, 31), 1800, "jalali-in-gregorian"),
    "too early": (date(1799, 12, 31), 1800, "year-doubtful"),
    "lunar": (date(1501, 1, 1), 1800, "year-doubtful"),
    "year 1": (date(1, 1, 1), 1800, "year-doubtful"),
    "early by its minimum": (date(1700, 1, 1), 1650, None),
    "Jalali whatever the minimum": (date(1403, 1, 31), 1000, "jalali-in-gregorian"),
}


@pytest.mark.parametrize("name", GREGORIAN)
def test_gregorian_dates(name: str) -> None:
    value, earliest, kind = GREGORIAN[name]
    found = gregorian_fault(value, earliest)
    assert (found and found.kind) == kind


AMOUNTS: dict[str, int | Decimal] = {
    "0": 0,
    "۰": 0,
    "12": 12,
    "-12": -12,
    "−۱۲": -12,
    "۱۲٬۳۴۵٬۶۷۸": 12_345_678,
    "12,345,678": 12_345_678,
    "۱۲،۳۴۵،۶۷۸": 12_345_678,
    "١٬٢٣٤": 1_234,
    "۱۴۰۵٤": 14_054,  # the Arabic four of another keyboard
    "12345678": 12_345_678,
    " ۱۲٬۳۴۵\u200f": 12_345,
    "۱۲٫۵": Decimal("12.5"),
    "12.50": Decimal("12.50"),
    "۱٬۲۳۴٫۵": Decimal("1234.5"),
    "0.5": Decimal("0.5"),
    "-۰٫۵": Decimal("-0.5"),
    "999999999999999999": 999_999_999_999_999_999,
    "999,999,999,999,999,999": 999_999_999_999_999_999,
}
NO_AMOUNTS = {
    "": "no digits",
    "-": "no digits",
    "--1": "'-'",
    "1-": "'-'",
    "(12)": "'\\('",
    "12,34": "groups",
    "1,2345": "groups",
    "1234,567": "groups",
    ",123": "groups",
    "1,,234": "groups",
    "1,234,": "groups",
    "0,123": "zero",
    "012": "zero",
    "۰۰": "zero",
    "۱٬۲۳۴,۵۶۷": "mixes",
    "1.234.567": "decimal marks",
    "1.5٫5": "decimal marks",
    "1.234,56": "after its decimal mark",
    ".5": "no digits",
    "5.": "after its decimal mark",
    "12 345": "' '",
    "12'345": '"\'"',
    "۱۲ ریال": "unit",
    "12/5": "'/'",
    "1e5": "'e'",
    "١２": "'２'",
    "NaN": "'N'",
    "1\n2": "'\\\\n'",
    "1234567890123456789": "18 digits",
    "1.1234567890123456789": "18 digits",
    "1" * 100_000: "characters long",
}


@pytest.mark.parametrize("text", AMOUNTS, ids=ascii)
def test_amounts_are_read_exactly(text: str) -> None:
    found = amount(text)
    assert found == AMOUNTS[text]
    assert type(found) is type(AMOUNTS[text])
    assert str(found) == str(AMOUNTS[text])


@pytest.mark.parametrize("text", NO_AMOUNTS, ids=lambda text: ascii(text[:20]))
def test_what_is_no_amount_says_why(text: str) -> None:
    with pytest.raises(ValueError, match=NO_AMOUNTS[text]):
        amount(text)


@pytest.mark.parametrize(("text", "expected"), [("۱٬۲۳۴", 1234), ("12.00", 12), ("12.5", None), ("1.234", None)])
def test_rials_are_whole(text: str, expected: int | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="fraction"):
            rials(text)
    else:
        assert rials(text) == expected


def test_legal_ids_agree_with_others(shared: Path) -> None:
    path = shared / "persian" / "national-id" / "py-persian-tools_asserts.json"
    asserted = json.loads(path.read_text(encoding="utf-8"))["tests/test_legal_id.py"]
    cases = [re.fullmatch(r"legal_id\.validate\('(.*)'\)( is False)?", text) for text in asserted]
    told = {found[1]: not found[2] for found in cases if found}
    assert len(told) == 25
    assert {text: legal_id_fault(text) is None for text in told} == told


LEGAL = {
    "10380284790": True,
    "10100387143": True,
    "10100387144": False,
    "11111111111": False,
    "00000000000": False,
    "12300000079": False,  # the check digit fits, the serial number is zero
    "1038028479": False,
    "103802847900": False,
    "۱۰۳۸۰۲۸۴۷۹۰": False,
    "10380284790\n": False,
    "1038028479a": False,
}


@pytest.mark.parametrize("text", LEGAL, ids=ascii)
def test_legal_ids(text: str) -> None:
    assert (legal_id_fault(text) is None) == LEGAL[text]


def table(*fields: dict[str, Any], **schema: Any) -> Resource:
    return Resource({"name": "grants", "schema": {"fields": list(fields), **schema}}, "authored")


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a person's id": ({"name": "who", "type": "string", "check": "national_id"}, "never published"),
    "unknown": ({"name": "who", "type": "string", "check": "shamsi"}, "not known"),
    "no text": ({"name": "paid", "type": "integer", "check": "persian_amount"}, "string fields"),
    "Jalali as date": ({"name": "on", "type": "date", "check": "jalali_date"}, "string fields"),
    "Gregorian as text": ({"name": "on", "type": "string", "check": "gregorian_date"}, "date and datetime"),
    "a list": ({"name": "on", "type": "string", "check": ["jalali_date"]}, "not known"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_check_that_cannot_be_is_refused_in_one_line(name: str) -> None:
    field, message = REFUSED[name]
    with pytest.raises(DatasetError, match=message) as refused:
        checks_for(table(field))
    assert "\n" not in str(refused.value)


FIELDS: dict[str, dict[str, Any]] = {
    "jalali": {"name": "opened_on", "type": "string", "check": "jalali_date"},
    "date": {"name": "opened_date", "type": "date"},
    "date by format": {"name": "opened_date", "type": "date", "format": "%d.%m.%Y"},
    "date of any form": {"name": "opened_date", "type": "date", "format": "any"},
    "early date": {"name": "opened_date", "type": "date", "constraints": {"minimum": "1000-01-01"}},
    "time": {"name": "opened_at", "type": "datetime"},
    "early time": {"name": "opened_at", "type": "datetime", "constraints": {"minimum": "1000-01-01T00:00:00Z"}},
    "time by format": {"name": "opened_at", "type": "datetime", "format": MOMENT},
    "time by weeks": {
        "name": "opened_at",
        "type": "datetime",
        "format": "%Y-%U-%w",
        "constraints": {"minimum": "1000-00-0"},
    },
    "amount": {"name": "price", "type": "string", "check": "persian_amount"},
    "rials": {"name": "price_irr", "type": "string", "check": "persian_amount"},
    "legal id": {"name": "supplier_id", "type": "string", "check": "legal_id"},
    "with missing values": {
        "name": "opened_on",
        "type": "string",
        "check": "jalali_date",
        "missingValues": ["-", "ندارد"],
    },
}


def bound(field: dict[str, Any]) -> BoundCheck:
    (found,) = checks_for(table(field))
    return found


def judged(field: dict[str, Any], texts: list[str]) -> list[str | None]:
    """The kind of what the check finds in each text, read by Frictionless as a cell of the field."""
    check = bound(field).check
    kept = {key: value for key, value in field.items() if key != "constraints"}
    read = frictionless.Schema.from_descriptor({"fields": [kept]}).fields[0].create_cell_reader()
    values = [read(text)[0] for text in texts]
    faults = [None if value is None else check.fault(value) for value in values]  # type: ignore[attr-defined]
    return [found.kind if found else None for found in faults]


def proved(field: dict[str, Any], texts: list[str]) -> list[bool]:
    frame = pl.DataFrame({"x": pl.Series(texts, dtype=pl.String)})
    return frame.select(bound(field).proof(pl.col("x")).alias("told"))["told"].to_list()


def _day(rng: random.Random) -> str:
    year = rng.choice([rng.randint(1300, 1505), rng.randint(1795, 2100), rng.randint(1195, 1205), rng.randint(0, 9999)])
    mark = rng.choice("//---.")
    return f"{year:04}{mark}{rng.randint(0, 13):02}{rng.choice([mark, mark, mark, '/'])}{rng.randint(0, 32):02}"


def _moment(rng: random.Random) -> str:
    zone = rng.choice(["Z", "Z", "", "+03:30", "-11:00"])
    return f"{_day(rng)}{rng.choice('TTT t')}{rng.choice([24, rng.randint(0, 24)]):02}:00:00{zone}"


def _week(rng: random.Random) -> str:
    return f"{rng.choice([1200, 1201, 1500, 1501, 1800, 2000])}-{rng.choice(['00', '01', '52'])}-{rng.randint(0, 6)}"


def _money(rng: random.Random) -> str:
    digits = rng.choice(["0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"])
    value = rng.choice([rng.randint(0, 10**4), rng.randint(0, 10**20), rng.randint(10**17, 10**19)])
    text = f"{value:,}" if rng.random() < 0.6 else str(value)
    if rng.random() < 0.3:
        text += f".{rng.randint(0, 10 ** rng.randint(1, 19))}"
    mark = rng.choice(",٬،")
    return rng.choice(["", "", "-", "−", "+"]) + text.translate(
        {**{48 + at: digits[at] for at in range(10)}, 44: mark, 46: rng.choice(".٫")}
    )


def _identifier(rng: random.Random) -> str:
    first = f"{rng.randint(0, 10**10 - 1):010}"
    if rng.random() < 0.1:
        first = first[:3] + "000000" + first[9]
    digit = next(str(last) for last in range(10) if _fits(first + str(last)))
    return first + (digit if rng.random() < 0.6 else str(rng.randint(0, 9)))


def _fits(text: str) -> bool:
    """The check digit once more, from its description, for the proofs to be held against."""
    total = sum((int(digit) + int(text[9]) + 2) * (29, 27, 23, 19, 17)[at % 5] for at, digit in enumerate(text[:10]))
    return (0 if total % 11 == 10 else total % 11) == int(text[10])


def _spoiled(rng: random.Random, text: str) -> str:
    """The text with a character changed, put in or taken out, or in Persian digits, or as it is."""
    at = rng.randint(0, max(len(text) - 1, 0))
    other = rng.choice("0123456789۰۵٤-/.,٬٫ \n\t\u200f\u200cT:Z+eآ\0")
    ways = [text, text[:at] + other + text[at:], text[:at] + text[at + 1 :], text[:at] + other + text[at + 1 :]]
    ways += [text.translate({48 + digit: chr(0x06F0 + digit) for digit in range(10)}), text + text, ""]
    return rng.choice([text] * 6 + ways)


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "string jalali_date": _day,
    "date": _day,
    "datetime": _moment,
    "string persian_amount": _money,
    "string legal_id": _identifier,
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_proof_is_never_true_where_the_check_finds_something(name: str) -> None:
    field = FIELDS[name]
    rng = random.Random(f"{name} 137")
    maker = _week if "weeks" in name else MAKERS[f"{field['type']} {field.get('check', '')}".strip()]
    texts = [_spoiled(rng, maker(rng)) for _ in range(FUZZ)]
    if name == "date by format":
        texts = [".".join(reversed(re.split("[-/]", text))) for text in texts]
    told, kinds = proved(field, texts), judged(field, texts)
    lies = [(text, kind) for text, is_proved, kind in zip(texts, told, kinds, strict=True) if is_proved and kind]
    assert lies == []
    assert any(kinds), "the texts hold no error, so that nothing was put to the test"
    if name not in {"date by format", "time by weeks"}:  # of which nothing is proved but what is missing
        assert sum(told) > FUZZ / 20


ORDINARY: dict[str, list[str]] = {
    "jalali": ["1404/01/31", "1304-01-01", "1403/12/30", "1403-12-30", "1500/12/29", "1399/11/30", "1404/06/31", ""],
    "date": ["2025-04-20", "1800-01-01", "9999-12-31", ""],
    "date of any form": ["2025-04-20", ""],
    "early date": ["1101-01-01", "1799-12-31", "2025-04-20"],
    "time": ["2025-04-20T10:00:00Z", "2025-04-20T10:00:00+03:30", ""],
    "time by format": ["2025-04-20T10:00:00Z", "1925-03-31T00:00:00Z", ""],
    "amount": [text for text in AMOUNTS if text.strip(" \u200f") == text],
    "rials": [text for text, value in AMOUNTS.items() if isinstance(value, int) and text.strip(" \u200f") == text],
    "legal id": [text for text, fits in LEGAL.items() if fits] + [""],
    "with missing values": ["1404/01/31", "-", "ندارد"],
}


@pytest.mark.parametrize("name", ORDINARY)
def test_a_proof_is_true_for_every_ordinary_value(name: str) -> None:
    texts = ORDINARY[name]
    assert [text for text, told in zip(texts, proved(FIELDS[name], texts), strict=True) if not told] == []
    assert not any(judged(FIELDS[name], texts))


TRAPS = {
    "early time": ("1199-12-31T24:00:00Z", "jalali-in-gregorian"),  # the midnight that begins 1200
    "time by weeks": ("1501-00-1", "jalali-in-gregorian"),  # a week that begins in the year before
    "time by format": ("1403-01-31T24:00:00Z", None),  # no time at all, by this format
    "date by format": ("31.01.1403", "jalali-in-gregorian"),
    "date of any form": ("31 January 1403", "jalali-in-gregorian"),
    "date": ("۱۴۰۳-01-31", "jalali-in-gregorian"),
    "rials": ("12.5", "persian-amount"),
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_proof_does_not_fall_for_a_trap(name: str) -> None:
    text, kind = TRAPS[name]
    assert judged(FIELDS[name], [text]) == [kind]
    assert proved(FIELDS[name], [text]) == [False]


def test_every_official_day_is_proved() -> None:
    days = [f"{year}/{month:02}/{day:02}" for year in range(1290, 1502) for month in range(14) for day in range(33)]
    kinds = judged(FIELDS["jalali"], days)
    assert proved(FIELDS["jalali"], days) == [kind is None for kind in kinds]


def test_what_is_missing_follows_the_schema() -> None:
    field = {"name": "opened_on", "type": "string", "check": "jalali_date"}
    (of_table,) = checks_for(table(field, missingValues=["-"]))
    frame = pl.DataFrame({"x": ["-", "", None]})
    assert frame.select(of_table.proof(pl.col("x")))["x"].to_list() == [True, False, False]


def test_every_date_gets_its_check_undeclared() -> None:
    fields = [FIELDS["date"], {**FIELDS["time"], "check": "gregorian_date"}, {"name": "title", "type": "string"}]
    assert [(check.field, check.name) for check in checks_for(table(*fields))] == [
        ("opened_date", "gregorian_date"),
        ("opened_at", "gregorian_date"),
    ]


CSV = "on,opened_date,paid_irr,supplier_id\n1404/01/31,2025-04-20,۱٬۲۳۴,10380284790\n"
BROKEN = "1404/12/30,1403-01-31,۱٬۲۳,10380284791\n1303/01/01,1700-01-01,12.5,\n,,,\n"
DECLARED = [
    {"name": "on", "type": "string", "check": "jalali_date"},
    {"name": "opened_date", "type": "date"},
    {"name": "paid_irr", "type": "string", "check": "persian_amount"},
    {"name": "supplier_id", "type": "string", "check": "legal_id"},
]
FOUND = [
    ("jalali-date", 3, "on"),
    ("jalali-in-gregorian", 3, "opened_date"),
    ("persian-amount", 3, "paid_irr"),
    ("legal-id", 3, "supplier_id"),
    ("calendar-doubtful", 4, "on"),
    ("year-doubtful", 4, "opened_date"),
    ("persian-amount", 4, "paid_irr"),
]


def package(folder: Path) -> str:
    (folder / "grants.csv").write_text(CSV + BROKEN.replace("\n,,,", ""), encoding="utf-8")
    resource = {"name": "grants", "path": "grants.csv", "type": "table", "schema": {"fields": DECLARED}}
    path = folder / "datapackage.json"
    path.write_text(json.dumps({"name": "grants", "resources": [resource]}), encoding="utf-8")
    return str(path)


def test_stock_frictionless_takes_no_offence_at_a_declared_check(tmp_path: Path) -> None:
    report = frictionless.validate(package(tmp_path), type="package")
    assert report.valid, report.flatten(["type", "note"])


def test_frictionless_reports_what_the_bound_checks_find(tmp_path: Path) -> None:
    checks = [found.check for found in checks_for(table(*DECLARED))]
    report = frictionless.validate(package(tmp_path), type="package", checks=checks)
    assert [tuple(found) for found in report.flatten(["type", "rowNumber", "fieldName"])] == FOUND
    for error in report.tasks[0].errors:
        assert error.tags == ["#table", "#row", "#cell"]
        assert error.note
        assert error.note in error.message
        assert error.title
        assert error.description


def test_a_checklist_can_name_our_checks_once_registered(tmp_path: Path) -> None:
    register()
    register()
    checks = [
        {"type": "jalali-date", "fieldName": "on"},
        {"type": "gregorian-date", "fieldName": "opened_date", "earliest": 1600},
        {"type": "persian-amount", "fieldName": "paid_irr"},
        {"type": "legal-id", "fieldName": "supplier_id"},
    ]
    checklist = frictionless.Checklist.from_descriptor({"checks": checks})
    report = frictionless.validate(package(tmp_path), type="package", checklist=checklist)
    assert [tuple(found) for found in report.flatten(["type", "rowNumber", "fieldName"])] == [
        found for found in FOUND if found[0] != "year-doubtful"
    ]
    again = frictionless.Report.from_descriptor(report.to_descriptor())
    assert [type(error) for error in again.tasks[0].errors] == [ERRORS[kind] for kind, *_ in FOUND if kind[0] != "y"]


def test_a_check_of_a_field_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    report = frictionless.validate(package(tmp_path), type="package", checks=[CHECKS["legal-id"](field_name="nobody")])
    assert "check-error" in report.flatten(["type"])[0]
