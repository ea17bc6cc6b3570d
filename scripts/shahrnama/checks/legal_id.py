"""Legal ids: شناسه ملی اشخاص حقوقی, the 11 digits of a registered body, of which the last checks the others.

To each of the first ten digits the tenth plus two is added; the sums, weighted 29, 27, 23, 19, 17 and again, add up to
a remainder by 11 that is the last digit, ten counting as zero. The six digits of the serial number (the fourth to the
ninth) are not all zero. The id is of a company, not of a person, and may be published.
"""

from __future__ import annotations

import re

from shahrnama.checks.fault import LEGAL_ID, Fault

WEIGHTS = (29, 27, 23, 19, 17) * 2

_FORM = re.compile("[0-9]{11}")


def legal_id_fault(text: str) -> Fault | None:
    """What is wrong with a legal id in ASCII digits; None if nothing."""
    if not _FORM.fullmatch(text):
        return Fault(LEGAL_ID, "a legal id is 11 ASCII digits; keep leading zeros, take marks out")
    if text[3:9] == "000000":
        return Fault(LEGAL_ID, "its serial number is zero; was the id made up?")
    if check_digit(text[:10]) != int(text[10]):
        return Fault(LEGAL_ID, "its check digit does not fit; is a digit mistyped?")
    return None


def check_digit(first: str) -> int:
    """The eleventh digit that belongs to the first ten."""
    digits = [int(digit) for digit in first]
    added = digits[9] + 2
    return sum((digit + added) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11 % 10
