"""What a check says of one cell: the kind, which a reader can filter by, and a note that says what to do."""

from __future__ import annotations

from dataclasses import dataclass

JALALI_DATE = "jalali-date"
CALENDAR_DOUBTFUL = "calendar-doubtful"
JALALI_IN_GREGORIAN = "jalali-in-gregorian"
YEAR_DOUBTFUL = "year-doubtful"
PERSIAN_AMOUNT = "persian-amount"
LEGAL_ID = "legal-id"

# Kinds that may be right all the same: a gate tells them as warnings. Stock Frictionless knows errors only.
DOUBTFUL = frozenset({CALENDAR_DOUBTFUL})


@dataclass(frozen=True)
class Fault:
    """Why a cell fails a check: its kind, one of the names above, and one line of explanation."""

    kind: str
    note: str
