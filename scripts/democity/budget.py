"""The city's budget by office, programme and year, as rows of a workbook that an office keeps by hand. Fictional.

The workbook is made for reading and not for machines: a title and the unit above a header of two rows, year and office
written once for many rows as in merged cells, Persian digits with ٬ between the thousands, a dash for nothing, and sums
among the rows. Planted truths (`planted/budget.yaml`): one office spends more than it was given, one hardly spends, one
signs contracts for far more than its budget, and the sum of one office is wrong.
"""

from __future__ import annotations

import random
from itertools import groupby

from democity.planting import BUYERS, persian

YEARS = (1403, 1404, 1405)
PROGRAMMES = ("نگهداری و بهسازی", "خرید تجهیزات", "هوشمندسازی", "آموزش و فرهنگ‌سازی", "طرح‌های تازه")
OVERSPENT, IDLE, OVERCOMMITTED, WRONG_SUM = (1404, "B-07"), (1404, "B-08"), (1405, "B-05"), (1403, "B-02")
SLIP = 1000  # million rials that the wrong sum is too high by
TITLE = ("عملکرد بودجهٔ شهر نمونه به تفکیک واحد و برنامه (ساختگی)",)
UNIT = ("مبالغ به میلیون ریال",)
HEADER = ("سال مالی", "کد واحد", "واحد", "برنامه", "مبلغ", "", "")
SUBHEADER = ("", "", "", "", "مصوب", "تخصیص‌یافته", "هزینه‌شده")
Line = tuple[int, str, str, int, int, int]  # year, office, programme, then million rials


def budget_lines(seed: int = 1404, scale: float = 1.0) -> list[Line]:
    """Approved, allocated and spent million rials for each programme of an office in a year; they grow with `scale`."""
    rng = random.Random(seed + 9)
    return [line for year in YEARS for office in BUYERS for line in _office(rng, year, office, scale)]


def _office(rng: random.Random, year: int, office: str, scale: float) -> list[Line]:
    size = 40_000 if (year, office) == OVERCOMMITTED else rng.randrange(1_500_000, 3_000_000)
    spending = {OVERSPENT: 1.18, IDLE: 0.12}.get((year, office))
    found = []
    for programme in rng.sample(PROGRAMMES, 3):
        approved = round(size * scale * rng.uniform(0.8, 1.2))
        allocated = round(approved * rng.uniform(0.7, 0.95))
        spent = round(allocated * (spending or rng.uniform(0.55, 0.9) * (0.6 if year == YEARS[-1] else 1)))
        found.append((year, office, programme, approved, allocated, spent))
    return found


def budget_sheet(seed: int = 1404, scale: float = 1.0) -> list[list[str]]:
    """Rows of the workbook, every cell a text."""
    rows = [list(row) for row in (TITLE, UNIT, (), HEADER, SUBHEADER)]
    lines = budget_lines(seed, scale)
    for (year, office), block in groupby(lines, key=lambda line: line[:2]):
        held = list(block)
        for number, line in enumerate(held):
            head = [persian(str(year)), office, BUYERS[office]] if number == 0 else ["", "", ""]
            rows.append([*head, line[2], *map(_million, line[3:])])
        slip = SLIP if (year, office) == WRONG_SUM else 0
        rows.append(["", "", "", "جمع واحد", *_sums(held, slip)])
    return [*rows, ["جمع کل", "", "", "", *_sums(lines)]]


def _sums(lines: list[Line], slip: int = 0) -> list[str]:
    approved, allocated, spent = (sum(column) for column in list(zip(*lines, strict=True))[3:])
    return [_million(approved + slip), _million(allocated), _million(spent)]


def _million(amount: int) -> str:
    return persian(f"{amount:,}").replace(",", "٬") if amount else "-"
