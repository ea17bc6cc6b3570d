"""The city's purchases: a market in which nothing is odd, and what was planted in it. Fictional, from a seed.

Nothing odd: every submission period is long, every open tender has two valid bids or more, prices keep their distance,
the strong half of the bidders wins somewhat more often, a strict half of the offices turns bidders away more often than
the rest. What is spread is spread within bounds, so that no outlier comes by chance, and what is flagged was planted:
`planted/procurement.yaml` lists it, `planting.py` plants it.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from democity.generator import CLOCK
from democity.planting import BUYERS, LOSER, NAMES, TURNED_AWAY, persian, planted, traps
from democity.purchases import WORKS, Bid, Purchase, Raised, Record, releases
from democity.vocabulary import STREETS

TENDERS, DIRECT, BIDDERS, OCCASIONAL = 600, 240, 20, 40  # at scale 1; a supplier's share of the market never changes
LOSING_BIDS, TURNED_AWAY_BIDS = 110, 12  # of the planted bidders, at every scale
STRICT, MILD = 0.625, 0.12  # bids turned away for each tender of an office
WINS = (0.46, 0.34)  # share of their bids that strong and weak bidders win
FAMILIES = ("عمران", "سازه", "صنعت", "خدمات", "پیمان", "بنا", "راه", "توسعه")
PEOPLE = ("آذین پرنده‌نما", "مهرک دشت‌ساز", "سپند کاغذنژاد", "گلنار پرداز‌نما", "رادمهر خیال‌آباد")


def generate_procurement(seed: int = 1404, scale: float = 1.0) -> tuple[Record, ...]:
    """OCDS releases by date; the same seed and scale give the same releases on every machine."""
    rng = random.Random(seed + 5)
    market = Market(rng, scale)
    purchases = [*market.tenders(), *market.direct(), *planted(rng, market.bidders)]
    names = {**BUYERS, **NAMES, **market.names}
    told = [release for purchase in purchases for release in releases(replace(purchase, names=names))]
    told += traps(names)
    return tuple(sorted(told, key=lambda release: (release["date"], release["id"])))


class Market:
    """The bidders of a city, each with its trades, and the tenders that they win by turns."""

    def __init__(self, rng: random.Random, scale: float) -> None:
        self.rng = rng
        self.scale = scale
        self.bidders = [f"S-{number:04d}" for number in range(1, max(8, round(BIDDERS * scale)) + 1)]
        occasional = max(10, round(OCCASIONAL * scale))
        people = [f"N-{number:04d}" for number in range(1, len(PEOPLE) + 1)]
        self.occasional = [f"S-{5000 + number}" for number in range(1, occasional - len(people) + 1)] + people
        self.names = {**_names(rng, [*self.bidders, *self.occasional]), **dict(zip(people, PEOPLE, strict=True))}
        codes = list(WORKS)
        self.trades = {
            bidder: [codes[(at + step) % len(codes)] for step in range(2 + 2 * (at % 2))]
            for at, bidder in enumerate(self.bidders)
        }
        self._won = dict.fromkeys(self.bidders, 0)
        self._bid = dict.fromkeys(self.bidders, 0)

    def tenders(self) -> list[Purchase]:
        """Open tenders with two or three valid bids, some of them with planted losers beside."""
        count = max(20, round(TENDERS * self.scale))
        losing = set(self.rng.sample(range(count), min(count // 2, LOSING_BIDS)))
        turned_away = set(self.rng.sample(range(count), min(count // 4, TURNED_AWAY_BIDS)))
        return [self._tender(number, number in losing, number in turned_away) for number in range(count)]

    def direct(self) -> list[Purchase]:
        """Small purchases without a tender, by turns, so that none looks like a part of another."""
        count = max(10, round(DIRECT * self.scale))
        found = []
        for number in range(count):
            at = CLOCK - timedelta(days=30 + 330 * (count - number) / count, hours=self.rng.randrange(8))
            buyer, supplier = f"B-{number % 10 + 1:02d}", self.occasional[number % len(self.occasional)]
            amount = self.rng.randrange(2_000, 40_000) * 100_000
            found.append(
                Purchase(f"2{number:05d}", buyer, "direct", at.replace(microsecond=0), 0, supplier, amount,
                         (self.rng.choice(list(WORKS)),), paid_share=self.rng.choice((0.0, 1.0)))
            )  # fmt: skip
        return found

    def _tender(self, number: int, has_loser: bool, has_turned_away: bool) -> Purchase:
        rng, buyer = self.rng, number % 10 + 1
        bidders = rng.sample(self.bidders, 2 + number % 2)
        winner = self._next(bidders)
        amount = rng.randrange(60_000, 900_000) * 100_000
        prices = [amount, *_dearer(rng, amount, len(bidders) - 1)]
        bids = [Bid(winner, amount)]
        bids += [Bid(*pair) for pair in zip((b for b in bidders if b != winner), prices[1:], strict=True)]
        bids += [Bid(LOSER, _times(prices[-1], rng.uniform(1.02, 1.06)))] if has_loser else []
        bids += [Bid(TURNED_AWAY, _times(amount, rng.uniform(1.3, 1.4)), "disqualified")] if has_turned_away else []
        if rng.random() < (STRICT if buyer % 2 else MILD):
            weak = [bidder for bidder in self.bidders[1::2] if bidder not in bidders]
            bids.append(Bid(rng.choice(weak), _times(amount, rng.uniform(1.2, 1.29)), "disqualified"))
        rng.shuffle(bids)
        at = CLOCK - timedelta(days=rng.randrange(60, 400), hours=rng.randrange(4, 16), minutes=rng.randrange(60))
        raised = (Raised(rng.randrange(20, 200), rng.uniform(1.01, 1.1)),) if rng.random() < 0.15 else ()
        code = rng.choice(self.trades[winner])
        return Purchase(f"1{number:05d}", f"B-{buyer:02d}", "open", at, rng.randrange(18, 31), winner, amount,
                        (code,), tuple(bids), raised, rng.choice((0.0, 0.3, 0.5)))  # fmt: skip

    def _next(self, bidders: list[str]) -> str:
        """The bidder who is furthest below the share of wins that its half of the market gets."""
        for bidder in bidders:
            self._bid[bidder] += 1
        due = {bidder: WINS[int(bidder[2:]) % 2 == 0] * self._bid[bidder] - self._won[bidder] for bidder in bidders}
        winner = max(bidders, key=lambda bidder: (due[bidder], bidder))
        self._won[winner] += 1
        return winner


def _dearer(rng: random.Random, amount: int, count: int) -> list[int]:
    """Losing prices: the second is 6 to 12 percent over the first, each other a little over the one before."""
    found = [_times(amount, rng.uniform(1.06, 1.12))]
    while len(found) < count:
        found.append(_times(found[-1], rng.uniform(1.02, 1.06)))
    return found


def _times(amount: int, factor: float) -> int:
    return round(amount * factor / 1000) * 1000


def _names(rng: random.Random, bidders: list[str]) -> dict[str, str]:
    return {
        bidder: f"شرکت نمونهٔ {rng.choice(FAMILIES)} {rng.choice(STREETS)} {persian(bidder[2:].lstrip('0'))}"
        for bidder in bidders
    }
