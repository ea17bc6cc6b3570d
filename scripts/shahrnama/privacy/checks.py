"""Checksums of Iranian identifiers. All take ASCII digits and look at nothing but them."""

from __future__ import annotations

import re
from operator import mul

_TEN = re.compile("[0-9]{10}")
_WEIGHTS = range(10, 1, -1)
_DOUBLED = str.maketrans("0123456789", "0246813579")  # the digit twice, its own digits added


def is_national_id(digits: str) -> bool:
    """Ten ASCII digits whose last is the check digit: the sum of d[i]·(10−i) modulo 11; equal digits are refused."""
    if not _TEN.fullmatch(digits) or digits == digits[0] * 10:
        return False
    rest: int = sum(map(mul, map(int, digits[:9]), _WEIGHTS)) % 11
    return int(digits[9]) == (rest if rest < 2 else 11 - rest)


def is_iban(digits: str) -> bool:
    """ISO 13616 for the 24 digits after `IR`: country (I=18, R=27) and check digits moved behind, modulo 97 is 1."""
    return int(f"{digits[2:]}1827{digits[:2]}") % 97 == 1


def is_card(digits: str) -> bool:
    """ISO/IEC 7812, Luhn, of an even number of digits; equal digits are refused."""
    if digits == digits[0] * len(digits):
        return False
    return sum(map(int, digits[1::2] + digits[::2].translate(_DOUBLED))) % 10 == 0
