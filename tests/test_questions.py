"""Ready questions: each answers on the demonstration city, in both languages, in words that a reader knows."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import urlopen

import pytest
import yaml

from shahrnama.catalog import DESCRIPTOR, LOADER, House
from shahrnama.datasette_plugin.bars import bars
from shahrnama.datasette_plugin.functions import add_functions
from shahrnama.datasette_plugin.questions import grouped
from shahrnama.datasette_plugin.words import WORDS
from shahrnama.errors import PublishError
from shahrnama.publish.questions import parameters, ready

ROOT = Path(__file__).parents[1]
PLANTED = ROOT / "scripts" / "democity" / "planted"
METADATA = yaml.load((ROOT / "metadata.yml").read_text("utf-8"), LOADER)["databases"]
GROUPS = METADATA["shahrnama"]["question_groups"]
PERSIAN = re.compile("[آ-ی]")
HEADING = re.compile(r'<th scope="col"[^>]*>(.*?)</th>')
MOST_ROWS = 200
LARGE = 5_000  # rows: a question may not read a table of more from end to end
LANGUAGES = {"fa": {}, "en": {"_lang": "en"}}


def authored() -> dict[str, dict[str, Any]]:
    """Every authored question by its place `<database>/<name>`."""
    descriptors = [yaml.load(path.read_text("utf-8"), LOADER) for path in ROOT.glob(f"datasets/*/{DESCRIPTOR}")]
    found = {f"shahrnama/{name}": query for one in descriptors for name, query in (one.get("queries") or {}).items()}
    for database, about in METADATA.items():
        found |= {f"{database}/{name}": query for name, query in about["queries"].items()}
    return found


QUESTIONS = authored()
Read = Callable[..., str]


@pytest.fixture
def read(site: str) -> Read:
    """The body of a page of Datasette."""

    def page(path: str, /, **values: str) -> str:
        with urlopen(f"{site}/db/{path}?{urlencode(values)}", timeout=30) as answer:
            return str(answer.read().decode())

    return page


@pytest.fixture
def ask(read: Read) -> Callable[..., list[dict[str, Any]]]:
    """The rows that answer a question."""

    def rows(name: str, /, **values: str) -> list[dict[str, Any]]:
        place = name if "/" in name else f"shahrnama/{name}"
        return list(json.loads(read(f"{place}.json", _shape="array", **values)))

    return rows


def planted(name: str) -> Any:
    return yaml.safe_load((PLANTED / f"{name}.yaml").read_text("utf-8"))


def test_there_are_enough_and_every_group_has_some() -> None:
    assert len(QUESTIONS) >= 50
    assert {query["group"] for query in QUESTIONS.values()} == {group["name"] for group in GROUPS}
    assert all(group["title"] and group["title_en"] for group in GROUPS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_journalists_page_links_to_every_group(language: str) -> None:
    page = (ROOT / "site" / "pages" / f"journalists.{language}.md").read_text("utf-8")
    asked = "?_lang=en" if language == "en" else ""
    for group in GROUPS:
        title = group["title_en" if language == "en" else "title"]
        assert f"[{title}](/db/shahrnama{asked}#ask-{group['name']})" in page


@pytest.mark.parametrize("place", QUESTIONS)
def test_every_question_answers_with_every_parameter_empty(ask: Any, place: str) -> None:
    assert 0 < len(ask(place)) <= MOST_ROWS


@pytest.mark.parametrize("place", [place for place, query in QUESTIONS.items() if query.get("parameters")])
def test_no_question_fails_on_what_people_type(ask: Any, place: str) -> None:
    for value in ("منطقه ۵", "'\"%_*", "-", "9999999999999999999", "ها"):
        ask(place, **{name: value for name in QUESTIONS[place]["parameters"] if name != "month"})


def test_a_month_is_understood_as_people_write_it_or_refused(ask: Any, site: str) -> None:
    known = ask("promises_due", month="1405-08")
    assert known != ask("promises_due", month="1405-07")
    for month in ("۱۴۰۵/۰۸", "آبان ۱۴۰۵", "1405/8", "aban 1405", "ابان 1405"):
        assert ask("promises_due", month=month) == known
    for wrong in ("آبان", "1405", "1405-13", "1405-08-10", "x"):
        with pytest.raises(HTTPError) as refused:
            ask("promises_due", month=wrong)
        assert (refused.value.code, wrong in json.loads(refused.value.read())["error"]) == (400, True)


def test_a_question_has_one_address_for_one_choice(site: str) -> None:
    for path, plain in (
        ("promises_due?month=" + quote("آبان ۱۴۰۵") + "&_lang=en", "promises_due?month=1405-08&_lang=en"),
        ("district_report?district=" + quote("منطقهٔ ۱۲"), "district_report?district=12"),
        (
            "district_report.json?district=" + quote("۱۲") + "&_shape=array",
            "district_report.json?district=12&_shape=array",
        ),
    ):
        with urlopen(f"{site}/db/shahrnama/{path}", timeout=30) as answer:
            assert answer.url.endswith(f"/db/shahrnama/{plain}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", QUESTIONS)
def test_a_page_speaks_to_someone_who_knows_no_sql(read: Read, place: str, language: str) -> None:
    query, english = QUESTIONS[place], language == "en"
    page = read(place, **LANGUAGES[language])
    content = html.unescape(page[page.index("<h1>") : page.index("<footer>")])
    suffix = "_en" if english else ""
    assert query[f"title{suffix}"] in content
    assert query[f"description{suffix}"] in content
    for about in (query.get("parameters") or {}).values():
        assert about[f"title{suffix}"] in content
        assert about[f"empty{suffix}"] in content
    headings = HEADING.findall(content)
    assert headings
    assert len(set(headings)) == len(headings)
    assert [heading for heading in headings if bool(PERSIAN.search(heading)) == english or "_" in heading] == []
    assert query["sql"].splitlines()[0] in content
    assert ('<figure class="bars">' in content) == ("chart" in query)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page)  # the content security policy allows none


def test_a_district_is_found_under_every_name_and_spelling(ask: Any) -> None:
    known = ask("district_report", district="5")
    assert [row["district_id"] for row in known] == [5]
    for spelling in ("۵", "منطقهٔ ۵", "منطقه 5", "منطقة ٥", " District 5 "):
        assert ask("district_report", district=spelling) == known
    assert len(ask("district_report")) == 22
    assert ask("district_report", district="منطقهٔ ۹۹") == []


def test_every_question_about_districts_takes_the_same_words(ask: Any) -> None:
    for place in [place for place, query in QUESTIONS.items() if "district" in (query.get("parameters") or {})]:
        assert ask(place, district="12") == ask(place, district="منطقة ۱۲")


def test_a_form_offers_values_and_keeps_what_was_chosen(read: Read) -> None:
    page = read("shahrnama/waits_in_district", district="منطقه 12")
    options = re.findall(r'<option value="(\d*)"( selected)?>([^<]*)</option>', page)
    assert len(options) == 1 + 22 + 1  # and the empty value of the other parameter
    assert [(value, name) for value, chosen, name in options if chosen] == [("12", "منطقهٔ ۱۲")]
    english = read("shahrnama/waits_in_district", district="12", _lang="en")
    assert '<option value="12" selected>District 12</option>' in english
    assert "منطقهٔ ۹۹" in read("shahrnama/waits_in_district", district="منطقهٔ ۹۹")
    assert WORDS["no_answer"][0] in read("shahrnama/waits_in_district", district="منطقهٔ ۹۹")


def test_answers_lead_to_rows_and_name_what_they_hold(read: Read) -> None:
    page = read("shahrnama/late_projects")
    assert re.search(r'<a href="/db/shahrnama/projects/SC-005">کیوسک‌های خدمات الکترونیک</a>', page)
    assert '<span class="code" title="stopped">متوقف</span>' in page
    assert '<data value="612">۶۱۲</data>' in page
    assert re.search(r'href="/db/shahrnama/projects/SC-005\?_lang=en"', read("shahrnama/late_projects", _lang="en"))
    assert "آبان ۱۴۰۵" in read("shahrnama/requests_by_month")


def test_bars_are_drawn_to_scale_from_zero() -> None:
    found = bars(["x"], [("a", [(10, "۱۰")]), ("b", [(-5, "")]), ("c", [(None, "—")]), ("d", [(0, "۰")])])
    assert found
    assert [(label, drawn[0].start, drawn[0].length) for label, drawn in found.lines] == [
        ("a", 333, 667), ("b", 0, 333), ("d", 333, 0)
    ]  # fmt: skip
    assert (found.zero, found.left_out) == (333, 1)
    assert bars(["x"], [("a", [(0, "")]), ("b", [(None, "")])]) is None
    many = bars(["x"], [(str(number), [(number, "")]) for number in range(1, 101)])
    assert many
    assert (len(many.lines), many.left_out) == (25, 75)


def test_the_page_of_the_database_lists_them_by_group(read: Read) -> None:
    page = read("shahrnama")
    assert re.findall(r'<section class="question-group" id="ask-(\w+)">', page) == [group["name"] for group in GROUPS]
    for place, query in QUESTIONS.items():
        if place.startswith("shahrnama/"):
            assert f'href="/db/{place}"' in page
            assert query["title"] in html.unescape(page)


def test_questions_without_a_group_come_last() -> None:
    queries = [{"name": "b"}, {"name": "a", "group": "one"}]
    shelves = grouped(queries, [{"name": "one"}, {"name": "none"}])
    assert [(shelf["about"].get("name"), len(shelf["queries"])) for shelf in shelves] == [("one", 1), (None, 1)]


def test_answers_are_those_that_were_planted_in_requests(ask: Any) -> None:
    truths = planted("requests")
    (worst,) = ask("slower_than_elsewhere")[:1]
    assert (worst["district_id"], worst["service_name"]) == (truths["bottleneck"]["district"], "چراغ معابر")
    assert ask("repeat_complaints_where")[0]["district_id"] == truths["repeated"]["district"]
    assert ask("reopened_requests")[0]["district_id"] == truths["reopened"]["district"]
    assert {row["district_id"] for row in ask("district_report")[:3]} == set(truths["slow_districts"])
    forgotten = truths["forgotten"]
    oldest = ask("oldest_open_requests", district=str(forgotten["district"]), subject=forgotten["service"])
    assert oldest[0]["open_days"] > forgotten["after_days"]
    assert ask("blamed_services")[0]["service_code"] == planted("feedback")["most_blamed"]
    assert ask("blamed_districts")[0]["district_id"] == planted("feedback")["worst_district"]


@pytest.mark.parametrize("process", ["building_permit", "business_licence", "contract_payment"])
def test_answers_are_those_that_were_planted_in_processes(ask: Any, process: str) -> None:
    truth = planted("processes")[process]
    assert ask("slow_steps", process=process)[0]["activity"] == truth["step"]
    assert ask("over_limit_offices", process=process)[0]["office"] == truth["over_limit"]["office"]
    assert ask("repeated_steps", process=process)[0]["activity"] == truth["rework"]["step"]
    if "منطقه" in truth["office"]:
        found = ask("waits_in_district", district=truth["office"].split()[-1], process=process)[0]
        assert (found["activity"], found["office"]) == (truth["step"], truth["office"])


def test_answers_are_those_that_were_planted_in_projects(ask: Any) -> None:
    truths = planted("projects")
    slipped = {row["project_id"]: row["slipped_days"] for row in ask("late_projects")}
    for card, truth in truths["cards"].items():
        if (truth["expect"]["slipped_days"] or 0) > 0:
            assert slipped[card] == truth["expect"]["slipped_days"]
    assert ask("late_custodians")[0]["custodian_name"] == truths["late_custodian"]["custodian"]
    due = ask("promises_due", month="۱۴۰۵/۰۶")
    assert [row["late_days"] for row in due if row["project_id"] == "SC-004"] == [61]
    assert {row["promised_date"][:7] for row in due} <= {"2026-08", "2026-09"}


def test_answers_are_those_that_were_planted_in_money(ask: Any) -> None:
    truths = planted("procurement")["flags"]
    for flag in ("R003", "R018", "S01"):
        found = {row["ocid"].rpartition("-")[2] for row in ask("flagged_contracts", flag=flag)}
        assert found == set(truths[flag]["process"])
    raised = [row["ocid"].rpartition("-")[2] for row in ask("raised_contracts")[:3]]
    assert set(raised) == set(truths["S03"]["process"])
    budget = planted("budget")
    offices = {row["office_id"]: row["office_name"] for row in ask("budget_spent")}
    assert ask("one_supplier")[0]["buyer_name"] == offices[truths["S04"]["buyer"][0]]
    over = {(row["fiscal_year"], row["office_name"]) for row in ask("budget_overruns")}
    assert over == {(year, offices[office]) for year, office in budget["overspent"] + budget["overcommitted"]}
    idle = ask("budget_unspent", year="۱۴۰۴")[0]
    assert [[idle["fiscal_year"], idle["office_name"]]] == [[year, offices[office]] for year, office in budget["idle"]]


def test_answers_are_those_that_were_planted_in_services(ask: Any) -> None:
    truths = planted("eservices")
    found = ask("electronic_in_word_only")
    assert {row["eservice_id"] for row in found} == {*truths["contradicted"], *truths["never_used"]}
    never = ask("electronic_in_word_only", reason="never_online")
    assert {row["eservice_id"] for row in never} == set(truths["never_used"])
    assert ask("moved_online")[0]["eservice_id"] == truths["moved_online"]
    scores = [row["api_id"] for row in ask("api_scores")]
    assert (scores[0], scores[-1]) == (truths["most_open"], truths["least_open"])
    assert truths["open_in_name_only"] in {row["api_id"] for row in ask("apis_lacking", criterion="no_approval")}


def test_claims_and_corrections_are_answered_from_their_tables(ask: Any) -> None:
    assert {row["verdict_code"] for row in ask("failed_claims")} == {"contradicted", "arithmetic_error"}
    assert {row["verdict_code"] for row in ask("failed_claims", verdict="pending")} == {"pending"}
    assert sum(row["claim_count"] for row in ask("claims_by_verdict")) == 79
    assert [row["row_key"] for row in ask("registers/who_corrected_what")] == ["1405-0000500"]


def test_searching_finds_every_spelling(ask: Any) -> None:
    found = ask("search_requests", words="كتابخانه ها")
    assert found
    assert found == ask("search_requests", words="کتابخانه")
    assert all("کتابخانه" in row["description"].replace("ك", "ک") for row in found)
    assert ask("search_requests", words="زرافه‌سوار") == []


@pytest.mark.parametrize("place", QUESTIONS)
def test_no_question_reads_a_large_table_from_end_to_end(city: House, place: str) -> None:
    database, _, _ = place.partition("/")
    path = city.database if database == "shahrnama" else city.registers
    connection = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    add_functions(connection)
    connection.create_function("escape_fts", 1, str)
    sql = QUESTIONS[place]["sql"]
    plan = connection.execute(f"explain query plan {sql}", dict.fromkeys(parameters(sql), "")).fetchall()
    read = [found[1] for _, _, _, step in plan if (found := re.fullmatch(r"SCAN (\w+)", step))]
    named = {alias: table for table, alias in re.findall(r"\b(\w+) (\w+)\b", sql)} | {name: name for name in read}
    tables = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
    for name in {named[name] if named[name] in tables else name for name in read} & tables:
        assert connection.execute(f'select count(*) from "{name}"').fetchone()[0] <= LARGE, name


QUERY = {
    "group": "one", "title": "ی", "title_en": "t", "description": "ی", "description_en": "d", "tables": ["services"],
    "sql": "select 1 where :word = '' or '10:30' = :word",
    "parameters": {"word": {"title": "ی", "title_en": "w", "empty": "ی", "empty_en": "all"}},
}  # fmt: skip


def test_what_is_authored_is_made_ready() -> None:
    (found,) = ready([("x", {"q": QUERY})], {"one"}, {"services": {"is_demo": True}}).values()
    assert (found["params"], found["is_demo"]) == (["word"], True)
    assert ready([("x", {"q": QUERY})], {"one"}, {}) == {}
    labels = {"word": {**QUERY["parameters"]["word"], "labels": "services.code"}}  # type: ignore[index]
    table = {"column_values": {"code": {"a": "الف"}}, "column_values_en": {"code": {"a": "A"}}}
    (listed,) = ready([("x", {"q": {**QUERY, "parameters": labels}})], {"one"}, {"services": table}).values()
    assert listed["parameters"]["word"]["choices"] == [["a", "الف", "A"]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"title_en": ""}, "title_en is missing"),
        ({"group": "two"}, "group 'two'"),
        ({"parameters": {}}, "parameter 'word'"),
        ({"sql": "select 1"}, "parameter 'word'"),
        ({"parameters": {"word": {"title": "ی"}}}, "title_en is missing"),
        ({"parameters": {"word": {**QUERY["parameters"]["word"], "labels": "services.none"}}}, "labels"),  # type: ignore[index]
    ],
)
def test_what_cannot_stand_is_named(change: dict[str, Any], told: str) -> None:
    with pytest.raises(PublishError, match=told):
        ready([("x", {"q": {**QUERY, **change}})], {"one"}, {"services": {}})


def test_two_things_of_one_name_are_refused() -> None:
    with pytest.raises(PublishError, match="has this name"):
        ready([("x", {"services": QUERY})], {"one"}, {"services": {}})
    with pytest.raises(PublishError, match="has this name"):
        ready([("x", {"q": QUERY}), ("y", {"q": QUERY})], {"one"}, {"services": {}})


def test_words_of_a_question_are_read_whatever_they_hold(read: Read) -> None:
    page = read("shahrnama/search_contracts", words='"><script>alert(1)</script>')
    assert "<script" not in page
    with pytest.raises(HTTPError):
        read("shahrnama/no_such_question")
