"""What is odd in the city's purchases: planted by number, so that a reader finds each again under its ocid.

`planted/procurement.yaml` says the same in words and in flags. Purchases 90… to 96… are odd deals, 97… are honest deals
that were published badly.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from democity.generator import CLOCK
from democity.purchases import Bid, Purchase, Raised, Record, releases

BUYERS = {
    "B-01": "معاونت فنی و عمرانی",
    "B-02": "معاونت خدمات شهری",
    "B-03": "ادارهٔ فضای سبز",
    "B-04": "معاونت حمل‌ونقل و ترافیک",
    "B-05": "معاونت فرهنگی و اجتماعی",
    "B-06": "معاونت شهرسازی و معماری",
    "B-07": "سازمان آتش‌نشانی",
    "B-08": "سازمان فناوری اطلاعات",
    "B-09": "سازمان پسماند",
    "B-10": "ادارهٔ املاک",
    "B-11": "ادارهٔ تأسیسات",
    "B-12": "انبار مرکزی",
}


def persian(number: str) -> str:
    """A number as Persian prose writes it."""
    return number.translate({48 + value: 0x06F0 + value for value in range(10)})


THRESHOLD_IRR = 4_500_000_000  # of the fictional city: dearer purchases need a tender
ALONE, SPLIT, FAVOURITE, LOSER, TURNED_AWAY, EVERYTHING, LEADER, FOLLOWER = (f"S-900{n}" for n in range(1, 9))
HONEST = [f"S-90{n}" for n in range(11, 24)]
NAMES = {
    ALONE: "شرکت نمونهٔ تنها شرکت‌کننده",
    SPLIT: "شرکت نمونهٔ تکه‌تکه",
    FAVOURITE: "شرکت نمونهٔ همیشه‌برنده",
    LOSER: "شرکت نمونهٔ همیشه‌بازنده",
    TURNED_AWAY: "شرکت نمونهٔ ردشده",
    EVERYTHING: "شرکت نمونهٔ همه‌فروش",
    LEADER: "شرکت نمونهٔ پیش‌رو",
    FOLLOWER: "شرکت نمونهٔ پی‌رو",
    **{supplier: f"شرکت نمونهٔ خرده‌فروشی {persian(supplier[4:])}" for supplier in HONEST},
}
FACTOR = 1.08  # the follower's price over the leader's
CODES = ("10", "30", "39", "43", "44", "46", "56", "72", "76")


def planted(rng: random.Random, bidders: list[str]) -> Iterator[Purchase]:
    """Odd purchases; the bidders beside the planted ones come from the market."""
    strong, weak = bidders[::2], bidders[1::2]

    def some(at: int, count: int = 2) -> list[str]:
        return [strong[(at + step) % len(strong)] for step in range(count)]

    for at in range(4):
        yield _tender(rng, f"9010{at + 1}", some(at), days=5)
    for at in range(5):
        yield _tender(rng, f"9020{at + 1}", [ALONE])
    for at in range(2):
        yield _tender(rng, f"9030{at + 1}", some(4 + at), factors=(1, 1.004))
        yield _tender(rng, f"9040{at + 1}", some(6 + at, 3), factors=(1, 1.09, 1.09))
        yield _late(_tender(rng, f"9050{at + 1}", some(8 + at)))
        yield _tender(rng, f"9070{at + 1}", [*some(at), weak[at]], factors=(1, rng.uniform(1.07, 1.11), 0.93), out=1)
        yield _tender(rng, f"9080{at + 1}", some(2 + at), factors=(1, 1.9))
    for at in range(3):
        yield _tender(rng, f"9060{at + 1}", [strong[at], *weak[:2]], factors=(1, 1.2, 1.25), out=2)
        yield replace(_tender(rng, f"9100{at + 1}", some(5 + at)), raised=(Raised(30, 1.35),), paid_share=0.5)
    for at in range(4):
        yield _tender(rng, f"9090{at + 1}", [LEADER, FOLLOWER], factors=(1, FACTOR))
    for at in range(14):
        yield replace(_tender(rng, f"911{at + 1:02d}", [FAVOURITE, bidders[at % len(bidders)]]), buyer="B-11")
    for at in range(10):
        refused = [weak[(at + step) % len(weak)] for step in range(3)]
        factors = (1, rng.uniform(1.07, 1.11), 1.2, 1.22, 1.24)
        yield replace(_tender(rng, f"912{at + 1:02d}", [*some(at), *refused], factors, out=3), buyer="B-12")
    yield from _small()


def _small() -> Iterator[Purchase]:
    """Direct purchases: of every kind from one supplier, one cut into six, three just below the threshold."""
    for at in range(24):
        yield _direct(f"913{at + 1:02d}", 40 + 12 * at, EVERYTHING, 500_000_000 + at * 1_000_000, CODES[at % 9])
    for at in range(6):
        yield replace(_direct(f"9140{at + 1}", 100 - at, SPLIT, THRESHOLD_IRR * 96 // 100 + at, "72"), buyer="B-03")
    for at in range(3):
        yield _direct(f"9150{at + 1}", 90 + 60 * at, HONEST[at], THRESHOLD_IRR * 97 // 100, "76")


def traps(names: dict[str, str]) -> Iterator[Record]:
    """Honest purchases whose releases hold what published contracting data is known to hold."""
    told: dict[int, list[Record]] = {}
    for at in range(1, 10):
        deal = replace(_direct(f"9700{at}", 50 + at, HONEST[2 + at], 800_000_000 + at, "44"), names=names)
        told[at] = list(releases(deal))
    _award(told[1])["value"] = {"amount": -800_000_001, "currency": "IRR"}
    del _award(told[2])["value"]["currency"]
    _award(told[3])["value"]["amount"] = "۸۰۰٬۰۰۰٬۰۰۳"
    twice = _award(told[4])
    told[4][0]["awards"] = [twice, {**twice, "value": {"amount": 700_000_000, "currency": "IRR"}}]
    told[4][1]["contracts"][0]["id"] = twice["id"]
    told[5][1]["date"] = "2027-03-01T08:00:00+03:30"
    told[6][0]["tender"]["tenderPeriod"] = {"startDate": "1405/02/30", "endDate": "2026-07-01T08:00:00+03:30"}
    _award(told[7])["status"] = "finalised"
    _award(told[8])["value"] = {"amount": 15_000, "currency": "EUR"}
    again = {**told[9][0], "awards": [{**_award(told[9]), "value": {"amount": 1_500_000_000, "currency": "IRR"}}]}
    for at, found in told.items():
        yield from [*found, again] if at == 9 else found


def _award(told: list[Record]) -> Any:
    return told[0]["awards"][0]


def _tender(rng: random.Random, number: str, bidders: list[str], factors: tuple[float, ...] = (), days: int = 21,
            out: int = 0) -> Purchase:  # fmt: skip
    """An open tender that the first bidder wins; prices are `factors` of the first, the last `out` bids are refused."""
    amount = rng.randrange(60, 400) * 100_000_000
    prices = factors or (1, rng.uniform(1.07, 1.11))
    last = len(bidders) - out
    bids = [
        Bid(bidder, round(amount * factor), "valid" if at < last else "disqualified")
        for at, (bidder, factor) in enumerate(zip(bidders, prices, strict=False))
    ]
    return Purchase(number, f"B-{int(number) % 10 + 1:02d}", "open", _moment(70 + int(number[3:]) * 20 % 280), days,
                    bidders[0], amount, ("72" if int(number) % 2 else "81",), tuple(bids))  # fmt: skip


def _late(purchase: Purchase) -> Purchase:
    first, *rest = purchase.bids
    return replace(purchase, bids=(replace(first, late=True), *rest))


def _direct(number: str, days_ago: int, supplier: str, amount: int, code: str) -> Purchase:
    buyer = f"B-{int(number) % 10 + 1:02d}"
    return Purchase(number, buyer, "direct", _moment(days_ago), 0, supplier, amount, (code,))


def _moment(days_ago: int) -> datetime:
    return CLOCK - timedelta(days=days_ago, hours=-9)
