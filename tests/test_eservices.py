"""Electronic services and open APIs: every planted truth is found again by its table, and sums are what they say."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from democity.apis import Apis
from democity.eservices import Eservices
from desks import CITIES, ROOT, World, named, planted
from shahrnama.catalog import read
from shahrnama.errors import ParseError

PLANTED = planted("eservices")
CONTRADICTED = "SELECT eservice_id FROM eservice_contradictions WHERE reason_code = '{}' ORDER BY 1"
UNMET = "SELECT criterion_code FROM api_openness WHERE api_id = '{}' AND NOT is_met ORDER BY 1"


@pytest.fixture(scope="module", params=CITIES, ids=named)
def eservices(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("eservices"), "eservices", *request.param)


@pytest.fixture(scope="module", params=CITIES, ids=named)
def apis(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("apis"), "open_apis", *request.param)


def test_the_office_whose_services_are_all_electronic_is_found(eservices: World) -> None:
    query = "SELECT office_id FROM eservice_office_shares WHERE wholly_electronic_share = 1"
    assert eservices.column(query) == [PLANTED["most_electronic"]]
    assert eservices.column("SELECT office_id FROM eservice_office_shares WHERE electronic_rank = 1") == [
        PLANTED["most_electronic"]
    ]


def test_the_office_that_is_electronic_in_word_only_is_found(eservices: World) -> None:
    query = """
        SELECT office_id FROM eservice_office_shares WHERE claimed_electronic_count >= 2 AND wholly_electronic_count = 0
    """
    assert eservices.column(query) == [PLANTED["electronic_in_word_only"]]


@pytest.mark.parametrize(("reason", "truth"), [("visit_needed", "contradicted"), ("never_online", "never_used")])
def test_claims_that_the_data_contradicts_are_found_and_no_others(eservices: World, reason: str, truth: str) -> None:
    assert eservices.column(CONTRADICTED.format(reason)) == PLANTED[truth]


def test_the_service_that_moved_online_is_found(eservices: World) -> None:
    [(first, most), (_, next_most)] = eservices.ask(
        "SELECT eservice_id, online_share_change FROM eservice_shifts ORDER BY online_share_change DESC LIMIT 2"
    )
    assert first == PLANTED["moved_online"]
    assert most >= 0.5 > next_most


def test_levels_and_offices_count_every_service_once(eservices: World) -> None:
    [everything] = eservices.column("SELECT count(*) FROM eservices")
    for table in ("eservice_levels", "eservice_office_shares"):
        assert eservices.column(f"SELECT sum(eservice_count) FROM {table}") == [everything]
    assert set(eservices.column("SELECT round(sum(office_share), 3) FROM eservice_levels GROUP BY office_id")) == {1.0}
    [(online, counted)] = eservices.ask("""
        SELECT (SELECT sum(online_count) FROM eservice_office_shares),
            (SELECT sum(online_count) FROM eservice_uses WHERE jalali_month BETWEEN '1404-09' AND '1405-08')
    """)
    assert online == counted > 0


def test_names_are_in_persian_letters_and_numbers_in_one_script(eservices: World) -> None:
    assert not set("يك") & set(eservices.text())
    assert eservices.column("SELECT count(DISTINCT jalali_month) FROM eservice_uses") == [24]
    assert eservices.ask("SELECT min(jalali_month), max(jalali_month) FROM eservice_uses") == [("1403-09", "1405-08")]


@pytest.mark.parametrize(("truth", "score"), [("most_open", 12), ("least_open", 0)])
def test_the_ends_of_the_openness_scores_are_found(apis: World, truth: str, score: int) -> None:
    assert apis.column(f"SELECT api_id FROM openness_scores WHERE score = {score}") == [PLANTED[truth]]


def test_every_point_can_be_looked_up(apis: World) -> None:
    query = """
        SELECT s.api_id FROM openness_scores AS s INNER JOIN api_openness AS o ON o.api_id = s.api_id
        GROUP BY s.api_id, s.score, s.met_count
        HAVING s.score <> sum(o.weight * o.is_met::int) OR s.met_count <> sum(o.is_met::int) OR count(*) <> 10
    """
    assert apis.column(query) == []
    assert apis.column("SELECT sum(weight) FROM api_criteria") == [12]


@pytest.mark.parametrize(
    ("truth", "unmet"),
    [
        ("open_in_name_only", ["no_approval", "open_licence", "versioned"]),
        ("praised_by_itself", ["no_key", "uptime_measured"]),
        ("unsaid", ["cors", "rate_limit_stated"]),
    ],
)
def test_what_an_api_lacks_is_found(apis: World, truth: str, unmet: list[str]) -> None:
    assert apis.column(UNMET.format(PLANTED[truth])) == unmet


def test_what_the_register_does_not_say_is_unknown_and_not_no(apis: World) -> None:
    query = "SELECT is_known FROM api_openness WHERE api_id = '{}' AND criterion_code = 'cors'"
    assert apis.column(query.format(PLANTED["unsaid"])) == [False]
    assert apis.column(query.format(PLANTED["least_open"])) == [True]
    assert apis.column("SELECT count(*) FROM api_openness WHERE is_met AND NOT is_known") == [0]


def test_the_most_used_api_is_found_and_unpublished_names_are_not(apis: World) -> None:
    [(api, named_count)] = apis.ask(
        "SELECT api_id, named_client_count FROM api_uses ORDER BY client_count DESC LIMIT 1"
    )
    assert (api, named_count) == (PLANTED["most_used"], PLANTED["named_clients"])
    text = apis.text()
    assert not [name for name in [*PLANTED["unnamed_makers"], "@example.org"] if name in text]
    assert apis.column("SELECT sum(unnamed_client_count) FROM api_uses")[0] > 10


Change = Callable[[dict[str, Any]], object]
SERVICE: dict[str, tuple[Change, str]] = {
    "a level that nobody knows": (lambda record: record["extras"].append({"key": "fee", "value": "1"}), "fee"),
    "no steps": (lambda record: record["extras"].pop(1), "no steps"),
    "a field that nobody reads": (lambda record: record.update(phone="x"), "phone"),
}


@pytest.mark.parametrize(("change", "says"), SERVICE.values(), ids=SERVICE)
def test_a_service_that_cannot_be_read_is_named(change: Change, says: str) -> None:
    answer = Eservices().answer("/ckan/api/3/action/package_search", {"fq": "type:eservice", "rows": "1"})
    assert answer
    told = json.loads(answer.body)
    change(told["result"]["results"][0])
    with pytest.raises(ParseError, match=says):
        list(read(ROOT / "datasets" / "eservices").parser("eservices")(json.dumps(told).encode()))


def test_an_api_with_a_field_that_nobody_reads_is_named() -> None:
    answer = Apis().answer("/apis/catalogue.json")
    assert answer
    told = json.loads(answer.body)
    told[0]["contact_phone"] = "021"
    with pytest.raises(ParseError, match="contact_phone"):
        list(read(ROOT / "datasets" / "open_apis").parser("open_apis")(json.dumps(told).encode()))


def test_the_same_seed_gives_the_same_answers() -> None:
    query = {"resource_id": "eservice-uses", "limit": "500"}
    first, again, other = (Eservices(seed).answer("/ckan/api/3/action/datastore_search", query) for seed in (1, 1, 2))
    assert first == again != other
    assert Apis(1).answer("/apis/clients.json") == Apis(1).answer("/apis/clients.json")
