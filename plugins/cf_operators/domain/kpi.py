"""What is measured, and what the numbers shall be."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from cf_operators.domain.declared import ProgrammePath, once_in, one_of
from cf_operators.domain.entry import Entry
from cf_operators.domain.kpi_check import (
    fitting_construct,
    fitting_hours,
    fitting_per,
    fitting_quantile,
    fitting_scale,
    fitting_top,
    fitting_unit,
    only_bound,
    reachable,
)
from cf_operators.domain.measuring import Slices
from cf_operators.domain.value import Count, Days, Line, Slug, SomeDays

Family = Literal["nps", "proportion", "mean", "rate", "duration"]
Feed = Literal["all", "orders"]
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
        description="Unit: points for nps and mean, share for proportion, hours, days or (with within_hours) share for "
        "duration, own words for rate."
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
    quantile: Annotated[
        float, Field(strict=True, gt=0, lt=1, allow_inf_nan=False), AfterValidator(fitting_quantile)
    ] = Field(
        default=0.5,
        description="Which share of the cases shall have ended by the duration given; 0.5: the median.",
    )
    within_hours: Annotated[float | None, Field(gt=0, allow_inf_nan=False), AfterValidator(fitting_hours)] = (
        Field(
            default=None,
            validate_default=True,
            description="Service level of a duration in the unit share: the cases shall end within so many hours.",
        )
    )
    lag_days: Days = Field(
        default=0,
        description="A case counts when its day is this many days before the newest event: until then it is not known "
        "what becomes of it.",
    )
    feed: Feed = Field(
        default="all",
        description="Whose newest event is meant: of all data, or of orders and deliveries alone. A feed that stopped "
        "makes no order late.",
    )
    slices: Slices | None = Field(
        default=None, description="Dimensions and pairs of this KPI, if not those of measuring."
    )
    privacy: bool | None = Field(
        default=None,
        description="Whether few cases are withheld, as they might show a person. Default: where answers are counted.",
    )

    @property
    def construct(self) -> str | None:  # type: ignore[override]  # pydantic keeps the name for an old method
        """Which answers count: the construct of the survey questions; None when no answers are counted."""
        return self.construct_name

    @property
    def is_private(self) -> bool:
        """Whether values on few cases are withheld."""
        return self.construct is not None if self.privacy is None else self.privacy

    def entry(self) -> dict[str, Any]:
        """The definition as it is kept beside its values: as in the programme, the SQL file by its bare name.

        Without the folder, the same definition has the same entry wherever the programme is installed; without what
        is left at its default, it keeps it when entries learn to say more.
        """
        return self.model_dump(mode="json", exclude_defaults=True) | {"sql": self.sql.name}


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
