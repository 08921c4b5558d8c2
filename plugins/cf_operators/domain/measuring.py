"""How everything is measured: periods, slices, thresholds of disclosure, weights and control charts."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from cf_operators.domain.declared import one_of
from cf_operators.domain.entry import Entry
from cf_operators.domain.slice import ALL, Combination, Dimension
from cf_operators.domain.value import Count, Line

ControlRule = Literal["beyond_limits", "eight_on_one_side", "two_of_three_beyond_two_sigma"]

FIRST_OF_MONTH = r"^(0[1-9]|1[0-2])-01$"


def _as_combination(slices: object) -> object:
    """``region`` stands for ``[region]``."""
    return (slices,) if isinstance(slices, str) else slices


def _one_or_two(combination: Combination) -> Combination:
    if not 1 <= len(combination) <= 2:
        raise ValueError(f"names {len(combination)} dimensions; name one, or a pair in brackets")
    return combination


def _of_distinct_dimensions(combination: Combination) -> Combination:
    if len(set(combination)) < len(combination):
        raise ValueError("names a dimension twice; name each once")
    return combination


def _distinct(combinations: tuple[Combination, ...]) -> tuple[Combination, ...]:
    seen: set[frozenset[str]] = set()
    for combination in combinations:
        if frozenset(combination) in seen:
            raise ValueError(f"names {', '.join(combination)} twice; name each dimension and pair once")
        seen.add(frozenset(combination))
    return combinations


def _distinct_dimensions(dimensions: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    return _of_distinct_dimensions(dimensions)


def _first_of_month(day: str) -> str:
    if not re.fullmatch(FIRST_OF_MONTH, day):
        raise ValueError('is not the first day of a month; write month-day, such as "04-01"')
    return day


Slices = Annotated[
    tuple[
        Annotated[
            Combination,
            BeforeValidator(
                _as_combination,
                json_schema_input_type=Dimension | Annotated[Combination, Field(min_length=1, max_length=2)],
            ),
            AfterValidator(_one_or_two),
            AfterValidator(_of_distinct_dimensions),
        ],
        ...,
    ],
    AfterValidator(_distinct),
]
"""Dimensions, and pairs of dimensions in brackets."""


class Weights(Entry):
    """How answers are weighted, so that those who answered stand for those who were asked."""

    by: Annotated[tuple[Dimension, ...], AfterValidator(_distinct_dimensions)] = Field(
        default=("segment", "region"),
        description="Margins of the people asked that the weights restore (raking). [] for design weights alone.",
    )
    trim: Annotated[float, Field(gt=1, le=100, allow_inf_nan=False)] = Field(
        default=5.0, description="No weight is more than this many times the mean weight of its wave."
    )


class Cause(Entry):
    """Something that is known to have changed a process: the limits of its control chart begin anew with it."""

    kpi: Annotated[str, one_of("kpis", "a KPI")] = Field(description="The KPI whose process changed.")
    slice: Line = Field(default=ALL, description="Where: all, or dimension=value.")
    on: date = Field(description="First day of the changed process.")
    cause: Line = Field(description="What changed it.")


class Control(Entry):
    """How control charts are read."""

    rules: Annotated[tuple[ControlRule, ...], Field(min_length=1)] = Field(
        default=("beyond_limits", "eight_on_one_side", "two_of_three_beyond_two_sigma"),
        description="Which signals count: a point beyond the limits; eight in a row on one side of the centre; two of "
        "three in a row beyond two sigma on one side.",
    )
    baseline: Annotated[int, Field(strict=True, ge=12, le=120)] = Field(
        default=12, description="Limits are fixed on this many first months."
    )
    causes: tuple[Cause, ...] = Field(default=(), description="Known changes of a process.")


class Measuring(Entry):
    """How everything is measured."""

    fiscal_year_starts: Annotated[
        str,
        AfterValidator(_first_of_month),
        WithJsonSchema({"type": "string", "pattern": FIRST_OF_MONTH}),
    ] = Field(default="01-01", description="Month-day on which the fiscal year starts: the first of a month.")
    slices: Slices = Field(
        default=(
            ("segment",),
            ("product",),
            ("region",),
            ("channel",),
            ("campaign",),
            ("language",),
            ("segment", "region"),
        ),
        description="What every KPI is given for beside the whole, as far as its cases have these dimensions.",
    )
    privacy_min: Count = Field(
        default=5, description="A value on fewer answers than this is withheld, for it might show a person."
    )
    reliability_min: Count = Field(
        default=30, description="A value on fewer cases than this is marked as not reliable."
    )
    weights: Weights = Field(default=Weights(), description="How answers are weighted.")
    control: Control = Field(default=Control(), description="How control charts are read.")

    @property
    def fiscal_month(self) -> int:
        """The month with which the fiscal year starts, 1 to 12."""
        return int(self.fiscal_year_starts[:2])
