"""Slices: the parts that a KPI is given for beside the whole, by one dimension or a declared pair of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

Dimension = Literal["segment", "product", "region", "channel", "campaign", "language"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
"""What facts can be divided by, in the order in which columns and lists name them."""

ALL = "all"
"""Name of the slice that holds everything."""

BETWEEN = " & "
"""Between the two parts of the name of a pair."""

Combination = tuple[Dimension, ...]
"""The dimensions of a kind of slice; empty for the whole."""


def slice_name(members: Mapping[str, str]) -> str:
    """Name of a slice: ``all``, ``region=North``, or ``segment=home & region=North`` in the order of ``members``.

    A member may hold any text, so the name of a pair is never taken apart: table ``cf_kpi.slice`` keeps the parts.
    """
    return BETWEEN.join(f"{dimension}={member}" for dimension, member in members.items()) or ALL


def dimensions_name(combination: Iterable[str]) -> str:
    """Name of a kind of slice: ``all``, ``region``, or ``segment, region``."""
    return ", ".join(combination) or ALL


def usable(combinations: Iterable[Combination], offered: Iterable[str]) -> tuple[Combination, ...]:
    """The whole, and those combinations of which every dimension is offered, in their order.

    :param offered: the dimensions that the rows of a KPI have; a complaint rate has no campaign.
    """
    known = set(offered)
    return ((), *(combination for combination in combinations if known.issuperset(combination)))


def slice_parts(slice_name: str) -> tuple[str, str]:
    """Dimension and member of a slice of one dimension: ``region=North`` gives ``("region", "North")``, ``all``
    ``("all", "all")``. Not for pairs: a member may hold any text."""
    dimension, is_named, member = slice_name.partition("=")
    return (dimension, member) if is_named else (ALL, ALL)
