"""What is measured, and what the numbers shall be."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from cf_operators.domain.declared import ProgrammePath, once_in, one_of
from cf_operators.domain.entry import Entry
from cf_operators.domain.kpi_check import (
    fitting_construct,
    fitting_per,
    fitting_scale,
    fitting_top,
    fitting_unit,
    only_bound,
    reachable,
)
from cf_operators.domain.value import Count, Line, Slug, SomeDays

Family = Literal["nps", "proportion", "rate", "duration"]
Dimension = Literal["all", "segment", "product", "region"]

Score = Annotated[int, Field(strict=True)]
Value = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Kpi(Entry):
    """The definition of one number."""

    id: Annotated[Slug, once_in("kpis")] = Field(description="Id of the KPI, as BI tools see it.")
    title: Line = Field(description="Name for people.")
    question: Line = Field(description="The question that the KPI answers.")
    sql: ProgrammePath = Field(description="SQL file that counts what the KPI is made of.")
    family: Family = Field(description="Kind of statistic; decides how value and interval are computed.")
    unit: Annotated[Line, AfterValidator(fitting_unit)] = Field(
        description="Unit: points for nps, share for proportion, hours or days for duration, own words for rate."
    )
    direction: Literal["up", "down"] = Field(description="up: more is better; down: less is better.")
    construct_name: Annotated[Slug | None, AfterValidator(fitting_construct)] = Field(
        default=None,
        validate_default=True,
        alias="construct",
        description="Which answers count: the construct of the survey questions.",
    )
    scale: Annotated[tuple[Score, Score] | None, AfterValidator(fitting_scale)] = Field(
        default=None,
        validate_default=True,
        description="Lowest and highest score; answers on another scale are not mixed in.",
    )
    top_from: Annotated[Score | None, AfterValidator(fitting_top)] = Field(
        default=None, validate_default=True, description="Lowest score that counts as satisfied."
    )
    per: Annotated[Count | None, AfterValidator(fitting_per)] = Field(
        default=None, validate_default=True, description="A rate is given per this many."
    )

    @property
    def construct(self) -> str | None:  # type: ignore[override]  # pydantic keeps the name for an old method
        """Which answers count: the construct of the survey questions; None when no answers are counted."""
        return self.construct_name

    def entry(self) -> dict[str, Any]:
        """The definition as it is kept beside its values: as in the programme, the SQL file by its bare name.

        Without the folder, the same definition has the same entry wherever the programme is installed.
        """
        return self.model_dump(mode="json", exclude_none=True) | {"sql": self.sql.name}


class Target(Entry):
    """What the value of a KPI shall be, on how many cases, and who answers for it."""

    kpi: Annotated[str, one_of("kpis", "a KPI"), once_in("targets", "keep one")] = Field(
        description="The KPI."
    )
    at_least: Annotated[Value | None, AfterValidator(reachable)] = Field(
        default=None,
        description="The value shall be at least this, in the unit of the KPI. For direction up.",
    )
    at_most: Annotated[Value | None, AfterValidator(reachable), AfterValidator(only_bound)] = Field(
        default=None,
        validate_default=True,
        description="The value shall be at most this, in the unit of the KPI. For direction down.",
    )
    min_n: Count = Field(description="Fewest cases on which a verdict is given.")
    owner: Annotated[str, one_of("owners", "an owner")] = Field(description="Who gets the improvement task.")
    due_days: SomeDays = Field(description="An improvement task is due after this many days.")
    watch: Annotated[tuple[Dimension, ...], Field(min_length=1)] = Field(
        description="Where a miss opens a task: all, or each value of a dimension (segment, product, region)."
    )
    months: Count = Field(description="How many settled months in a row must be missed before a task opens.")

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
