"""Smart-city projects: every planted truth is found again by its table, and what is not written strictly is refused.

The city of scale 1 is made with two seeds. `SHAHRNAMA_PLANTED_SCALE=10` makes it ten times as large as well.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from democity.protocols import workbook
from democity.registry import Card, Promise, generate_cards
from democity.registry_book import HEADERS, book, cells
from democity.server import DemoCity
from shahrnama.catalog import House, read
from shahrnama.derive import derive
from shahrnama.errors import ParseError, UnexpectedFields
from shahrnama.harvest import harvest
from shahrnama.package import package
from shahrnama.persian import gregorian

ROOT = Path(__file__).parents[1]
TRUTHS = yaml.safe_load((ROOT / "scripts/democity/planted/projects.yaml").read_text(encoding="utf-8"))
SCALES = sorted({1.0, float(os.environ.get("SHAHRNAMA_PLANTED_SCALE", "1"))})
CITIES = [(seed, scale) for scale in SCALES for seed in (1404, 7)]
PROJECTS = read(ROOT / "datasets" / "projects")
PILLARS = {"داده": "data", "شبکه": "network", "نرم‌افزار": "software", "خدمات": "services"}

Ask = Callable[..., list[tuple[Any, ...]]]


def asked(house: House) -> Ask:
    """Asks the staged tables in SQL."""
    engine = duckdb.connect()
    for resource in PROJECTS.resources:
        path = house.staging / PROJECTS.name / f"{resource.name}.csv"
        engine.execute(f"CREATE VIEW {resource.name} AS FROM read_csv('{path}', sample_size = -1)")
    return lambda query, *values: engine.execute(query, values).fetchall()


def made(house: House, url: str) -> Ask:
    """The tables of the registry at this address, through harvest, package and derive."""
    environ = {"SHAHRNAMA_PROJECTS_URL": url, "SHAHRNAMA_PRIVATE_HOSTS": "127.0.0.1"}
    harvest(house, PROJECTS, environ, None)
    package(house, PROJECTS)
    derive(house, PROJECTS, [PROJECTS])
    return asked(house)


@pytest.fixture(scope="module", params=CITIES, ids=[f"seed {seed}, scale {scale:g}" for seed, scale in CITIES])
def ask(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    seed, scale = request.param
    with DemoCity(seed, scale) as city:
        return made(House.at(ROOT, build=tmp_path_factory.mktemp("projects")), f"{city.url}/registry/")


@pytest.mark.parametrize("number", TRUTHS["cards"])
def test_each_planted_project_slipped_by_the_days_that_are_written_down(ask: Ask, number: str) -> None:
    expected = TRUTHS["cards"][number]["expect"]
    (found,) = ask("SELECT slipped_days, moved_days, overdue_days FROM project_slips WHERE project_id = ?", number)
    assert dict(zip(("slipped_days", "moved_days", "overdue_days"), found, strict=True)) == {
        key: value for key, value in expected.items() if key != "late_days"
    }
    late = ask("SELECT late_days FROM promise_slips WHERE project_id = ? ORDER BY promise_number", number)
    assert [days for (days,) in late] == expected["late_days"]


def test_the_custodian_whose_projects_slip_is_found(ask: Ask) -> None:
    truth = TRUTHS["late_custodian"]
    first, second, *_ = ask("SELECT * FROM custodian_slips WHERE promised_count >= 5 ORDER BY slipped_share DESC")
    assert first[0] == truth["custodian"]
    share, median = ask("SELECT slipped_share, median_slipped_days FROM custodian_slips WHERE custodian_name = ?",
                        truth["custodian"])[0]  # fmt: skip
    assert share > 0.5 > second[4]
    assert median >= truth["least_days"]


def test_the_pillar_whose_cards_lack_custodian_or_goal_is_found(ask: Ask) -> None:
    for gap in ("custodian", "goal"):
        found = ask("SELECT pillar_code FROM card_gaps WHERE gap_code = ? ORDER BY missing_share DESC", gap)
        assert found[0] == (PILLARS[TRUTHS["bare_pillar"]["pillar"]],)
    (bare,) = ask("SELECT missing_share FROM card_gaps WHERE gap_code = 'any' AND pillar_code = 'network'")[0]
    assert bare > 0.3


def test_now_is_the_newest_day_in_the_registry(ask: Ask) -> None:
    assert ask("SELECT DISTINCT as_of_date::varchar FROM project_slips") == [(gregorian(TRUTHS["as_of"]),)]


def test_the_tables_agree_with_the_cards_themselves(tmp_path: Path) -> None:
    """Counted here from the generator's cards in plain Python, another way than the SQL's."""
    cards = generate_cards()
    with DemoCity() as city:
        ask = made(House.at(ROOT, build=tmp_path), f"{city.url}/registry/")
    newest = max(card.updated for card in cards)
    expected = {card.project_id: slip(card, newest) for card in cards}
    assert dict(ask("SELECT project_id, slipped_days FROM project_slips")) == expected
    assert sum(len(card.promises) for card in cards) == ask("SELECT count(*) FROM promise_slips")[0][0]
    lacking = sum(not (card.custodian and card.goal and card.technologies and card.budget_irr and card.promises)
                  for card in cards)  # fmt: skip
    assert ask("SELECT sum(missing_count) FROM card_gaps WHERE gap_code = 'any'") == [(lacking,)]
    named = [card for card in cards if card.custodian]
    budgets = ask("SELECT sum(budget_irr), sum(project_count) FROM custodian_slips")
    assert budgets == [(sum(card.budget_irr or 0 for card in named), len(named))]


def slip(card: Card, newest: date) -> int | None:
    if not card.promises:
        return None
    end = card.opened or max(card.promises[-1].day, newest)
    return (end - card.promises[0].day).days


CARD = Card("SC-901", "نام", "متولی", "هدف", "داده", ("فناوری",), None, 1_000_000, "در حال اجرا", None,
            date(2025, 4, 1), (Promise(date(2025, 9, 1), date(2025, 4, 1)),), None, date(2025, 5, 1))  # fmt: skip


def parsed(resource: str, **changed: str) -> list[dict[str, Any]]:
    """Rows of a sheet of one card whose cells, by header, are changed."""
    row = cells(CARD)
    for header, text in changed.items():
        row[HEADERS.index(header)] = text
    return list(PROJECTS.parser(resource)(workbook([["عنوان"], HEADERS, row])))


PROMISED = "تاریخ‌های وعده‌داده‌شده"
STRICT: dict[str, tuple[str, str, str, str]] = {
    "a pillar that there is not": ("projects", "محور", "سخت‌افزار", "project SC-901, محور"),
    "a status that there is not": ("projects", "وضعیت", "تمام", "known are"),
    "an amount in words": ("projects", "بودجه (ریال)", "یک میلیارد", "write whole rials"),
    "an amount with a point": ("projects", "بودجه (ریال)", "۱٬۲۳۴٫۵", "write whole rials"),
    "thousands that do not group": ("projects", "بودجه (ریال)", "۱٬۲۳", "write whole rials"),
    "a Gregorian day": ("projects", "تاریخ شروع", "2025/04/01", "write a Jalali day"),
    "a day that there is not": ("projects", "تاریخ افتتاح", "۱۴۰۴/۱۲/۳۰", "no such day"),
    "a district in words": ("projects", "منطقه", "مرکز", "write a number"),
    "no name": ("projects", "نام پروژه", "", "has no نام پروژه"),
    "a promise without its stated day": ("project_promises", PROMISED, "۱۴۰۴/۰۶/۳۱", "write 1404/06/31 (اعلام"),
    "a promise in words": ("project_promises", PROMISED, "پایان ۱۴۰۴ (اعلام ۱۴۰۳/۱۱/۱۵)", "write 1404/06/31"),
    "a promised day that there is not": ("project_promises", PROMISED, "1404/07/31 (اعلام 1403/11/15)", "no such day"),
    "a mark after the last promise": ("project_promises", PROMISED, "1404/06/31 (اعلام 1403/11/15)؛", "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize(("resource", "header", "text", "says"), STRICT.values(), ids=STRICT)
def test_what_is_not_written_strictly_is_refused_by_name(resource: str, header: str, text: str, says: str) -> None:
    with pytest.raises(ParseError, match=says.replace("(", r"\(")) as error:
        parsed(resource, **{header: text})
    assert "\n" not in str(error.value)


WRITTEN: dict[str, tuple[str, str, str, object]] = {
    "Arabic letters": ("محور", "شبكه", "pillar_code", "network"),
    "a space for the half-space": ("وضعیت", "افتتاح شده", "status_code", "opened"),
    "a dash for none": ("متولی", "-", "custodian_name", None),
    "no partner": ("شریک خصوصی", "ندارد", "private_partner_name", None),
    "grouped Persian digits": ("بودجه (ریال)", "۱٬۲۰۰٬۰۰۰", "budget_irr", 1_200_000),
    "the whole city": ("منطقه", "کل شهر", "district_id", None),
    "a district in Persian digits": ("منطقه", "۱۲", "district_id", 12),
    "the last day of a leap year": ("تاریخ افتتاح", "۱۴۰۳/۱۲/۳۰", "opened_date", "2025-03-20"),
}


@pytest.mark.parametrize(("header", "text", "field", "value"), WRITTEN.values(), ids=WRITTEN)
def test_what_offices_write_is_read(header: str, text: str, field: str, value: object) -> None:
    (row,) = parsed("projects", **{header: text})
    assert row[field] == value


def test_every_promise_of_a_cell_is_a_row_in_its_order() -> None:
    cell = "۱۴۰۴/۰۶/۳۱ (اعلام ۱۴۰۳/۱۱/۱۵)؛ 1405/2/1 (اعلام 1404/06/20)"
    found = parsed("project_promises", **{PROMISED: cell})
    assert [(row["promise_number"], row["promised_date"], row["stated_date"]) for row in found] == [
        (1, "2025-09-22", "2025-02-03"),
        (2, "2026-04-21", "2025-09-11"),
    ]
    assert parsed("project_promises", **{PROMISED: ""}) == []


def test_a_column_that_nobody_reads_is_named_and_the_officer_is_not_published() -> None:
    body = workbook([["عنوان"], [*HEADERS, "امتیاز"], [*cells(CARD), "۵"]])
    with pytest.raises(UnexpectedFields, match="امتیاز"):
        list(PROJECTS.parser("projects")(body))
    assert "داخلی" not in str(parsed("projects"))


def test_the_same_seed_is_the_same_workbook_and_another_is_not() -> None:
    assert book(generate_cards()) == book(generate_cards())
    assert book(generate_cards(seed=1)) != book(generate_cards(seed=2))
    assert len(generate_cards(scale=10)) == 10 * len(generate_cards())
    assert all(card.opened is None or card.opened <= card.updated for card in generate_cards(scale=10))
