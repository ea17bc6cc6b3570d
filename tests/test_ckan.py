"""Answers of CKAN and Socrata: what is read, and each service's own words where it refuses."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from shahrnama.errors import ParseError
from shahrnama.formats import ckan, socrata

DATASET = {"id": "d1", "name": "contracts", "resources": [{"id": "r1", "format": "CSV"}]}
FIELDS = [{"id": "_id", "type": "int"}, {"id": "نام", "type": "text"}]
ROWS: list[dict[str, Any]] = [{"_id": 1, "نام": "پارک ملت"}, {"_id": 2, "نام": None}]


def answer(result: Any) -> bytes:
    return json.dumps({"help": "…", "success": True, "result": result}).encode()


def failure(error: Any) -> bytes:
    return json.dumps({"help": "…", "success": False, "error": error}).encode()


def test_a_search_tells_its_records_and_the_count_of_all_pages() -> None:
    found = ckan.datasets(answer({"count": 13, "results": [DATASET], "facets": {}}))
    assert (found.records, found.count) == ([DATASET], 13)


def test_one_dataset_and_a_list_of_them_count_themselves() -> None:
    assert ckan.datasets(answer(DATASET)) == ckan.Datasets([DATASET], 1)
    assert ckan.datasets(answer([DATASET, DATASET])).count == 2


def test_a_page_of_the_datastore_keeps_its_row_ids() -> None:
    found = ckan.datastore_records(answer({"fields": FIELDS, "records": ROWS, "total": 700, "limit": 2}))
    assert found == ckan.DatastoreRecords(FIELDS, ROWS, 700)


@pytest.mark.parametrize("extra", [{}, {"total": 700, "total_was_estimated": True}], ids=["not counted", "estimated"])
def test_a_total_that_is_not_counted_is_none(extra: dict[str, Any]) -> None:
    assert ckan.datastore_records(answer({"fields": FIELDS, "records": ROWS, **extra})).total is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "holds 0 JSON documents"),
        (b"<html>bad gateway</html>", "is a web page"),
        (b'{"success": true, "result": {"count": 1', "broken JSON"),
        (b'"Bad request - JSON Error: No request body data"', r"error of CKAN \(Bad request - JSON Error"),
        (b"[]", "action API"),
        (b'{"success": "true", "result": []}', "action API"),
        (b'{"success": true}', "no result"),
        (
            failure({"__type": "Authorization Error", "message": "Access\n denied"}),
            "Authorization Error: Access denied",
        ),
        (
            failure({"__type": "Validation Error", "name": ["Missing value"]}),
            r"Validation Error: name: \['Missing value",
        ),
        (failure("Search Query is invalid"), "Search Query is invalid"),
        (b'{"success": false}', "without a message"),
        (answer({"count": "13", "results": []}), "'13' as its count"),
        (answer({"count": 1, "results": [{"id": "x"}]}), "something else than datasets"),
        (answer({"count": 1, "results": ["x"]}), "something else than a list of records"),
        (answer("x"), "something else than a list of records"),
    ],
)
def test_what_is_no_answer_with_datasets_is_named(body: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says) as raised:
        ckan.datasets(body)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (DATASET, "no fields and records"),
        ({"fields": FIELDS, "records": "1,2\n", "total": 1}, "records_format=objects"),
        ({"fields": FIELDS, "records": [[1, 2]], "total": 1}, "records_format=objects"),
        ({"fields": [{"type": "int"}], "records": [], "total": 0}, "a field without an id"),
        ({"fields": FIELDS, "records": [], "total": -1}, "-1 as its total"),
    ],
    ids=["dataset", "csv", "lists", "field", "total"],
)
def test_what_is_no_page_of_the_datastore_is_named(result: Any, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        ckan.datastore_records(answer(result))


# What was counted by hand in the recorded answers: number of the file, records in it, records in all pages.
SEARCHES = {
    0: (10, 13_786),
    1: (800, 13_786),
    2: (2, 13_786),
    5: (0, 0),
    6: (6, 6),
    7: (10, 50),
    8: (10, 554),
    9: (10, 554),
}
LISTS = {3: (9, 9)}
SHOWN = dict.fromkeys((10, 12, 13, 15, 17, 19, 20, 21, 22, 26), (1, 1))
REFUSED = {4: "Not Found Error: Não encontrado", 27: "Not Found Error: Não encontrado", 18: "Authorization Error"}
NO_DATASET = {11: "something else than datasets", 14: "action API", 16: "action API"}  # a resource, two descriptors
TABLES = (23, 24, 25)  # files that the portal links to, read in test_tabular.py


def test_recorded_answers_are_read_or_refused_by_their_status(shared: Path) -> None:
    folder = shared / "ckan-socrata/ckan-responses"
    read = {**SEARCHES, **LISTS, **SHOWN}
    for number, entry in enumerate(json.loads((folder / "_index.json").read_text())):
        path = folder / entry["file"]
        body = path.read_bytes() if path.exists() else gzip.decompress(path.with_name(path.name + ".gz").read_bytes())
        if number in read:
            assert entry["status"] == 200
            found = ckan.datasets(body)
            assert (len(found.records), found.count) == read[number]
        elif number not in TABLES:
            assert (entry["status"] in (403, 404)) == (number in REFUSED)
            with pytest.raises(ParseError, match={**REFUSED, **NO_DATASET}[number]) as raised:
                ckan.datasets(body)
            assert "\n" not in str(raised.value)


def test_records_of_socrata_keep_their_objects() -> None:
    body = '[{"unique_key": "1", "location": {"latitude": "35.7", "human_address": "{}"}}, {"نام": "گل"}]\n'
    assert socrata.records(body.encode()) == json.loads(body)
    assert socrata.records(b"[]") == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b" ", "is empty"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b'[{"a": 1},', "broken JSON"),
        (b'{"error": true, "message": "You must be logged in"}', r"error of Socrata \(You must be logged in\)"),
        (b'{"code": "query.soql.no-such-column", "error": true, "message": "No\\n x"}', "no-such-column: No x"),
        (b'{"code": "not_found", "message": "Cannot find view"}', "not_found: Cannot find view"),
        (b'{"Errors": 0, "Rows Created": 2}', "not a list of records"),
        (b'[{"a": 1}, ["a"]]', "as record 2"),
        (b'[{"a": NaN}]', "NaN"),
    ],
)
def test_what_is_no_list_of_socrata_records_is_named(body: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says) as raised:
        socrata.records(body)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("open311/nyc-csv/nyc311_2024_soda_1000.json", 1000),
        ("ckan-socrata/socrata/sodapy_bike_counts_page_1.json", 1000),
        ("ckan-socrata/socrata/sodapy_bike_counts_page_2.json", 1),
        ("ckan-socrata/socrata/sodapy_get_songs.txt", 10),
        ("ckan-socrata/socrata/sodapy_get_songs_unicode.txt", 10),
    ],
)
def test_recorded_pages_of_socrata(shared: Path, name: str, count: int) -> None:
    assert len(socrata.records((shared / name).read_bytes())) == count


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("sodapy_403_response_json.txt", "You must be logged in to access this resource"),
        ("sodapy_empty.txt", "is empty"),
        ("sodapy_nondatasetfile.zip", "is not UTF-8"),
        ("sodapy_upsert_songs.txt", "not a list of records"),
        ("sodapy_get_datasets.txt", "not a list of records"),
        ("sodapy_get_song_metadata.txt", "not a list of records"),
    ],
)
def test_recorded_answers_without_records_are_refused(shared: Path, name: str, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        socrata.records((shared / "ckan-socrata/socrata" / name).read_bytes())
