"""How the daily sums of a KPI are counted in few and cheap passes over its cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import prod

from cf_operators.domain.slice import DIMENSIONS, Combination, dimensions_name

DAYS = 1_000
"""About how many days there are; only the speed depends on it."""

UNKNOWN = 100
"""Members of a dimension of which nothing is known; only the speed depends on it."""

FEW_ROWS = 100_000
"""So few cases are counted in one pass."""

REDUCTION = 15
"""A pass shall leave at most one cell for so many rows of the fact: then summing up its cells costs little."""


@dataclass(frozen=True, slots=True)
class SliceSet:
    """One kind of slice within a pass; ``mask`` is what SQL's ``grouping(dimensions of the pass)`` gives for it."""

    dimensions: Combination
    mask: int

    @property
    def name(self) -> str:
        """Its name, as ``cf_kpi.slice`` has it."""
        return dimensions_name(self.dimensions)


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over the cases: grouped by day and these dimensions, and from there by each of the sets."""

    dimensions: Combination
    sets: tuple[SliceSet, ...]


def passes(
    combinations: Iterable[Combination], cardinality: Mapping[str, float], rows: float
) -> tuple[Pass, ...]:
    """The passes by which all kinds of slices are counted.

    Grouping by all dimensions at once would leave nearly as many cells as cases; a pass for each kind of slice would
    read the cases as often. Kinds are put together as long as the cells of a pass stay few.

    :param combinations: the kinds of slices.
    :param cardinality: about how many members each dimension has; one that is missing counts as :data:`UNKNOWN`.
    :param rows: about how many rows the largest fact has.
    """
    limit = rows / REDUCTION if rows > FEW_ROWS else float("inf")

    def cells(dimensions: Collection[str]) -> float:
        return DAYS * prod(max(1.0, cardinality.get(name, UNKNOWN)) for name in dimensions)

    found: list[tuple[set[str], list[Combination]]] = []
    for combination in sorted(combinations, key=cells):
        for dimensions, members in found:
            if cells(dimensions | set(combination)) <= limit:
                dimensions.update(combination)
                members.append(combination)
                break
        else:
            found.append((set(combination), [combination]))
    return tuple(_pass(dimensions, members) for dimensions, members in found)


def _pass(dimensions: set[str], combinations: Iterable[Combination]) -> Pass:
    ordered = tuple(name for name in DIMENSIONS if name in dimensions)
    sets = tuple(SliceSet(combination, _mask(ordered, combination)) for combination in combinations)
    return Pass(ordered, sets)


def _mask(dimensions: Combination, combination: Combination) -> int:
    """One bit for each dimension, the first the highest; set where the dimension is summed over."""
    return sum(1 << place for place, name in enumerate(reversed(dimensions)) if name not in combination)
