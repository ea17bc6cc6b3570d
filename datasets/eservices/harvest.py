"""Electronic services from a CKAN catalogue: offices, services (datasets of type `eservice`), use from the DataStore.

CKAN has no field for the level of a service or for its steps: they stand in `extras`, as text, with digits in either
script. Months are Jalali, as `1405/08`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from shahrnama.catalog import Row
from shahrnama.client import Source
from shahrnama.errors import ParseError
from shahrnama.formats import ckan
from shahrnama.formats.strict import exhaust, required
from shahrnama.paging import offsets
from shahrnama.persian import ascii_digits, gregorian, normalise

PAGE_SIZE = 500  # the city's CKAN gives no more at once
MONTH = re.compile(r"(1[34][0-9]{2})[/-](0?[1-9]|1[0-2])")

IGNORED_OFFICE = (
    "name",
    "description",
    "image_display_url",
    "package_count",
    "state",
    "type",
)  # CKAN's own bookkeeping
IGNORED_SERVICE = (
    "name",  # the address in the catalogue, made from the id
    "type", "state", "metadata_created", "metadata_modified", "num_resources", "num_tags",  # CKAN's own bookkeeping
    "author", "author_email", "maintainer", "maintainer_email",  # persons
)  # fmt: skip


def fetch(source: Source) -> None:
    """Every office, every service and every month of use."""
    source.get("eservice_offices", "organization_list", {"all_fields": "true"}, check=ckan.result)
    services, uses = {"fq": "type:eservice", "sort": "id asc"}, {"resource_id": "eservice-uses", "sort": "_id"}
    _walk(source, "eservices", "package_search", services, ("start", "rows"), _datasets)
    _walk(source, "eservice_uses", "datastore_search", uses, ("offset", "limit"), _records)


def eservice_offices(body: bytes) -> Iterator[Row]:
    """One row for each office that keeps services: an organization of the catalogue."""
    for record in ckan.result(body):
        yield {"office_id": str(required(record, "id")), "office_name": normalise(required(record, "title"))}
        exhaust(record, ignore=IGNORED_OFFICE)


def eservices(body: bytes) -> Iterator[Row]:
    """One row for each service, at the level that its office claims for it."""
    for record in ckan.datasets(body).records:
        extras = {str(item["key"]): item["value"] for item in required(record, "extras")}
        yield {
            "eservice_id": str(required(record, "id")),
            "eservice_name": normalise(required(record, "title")),
            "office_id": str(required(record, "organization")["id"]),
            "level_code": str(required(extras, "level")),
            "step_count": int(ascii_digits(required(extras, "steps"))),
            "visit_step_count": int(ascii_digits(required(extras, "visits"))),
        }
        exhaust(extras)
        exhaust(record, ignore=IGNORED_SERVICE)


def eservice_uses(body: bytes) -> Iterator[Row]:
    """One row for each service and Jalali month: what was begun online, and what at a counter."""
    for record in ckan.datastore_records(body).records:
        month = MONTH.fullmatch(ascii_digits(required(record, "month")).strip())
        if not month:
            raise ParseError(f"a month is not like 1405/08: {str(record)[:120]}")
        year, number = month.groups()
        yield {
            "eservice_id": str(required(record, "service")),
            "jalali_month": f"{year}-{int(number):02d}",
            "month_start_date": gregorian(f"{year}-{number}-01"),
            "online_count": int(ascii_digits(required(record, "online"))),
            "in_person_count": int(ascii_digits(required(record, "in_person"))),
        }
        exhaust(record, ignore=("_id",))


def _walk(source: Source, resource: str, path: str, params: dict[str, str], names: tuple[str, str],
          read: Callable[[bytes], tuple[list[Any], int]]) -> None:  # fmt: skip
    offsets(source, resource, path, params, page_size=PAGE_SIZE, count=lambda body: len(read(body)[0]),
            total=lambda body: read(body)[1], names=names)  # fmt: skip


def _datasets(body: bytes) -> tuple[list[Any], int]:
    found = ckan.datasets(body)
    return found.records, found.count


def _records(body: bytes) -> tuple[list[Any], int]:
    found = ckan.datastore_records(body)
    return found.records, len(found.records) if found.total is None else found.total
