"""Which cells of a KPI's table are withheld, so that nothing can be told about fewer people than may be shown.

A cell is a slice in a period. Where 0 < n < k it is withheld, and so are as many others that no sum or difference of
published cells, over time and over slices, gives any such n (complementary suppression).

*How.* Slices make blocks: everything; a dimension's members in groups of two or three; the cells of two such groups
crossed. All cells of a block show the same periods, and no period that a slice does not show which they are part of
(everything for a member, both members for a cell of two). A block that holds a cell to be hidden shows its periods in
the order of :data:`GRAINS` as long as they do not connect the ends of a hidden one.

*Why nothing can be told.* Let [a, b) be hidden and small in slice s. In the block of s no published periods lead from
a to b, so there is a function f of day boundaries that is constant along them and has f(a) != f(b). Add f to the
cumulative counts of some cells of the full cross of all dimensions. n(s, [a, b)) changes by f(b) - f(a); if no
published cell changes, no combination of them gives n. A slice in which the additions sum to 0 does not change, nor
does one that they sum to f or -f, if its published periods are among those of the block of s.

- s is everything: add f to any one cell of the cross. Every slice gets f or nothing, and shows no other periods.
- s is member A, in a group with B: add f to a cell of A, and -f to the one that differs only in B. Everything gets 0,
  and so does what does not name this dimension. A and B get f and -f and share their periods; a cell of two
  dimensions gets f or -f only if it is of A or B, whose periods it does not exceed.
- s is the cell (A, C), in the block of A and B by C and D: add f to (A, C) and (B, D), -f to (A, D) and (B, C), other
  dimensions the same. These four share their periods. All else gets 0: single members, and cells with a further
  dimension, in which f and -f meet.
- A member whose dimension has no other with a case is everything, and its cell with C is C: covered above.

So it holds for each cell whatever else is hidden; what is hidden for the sake of others needs no care of its own, nor
does the sum of a block. Members without any case are shown wherever everything is. What is said of n holds for each
other number that adds up, such as a numerator.

*Beyond sums.* Counts are never negative, which tells more where zeros are shown. So a block counts as connected over
days on which it is seen to be empty, and shows no period in which a zero leaves a cell without a partner. That takes
away most of what linear programming finds, but it is no proof: in thin data some cells can be bounded to their value.
What a number was before a late answer is not looked at either: who keeps old tables can subtract them from new ones.

Cost: about 20 milliseconds per 10,000 cells, and next to nothing where no n is small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from cf_operators.domain.calendar import ONE_DAY, Grain, Period
from cf_operators.domain.disclosure_graph import Edge
from cf_operators.domain.disclosure_group import Block, Slice, groups, wholes

GRAINS: tuple[Grain, ...] = (
    "all", "year", "fiscal_year", "quarter", "month", "rolling_90", "rolling_28", "week", "day",
)  # fmt: skip
"""Kinds of periods: where not all can be shown, those that come first are."""

EVERYTHING: Slice = ()

Counts = Mapping[Slice, Sequence[int]]


def withheld(periods: Sequence[Period], counts: Counts, k: int) -> dict[Slice, frozenset[int]]:
    """The cells to withhold: by slice, the places of its periods in ``periods``.

    The same cells give the same result, in whichever order they come. Slices of which nothing is withheld are left
    out. Where two dimensions are crossed, cells that are not in ``counts`` count as empty; those that the result
    names have to be shown as withheld like the rest, as their absence would tell that they are empty.

    *Worked:* k = 5, one week, all 14, home 4, business 10: home is withheld, and business with it, as 14 - 10 = 4.

    :param periods: with every day from the first to the last of the data, if days are shown at all; longer periods
        may begin before and end after these, where nothing is.
    :param counts: n by slice, for each period in turn. The members of a dimension add up to :data:`EVERYTHING`, cells
        of two dimensions to the members of either, and the days to every period.
    :param k: the privacy threshold, the least n that may be shown; 0 and 1 withhold nothing.
    :raises ValueError: when a slice or period is none, or something is missing.
    """
    _check(periods, counts, k)
    small = frozenset(range(1, k))
    if all(small.isdisjoint(row) for row in counts.values()):
        return {}
    known = _with_members(counts)
    spans = _spans(periods)
    order = sorted(range(len(periods)), key=lambda at: (GRAINS.index(periods[at].grain), spans[at]))
    members = _groups(known)
    published: dict[Slice, frozenset[int]] = {}
    for table in _tables(known):
        for chosen in product(*(members[dimension] for dimension in table)):
            block = Block(list(zip(table, chosen, strict=True)), known, spans, small)
            above = [published[whole] for whole in wholes(block.cells[0])]
            published.update(dict.fromkeys(block.cells, frozenset(block.published(order, above))))
    every = frozenset(order)
    added = known.keys() - counts.keys()
    return {
        cell: every - shown
        for cell, shown in published.items()
        if len(shown) < len(every) and cell not in added
    }


def _spans(periods: Sequence[Period]) -> list[Edge]:
    """Boundaries of the periods, cut off where the data begin and end: there is nothing beyond to hide behind."""
    days = [period for period in periods if period.grain == "day"] or periods
    first = min((period.start.toordinal() for period in days if period.start), default=0)
    last = max(((period.end + ONE_DAY).toordinal() for period in days if period.end), default=first + 1)
    return [
        (
            max(period.start.toordinal(), first) if period.start else first,
            min((period.end + ONE_DAY).toordinal(), last) if period.end else last,
        )
        for period in periods
    ]


def _with_members(counts: Counts) -> dict[Slice, Sequence[int]]:
    """The counts, with those of members that are only given crossed with others."""
    known = dict(counts)
    added: dict[Slice, list[Sequence[int]]] = {}
    for cell, row in counts.items():
        for whole in wholes(cell):
            if whole not in counts:
                added.setdefault(whole, []).append(row)
    return known | {whole: [sum(ns) for ns in zip(*rows, strict=True)] for whole, rows in added.items()}


def _tables(counts: Counts) -> list[tuple[str, ...]]:
    """The dimensions that are crossed; everything first, then single ones, then two."""
    tables = {tuple(dimension for dimension, _ in cell) for cell in counts}
    return sorted(tables, key=lambda table: (len(table), table))


def _groups(counts: Counts) -> dict[str, list[tuple[str, ...]]]:
    totals: dict[str, dict[str, int]] = {}
    for cell, row in counts.items():
        if len(cell) == 1:
            [(dimension, member)] = cell
            totals.setdefault(dimension, {})[member] = sum(row)
    total = sum(counts[EVERYTHING])
    return {dimension: groups(total, of_members) for dimension, of_members in totals.items()}


def _check(periods: Sequence[Period], counts: Counts, k: int) -> None:
    if k < 0:
        raise ValueError(
            f"privacy threshold: {k} is negative; give the least n that may be shown, or 0 for any"
        )
    for period, (start, end) in zip(periods, _spans(periods), strict=True):
        if start >= end:
            raise ValueError(f"{period}: has none of the days that are given; give those of all periods")
    if EVERYTHING not in counts:
        raise ValueError("counts: everything is missing; give its row as the slice ()")
    for cell, row in counts.items():
        if len(cell) > 2 or len({dimension for dimension, _ in cell}) < len(cell):
            raise ValueError(f"slice {cell}: give at most two dimensions, each once")
        if len(row) != len(periods):
            raise ValueError(f"slice {cell}: {len(row)} counts for {len(periods)} periods; give one for each")
        if periods and min(row) < 0:
            raise ValueError(f"slice {cell}: a count of {min(row)}; counts are 0 or more")
