"""One purchase of the city, and the OCDS 1.1 releases that tell it step by step.

Each release tells only what is new, as the standard allows: a reader must merge them
(https://standard.open-contracting.org/1.1/en/schema/merging/). Bids follow the bids extension. Amounts are rials.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from democity.generator import CLOCK

Record = dict[str, Any]

PREFIX = "ocds-demo01-"
SCHEME = "UNSPSC"
WORKS = {  # UNSPSC segment, what is bought, of which kind
    "10": ("نهال و گل فصلی", "goods"),
    "30": ("سنگ جدول و موزاییک", "goods"),
    "39": ("چراغ و تیر روشنایی", "goods"),
    "43": ("رایانه و تجهیزات شبکه", "goods"),
    "44": ("نوشت‌افزار و لوازم اداری", "goods"),
    "46": ("تجهیزات ایمنی", "goods"),
    "56": ("مبلمان شهری", "goods"),
    "72": ("لکه‌گیری و روکش آسفالت", "works"),
    "76": ("رفت‌وروب و نگهداری معابر", "services"),
    "78": ("اجارهٔ ماشین‌آلات", "services"),
    "81": ("مشاوره و نظارت فنی", "services"),
    "82": ("چاپ بنر و اطلاع‌رسانی", "services"),
}


@dataclass(frozen=True)
class Bid:
    """What a bidder offered; `late` if it came after the deadline."""

    supplier: str
    amount: int
    status: str = "valid"
    late: bool = False


@dataclass(frozen=True)
class Raised:
    """An amendment: days after signing, and the contract's value then, as a factor of the first one."""

    days: int
    factor: float


@dataclass(frozen=True)
class Purchase:
    """One contracting process: for whom, how, when, who offered what, who got it for how much."""

    number: str
    buyer: str
    method: str
    published_at: datetime
    days: int  # from publication to the deadline
    winner: str
    amount: int
    codes: tuple[str, ...]
    bids: tuple[Bid, ...] = ()
    raised: tuple[Raised, ...] = ()
    paid_share: float = 0.0
    names: dict[str, str] = field(default_factory=dict)  # id → name of everybody in it

    @property
    def ocid(self) -> str:
        """The open contracting identifier, with the prefix of a publisher that does not exist."""
        return PREFIX + self.number

    @property
    def deadline(self) -> datetime:
        """End of the submission period."""
        return self.published_at + timedelta(days=self.days)

    @property
    def awarded_at(self) -> datetime:
        """Nine days after the deadline."""
        return self.deadline + timedelta(days=9)

    @property
    def signed_at(self) -> datetime:
        """Six days after the award."""
        return self.awarded_at + timedelta(days=6)


def releases(purchase: Purchase) -> Iterator[Record]:
    """Its releases until CLOCK, oldest first."""
    steps: list[tuple[datetime, str, Record]] = []
    if purchase.method != "direct":
        steps.append((purchase.published_at, "tender", {"tender": _tender(purchase)}))
    steps.append((purchase.awarded_at, "award", _award(purchase)))
    steps.append((purchase.signed_at, "contract", {"contracts": [_contract(purchase)]}))
    for number, raised in enumerate(purchase.raised, start=1):
        at = purchase.signed_at + timedelta(days=raised.days)
        steps.append((at, "contractAmendment", {"contracts": [_amended(purchase, number, len(steps), raised, at)]}))
    if purchase.paid_share:
        at = purchase.signed_at + timedelta(days=60)
        steps.append((at, "implementation", {"contracts": [_paid(purchase, at)]}))
    told = sorted((step for step in steps if step[0] <= CLOCK), key=lambda step: step[0])
    for at, tag, content in told:
        number = steps.index((at, tag, content)) + 1
        yield {**_common(purchase), "id": f"{purchase.ocid}-{number}", "date": at.isoformat(), "tag": [tag],
               "parties": _parties(purchase, tag), **content}  # fmt: skip


def _common(purchase: Purchase) -> Record:
    return {"ocid": purchase.ocid, "initiationType": "tender", "language": "fa",
            "buyer": _named(purchase, purchase.buyer)}  # fmt: skip


def _named(purchase: Purchase, party: str) -> Record:
    return {"id": party, "name": purchase.names[party]}


def _parties(purchase: Purchase, tag: str) -> list[Record]:
    buyer = {**_named(purchase, purchase.buyer), "roles": ["buyer", "procuringEntity"]}
    if tag != "award":
        return [buyer]
    bidders = dict.fromkeys([*(bid.supplier for bid in purchase.bids), purchase.winner])
    return [buyer, *(_bidder(purchase, party) for party in bidders)]


def _bidder(purchase: Purchase, party: str) -> Record:
    kind, place = ("PERSON", "9") if party.startswith("N") else ("COMPANY", "0")
    roles = ["tenderer", "supplier"] if party == purchase.winner else ["tenderer"]
    identifier = {"scheme": f"X_DEMO-{kind}", "id": f"DEMO-{place}{party[2:]:0>9}"}
    return {**_named(purchase, party), "identifier": identifier, "roles": roles}


def _tender(purchase: Purchase) -> Record:
    title, kind = WORKS[purchase.codes[0]]
    period = {"startDate": purchase.published_at.isoformat(), "endDate": purchase.deadline.isoformat()}
    return {"id": f"{purchase.ocid}-t", "title": title, "status": "active", "mainProcurementCategory": kind,
            "procurementMethod": purchase.method, "procuringEntity": _named(purchase, purchase.buyer),
            "value": _rials(round(purchase.amount * 1.1, -6)), "tenderPeriod": period}  # fmt: skip


def _award(purchase: Purchase) -> Record:
    whole = _tender(purchase) if purchase.method == "direct" else {}  # nothing was published before
    tender = {**whole, "id": f"{purchase.ocid}-t", "status": "complete"}
    tender.pop("tenderPeriod", None)
    supplier = _named(purchase, purchase.winner)
    items = [{"id": str(number), "description": WORKS[code][0], "quantity": 1,
              "classification": {"scheme": SCHEME, "id": f"{code}000000"}}
             for number, code in enumerate(purchase.codes, start=1)]  # fmt: skip
    award = {"id": f"{purchase.ocid}-a", "status": "active", "date": purchase.awarded_at.isoformat(),
             "value": _rials(purchase.amount), "suppliers": [supplier], "items": items}  # fmt: skip
    if not purchase.bids:
        return {"tender": tender, "awards": [award]}
    tender["numberOfTenderers"] = len({bid.supplier for bid in purchase.bids})
    details = [_bid(purchase, number, bid) for number, bid in enumerate(purchase.bids, start=1)]
    return {"tender": tender, "bids": {"details": details}, "awards": [award]}


def _bid(purchase: Purchase, number: int, bid: Bid) -> Record:
    came = purchase.deadline + (timedelta(days=2) if bid.late else timedelta(hours=-5 * number))
    return {"id": str(number), "status": bid.status, "date": came.isoformat(), "value": _rials(bid.amount),
            "tenderers": [_named(purchase, bid.supplier)]}  # fmt: skip


def _contract(purchase: Purchase) -> Record:
    ends = purchase.signed_at + timedelta(days=180)
    return {"id": f"{purchase.ocid}-c", "awardID": f"{purchase.ocid}-a", "status": "active",
            "title": WORKS[purchase.codes[0]][0], "dateSigned": purchase.signed_at.isoformat(),
            "value": _rials(purchase.amount),
            "period": {"startDate": purchase.signed_at.isoformat(), "endDate": ends.isoformat()}}  # fmt: skip


def _amended(purchase: Purchase, number: int, before: int, raised: Raised, at: datetime) -> Record:
    amendment = {
        "id": str(number),
        "date": at.isoformat(),
        "rationale": "تغییر مقدار کار",
        "amendsReleaseID": f"{purchase.ocid}-{before}",
        "releaseID": f"{purchase.ocid}-{before + 1}",
    }
    value = _rials(round(purchase.amount * raised.factor))
    return {"id": f"{purchase.ocid}-c", "value": value, "amendments": [amendment]}


def _paid(purchase: Purchase, at: datetime) -> Record:
    payment = {"id": "1", "date": at.isoformat(), "value": _rials(round(purchase.amount * purchase.paid_share)),
               "payer": _named(purchase, purchase.buyer), "payee": _named(purchase, purchase.winner)}  # fmt: skip
    return {"id": f"{purchase.ocid}-c", "implementation": {"transactions": [payment]}}


def _rials(amount: float) -> Record:
    return {"amount": int(amount), "currency": "IRR"}
