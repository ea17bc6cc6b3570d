"""Contracts of a merged contracting process as rows, with what was changed in them and what was paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from shahrnama.formats.ocds import Release
from shahrnama.formats.ocds_book import Book, fiscal_year
from shahrnama.formats.ocds_cells import Money, Object, child, code, identified, moment, money, objects, text

CONTRACT = frozenset({"pending", "active", "cancelled", "terminated"})


def read_contracts(book: Book, contracts: list[Object], suppliers: Mapping[str, str | None], buyer: str | None,
               told: list[Release]) -> None:  # fmt: skip
    """Rows of contracts, amendments and payments; `suppliers` are those of the awards, `told` all releases by time."""
    values = _values(told)
    for contract_id, place, contract in identified(contracts, "contracts", book.note):
        award_id, period = text(contract.pop("awardID", None)), child(contract, "period")
        amendments, implementation = objects(contract, "amendments"), child(contract, "implementation")
        value = money(contract.pop("value", None), place, book.note)
        signed_at = moment(contract.pop("dateSigned", None), f"{place}/dateSigned", book.note)
        former = values.get(contract_id, [])
        book.add(
            "contracts",
            contract_id=contract_id,
            award_id=award_id,
            title=text(contract.pop("title", None)),
            status_code=code(contract.pop("status", None), CONTRACT, f"{place}/status", book.note),
            buyer_id=buyer,
            supplier_id=suppliers.get(award_id or ""),
            signed_at=signed_at,
            fiscal_year=fiscal_year(signed_at),
            starts_at=moment(period.get("startDate"), f"{place}/period/startDate", book.note),
            ends_at=moment(period.get("endDate"), f"{place}/period/endDate", book.note),
            signed_amount_irr=former[0][1].rials if former else value.rials,
            amount_irr=value.rials,
            currency_code=value.currency,
            amendment_count=len(amendments),
        )
        _amendments(book, contract_id, place, amendments, former)
        _payments(book, contract_id, place, objects(implementation, "transactions"))
        book.done("contract", contract)


def _values(told: list[Release]) -> dict[str, list[tuple[str, Money]]]:
    """For each contract the release and the value of every release that tells one, oldest first."""
    found: defaultdict[str, list[tuple[str, Money]]] = defaultdict(list)
    for release in told:
        for contract in release.get("contracts") or ():
            if isinstance(contract, dict) and contract.get("value"):
                value = money(contract["value"], "", lambda *_: None)  # noted where the merged contract is read
                found[str(contract.get("id"))].append((str(release.get("id")), value))
    return found


def _amendments(book: Book, contract_id: str, place: str, amendments: list[Object],
                values: list[tuple[str, Money]]) -> None:  # fmt: skip
    """An amendment has no amounts of its own: they are the contract's in the release it made and in the one before."""
    at = {release_id: number for number, (release_id, _) in enumerate(values)}
    for amendment_id, where, amendment in identified(amendments, f"{place}/amendments", book.note):
        number = at.get(str(amendment.pop("releaseID", None)))
        amendment.pop("amendsReleaseID", None)
        book.add(
            "amendments",
            contract_id=contract_id,
            amendment_id=amendment_id,
            amended_at=moment(amendment.pop("date", None), f"{where}/date", book.note),
            rationale=text(amendment.pop("rationale", None)),
            description=text(amendment.pop("description", None)),
            amount_before_irr=values[number - 1][1].rials if number else None,
            amount_after_irr=values[number][1].rials if number is not None else None,
        )
        book.done("amendment", amendment)


def _payments(book: Book, contract_id: str, place: str, transactions: list[Object]) -> None:
    for payment_id, where, payment in identified(transactions, f"{place}/transactions", book.note):
        value = money(payment.pop("value", None), where, book.note)
        payment.pop("payer", None)  # the buyer
        book.add(
            "payments",
            contract_id=contract_id,
            payment_id=payment_id,
            paid_at=moment(payment.pop("date", None), f"{where}/date", book.note),
            payee_id=book.known(child(payment, "payee"), book.suppliers),
            amount_irr=value.rials,
        )
        book.done("transaction", payment)
