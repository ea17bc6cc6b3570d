"""Contracts over OCDS 1.1: release packages by their links, then every process merged from all of its releases.

A release tells only what is new, and the releases of one process stand on many pages. So the pages are kept one by one
(`releases`), and once more as one answer, the pages as they were sent with a line break between them (every other
table): merging needs them together. What the bytes hold wrong is told row by row in `contract_issues`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from shahrnama.captures import Capture
from shahrnama.catalog import Row
from shahrnama.client import Source
from shahrnama.formats import ocds
from shahrnama.formats.ocds_book import Book, Party
from shahrnama.formats.ocds_tables import read
from shahrnama.formats.strict import to_utc
from shahrnama.paging import followed
from shahrnama.persian import normalise
from shahrnama.privacy import mask

PATH = "releases.json"
MERGED = (
    "contracting_processes",
    "buyers",
    "suppliers",
    "bids",
    "bid_tenderers",
    "awards",
    "award_suppliers",
    "award_items",
    "contracts",
    "amendments",
    "payments",
    "contract_issues",
)
PERSON, COMPANY = (
    "X_DEMO-PERSON",
    "X_DEMO-COMPANY",
)  # identifier schemes of the fictional city; a live source has others
LEGAL = ("شرکت", "مؤسسه", "موسسه", "تعاونی", "سازمان", "معاونت", "اداره", "ادارهٔ", "انبار", "بانک", "دانشگاه", "گروه")
UNNAMED = {"person": "شخص حقیقی", "unknown": "بی‌نام"}

IGNORED = {
    "release": (
        "ocid", "id", "date", "tag",  # stand in the process and in releases
        "initiationType", "language",  # the same everywhere
        "planning", "relatedProcesses",  # not sent yet; to be read when they are
    ),
    "tender": (
        "id",  # the ocid again
        "items",  # what was asked; what was bought is in award_items
        "documents", "milestones",  # addresses that are not this site's to promise
        "awardCriteria", "submissionMethod", "eligibilityCriteria", "enquiryPeriod", "awardPeriod", "contractPeriod",
    ),
    "award": ("description", "documents", "contractPeriod", "relatedBids"),
    "contract": ("description", "items", "documents", "milestones", "relatedProcesses"),
    "bids": ("statistics",),  # counted anew from the bids themselves
    "bid": ("documents", "requirementResponses"),
    "item": ("quantity", "unit", "additionalClassifications"),
    "transaction": ("source", "uri"),
    "party": (
        "address", "contactPoint", "additionalIdentifiers", "memberOf", "details",  # a small firm's address is a home
    ),
}  # fmt: skip

NOTES = {
    "duplicate_id": (
        "چند مورد یک شناسه دارند و در ادغام یکی شده‌اند.",
        "Several objects share an identifier and were merged into one.",
    ),
    "missing_id": ("شناسه ندارد؛ با شمارهٔ جایش نامیده شد.", "Has no identifier; its position names it."),
    "repeated_release": (
        "دو بار با یک شناسه منتشر شده است؛ آن‌که تاریخش دیرتر است می‌ماند.",
        "Was released twice under one identifier; the later one stays.",
    ),
    "future_date": ("تاریخ آن پس از روز انتشار بسته است.", "Is dated after the day of its publication."),
    "unreadable_date": (
        "تاریخ میلادی درستی نیست؛ خالی گذاشته شد.",
        "Is no Gregorian date and time; it was left empty.",
    ),
    "deadline_before_start": ("پایان مهلت پیش از آغاز آن است.", "The deadline is before the period begins."),
    "amount_is_text": ("مبلغ به شکل متن فرستاده شده و خوانده شد.", "The amount was sent as text, and was read."),
    "unreadable_amount": ("مبلغ خوانده نشد؛ خالی گذاشته شد.", "The amount cannot be read; it was left empty."),
    "negative_amount": ("مبلغ منفی است؛ خالی گذاشته شد.", "The amount is negative; it was left empty."),
    "missing_currency": (
        "واحد پول گفته نشده؛ مبلغ به ریال خالی گذاشته شد.",
        "The currency is not said; the amount in rials was left empty.",
    ),
    "other_currency": (
        "مبلغ به ریال نیست؛ مبلغ به ریال خالی گذاشته شد.",
        "The amount is not in rials; the amount in rials was left empty.",
    ),
    "unknown_code": (
        "کدی است که استاندارد ندارد؛ به جای آن «نامعلوم» نوشته شد.",
        "Is a code that the standard does not have; unknown was written.",
    ),
}


def fetch(source: Source) -> None:
    """Every page of releases, each naming the next; then all pages as one answer for the tables that are merged."""
    followed(source, "releases", PATH, {}, ocds.package_links)
    pages = [source.store.body(capture) for capture in source.taking.captures if capture.resource == "releases"]
    whole = b"\n".join(pages)
    digest = source.store.save(whole)
    for resource in MERGED:
        source.taking.take(Capture(resource, f"{PATH}#{resource}", digest, len(whole)))


def releases(body: bytes) -> Iterator[Row]:
    """One row for each release of a page: when what was told of which process."""
    for release in ocds.releases(body):
        yield {
            "ocid": release["ocid"],
            "release_id": str(release.get("id")),
            "released_at": to_utc(release["date"], naive_zone="Asia/Tehran"),
            "tags": ", ".join(release.get("tag") or ()),
        }


def contracting_processes(body: bytes) -> Iterator[Row]:
    """One row for each process, from the tender to the last payment."""
    yield from _read(body).tables["contracting_processes"]


def buyers(body: bytes) -> Iterator[Row]:
    """One row for each office that buys, or runs a tender for another."""
    yield from ({"buyer_id": key, "buyer_name": party.name} for key, party in _read(body).buyers.items())


def suppliers(body: bytes) -> Iterator[Row]:
    """One row for each bidder or supplier; natural persons and those not known to be companies have no name."""
    for key, party in _read(body).suppliers.items():
        yield {"supplier_id": key, "supplier_name": party.name, "kind_code": party.kind}


def bids(body: bytes) -> Iterator[Row]:
    """One row for each bid, in the order of the process."""
    yield from _read(body).tables["bids"]


def bid_tenderers(body: bytes) -> Iterator[Row]:
    """One row for each bidder of a bid; a joint bid has several."""
    yield from _read(body).tables["bid_tenderers"]


def awards(body: bytes) -> Iterator[Row]:
    """One row for each award."""
    yield from _read(body).tables["awards"]


def award_suppliers(body: bytes) -> Iterator[Row]:
    """One row for each supplier of an award."""
    yield from _read(body).tables["award_suppliers"]


def award_items(body: bytes) -> Iterator[Row]:
    """One row for each thing awarded."""
    yield from _read(body).tables["award_items"]


def contracts(body: bytes) -> Iterator[Row]:
    """One row for each contract, with its first and its present amount."""
    yield from _read(body).tables["contracts"]


def amendments(body: bytes) -> Iterator[Row]:
    """One row for each amendment, with the amounts before and after it."""
    yield from _read(body).tables["amendments"]


def payments(body: bytes) -> Iterator[Row]:
    """One row for each payment of a contract."""
    yield from _read(body).tables["payments"]


def contract_issues(body: bytes) -> Iterator[Row]:
    """One row for each thing that the source sent wrong."""
    for issue in _read(body).issues.values():
        note, note_en = NOTES[issue.kind]
        yield {
            "ocid": issue.ocid,
            "kind_code": issue.kind,
            "place": issue.place,
            "sent_text": normalise(issue.sent) or None,
            "note_fa": note,
            "note_en": note_en,
        }


@lru_cache(maxsize=1)  # a dozen tables are read out of the same bytes
def _read(body: bytes) -> Book:
    return read(body, _party, IGNORED)


def _party(party: dict[str, Any]) -> Party:
    """A natural person's name is personal data: the role stands for it. Only what is known to be a company is named."""
    scheme = (party.get("identifier") or {}).get("scheme")
    name = normalise(str(party.get("name") or ""))
    if scheme == PERSON:
        return Party(UNNAMED["person"], "person")
    if name and (scheme == COMPANY or name.split()[0] in LEGAL):
        return Party(mask(name), "company")
    return Party(UNNAMED["unknown"], "unknown")
