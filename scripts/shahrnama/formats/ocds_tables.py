"""Tables out of open contracting data: releases merged by process, then processes, bids, awards, contracts as rows.

The standard is OCDS 1.1 with its bids extension (https://extensions.open-contracting.org/en/extensions/bids/). Lists in
lists become tables of their own, keyed by ocid and the identifiers within. What is wrong is kept as issues beside the
rows (`ocds_cells`). Whoever publishes the tables says which parties' names may be told, and which fields are left out.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping

from shahrnama.errors import ParseError
from shahrnama.formats.ocds import Release, compiled, releases
from shahrnama.formats.ocds_book import Book, Party, Row, fiscal_year
from shahrnama.formats.ocds_cells import Object, child, code, identified, moment, money, objects, text
from shahrnama.formats.ocds_contracts import read_contracts
from shahrnama.formats.strict import to_utc
from shahrnama.formats.strict_json import documents

TENDER = frozenset({"planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn"})
METHOD = frozenset({"open", "selective", "limited", "direct"})
CATEGORY = frozenset({"goods", "works", "services"})
BID = frozenset({"invited", "pending", "valid", "disqualified", "withdrawn"})
AWARD = frozenset({"pending", "active", "cancelled", "unsuccessful"})
BUYING = {"buyer", "procuringEntity"}
_DUPLICATE = re.compile(r"`id` value '(?P<id>.*)' in the `(?P<place>[^`]*)` array")  # the words of ocdsmerge


def read(body: bytes, party: Callable[[Object], Party], ignored: Mapping[str, Collection[str]]) -> Book:
    """All processes in `body`, the packages of a whole source one after the other.

    `party` gives a party's published name and kind; `ignored` the fields that are not published, by object: release,
    tender, bid, award, contract, amendment, transaction, item, party. Raises ParseError, and UnexpectedFields for a
    field that is neither read nor ignored.
    """
    book = Book(party, ignored)
    by_ocid: defaultdict[str, list[Release]] = defaultdict(list)
    for release in releases(body):
        by_ocid[release["ocid"]].append(release)
    version, latest = _told(body)
    for ocid, told in sorted(by_ocid.items()):
        book.ocid = ocid
        _history(book, told, latest)
        merged = _merged(book, told, version)
        _process(book, merged, sorted(told, key=lambda release: to_utc(release["date"], naive_zone="UTC")))
    return book


def _told(body: bytes) -> tuple[str, str | None]:
    """The standard's version, and when the newest package was published: nothing in it can be from later."""
    dates: list[str] = []
    versions: set[str] = set()
    for package in documents(body):
        if isinstance(package, dict) and "ocid" not in package:
            versions.add(str(package.get("version") or "1.0"))
            dates += [to_utc(package["publishedDate"], naive_zone="UTC")] if package.get("publishedDate") else []
    if len(versions) > 1:
        raise ParseError(f"packages of several versions in one source: {', '.join(sorted(versions))}; split the source")
    return next(iter(versions), "1.1"), max(dates, default=None)


def _merged(book: Book, told: list[Release], version: str) -> Object:
    """The process as it stands; ocdsmerge warns where objects of one list share an id and become one, as Colombia's."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        merged = next(compiled(told, version=version))
    for warning in caught:
        found = _DUPLICATE.search(str(warning.message))
        book.note("duplicate_id", found["place"] if found else "release", found["id"] if found else warning.message)
    return merged


def _history(book: Book, told: list[Release], latest: str | None) -> None:
    for name, count in Counter(str(release.get("id")) for release in told).items():
        if count > 1:
            book.note("repeated_release", f"releases/{name}", name)
    for release in told:
        if latest and to_utc(release["date"], naive_zone="UTC") > latest:
            book.note("future_date", f"releases/{release.get('id')}", release["date"])


def _process(book: Book, merged: Object, told: list[Release]) -> None:
    for party in objects(merged, "parties"):
        _party(book, party)
    buyer = book.known(child(merged, "buyer"), book.buyers)
    tender = _tender(book, child(merged, "tender"))
    times = [to_utc(release["date"], naive_zone="UTC") for release in told]
    book.add(
        "contracting_processes",
        **{**tender, "buyer_id": buyer},
        fiscal_year=fiscal_year(tender["opened_at"] or times[0]),
        release_count=len(told),
        first_released_at=times[0],
        last_released_at=times[-1],
    )
    _bids(book, child(merged, "bids"))
    suppliers = _awards(book, objects(merged, "awards"))
    read_contracts(book, objects(merged, "contracts"), suppliers, buyer, told)
    book.done("release", merged)


def _party(book: Book, party: Object) -> None:
    roles = set(party.get("roles") or ())
    for parties in ([book.buyers] if roles & BUYING else []) + ([book.suppliers] if roles - BUYING else []):
        book.known(party, parties)
    for name in ("id", "name", "identifier", "roles"):
        party.pop(name, None)
    book.done("party", party)


def _tender(book: Book, tender: Object) -> Row:
    period = child(tender, "tenderPeriod")
    count = tender.pop("numberOfTenderers", None)
    tender.pop("tenderers", None)  # they stand in bids
    row = {
        "title": text(tender.pop("title", None)),
        "description": text(tender.pop("description", None)),
        "procuring_entity_id": book.known(child(tender, "procuringEntity"), book.buyers),
        "status_code": code(tender.pop("status", None), TENDER, "tender/status", book.note),
        "method_code": code(tender.pop("procurementMethod", None), METHOD, "tender/procurementMethod", book.note),
        "method_details": text(tender.pop("procurementMethodDetails", None)),
        "category_code": code(
            tender.pop("mainProcurementCategory", None), CATEGORY, "tender/mainProcurementCategory", book.note
        ),
        "estimate_irr": money(tender.pop("value", None), "tender/value", book.note).rials,
        "opened_at": moment(period.get("startDate"), "tender/tenderPeriod/startDate", book.note),
        "closed_at": moment(period.get("endDate"), "tender/tenderPeriod/endDate", book.note),
        "tenderer_count": count if isinstance(count, int) and not isinstance(count, bool) else None,
    }
    if row["opened_at"] and row["closed_at"] and str(row["closed_at"]) < str(row["opened_at"]):
        book.note("deadline_before_start", "tender/tenderPeriod", period.get("endDate"))
    book.done("tender", tender)
    return row


def _bids(book: Book, bids: Object) -> None:
    for number, (bid_id, place, bid) in enumerate(identified(objects(bids, "details"), "bids", book.note), start=1):
        tenderers = objects(bid, "tenderers")
        known = [book.known(tenderer, book.suppliers) for tenderer in tenderers]
        value = money(bid.pop("value", None), place, book.note)
        book.add(
            "bids",
            bid_id=bid_id,
            bid_number=number,
            status_code=code(bid.pop("status", None), BID, f"{place}/status", book.note),
            submitted_at=moment(bid.pop("date", None), f"{place}/date", book.note),
            amount=value.amount,
            currency_code=value.currency,
            amount_irr=value.rials,
            tenderer_count=len(tenderers),
        )
        for tenderer in dict.fromkeys(filter(None, known)):
            book.add("bid_tenderers", bid_id=bid_id, tenderer_id=tenderer)
        book.done("bid", bid)
    book.done("bids", bids)


def _awards(book: Book, awards: list[Object]) -> dict[str, str | None]:
    """Rows of awards; the supplier of each award that has one alone."""
    alone: dict[str, str | None] = {}
    for award_id, place, award in identified(awards, "awards", book.note):
        suppliers = objects(award, "suppliers")
        known = [book.known(supplier, book.suppliers) for supplier in suppliers]
        alone[award_id] = known[0] if len(known) == 1 else None
        value = money(award.pop("value", None), place, book.note)
        awarded_at = moment(award.pop("date", None), f"{place}/date", book.note)
        book.add(
            "awards",
            award_id=award_id,
            title=text(award.pop("title", None)),
            status_code=code(award.pop("status", None), AWARD, f"{place}/status", book.note),
            awarded_at=awarded_at,
            fiscal_year=fiscal_year(awarded_at),
            amount_irr=value.rials,
            currency_code=value.currency,
            supplier_id=alone[award_id],
            supplier_count=len(suppliers),
        )
        for supplier in dict.fromkeys(filter(None, known)):
            book.add("award_suppliers", award_id=award_id, supplier_id=supplier)
        _items(book, award_id, place, objects(award, "items"))
        book.done("award", award)
    return alone


def _items(book: Book, award_id: str, place: str, items: list[Object]) -> None:
    for item_id, _, item in identified(items, f"{place}/items", book.note):
        classification = child(item, "classification")
        book.add(
            "award_items",
            award_id=award_id,
            item_id=item_id,
            description=text(item.pop("description", None)),
            classification_scheme=text(classification.get("scheme")),
            classification_id=text(classification.get("id")),
        )
        book.done("item", item)
