"""Exposure: what a reader can work out of a table with hidden counts, from its published totals.

The reader of Hundepool et al., Statistical Disclosure Control (2012), 4.2: hidden counts are whole numbers with a known
least value, and for each group of a margin their sum is known. Two attacks, the second upon the first's gains:

- linear algebra: a count is told by the totals together if it is the same in all solutions of the equations, that is,
  if each vector of their null space is zero there. One random vector of the null space shows it with probability 1;
  it and a solution come from conjugate gradients on the normal equations (Hestenes and Stiefel 1952; AAᵀy = Ab).
- bounds: each count is at most its group's sum less what the others must be, and at least that sum less what they can
  be, repeated over all groups until nothing narrows.

Bounds by propagation are never narrower than those of a linear program: a reader with a solver narrows some further.
So the publisher, who knows the counts, looks for proof to the contrary (`assured`): other tables with the same totals,
by iterative proportional fitting (Deming and Stephan 1940; Darroch and Ratcliff 1972) from starts that push each count
up or down. Between the true table and these all tables fit too, so a count that differs by enough is safe from any
reader. Every step is linear in the hidden counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SEED = 20120709  # any: one random direction in the null space, the same in every run
MOST_STEPS = 2000  # of conjugate gradients, which need as many as there are different equations at most
SMALL = 1e-7  # of a standard normal draw: smaller is zero; one true draw in ten million is, and then more is hidden
TOLERANCE = 1e-12  # of the squared residual, by that of the start
MOST_ROUNDS = 200  # of narrowing: bounds that creep by ones are left where they are
MOST_TABLES = 60  # that are fitted to find proofs: nearly all are found by the first six
MOST_FITS = 200  # sweeps over the margins for one table
PUSH = 1000.0  # how much likelier a start makes a count large, or small
SLACK = 0.02  # of a case: how far a fitted table may miss a total


@dataclass(frozen=True)
class Cells:
    """A table's counts (rows × columns) and, for each margin, its rows' groups (rows × margins, numbered through)."""

    counts: Ints
    groups: Ints
    group_count: int


@dataclass(frozen=True)
class Attack:
    """The hidden rows and between what a reader knows their count to be."""

    rows: Ints
    low: Ints
    high: Ints


def known_totals(cells: Cells, at: int, below: int, *, zero: bool) -> Mask:
    """Groups whose total is published: not those whose total is itself a small count."""
    totals = summed(cells, np.ones(len(cells.counts), dtype=bool), cells.counts[:, at])
    known: Mask = (totals >= below) if zero else (totals >= below) | (totals == 0)
    return known


def summed(cells: Cells, chosen: Mask, values: Ints) -> Ints:
    """The sum of the values of the chosen rows in each group of every margin."""
    groups = cells.groups[chosen]
    weights = np.repeat(values, groups.shape[1])
    return np.bincount(groups.ravel(), weights, cells.group_count).astype(np.int64)


def attack(cells: Cells, at: int, hidden: Mask, *, least: int, below: int, zero: bool) -> Attack:
    """Bounds of the hidden counts in column `at`, each at least `least`, from the known totals and the shown counts."""
    counts, rows = cells.counts[:, at], np.flatnonzero(hidden)
    known = known_totals(cells, at, below, zero=zero)
    every = np.ones(len(counts), dtype=bool)
    sums = summed(cells, every, counts) - summed(cells, ~hidden, counts[~hidden])
    low = np.full(len(rows), least, dtype=np.int64)
    high = np.full(len(rows), 4 * int(counts.sum()) + below, dtype=np.int64)  # more than any total allows
    told, value = _solved(cells.groups[rows], sums, known)
    low[told] = high[told] = value[told]
    _narrow(cells.groups[rows], sums, known, low, high)
    return Attack(rows, low, high)


def assured(cells: Cells, at: int, hidden: Mask, *, least: int, below: int, zero: bool, width: int) -> Mask:
    """Which of the hidden counts have `width` between two of the tables that agree with everything published."""
    rows = np.flatnonzero(hidden)
    groups, true = cells.groups[rows], cells.counts[rows, at].astype(np.float64)
    known = known_totals(cells, at, below, zero=zero)
    room = summed(cells, hidden, cells.counts[rows, at] - least).astype(np.float64)
    low, high, draw = true.copy(), true.copy(), np.random.default_rng(SEED)
    free = ~known[groups].any(axis=1)
    for turn in range(MOST_TABLES):
        safe = free | (high - low >= width - 2 * SLACK)
        if safe.all():
            break
        start = _pushed(groups, ~safe, draw, len(room), alone=turn % 2 == 1)
        fitted, misses = _fitted(groups, room, known, start)
        sound = ~misses[groups].any(axis=1)
        low[sound] = np.minimum(low, fitted + least)[sound]
        high[sound] = np.maximum(high, fitted + least)[sound]
    proved: Mask = free | (high - low >= width - 2 * SLACK)
    return proved


def _pushed(groups: Ints, unsafe: Mask, draw: np.random.Generator, group_count: int, *, alone: bool) -> Floats:
    """A start that pushes half of the unsafe counts up or down, or some of them up, each `alone` in its groups."""
    chance = np.where(unsafe, draw.random(len(groups)), 0.0)
    if not alone:
        return np.where(chance > 0.5, PUSH ** draw.choice([-1.0, 1.0], len(groups)), 1.0)
    most = np.zeros(group_count)
    np.maximum.at(most, groups.ravel(), np.repeat(chance, groups.shape[1]))
    return np.where(unsafe & (chance >= most[groups].max(axis=1)), PUSH, 1.0)


def _fitted(groups: Ints, room: Floats, known: Mask, start: Floats) -> tuple[Floats, Mask]:
    """The table nearest to `start` (in relative entropy) with the known sums `room`, and the groups that it misses."""
    values = start
    for _ in range(MOST_FITS):
        for column in groups.T:
            added = np.bincount(column, values, len(room))
            scale = np.divide(room, added, out=np.zeros_like(room), where=added > 0)
            values = values * np.where(known, scale, 1.0)[column]
        off = np.bincount(groups.ravel(), np.repeat(values, groups.shape[1]), len(room)) - room
        misses: Mask = known & (np.abs(off) > SLACK)
        if not misses.any():
            break
    return values, misses


def _narrow(groups: Ints, sums: Ints, known: Mask, low: Ints, high: Ints) -> None:
    """Narrow the bounds in place until nothing moves."""
    for _ in range(MOST_ROUNDS):
        before = int((high - low).sum())
        for column in groups.T:
            lows = np.bincount(column, low, len(sums)).astype(np.int64)
            highs = np.bincount(column, high, len(sums)).astype(np.int64)
            use = known[column]
            upper, lower = (sums - lows)[column] + low, (sums - highs)[column] + high
            high[use] = np.minimum(high, upper)[use]
            low[use] = np.maximum(low, lower)[use]
        if int((high - low).sum()) == before:
            return


def _solved(groups: Ints, sums: Ints, known: Mask) -> tuple[Mask, Ints]:
    """Which counts the equations alone tell, and a solution, which holds their values."""
    if not groups.size:
        return np.zeros(len(groups), dtype=bool), np.zeros(len(groups), dtype=np.int64)

    def add(values: Floats) -> Floats:
        added = np.bincount(groups.ravel(), np.repeat(values, groups.shape[1]), len(sums))
        return np.where(known, added, 0.0)

    def spread(values: Floats) -> Floats:
        spread_out: Floats = values[groups].sum(axis=1)
        return spread_out

    weights = np.maximum(add(np.ones(len(groups))), 1.0)
    draw = np.random.default_rng(SEED).standard_normal(len(groups))
    direction = draw - spread(_conjugate(add, spread, weights, add(draw)))
    solution = spread(_conjugate(add, spread, weights, np.where(known, sums, 0).astype(np.float64)))
    return np.abs(direction) < SMALL, np.rint(solution).astype(np.int64)


def _conjugate(
    add: Callable[[Floats], Floats], spread: Callable[[Floats], Floats], weights: Floats, wanted: Floats
) -> Floats:
    """y with AAᵀy = wanted (singular but consistent), by conjugate gradients scaled by the groups' sizes."""
    found = np.zeros_like(wanted)
    rest = wanted.copy()
    scaled = rest / weights
    step, size = scaled.copy(), float(rest @ scaled)
    least = TOLERANCE * TOLERANCE * size
    for _ in range(min(MOST_STEPS, len(wanted) + 50)):
        if size <= least:
            break
        image = add(spread(step))
        length = size / float(step @ image)
        found += length * step
        rest -= length * image
        scaled = rest / weights
        former, size = size, float(rest @ scaled)
        step = scaled + size / former * step
    return found
