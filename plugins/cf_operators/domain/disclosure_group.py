"""Cells of a KPI's table that are published or withheld together, so that each has a partner to hide behind."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product

from cf_operators.domain.disclosure_graph import Boundaries, Edge

Slice = tuple[tuple[str, str], ...]
"""Dimensions with their members: ``(("segment", "home"), ("region", "north"))``; () is everything."""


def groups(total: int, totals: Mapping[str, int]) -> list[tuple[str, ...]]:
    """The members of a dimension in twos, and a three when their number is odd; each without a case by itself.

    Members of about the same size go together, as a group shows a period only when all of it may be shown. Size is
    the share of everything, halved again and again (above 1/2, to 1/4, to 1/8, ...), then the name: a group changes
    when a share doubles, not whenever one member overtakes another.

    :param total: cases of everything.
    :param totals: cases by member.
    """
    living = sorted((-(total // cases).bit_length(), member) for member, cases in totals.items() if cases)
    members = [member for _, member in living]
    cut = [members[at : at + 2] for at in range(0, len(members), 2)]
    if len(members) % 2 and len(members) > 1:
        odd = cut.pop()
        cut[-1] += odd
    cut += [[member] for member in totals if not totals[member]]
    return [tuple(sorted(group)) for group in cut]


def wholes(cell: Slice) -> Iterator[Slice]:
    """The slices that a cell is a part of, by one dimension less."""
    return combinations(cell, len(cell) - 1) if cell else iter(())


class _Told:
    """What is known of a cell in periods in which it is all of a larger slice."""

    def __init__(self, graph: Boundaries, periods: Sequence[Edge], shown: Collection[int]) -> None:
        """``shown``: the periods that the larger slice shows."""
        self._graph = graph
        self._periods = periods
        self._shown = sorted(shown, key=lambda at: (periods[at][1] - periods[at][0], periods[at]))
        self._joined: set[int] = set()

    def within(self, at: int) -> bool:
        """Connect what the larger slice shows within a period; False as soon as that would tell a hidden period."""
        start, end = self._periods[at]
        return all(
            self._join(one)
            for one in self._shown
            if start <= self._periods[one][0] and self._periods[one][1] <= end
        )

    def _join(self, at: int) -> bool:
        if at not in self._joined and self._graph.join(*self._periods[at]):
            self._joined.add(at)
        return at in self._joined


@dataclass(frozen=True)
class Block:
    """A group of members, or the cells of two groups crossed, or everything (no group).

    :ivar sides: each dimension with its group.
    :ivar counts: cases by slice and period; a slice that is not there has none.
    :ivar periods: boundaries of the periods.
    :ivar small: the counts that must not be shown.
    """

    sides: Sequence[tuple[str, tuple[str, ...]]]
    counts: Mapping[Slice, Sequence[int]] = field(repr=False)
    periods: Sequence[Edge] = field(repr=False)
    small: frozenset[int]

    @cached_property
    def cells(self) -> list[Slice]:
        """Its slices."""
        return list(product(*([(dimension, member) for member in group] for dimension, group in self.sides)))

    def published(self, order: Sequence[int], above: Sequence[Collection[int]]) -> Sequence[int]:
        """The periods that all its cells show.

        :param order: the periods, what is worth most first.
        :param above: the periods that the slices show which its cells are a part of, as :func:`wholes` gives them.
        """
        allowed = [at for at in order if all(at in shown for shown in above)]
        rows = self._rows(self.cells)
        if all(self.small.isdisjoint(row) for row in rows):
            return allowed
        table = list(zip(*rows, strict=True))
        hidden = [at for at, ns in enumerate(table) if not self.small.isdisjoint(ns)]
        graph = Boundaries(self.periods[at] for at in hidden)
        candidates = set(allowed).difference(hidden)
        empty = {at for at in candidates if not any(table[at])}
        for day in sorted(set[int]().union(*(range(*self.periods[at]) for at in empty))):
            graph.join(day, day + 1)  # where it is seen that nothing is, nothing can be otherwise
        told = [_Told(graph, self.periods, shown) for shown in above]
        return [
            at
            for at in allowed
            if at in candidates
            and (0 not in table[at] or at in empty or self._hides_zero(at, table[at], told))
            and graph.join(*self.periods[at])
        ]

    def _rows(self, cells: Collection[Slice]) -> list[Sequence[int]]:
        none = [0] * len(self.periods)
        return [self.counts.get(cell, none) for cell in cells]

    def _hides_zero(self, at: int, ns: tuple[int, ...], told: Sequence[_Told]) -> bool:
        """Whether zeros may be shown in a period, as each cell that has cases has a partner left.

        A cell that is as large as a slice that it is a part of needs none, but all that is shown of that slice within
        the period is then known of the cell.
        """
        for n, swaps, rows in zip(ns, self._swaps, self._wholes, strict=True):
            if not n or any(all(ns[corner] for corner in swap) for swap in swaps):
                continue
            same = [whole for whole, row in zip(told, rows, strict=True) if row[at] == n]
            if not same or not all(whole.within(at) for whole in same):
                return False
        return True

    @cached_property
    def _wholes(self) -> list[list[Sequence[int]]]:
        return [self._rows(list(wholes(cell))) for cell in self.cells]

    @cached_property
    def _swaps(self) -> list[list[list[int]]]:
        """For each cell the other ends (of two members) and corners (of two by two) between which cases can move."""
        places = list(product(*(range(len(group)) for _, group in self.sides)))
        number = {place: at for at, place in enumerate(places)}
        return [
            [
                [number[corner] for corner in product(*zip(place, other, strict=True)) if corner != place]
                for other in places
                if all(one != two for one, two in zip(place, other, strict=True))
            ]
            for place in places
        ]
