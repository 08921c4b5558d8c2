"""What is measured, and what the numbers shall be."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from cf_operators.domain.declared import ProgrammePath, once_in, one_of, raw_kpi
from cf_operators.domain.entry import Entry
from cf_operators.domain.value import Count, Line, Slug, SomeDays

Family = Literal["nps", "proportion", "rate", "duration"]
Dimension = Literal["all", "segment", "product", "region"]

Score = Annotated[int, Field(strict=True)]
Value = Annotated[float, Field(strict=True, allow_inf_nan=False)]

UNITS = {"nps": ("points",), "proportion": ("share",), "duration": ("hours", "days")}
"""Units that each family can have; a rate names its own."""

RANGES = {"points": (-100.0, 100.0), "share": (0.0, 1.0)}
"""Smallest and greatest value of a unit; any other unit is at least 0."""


def _unit_of_family(unit: str, info: ValidationInfo) -> str:
    family = info.data.get("family")
    allowed = UNITS.get(str(family))
    if allowed and unit not in allowed:
        raise ValueError(f"is not a unit of the family {family}; allowed: {', '.join(allowed)}")
    return unit


def _reachable(value: float | None, info: ValidationInfo) -> float | None:
    if value is None:
        return None
    kpi = raw_kpi(info, info.data.get("kpi"))
    low, high = RANGES.get(str(kpi.get("unit")), (0.0, math.inf))
    if kpi and not low <= value <= high:
        allowed = f"{low:g} to {high:g}" if high < math.inf else f"{low:g} or more"
        raise ValueError(f"is no value that {kpi['id']} ({kpi['unit']}) can have; allowed: {allowed}")
    wanted = {"up": "at_least", "down": "at_most"}.get(str(kpi.get("direction")), info.field_name)
    if info.field_name != wanted:
        raise ValueError(
            f"is on the wrong side: the direction of {kpi['id']} is {kpi['direction']}; write {wanted}"
        )
    return value


def _ascending(scale: tuple[int, int] | None) -> tuple[int, int] | None:
    if scale and scale[0] >= scale[1]:
        raise ValueError("is not a scale; write [lowest, highest]")
    return scale


class Kpi(Entry):
    """The definition of one number."""

    id: Annotated[Slug, once_in("kpis")] = Field(description="Id of the KPI, as BI tools see it.")
    title: Line = Field(description="Name for people.")
    question: Line = Field(description="The question that the KPI answers.")
    sql: ProgrammePath = Field(description="SQL file that counts what the KPI is made of.")
    family: Family = Field(description="Kind of statistic; decides how value and interval are computed.")
    unit: Annotated[Line, AfterValidator(_unit_of_family)] = Field(
        description="Unit: points for nps, share for proportion, hours or days for duration, own words for rate."
    )
    direction: Literal["up", "down"] = Field(description="up: more is better; down: less is better.")
    construct_name: Slug | None = Field(
        default=None,
        alias="construct",
        description="Which answers count: the construct of the survey questions.",
    )
    scale: Annotated[tuple[Score, Score] | None, AfterValidator(_ascending)] = Field(
        default=None, description="Lowest and highest score; answers on another scale are not mixed in."
    )
    top_from: Score | None = Field(default=None, description="Lowest score that counts as satisfied.")
    per: Count | None = Field(default=None, description="A rate is given per this many.")

    @property
    def construct(self) -> str | None:  # type: ignore[override]  # pydantic keeps the name for an old method
        """Which answers count: the construct of the survey questions; None when no answers are counted."""
        return self.construct_name

    def entry(self) -> dict[str, Any]:
        """The definition as it is kept beside its values: as in the programme, the SQL file by its bare name.

        Without the folder, the same definition has the same entry wherever the programme is installed.
        """
        return self.model_dump(mode="json", exclude_none=True) | {"sql": self.sql.name}

    @model_validator(mode="after")
    def _fits_family(self) -> Self:
        answers = {"construct": self.construct, "scale": self.scale}
        if self.family == "nps" and (self.construct is None or self.scale != (0, 10)):
            raise ValueError("family nps needs a construct and the scale [0, 10]")
        if (self.construct is None) != (self.scale is None):
            absent = next(name for name, value in answers.items() if value is None)
            raise ValueError(f"construct and scale belong together; {absent} is missing")
        if self.top_from is not None:
            if self.family != "proportion" or self.scale is None:
                raise ValueError(
                    "top_from belongs to a KPI of the family proportion that has a construct and a scale"
                )
            if not self.scale[0] < self.top_from <= self.scale[1]:
                raise ValueError(
                    f"top_from {self.top_from} is not above the lowest score of the scale {list(self.scale)}"
                )
        if self.family == "proportion" and self.scale is not None and self.top_from is None:
            raise ValueError("top_from is missing; name the lowest score that counts as satisfied")
        if (self.family == "rate") != (self.per is not None):
            raise ValueError("per belongs to the family rate, and only there: a rate is given per that many")
        return self


class Target(Entry):
    """What the value of a KPI shall be, on how many cases, and who answers for it."""

    kpi: Annotated[str, one_of("kpis", "a KPI"), once_in("targets")] = Field(description="The KPI.")
    at_least: Annotated[Value | None, AfterValidator(_reachable)] = Field(
        default=None,
        description="The value shall be at least this, in the unit of the KPI. For direction up.",
    )
    at_most: Annotated[Value | None, AfterValidator(_reachable)] = Field(
        default=None,
        description="The value shall be at most this, in the unit of the KPI. For direction down.",
    )
    min_n: Count = Field(description="Fewest cases on which a verdict is given.")
    owner: Annotated[str, one_of("owners", "an owner")] = Field(description="Who gets the improvement task.")
    due_days: SomeDays = Field(description="An improvement task is due after this many days.")
    watch: Annotated[tuple[Dimension, ...], Field(min_length=1)] = Field(
        description="Where a miss opens a task: all, or each value of a dimension (segment, product, region)."
    )
    months: Count = Field(description="How many settled months in a row must be missed before a task opens.")

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("needs exactly one of at_least and at_most")
        return self

    @property
    def value(self) -> float:
        """The wanted value, in the unit of the KPI."""
        bound = self.at_least if self.at_most is None else self.at_most
        assert bound is not None
        return bound

    @property
    def is_minimum(self) -> bool:
        """True: the value shall be at least the target; False: at most."""
        return self.at_least is not None
