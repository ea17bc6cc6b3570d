"""Sentences: what to see in a picture, computed from what it shows, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from shahrnama.persian import Language, number
from shahrnama.publish.amounts import rounded
from shahrnama.publish.measures import said

MUCH = 1.5  # times the median: from here the sentence says how many times
PEAK = 1.1  # times the greater of both ends: from here a sentence names what was highest between
ENOUGH = 4  # things from which a median says something
NAMED = 2  # as many that share a place are named

Pair = tuple[str, float]


def isolated(name: str) -> str:
    """A name of either direction inside a sentence of the other (UAX 9, first strong isolate)."""
    return f"\u2068{name}\u2069"


def of_ranked(
    pairs: Sequence[Pair], column: str, language: Language, shown: int | None = None, *, middle: bool = True
) -> str:
    """Who is highest, by how much over the middle, and how many are not shown; pairs come largest first.

    Without `middle`, and where there are too few for one, it says who is lowest.
    """
    if not pairs:
        return "در این جدول هنوز عددی نیست." if language == "fa" else "There is no number in this table yet."
    found = [_highest(pairs, column, language)]
    if middle and len(pairs) >= ENOUGH:
        found.append(_against_median(pairs, column, language))
    elif len(pairs) > 1 and pairs[-1][1] < pairs[0][1]:
        found.append(lowest(pairs, column, language))
    if shown is not None and shown < len(pairs):
        most, all_of = number(shown, language), number(len(pairs), language)
        found.append(
            f"{most} تا از {all_of} مورد در تصویر است." if language == "fa" else f"{most} of {all_of} are shown."
        )
    return " ".join(found)


def _highest(pairs: Sequence[Pair], column: str, language: Language) -> str:
    best = pairs[0][1]
    names = [isolated(name) for name, value in pairs if value == best]
    much, many = said(best, column, language), number(len(names), language)
    if language == "fa":
        if len(names) == len(pairs) > 1:
            return f"همهٔ {many} مورد برابرند: {much}."
        if len(names) > NAMED:
            return f"{many} مورد با {much} بالاتر از بقیه‌اند."
        return f"{' و '.join(names)} با {much} بالاتر از همه {'است' if len(names) == 1 else 'هستند'}."
    if len(names) == len(pairs) > 1:
        return f"All {many} are alike: {much}."
    if len(names) > NAMED:
        return f"{many} share the highest place with {much}."
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} highest with {much}."


def lowest(pairs: Sequence[Pair], column: str, language: Language) -> str:
    """Who is lowest, and with how much; pairs come largest first."""
    name, value = pairs[-1]
    much = said(value, column, language)
    return f"کمترین: {isolated(name)} با {much}." if language == "fa" else f"Lowest: {isolated(name)} with {much}."


def _against_median(pairs: Sequence[Pair], column: str, language: Language) -> str:
    middle, best = median(value for _, value in pairs), pairs[0][1]
    much, many = said(middle, column, language), number(len(pairs), language)
    times = rounded(best / middle) if middle > 0 else 0
    if language == "fa":
        more = f"؛ یعنی {number(times, language)} برابر آن" if times >= MUCH else ""
        return f"میانهٔ {many} مورد {much} است{more}."
    more = f", so that the highest is {number(times, language)} times that" if times >= MUCH else ""
    return f"The median of all {many} is {much}{more}."


def of_course(points: Sequence[Pair], column: str, language: Language) -> str:
    """From what to what in the time shown, and the highest between; points come in order of time."""
    if not points:
        return of_ranked((), column, language)
    (first, before), (last, after) = points[0], points[-1]
    peak, most = max(points, key=lambda point: point[1])
    much = [said(value, column, language) for value in (before, after, most)]
    between = most > PEAK * max(before, after)
    if language == "fa":
        high = f" بیشترین در {peak} بود: {much[2]}." if between else ""
        return f"از {much[0]} در {first} به {much[1]} در {last} رسید.{high}"
    high = f" The highest was {much[2]} in {peak}." if between else ""
    return f"It went from {much[0]} in {first} to {much[1]} in {last}.{high}"
