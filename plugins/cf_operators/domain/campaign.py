"""Campaigns, the standing reasons to ask, and the surveys they ask with."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from cf_operators.domain.declared import ProgrammePath, once_in, one_of
from cf_operators.domain.entry import Entry
from cf_operators.domain.limesurvey_source import SurveyNumber
from cf_operators.domain.sample import Sample
from cf_operators.domain.value import Count, Days, Line, Slug, SomeDays


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


def _in_order(days: tuple[int, ...]) -> tuple[int, ...]:
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError("is not in ascending order; each is counted from the first mail, e.g. [7, 14]")
    return days


Cron = Annotated[str, AfterValidator(_cron)]
MonthDay = Annotated[
    str, AfterValidator(_month_day), WithJsonSchema({"type": "string", "pattern": r"^\d\d-\d\d$"})
]
CampaignId = Annotated[Slug, once_in("campaigns")]
SurveyId = Annotated[str, one_of("surveys", "a survey")]
PurposeId = Annotated[str, one_of("purposes", "a purpose")]

Channel = Literal["mail", "phone"]
"""How people are asked."""


class SurveyPlatform(Entry):
    """Where a survey is answered, if not in the built-in form."""

    source: Annotated[str, one_of("sources", "a source")] = Field(
        description="Source of kind limesurvey; its answers come home through it."
    )
    survey: SurveyNumber = Field(description='Number of the survey there, in quotes, e.g. "123456".')


class Survey(Entry):
    """A questionnaire. Its versions are told apart by content, not by a number in this file."""

    id: Annotated[Slug, once_in("surveys")] = Field(description="Id by which campaigns name the survey.")
    definition: ProgrammePath = Field(description="SurveyJS definition, a JSON file.")
    platform: SurveyPlatform | None = Field(
        default=None,
        description="The survey is answered on this platform, to which the links of the mails lead; none: in the "
        "built-in form. The definition then says in which languages it is asked and what it measures.",
    )


class AskingCampaign(Entry):
    """What all campaigns have: whom and what they ask, by which way, and how they make room for each other."""

    id: CampaignId = Field(description="Id of the campaign.")
    survey: SurveyId = Field(description="Survey to ask with.")
    audience: ProgrammePath = Field(description="SQL file that selects whom to ask.")
    template: Slug = Field(description="Name of the mail template.")
    purpose: PurposeId | None = Field(
        default=None,
        description="Purpose that people consent to; none: only a word on surveys as a whole counts.",
    )
    priority: Annotated[int, Field(strict=True, ge=0, le=1000)] = Field(
        default=0,
        description="Whose ask keeps its place when two campaigns want the same person within the quiet period: the "
        "higher one. Give rare surveys more than frequent ones.",
    )
    channel: Channel = Field(
        default="mail", description="mail: the invitation is mailed; phone: an interviewer calls."
    )
    answer_days: SomeDays = Field(description="Links take answers for this many days.")
    remind_after_days: Annotated[tuple[SomeDays, ...], AfterValidator(_in_order)] = Field(
        default=(),
        description="Remind those who have not answered this many days after the first mail; one reminder for each.",
    )
    sample: Sample | None = Field(default=None, description="Ask a random sample only; none: ask all.")
    most_per_day: Count | None = Field(
        default=None, description="Send at most this many mails of the campaign a day, over all workers."
    )

    @model_validator(mode="after")
    def _remind_in_time(self) -> Self:
        if self.remind_after_days and self.remind_after_days[-1] >= self.answer_days:
            raise ValueError(
                f"remind_after_days: {self.remind_after_days[-1]} is not less than answer_days ({self.answer_days}), "
                "so that reminder would come when nobody can answer any more; remind earlier, or take answers longer"
            )
        return self


class PostPurchaseCampaign(AskingCampaign):
    """Asks about an order, some days after it was delivered."""

    kind: Literal["post_purchase"] = Field(description="post_purchase: one ask per delivered order.")
    delay_days: Days = Field(description="Ask this many days after delivery.")
    delay_days_by_product: dict[Line, Days] = Field(
        default={}, description="Another delay for these products, by product name."
    )
    fresh_days: Annotated[SomeDays, AfterValidator(_later_than_delay)] = Field(
        description="Do not ask later than this many days after delivery."
    )
    schedule: Cron = Field(
        description="When to send: a cron expression in the time zone of the organisation."
    )


class ComplaintFollowUpCampaign(AskingCampaign):
    """Asks how a complaint was handled, some days after it was closed."""

    kind: Literal["complaint_follow_up"] = Field(
        description="complaint_follow_up: one ask per closed complaint."
    )
    delay_days: Days = Field(description="Ask this many days after the complaint was closed.")
    fresh_days: Annotated[SomeDays, AfterValidator(_later_than_delay)] = Field(
        description="Do not ask later than this many days after the complaint was closed."
    )
    schedule: Cron = Field(
        description="When to send: a cron expression in the time zone of the organisation."
    )


class AnnualCampaign(AskingCampaign):
    """Asks everybody who bought lately, once a year, spread over some weeks or by customer anniversary."""

    kind: Literal["annual"] = Field(description="annual: one ask per active customer and year.")
    starts_on: MonthDay = Field(description="Month-day on which the sending period of each year begins.")
    spread_by: Literal["lot", "anniversary"] = Field(
        default="lot",
        description="lot: the audience is spread evenly over spread_days; anniversary: each is asked on the day of "
        "the year of their first order, as far as it lies in spread_days.",
    )
    spread_days: Annotated[int, Field(strict=True, ge=1, le=365)] = Field(
        description="Length of the sending period in days; 365 with anniversaries asks everybody in the year."
    )
    active_days: SomeDays = Field(description="Who ordered within this many days before the start is asked.")
    schedule: Cron = Field(
        description="When to send: a cron expression in the time zone of the organisation."
    )

    def starts_in(self, year: int) -> date:
        """First day of the sending period of a year."""
        return date.fromisoformat(f"{year:04d}-{self.starts_on}")


class AdHocCampaign(AskingCampaign):
    """Asks whom somebody chose, when somebody triggers it."""

    kind: Literal["ad_hoc"] = Field(description="ad_hoc: asks when it is triggered by hand.")
    fresh_days: SomeDays = Field(description="A wave sends nothing more after this many days.")


Campaign = Annotated[
    PostPurchaseCampaign | ComplaintFollowUpCampaign | AnnualCampaign | AdHocCampaign,
    Field(discriminator="kind"),
]
