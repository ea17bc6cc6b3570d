"""Checks bound to the fields of a table: what its schema declares (`check: legal_id`), and what every date gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import frictionless
import polars as pl

from shahrnama.catalog import Resource
from shahrnama.checks import proofs
from shahrnama.checks.dates import GREGORIAN_FROM
from shahrnama.checks.proofs import Proof, or_missing
from shahrnama.checks.stock import GregorianDate, JalaliDate, LegalId, PersianAmount
from shahrnama.errors import DatasetError

TEXT, DATES = ("string",), ("date", "datetime")
KINDS = {"jalali_date": TEXT, "gregorian_date": DATES, "persian_amount": TEXT, "legal_id": TEXT}


@dataclass(frozen=True)
class BoundCheck:
    """One check of one field: the Frictionless check, and its proof over a column of raw text.

    `proof` is true only where `check` certainly finds nothing; rows where it is false go through `check`.
    """

    field: str
    name: str
    check: frictionless.Check
    proof: Callable[[pl.Expr], pl.Expr]


def checks_for(resource: Resource) -> list[BoundCheck]:
    """The checks of a table, in the order of its fields; every date and datetime gets `gregorian_date`.

    DatasetError for a `check` that is not known, on a field of another type, or on a person's id.
    """
    missing = resource.schema.get("missingValues", [""])
    bound = []
    for field in resource.fields:
        name = _name(resource, field.descriptor)
        if name:
            check, proof = _make(name, field.descriptor)
            told = _values(field.descriptor.get("missingValues", missing))
            bound.append(BoundCheck(field.name, name, check, or_missing(proof, told)))
    return bound


def _name(resource: Resource, field: dict[str, Any]) -> str | None:
    """The check that a field declares or gets."""
    place, kind = f"{resource.name}.{field['name']}", field.get("type", "string")
    name: Any = field.get("check", "gregorian_date" if kind in DATES else None)
    if name is None:
        return None
    if name == "national_id":
        raise DatasetError(f"{place}: a person's national id is never published; drop the field in its parser")
    if not isinstance(name, str) or name not in KINDS:
        raise DatasetError(f"{place}: check {name!r} is not known; it is one of {', '.join(KINDS)}")
    if kind not in KINDS[name]:
        raise DatasetError(f"{place}: check {name} is for {' and '.join(KINDS[name])} fields; the type is {kind}")
    return name


def _make(name: str, field: dict[str, Any]) -> tuple[frictionless.Check, Proof]:
    if name == "jalali_date":
        return JalaliDate(field_name=field["name"]), proofs.proof_of_jalali
    if name == "legal_id":
        return LegalId(field_name=field["name"]), proofs.proof_of_legal_id
    if name == "persian_amount":
        proof = proofs.proof_of_amount(is_rials=field["name"].endswith("_irr"))
        return PersianAmount(field_name=field["name"]), proof
    earliest, form = _earliest(field), str(field.get("format", "default")).removeprefix("fmt:")
    return GregorianDate(field_name=field["name"], earliest=earliest), proofs.proof_of_gregorian(form, earliest)


def _earliest(field: dict[str, Any]) -> int:
    """The first year that is not doubtful: that of the field's `minimum` where it is earlier than usual."""
    minimum = str((field.get("constraints") or {}).get("minimum", ""))[:4]
    return min(GREGORIAN_FROM, int(minimum)) if minimum.isdecimal() and len(minimum) == 4 else GREGORIAN_FROM


def _values(missing: Any) -> tuple[str, ...]:
    """Texts that stand for no value, which Data Package 2 may label."""
    return tuple(str(value["value"]) if isinstance(value, dict) else str(value) for value in missing)
