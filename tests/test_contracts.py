"""Contracts: what is planted in the fictional city is found again, and nothing else; bad cells are told; names are not.

The city is ten times as large with SHAHRNAMA_LARGE=1 (a minute more).
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from democity.procurement import generate_procurement
from democity.purchases import PREFIX
from procurement import ROOT, dataset, rows, tables
from shahrnama.catalog import House
from shahrnama.formats.ocds_cells import money

PLANTED = yaml.safe_load((ROOT / "scripts/democity/planted/procurement.yaml").read_text(encoding="utf-8"))
CITIES = {
    "seed 1404": (1404, 1.0),
    "another seed": (7, 1.0),
    "ten times as large": (1404, 10.0),
    "another, ten times as large": (7, 10.0),
}


@pytest.fixture(scope="module")
def city_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Folder of the tables of one of CITIES, built once."""
    known: dict[str, Path] = {}

    def build(name: str) -> Path:
        seed, scale = CITIES[name]
        if scale > 1 and not os.environ.get("SHAHRNAMA_LARGE"):
            pytest.skip("a city ten times as large takes half a minute; set SHAHRNAMA_LARGE=1")
        if name not in known:
            place = tmp_path_factory.mktemp("contracts")
            known[name] = tables(place, list(generate_procurement(seed, scale)), dataset(place))
        return known[name]

    return build


@pytest.mark.parametrize("name", CITIES)
def test_the_planted_flags_are_found_and_no_others(city_of: Callable[[str], Path], name: str) -> None:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows(city_of(name), "contract_flags"):
        found[row["flag_code"]][row["subject_code"]].append(row["subject_id"].removeprefix(PREFIX))
    assert {code: dict(subjects) for code, subjects in found.items()} == PLANTED["flags"]


@pytest.mark.parametrize("name", CITIES)
def test_the_planted_errors_are_told_and_no_others(city_of: Callable[[str], Path], name: str) -> None:
    found = defaultdict(list)
    for row in rows(city_of(name), "contract_issues"):
        found[row["kind_code"]].append(row["ocid"].removeprefix(PREFIX))
    assert found == PLANTED["issues"]


def test_an_error_costs_its_cell_and_nothing_else(city_of: Callable[[str], Path]) -> None:
    folder = city_of("seed 1404")
    amounts = {
        row["ocid"].removeprefix(PREFIX + "9700"): row["amount_irr"]
        for row in rows(folder, "awards")
        if "-9700" in row["ocid"]
    }
    assert amounts == {
        "1": "",
        "2": "",
        "3": "800000003",  # was a text
        "4": "700000000",  # the second of two awards with one identifier
        "5": "800000005",
        "6": "800000006",
        "7": "800000007",
        "8": "",
        "9": "1500000000",  # the later of two releases with one identifier and date
    }
    processes = {row["ocid"]: row for row in rows(folder, "contracting_processes")}
    assert len([ocid for ocid in processes if "-9700" in ocid]) == 9
    assert processes[f"{PREFIX}97006"]["opened_at"] == ""


@pytest.mark.parametrize("name", CITIES)
def test_no_natural_person_is_named(city_of: Callable[[str], Path], name: str) -> None:
    folder = city_of(name)
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.csv"))
    assert not [person for person in PLANTED["persons"].values() if person in text]
    persons = {
        row["supplier_id"]: row["supplier_name"] for row in rows(folder, "suppliers") if row["kind_code"] == "person"
    }
    assert persons == dict.fromkeys(PLANTED["persons"], "شخص حقیقی")


def test_every_flag_that_is_raised_is_defined_with_a_warning(city_of: Callable[[str], Path]) -> None:
    folder = city_of("seed 1404")
    defined = {row["flag_code"]: row for row in rows(folder, "flag_definitions")}
    assert {row["flag_code"] for row in rows(folder, "contract_flags")} == set(defined)
    assert {row["flag_code"] for row in rows(folder, "flag_settings")} - {"ALL"} <= set(defined)
    assert all("پرسش است، نه حکم" in row["warning_fa"] for row in defined.values())
    assert all("a question, not a verdict" in row["warning_en"] for row in defined.values())


def test_amendments_take_their_amounts_from_the_releases(city_of: Callable[[str], Path]) -> None:
    folder = city_of("seed 1404")
    contracts = {row["ocid"]: row for row in rows(folder, "contracts")}
    found = rows(folder, "amendments")
    assert len(found) > 50
    for row in found:
        contract = contracts[row["ocid"]]
        assert (row["amount_before_irr"], row["amount_after_irr"]) == (
            contract["signed_amount_irr"],
            contract["amount_irr"],
        )


def release(ocid: str, supplier: dict[str, Any], **more: Any) -> dict[str, Any]:
    award = {"id": "1", "status": "active", "suppliers": [supplier]}
    return {"ocid": ocid, "id": "1", "date": "2026-01-01T00:00:00Z", "tag": ["award"], "awards": [award], **more}


PARTIES = {
    "a national ID is no identifier": (
        [{"id": "0012345679", "name": "خیالی"}],
        {"person-0001": ("بی‌نام", "unknown")},
    ),
    "a name that is not known to be a company's": ([{"id": "x", "name": "خیالی"}], {"x": ("بی‌نام", "unknown")}),
    "a company by its name": ([{"id": "x", "name": "شرکت خیالی"}], {"x": ("شرکت خیالی", "company")}),
    "a person who is named like a company elsewhere": (
        [
            {"id": "x", "name": "شرکت خیالی"},
            {"id": "x", "name": "خیالی", "identifier": {"scheme": "X_DEMO-PERSON"}},
        ],
        {"x": ("شخص حقیقی", "person")},
    ),
    "a number in a company's name": (
        [{"id": "x", "name": "شرکت خیالی 09120000000"}],
        {"x": ("شرکت خیالی [شماره همراه]", "company")},
    ),
}


@pytest.mark.parametrize(("told", "expected"), PARTIES.values(), ids=PARTIES)
def test_who_is_named(tmp_path: Path, told: list[Any], expected: dict[str, tuple[str, str]]) -> None:
    found = tables(tmp_path, [release(f"p-{at}", party) for at, party in enumerate(told)], dataset(tmp_path))
    assert {
        row["supplier_id"]: (row["supplier_name"], row["kind_code"]) for row in rows(found, "suppliers")
    } == expected


AMOUNTS = {
    "a number": ({"amount": 5, "currency": "IRR"}, 5, []),
    "rials with a fraction": ({"amount": 5.4, "currency": "IRR"}, 5, []),
    "nothing": ({}, None, []),
    "Persian text": ({"amount": "۴٬۲۰۰٬۰۰۰", "currency": "IRR"}, 4_200_000, ["amount_is_text"]),
    "Latin text": ({"amount": "4,200,000", "currency": "IRR"}, 4_200_000, ["amount_is_text"]),
    "a word": ({"amount": "نامشخص", "currency": "IRR"}, None, ["unreadable_amount"]),
    "text that is infinite": ({"amount": "inf", "currency": "IRR"}, None, ["unreadable_amount"]),
    "negative text": ({"amount": "-4", "currency": "IRR"}, None, ["amount_is_text", "negative_amount"]),
    "a truth value": ({"amount": True, "currency": "IRR"}, None, ["unreadable_amount"]),
    "no object": ("4200", None, ["unreadable_amount"]),
    "no currency": ({"amount": 5}, None, ["missing_currency"]),
    "tomans": ({"amount": 5, "currency": "IRT"}, None, ["other_currency"]),
}


@pytest.mark.parametrize(("sent", "rials", "kinds"), AMOUNTS.values(), ids=AMOUNTS)
def test_amounts(sent: Any, rials: int | None, kinds: list[str]) -> None:
    noted: list[str] = []
    assert money(sent, "value", lambda kind, *_: noted.append(kind)).rials == rials
    assert noted == kinds


def test_a_field_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="unread source fields: mood"):
        tables(tmp_path, [release("p", {"id": "x"}, mood="good")], dataset(tmp_path))


def test_the_same_city_gives_the_same_releases_and_scale_adds_to_it() -> None:
    assert json.dumps(generate_procurement()) == json.dumps(generate_procurement())
    small, large = ({release["ocid"] for release in generate_procurement(scale=scale)} for scale in (0.5, 1))
    assert len(small) < len(large)
    planted = {ocid for ocid in large if "-9" in ocid.removeprefix(PREFIX[:-1])}
    assert planted <= small


def test_the_whole_road_over_http_gives_the_same_flags(city: House) -> None:
    found = rows(city.packages / "contracts", "contract_flags.demo")
    processes = {code: subjects["process"] for code, subjects in PLANTED["flags"].items() if "process" in subjects}
    for code, expected in processes.items():
        named = [row["ocid"].removeprefix(PREFIX) for row in found if row["flag_code"] == code and row["ocid"]]
        assert named == expected
