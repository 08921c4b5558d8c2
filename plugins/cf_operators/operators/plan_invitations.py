"""Plans whom a campaign asks: one invitation or one reason for everybody in its audience."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.domain.ad_hoc_request import AdHocRequest
from cf_operators.domain.audience import (
    Audience,
    ad_hoc_audience,
    annual_audience,
    complaint_follow_up_audience,
    post_purchase_audience,
)
from cf_operators.domain.campaign import (
    AnnualCampaign,
    Campaign,
    ComplaintFollowUpCampaign,
    PostPurchaseCampaign,
)
from cf_operators.domain.programme import Programme
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.opened_periods import opened_periods
from cf_operators.hooks.survey_register import register_survey
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.operators.ad_hoc_params import request_in
from cf_operators.operators.judging import counts_of, identities, judge
from cf_operators.operators.run_time import run_time
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    import psycopg
    from airflow.sdk import Context


class PlanInvitationsOperator(BaseOperator):
    """Judges the audience of a campaign and writes invitations and exclusions to the ledger.

    Planning again changes nothing but what has changed: somebody who was left out and may be asked now is asked now,
    as long as the occasion is fresh. Params of the run: ``start_on`` (annual: another first day of the sending
    period; the wave that it opens keeps it, so that the plans of the following days go by it too), and the fields of
    :class:`~cf_operators.domain.ad_hoc_request.AdHocRequest` (ad hoc).

    :param campaign_id: campaign of the programme.
    :param dry_run: only count; nothing is written. The param ``dry_run`` of an ad hoc request does the same.
    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"campaign", "in_period", "dry_run", "candidates", "planned", "already_planned",
        "awaiting_approval", "excluded": {reason: count}, "waves": [ids that got new invitations]}``; planned, already
        planned and excluded add up to the candidates. ``awaiting_approval`` are those of the planned who are key
        accounts; nobody writes to them before a person has approved it. ``in_period`` is false when an annual
        campaign rests.
    :raises ConfigurationError: the audience, the survey or the parameters of the run cannot be used.
    """

    def __init__(
        self,
        *,
        campaign_id: str,
        dry_run: bool = False,
        warehouse_conn_id: str = DEFAULT_CONNECTION,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.campaign_id = campaign_id
        self.only_count = dry_run
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Read the audience, judge it, write the plan."""
        programme, now = load_programme(), run_time(context)
        campaign = programme.campaign(self.campaign_id)
        request = request_in(context) if campaign.kind == "ad_hoc" else None
        start_on = _start_on(context["params"].get("start_on"))
        dry_run = self.only_count or bool(request and request.dry_run)
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            audience = _audience(connection, campaign, programme, now, request, start_on)
            summary = {"campaign": campaign.id, "in_period": audience is not None, "dry_run": dry_run}
            if audience is None:
                summary |= counts_of({})
            else:
                plan, counts = judge(connection, programme, campaign, audience, now)
                summary |= counts
                if not dry_run:
                    survey = programme.survey((request and request.survey) or campaign.survey)
                    version = register_survey(connection, survey, now)
                    plan.open_waves(survey.id, version, context["run_id"], audience.note, audience.request)
                    plan.write(identities(plan, campaign, programme))
        self.log.info("%s: %s", "Counted, nothing written" if dry_run else "Planned", summary)
        return summary


def _audience(
    connection: psycopg.Connection[Any],
    campaign: Campaign,
    programme: Programme,
    now: datetime,
    request: AdHocRequest | None,
    start_on: date | None,
) -> Audience | None:
    time_zone = programme.organisation.time_zone
    if isinstance(campaign, PostPurchaseCampaign):
        return post_purchase_audience(campaign, now, time_zone)
    if isinstance(campaign, ComplaintFollowUpCampaign):
        return complaint_follow_up_audience(campaign, now, time_zone)
    if isinstance(campaign, AnnualCampaign):
        opened = opened_periods(connection, campaign.id)
        return annual_audience(campaign, now, time_zone, programme.asking.quiet_days, start_on, opened)
    assert request is not None
    return ad_hoc_audience(campaign, request, now, time_zone)


def _start_on(value: object) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ConfigurationError(
            f'parameter start_on: "{value}" is not a date; write it as 2026-10-01, or leave it empty'
        ) from None
