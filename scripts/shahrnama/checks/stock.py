"""The checks as Frictionless knows them: one class a check, one error class a kind, and the plugin that names them.

Frictionless 5 finds plugins in top-level modules named `frictionless_*`, or by registration: `register()` makes
`checks: [{type: jalali-date, fieldName: opened_on}]` work in any checklist of this process. Published descriptors name
no check of ours in a place where stock tools look, so that they stay valid without this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

import attrs
import frictionless
from frictionless import Plugin, errors, system

from shahrnama.checks import fault
from shahrnama.checks.amounts import amount_fault
from shahrnama.checks.dates import GREGORIAN_FROM, gregorian_fault, jalali_fault
from shahrnama.checks.fault import Fault
from shahrnama.checks.legal_id import legal_id_fault

_TEMPLATE = (
    'The cell "{cell}" in row at position "{rowNumber}" and field "{fieldName}" at position "{fieldNumber}": {note}'
)


class _OwnError(errors.CellError):
    template = _TEMPLATE
    tags: ClassVar[list[str]] = ["#table", "#row", "#cell"]


class JalaliDateError(_OwnError):
    """No day of the Jalali calendar, or not in the published form."""

    type = fault.JALALI_DATE
    title = "Jalali Date Error"
    description = "The value is no date of the Jalali calendar in the form 1404/01/31 or 1404-01-31."


class CalendarDoubtfulError(_OwnError):
    """A Jalali date before the calendar was official."""

    type = fault.CALENDAR_DOUBTFUL
    title = "Doubtful Calendar"
    description = "The date is before 1304, when the solar calendar became official, and may be of another calendar."


class JalaliInGregorianError(_OwnError):
    """A Jalali year in a Gregorian column."""

    type = fault.JALALI_IN_GREGORIAN
    title = "Jalali Date in a Gregorian Field"
    description = "The year is one of the Jalali calendar, in a field whose dates are Gregorian."


class YearDoubtfulError(_OwnError):
    """A Gregorian year before any register of a city."""

    type = fault.YEAR_DOUBTFUL
    title = "Doubtful Year"
    description = "The year is earlier than the field can expect."


class PersianAmountError(_OwnError):
    """An amount that could be read in two ways, or in none."""

    type = fault.PERSIAN_AMOUNT
    title = "Amount Error"
    description = "The value is no amount, or its group and decimal marks contradict each other."


class LegalIdError(_OwnError):
    """No legal id."""

    type = fault.LEGAL_ID
    title = "Legal Id Error"
    description = "The value is no national id of a legal entity: 11 digits with a check digit."


ERRORS = {
    kind.type: kind
    for kind in (
        JalaliDateError,
        CalendarDoubtfulError,
        JalaliInGregorianError,
        YearDoubtfulError,
        PersianAmountError,
        LegalIdError,
    )
}


@attrs.define(kw_only=True, repr=False)
class _OwnCheck(frictionless.Check):
    field_name: str

    metadata_profile_patch: ClassVar[dict[str, Any]] = {
        "required": ["fieldName"],
        "properties": {"fieldName": {"type": "string"}},
    }

    def fault(self, value: Any) -> Fault | None:
        """What is wrong with one value that is there."""
        raise NotImplementedError

    def validate_start(self) -> Iterator[frictionless.Error]:
        """One error if the table has no such field."""
        if self.field_name not in self.resource.schema.field_names:
            yield errors.CheckError(note=f'check "{self.type}" requires field "{self.field_name}"')

    def validate_row(self, row: frictionless.Row) -> Iterator[frictionless.Error]:
        """One error if the row's value fails; a missing or mistyped one is for the schema to judge."""
        value = row[self.field_name]
        found = None if value is None else self.fault(value)
        if found:
            yield ERRORS[found.kind].from_row(row, note=found.note, field_name=self.field_name)


@attrs.define(kw_only=True, repr=False)
class JalaliDate(_OwnCheck):
    """A text field holds Jalali dates."""

    type = "jalali-date"
    Errors: ClassVar[list[Any]] = [JalaliDateError, CalendarDoubtfulError]

    def fault(self, value: Any) -> Fault | None:
        """See `dates.jalali_fault`."""
        return jalali_fault(str(value))


@attrs.define(kw_only=True, repr=False)
class GregorianDate(_OwnCheck):
    """A date or datetime field holds no Jalali date; `earliest` is the first year that is not doubtful."""

    type = "gregorian-date"
    Errors: ClassVar[list[Any]] = [JalaliInGregorianError, YearDoubtfulError]

    earliest: int = GREGORIAN_FROM

    metadata_profile_patch: ClassVar[dict[str, Any]] = {
        "required": ["fieldName"],
        "properties": {"fieldName": {"type": "string"}, "earliest": {"type": "integer"}},
    }

    def fault(self, value: Any) -> Fault | None:
        """See `dates.gregorian_fault`; what is no date has no year to judge."""
        return gregorian_fault(value, self.earliest) if isinstance(value, date) else None


@attrs.define(kw_only=True, repr=False)
class PersianAmount(_OwnCheck):
    """A text field holds amounts as the source writes them; in a field named `*_irr`, whole rials."""

    type = "persian-amount"
    Errors: ClassVar[list[Any]] = [PersianAmountError]

    def fault(self, value: Any) -> Fault | None:
        """See `amounts.amount_fault`."""
        return amount_fault(str(value), is_rials=self.field_name.endswith("_irr"))


@attrs.define(kw_only=True, repr=False)
class LegalId(_OwnCheck):
    """A text field holds the national ids of legal entities."""

    type = "legal-id"
    Errors: ClassVar[list[Any]] = [LegalIdError]

    def fault(self, value: Any) -> Fault | None:
        """See `legal_id.legal_id_fault`."""
        return legal_id_fault(str(value))


CHECKS = {check.type: check for check in (JalaliDate, GregorianDate, PersianAmount, LegalId)}


class ShahrnamaPlugin(Plugin):
    """Names our checks and errors to Frictionless."""

    def select_check_class(self, type: str | None = None) -> Any:  # noqa: A002 the hook's own name
        """The check class of that type, if it is ours."""
        return CHECKS.get(type or "")

    def select_error_class(self, type: str | None = None) -> Any:  # noqa: A002 the hook's own name
        """The error class of that type, if it is ours."""
        return ERRORS.get(type or "")


def register() -> None:
    """Let descriptors and checklists of this process name our checks; doing it twice changes nothing."""
    system.register("shahrnama", ShahrnamaPlugin())
