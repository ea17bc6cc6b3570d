"""Amounts as people say them: days, shares, rials, counts; each as text in one language."""

from __future__ import annotations

from shahrnama.persian import AMOUNT_WORDS, Language, number

LEAST_SPOKEN = 10**6  # less is read as it stands


def rounded(value: float) -> float:
    """As many decimals as a reader can use: whole numbers from 10 up, else one decimal, none where it is 0."""
    near = round(float(value), 1)
    return int(near) if near.is_integer() else (round(value) if abs(value) >= 10 else near)


def said_number(value: float, language: Language) -> str:
    """A number as it is, whole where it is whole, with at most two decimals."""
    near = round(float(value), 2)
    return number(int(near) if near.is_integer() else near, language)


def said_days(value: float, language: Language) -> str:
    """۳٫۲ روز, 3.2 days."""
    near = rounded(value)
    unit = "روز" if language == "fa" else "day" if near == 1 else "days"
    return f"{number(near, language)} {unit}"


def said_share(value: float, language: Language) -> str:
    """A share of 0 to 1 in percent: ۱۸٪, 18%."""
    percent = 100 * value
    near = round(percent, 1) if abs(percent) < 1 else round(percent)
    near = int(near) if float(near).is_integer() else near
    return f"{number(near, language)}{'٪' if language == 'fa' else '%'}"


def said_rials(value: float, language: Language) -> str:
    """Rials in the unit that people speak in: ۶۹٫۸ میلیارد ریال, 69.8 billion rials."""
    for least, persian, english in AMOUNT_WORDS:
        if abs(value) >= least >= LEAST_SPOKEN:
            near = rounded(value / least)
            return f"{number(near, language)} {persian if language == 'fa' else english} {_rial(language)}"
    return f"{said_number(value, language)} {_rial(language)}"


def said_tomans(value: float, language: Language) -> str:
    """Rials as the tomans that prose speaks of: حدود ۷ میلیارد تومان."""
    said = said_rials(value / 10, language)
    return said.replace(_rial(language), "تومان" if language == "fa" else "tomans")


def said_count(value: int, one_fa: str, one: str, many: str, language: Language) -> str:
    """A number with its noun: ۳ پروژه, 1 project, 3 projects."""
    noun = one_fa if language == "fa" else one if value == 1 else many
    return f"{number(int(value), language)} {noun}"


def _rial(language: Language) -> str:
    return "ریال" if language == "fa" else "rials"
