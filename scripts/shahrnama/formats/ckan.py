"""Answers of CKAN's action API, version 3: https://docs.ckan.org/en/latest/api/.

Every answer is an envelope `{"help", "success", "result" or "error"}`. Paging is the harvest's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from shahrnama.errors import ParseError
from shahrnama.formats.strict_json import loads

Record = dict[str, Any]


@dataclass(frozen=True)
class Datasets:
    """Datasets of one answer, and how many the query finds in all pages."""

    records: list[Record]
    count: int


@dataclass(frozen=True)
class DatastoreRecords:
    """One page of a DataStore table: its fields (`id`, `type`), its records with `_id`, and the rows of all pages.

    `total` is None where CKAN does not count (`include_total=false`) or only estimates.
    """

    fields: list[Record]
    records: list[Record]
    total: int | None


def result(body: bytes) -> Any:
    """What the action returned; ParseError with CKAN's own message where it failed, or where no CKAN answers."""
    if body.lstrip()[:1] == b"<":
        _refuse("is a web page, not JSON; open the address in a browser to see what it sends")
    answer = loads(body)
    if isinstance(answer, str):  # CKAN's word for a request that it cannot read, with status 400
        _refuse(f"is an error of CKAN ({_one_line(answer)}); correct the request")
    if not isinstance(answer, dict) or not isinstance(answer.get("success"), bool):
        _refuse("is not one of CKAN's action API; the address should hold /api/3/action/")
    if not answer["success"]:
        _refuse(f"is an error of CKAN ({_message(answer.get('error'))}); correct the request")
    if "result" not in answer:
        _refuse("says success and holds no result; ask again")
    return answer["result"]


def datasets(body: bytes) -> Datasets:
    """Datasets of `package_search` (one page of `count`), of `package_show` (one), or of an action that lists them."""
    found = result(body)
    if isinstance(found, dict) and "results" in found:
        records, count = found["results"], found.get("count")
    else:
        records = found if isinstance(found, list) else [found]
        count = len(records)
    for record in _records(records):
        if "id" not in record or not isinstance(record.get("resources"), list):
            _refuse("holds something else than datasets (each has an id and a list of resources)")
    return Datasets(records, _count(count, "count"))


def datastore_records(body: bytes) -> DatastoreRecords:
    """One page of `datastore_search`, in its default form of objects."""
    found = result(body)
    if not isinstance(found, dict) or "fields" not in found or "records" not in found:
        _refuse("holds no fields and records; ask datastore_search, with records_format=objects")
    fields, records = _records(found["fields"]), _records(found["records"])
    if not all(isinstance(field.get("id"), str) for field in fields):
        _refuse("holds a field without an id")
    total = None if found.get("total_was_estimated") else found.get("total")
    return DatastoreRecords(fields, records, None if total is None else _count(total, "total"))


def _records(found: Any) -> list[Record]:
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        _refuse("holds something else than a list of records; ask for records_format=objects")
    return found


def _count(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        _refuse(f"has {value!r} as its {name}, where a number is expected")
    return value


def _message(error: Any) -> str:
    """CKAN's own words: a message, or what is wrong with each field (`Validation Error`)."""
    if not isinstance(error, dict):
        return _one_line(error or "without a message")
    kind = error.get("__type", "Error")
    if "message" in error:
        return _one_line(f"{kind}: {error['message']}")
    return _one_line(f"{kind}: " + "; ".join(f"{name}: {what}" for name, what in error.items() if name != "__type"))


def _one_line(text: Any) -> str:
    return " ".join(str(text).split())[:300]


def _refuse(what: str) -> NoReturn:
    raise ParseError(f"the answer {what}")
