"""Whom a campaign may ask in one run: the values that its audience is selected by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cf_operators.domain.ad_hoc_request import AdHocRequest, TriggeredRequest
from cf_operators.domain.campaign import (
    AdHocCampaign,
    AnnualCampaign,
    ComplaintFollowUpCampaign,
    PostPurchaseCampaign,
)
from cf_operators.domain.sending_period import GRACE_DAYS, OpenedPeriod, sending_period

Value = str | int | date | datetime | list[str]


@dataclass(frozen=True)
class Audience:
    """The values for the audience's SQL file, and how many of it may be asked (None: all).

    ``request``: what its wave keeps of how it was opened, for later plans.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    most: int | None = None
    note: str | None = None
    request: TriggeredRequest | OpenedPeriod | None = None


def post_purchase_audience(campaign: PostPurchaseCampaign, now: datetime, time_zone: str) -> Audience:
    """The orders that are due to be asked about on the day of the run, as the organisation counts days."""
    return Audience(
        {
            "today": _local_day(now, time_zone),
            "time_zone": time_zone,
            "delay_days": campaign.delay_days,
            "delay_days_by_product": json.dumps(campaign.delay_days_by_product),
            "fresh_days": campaign.fresh_days,
            "answer_days": campaign.answer_days,
        }
    )


def complaint_follow_up_audience(
    campaign: ComplaintFollowUpCampaign, now: datetime, time_zone: str
) -> Audience:
    """The complaints closed so lately that their follow-up is due, or soon will be, or still would be fresh."""
    return Audience(
        {
            "today": _local_day(now, time_zone),
            "time_zone": time_zone,
            "delay_days": campaign.delay_days,
            "fresh_days": campaign.fresh_days,
            "answer_days": campaign.answer_days,
        }
    )


def annual_audience(
    campaign: AnnualCampaign,
    now: datetime,
    time_zone: str,
    quiet_days: int,
    start_on: date | None = None,
    opened: Mapping[int, date] | None = None,
) -> Audience | None:
    """The active customers of the sending period; None while the campaign rests.

    The wave is opened a quiet period before its first day: from then on its places are kept, so that nobody is asked
    by a campaign of lower priority so shortly before that the yearly ask would have to wait.

    :param quiet_days: length of the quiet period.
    :param start_on: another first day of the period, chosen for this run.
    :param opened: first days of the waves that are opened already, by year.
    """
    today = _local_day(now, time_zone)
    period = sending_period(campaign, today, start_on, ahead_days=quiet_days, opened=opened)
    if period is None:
        return None
    return Audience(
        {
            "wave_key": period.wave_key,
            "starts_on": period.starts_on,
            "spread_days": period.days,
            "spread_by": campaign.spread_by,
            "grace_days": GRACE_DAYS,
            "active_days": campaign.active_days,
            "answer_days": campaign.answer_days,
            "time_zone": time_zone,
        },
        request=OpenedPeriod(starts_on=period.starts_on),
    )


def ad_hoc_audience(
    campaign: AdHocCampaign, request: AdHocRequest, triggered_at: datetime, time_zone: str
) -> Audience:
    """The contacts that a request chooses. Its wave ends at a midnight of the organisation.

    Whenever the wave is planned, the values are those of the moment of the trigger.
    """
    return Audience(
        {
            "wave_key": request.wave_key(triggered_at),
            "title": request.title,
            "segments": list(request.segments),
            "regions": list(request.regions),
            "products": list(request.products),
            "languages": list(request.languages),
            "triggered_at": triggered_at,
            "today": _local_day(triggered_at, time_zone),
            "time_zone": time_zone,
            "fresh_days": campaign.fresh_days,
            "answer_days": campaign.answer_days,
        },
        most=request.max_recipients,
        note=request.note,
        request=TriggeredRequest(request=request, triggered_at=triggered_at),
    )


def _local_day(moment: datetime, time_zone: str) -> date:
    return moment.astimezone(ZoneInfo(time_zone)).date()
