"""Suppress: small counts of a derived table are emptied, and enough others that no total gives them back.

Primary suppression by a threshold, then complementary (secondary) suppression with the smallest cells first, repeated
over all margins until nothing changes, as in Hundepool et al., Statistical Disclosure Control (2012), chapter 4. A
local rule alone leaves cells that several totals together tell; so the outcome is attacked as a reader would attack it
(`exposure`), and what is still told gets more complements. It ends: each round hides at least one more row, and rows
are never shown again.

What an author writes beside a derived resource's schema:

    suppress:
      below: 5                          # counts 1 to 4 are emptied; 0 stays, unless `zero: true`
      counts: [request_count]           # judged; a row with one small count loses all of them
      also: [median_days, share]        # lost with them: figures that a few cases made
      margins: [[district_id], [month]] # groups whose totals are published, or can be added up, anywhere; [] is all
      flag: is_suppressed               # optional boolean column, true on emptied rows

**The author must list every margin**: each other table, page or chart that gives sums over some of these columns is
one. Tables of such totals need a `suppress` of their own: a total that is itself below the threshold is taken as not
published. Counts that add up within a row (open + closed = all) belong in `counts` together. Where zeros stay, a
reader knows that what is hidden is at least 1, and a group of five that totals five is told whatever is hidden here:
`publishable` refuses such a table; `zero: true`, with rows for the zeros, closes that too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shahrnama.catalog import Resource, Row
from shahrnama.errors import DatasetError
from shahrnama.exposure import Attack, Cells, Ints, Mask, assured, attack, known_totals, summed

OPTIONS = {"below", "counts", "also", "margins", "flag", "zero"}


@dataclass(frozen=True)
class Policy:
    """A table's `suppress`, checked: counts from 1 (0 with `zero`) to `below` - 1 are small."""

    below: int
    counts: tuple[str, ...]
    also: tuple[str, ...] = ()
    margins: tuple[tuple[str, ...], ...] = ()
    flag: str | None = None
    zero: bool = False

    @property
    def least(self) -> int:
        """The least that a hidden count can be, as a reader knows: 1 where zeros are always shown."""
        return 0 if self.zero or len(self.counts) > 1 else 1


@dataclass(frozen=True)
class Exposed:
    """A hidden count that the totals tell: the row's number in the table, and between what it must be."""

    row: int
    column: str
    low: int
    high: int


def policy(resource: Resource) -> Policy | None:
    """The resource's `suppress`, or None; DatasetError names what is no column or no option."""
    found = resource.descriptor.get("suppress")
    if found is None:
        return None
    if not isinstance(found, dict) or set(found) - OPTIONS or not {"below", "counts"} <= set(found):
        raise _error(resource, f"needs `below` and `counts` and knows {', '.join(sorted(OPTIONS))} only")
    margins = tuple(tuple(columns) for columns in found.get("margins") or ())
    flag = found.get("flag")
    columns = {field.name for field in resource.fields}
    used = [*found["counts"], *found.get("also", ()), *(name for margin in margins for name in margin)]
    for name in [*used, *([flag] if flag else [])]:
        if name not in columns:
            raise _error(resource, f"names {name!r}, which is no column; mend it or the schema")
    below = found["below"]
    if not isinstance(below, int) or below < 2 or not found["counts"]:
        raise _error(resource, "needs a whole number from 2 on in `below`, and a column in `counts`")
    also, zero = tuple(found.get("also", ())), bool(found.get("zero"))
    return Policy(below, tuple(found["counts"]), also, margins, flag, zero)


def suppress(resource: Resource, rows: list[Row]) -> list[Row]:
    """The rows as they may be published: small counts, their complements and what hangs on them None, flags set.

    Raises DatasetError where `suppress` is wrong or a count is no whole number. Rows stay in order; the same rows give
    the same answer.
    """
    rule = policy(resource)
    if rule is None:
        return rows
    hidden = hide(rule, _cells(resource, rule, rows))
    emptied = dict.fromkeys((*rule.counts, *rule.also))
    return [
        {**row, **(emptied if told else {}), **({rule.flag: bool(told)} if rule.flag else {})}
        for row, told in zip(rows, hidden, strict=True)
    ]


def exposed(resource: Resource, rows: list[Row], published: list[Row]) -> list[Exposed]:
    """What a reader can work out of the `published` rows with the totals of the true `rows` over every margin.

    A hidden count is told if it has fewer possible values than the threshold itself leaves it (`below` - 1 of them, or
    `below` with `zero`). A count that must be 0 is not told where zeros are published anyway.
    """
    rule = policy(resource)
    if rule is None:
        return []
    cells = _cells(resource, rule, rows)
    hidden = np.array([row[rule.counts[0]] is None for row in published], dtype=bool)
    found = []
    for at, name in enumerate(rule.counts):
        told = _attack(rule, cells, at, hidden)
        for row, low, high in zip(told.rows, told.low, told.high, strict=True):
            if _is_told(rule, low, high):
                found.append(Exposed(int(row), name, int(low), int(high)))
    return found


def publishable(resource: Resource, rows: list[Row]) -> list[Row]:
    """The rows as `suppress` gives them; DatasetError where totals would still tell a hidden count."""
    published = suppress(resource, rows)
    if told := exposed(resource, rows, published):
        places = ", ".join(dict.fromkeys(f"row {found.row + 1}" for found in told[:5]))
        raise _error(
            resource,
            f"hides {len(told)} counts that the totals still tell ({places}); publish coarser groups, leave the totals "
            "out, or give rows for zeros and say `zero: true`",
        )
    return published


def hide(rule: Policy, cells: Cells) -> Mask:
    """Which rows lose their counts."""
    least_shown = 0 if rule.zero else 1
    small: Mask = (cells.counts >= least_shown) & (cells.counts < rule.below)
    hidden = np.asarray(small.any(axis=1), dtype=np.bool_)
    while cells.groups.shape[1]:
        before = hidden.sum()
        for at in range(len(rule.counts)):
            _local(rule, cells, at, hidden)
        for at in range(len(rule.counts)):
            told = _attack(rule, cells, at, hidden)
            rows = told.rows[[_is_told(rule, *bounds) for bounds in zip(told.low, told.high, strict=True)]]
            _complement(cells, at, hidden, np.unique(cells.groups[rows].ravel()))
        if hidden.sum() == before and not _assure(rule, cells, hidden):
            break
    return hidden


def _assure(rule: Policy, cells: Cells, hidden: Mask) -> bool:
    """Hide more beside what cannot be shown to be safe from every reader; whether there was more to hide."""
    more = False
    width = rule.below - 1 - rule.least
    for at in range(len(rule.counts)):
        safe = assured(cells, at, hidden, least=rule.least, below=rule.below, zero=rule.zero, width=width)
        rows = np.flatnonzero(hidden)[~safe]
        more |= _complement(cells, at, hidden, np.unique(cells.groups[rows].ravel()))
    return more


def _is_told(rule: Policy, low: int, high: int) -> bool:
    harmless = high == 0 and not rule.zero
    return high - low < rule.below - 1 - rule.least and not harmless


def _attack(rule: Policy, cells: Cells, at: int, hidden: Mask) -> Attack:
    return attack(cells, at, hidden, least=rule.least, below=rule.below, zero=rule.zero)


def _local(rule: Policy, cells: Cells, at: int, hidden: Mask) -> None:
    """Two hidden rows at least in each group of a known total, and room enough in their sum; to the fixpoint."""
    counts = cells.counts[:, at]
    known = known_totals(cells, at, rule.below, zero=rule.zero)
    while True:
        number = summed(cells, hidden, hidden[hidden].astype(np.int64))
        room = summed(cells, hidden, counts[hidden]) - rule.least * number
        lacking: Mask = (number > 0) & known & ((number < 2) | (room < rule.below - 1 - rule.least))
        if not _complement(cells, at, hidden, np.flatnonzero(lacking)):
            return


def _complement(cells: Cells, at: int, hidden: Mask, lacking: Ints) -> bool:
    """Hide the smallest row that is shown and not 0 in each of the groups; whether any was there to hide.

    Of equal ones that which shares most groups with hidden rows, then the first. A row that is alone in a group is
    told by that group's total, and hides nothing.
    """
    counts, before = cells.counts[:, at], int(hidden.sum())
    sizes = np.bincount(cells.groups.ravel(), minlength=cells.group_count)
    useful = (counts > 0) & (sizes[cells.groups] > 1).all(axis=1)
    wanted = np.zeros(cells.group_count, dtype=bool)
    wanted[lacking] = True
    for margin in range(cells.groups.shape[1]):
        groups = cells.groups[:, margin]
        rows = np.flatnonzero(useful & ~hidden & wanted[groups])
        touched = summed(cells, hidden, hidden[hidden].astype(np.int64)) > 0
        shared = touched[cells.groups[rows]].sum(axis=1)
        rows = rows[np.lexsort((rows, -shared, counts[rows], groups[rows]))]
        first = np.ones(len(rows), dtype=bool)
        first[1:] = groups[rows][1:] != groups[rows][:-1]
        hidden[rows[first]] = True
        wanted[np.unique(cells.groups[rows[first]].ravel())] = False  # what serves one margin serves the others
    return int(hidden.sum()) > before


def _cells(resource: Resource, rule: Policy, rows: Sequence[Row]) -> Cells:
    counts = [[_count(resource, name, row[name]) for name in rule.counts] for row in rows]
    groups, offset = [], 0
    for margin in rule.margins:
        numbers: dict[tuple[Any, ...], int] = {}
        groups.append([numbers.setdefault(tuple(row[name] for name in margin), offset + len(numbers)) for row in rows])
        offset += len(numbers)
    shape = np.array(counts, dtype=np.int64).reshape(len(rows), len(rule.counts))
    return Cells(shape, np.array(groups, dtype=np.int64).reshape(len(groups), len(rows)).T, offset)


def _count(resource: Resource, name: str, value: Any) -> int:
    if isinstance(value, bool | str) or value is None or value != int(value) or value < 0:
        raise _error(resource, f"judges {name}, which holds {value!r}; let the SQL give whole numbers from 0 on")
    return int(value)


def _error(resource: Resource, message: str) -> DatasetError:
    return DatasetError(f"{resource.name}: suppress {message}")
