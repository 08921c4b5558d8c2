"""Campaigns, the standing reasons to ask, and the surveys they ask with."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema

from cf_operators.domain.declared import ProgrammePath, once_in, one_of
from cf_operators.domain.entry import Entry
from cf_operators.domain.value import Days, Line, Slug, SomeDays


def _cron(value: str) -> str:
    from croniter import croniter  # type: ignore[import-untyped]  # slow to import; only here it is needed

    if len(value.split()) != 5 or not croniter.is_valid(value):
        raise ValueError('is not a cron expression of five fields such as "0 9 * * *" (every day at 9)')
    return value


def _month_day(value: str) -> str:
    try:
        if len(value) != 5:
            raise ValueError
        date.fromisoformat(f"2001-{value}")  # a year without a 29th of February
    except ValueError:
        raise ValueError('is not a day that every year has, written month-day such as "10-01"') from None
    return value


def _later_than_delay(fresh_days: int, info: ValidationInfo) -> int:
    delays = {"delay_days": info.data.get("delay_days", 0)}
    delays |= {
        f"delay_days_by_product.{product}": days
        for product, days in info.data.get("delay_days_by_product", {}).items()
    }
    name, longest = max(delays.items(), key=lambda item: item[1])
    if longest >= fresh_days:
        raise ValueError(
            f"is not more than {name} ({longest}), so nobody would ever be asked; make it greater"
        )
    return fresh_days


Cron = Annotated[str, AfterValidator(_cron)]
MonthDay = Annotated[
    str, AfterValidator(_month_day), WithJsonSchema({"type": "string", "pattern": r"^\d\d-\d\d$"})
]
CampaignId = Annotated[Slug, once_in("campaigns")]
SurveyId = Annotated[str, one_of("surveys", "a survey")]


class Survey(Entry):
    """A questionnaire. Its versions are told apart by content, not by a number in this file."""

    id: Annotated[Slug, once_in("surveys")] = Field(description="Id by which campaigns name the survey.")
    definition: ProgrammePath = Field(description="SurveyJS definition, a JSON file.")


class PostPurchaseCampaign(Entry):
    """Asks about an order, some days after it was delivered."""

    id: CampaignId = Field(description="Id of the campaign.")
    kind: Literal["post_purchase"] = Field(description="post_purchase: one ask per delivered order.")
    survey: SurveyId = Field(description="Survey to ask with.")
    audience: ProgrammePath = Field(description="SQL file that selects whom to ask.")
    template: Slug = Field(description="Name of the mail template.")
    delay_days: Days = Field(description="Ask this many days after delivery.")
    delay_days_by_product: dict[Line, Days] = Field(
        default={}, description="Another delay for these products, by product name."
    )
    fresh_days: Annotated[SomeDays, AfterValidator(_later_than_delay)] = Field(
        description="Do not ask later than this many days after delivery."
    )
    answer_days: SomeDays = Field(description="Links take answers for this many days.")
    schedule: Cron = Field(
        description="When to send: a cron expression in the time zone of the organisation."
    )

    def delay_of(self, product: str | None) -> int:
        """Days from delivery to the ask for one product."""
        return self.delay_days_by_product.get(product or "", self.delay_days)


class AnnualCampaign(Entry):
    """Asks everybody who bought lately, once a year, spread over some weeks."""

    id: CampaignId = Field(description="Id of the campaign.")
    kind: Literal["annual"] = Field(description="annual: one ask per active customer and year.")
    survey: SurveyId = Field(description="Survey to ask with.")
    audience: ProgrammePath = Field(description="SQL file that selects whom to ask.")
    template: Slug = Field(description="Name of the mail template.")
    starts_on: MonthDay = Field(description="Month-day on which the sending period of each year begins.")
    spread_days: Annotated[int, Field(strict=True, ge=1, le=365)] = Field(
        description="The audience is spread evenly over this many days."
    )
    active_days: SomeDays = Field(description="Who ordered within this many days before the start is asked.")
    answer_days: SomeDays = Field(description="Links take answers for this many days.")
    schedule: Cron = Field(
        description="When to send: a cron expression in the time zone of the organisation."
    )

    def starts_in(self, year: int) -> date:
        """First day of the sending period of a year."""
        return date.fromisoformat(f"{year:04d}-{self.starts_on}")


class AdHocCampaign(Entry):
    """Asks whom somebody chose, when somebody triggers it."""

    id: CampaignId = Field(description="Id of the campaign.")
    kind: Literal["ad_hoc"] = Field(description="ad_hoc: asks when it is triggered by hand.")
    survey: SurveyId = Field(description="Survey to ask with, unless the trigger names another.")
    audience: ProgrammePath = Field(description="SQL file that selects whom to ask.")
    template: Slug = Field(description="Name of the mail template.")
    fresh_days: SomeDays = Field(description="A wave sends nothing more after this many days.")
    answer_days: SomeDays = Field(description="Links take answers for this many days.")


Campaign = Annotated[PostPurchaseCampaign | AnnualCampaign | AdHocCampaign, Field(discriminator="kind")]
