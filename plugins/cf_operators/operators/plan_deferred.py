"""Plans the open waves of an ad hoc campaign once more, for those who could not be asked at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.domain.audience import ad_hoc_audience
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.open_requests import open_requests
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.operators.judging import identities, judge
from cf_operators.operators.run_time import run_time
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from airflow.sdk import Context


class PlanDeferredOperator(BaseOperator):
    """Judges the audiences of the open ad hoc waves anew: deferred is not dropped.

    Who was asked lately, kept for another campaign, over a limit or had a complaint open when a wave was triggered is
    asked as soon as nothing speaks against it, as long as the wave is fresh. A wave keeps what it was opened with: its
    request, survey and version, last moment, and the limit of its lots. Nobody is asked twice, and ``max_recipients``
    holds over all plans of a wave. Stopped waves, and those over, stay as they are. Each wave is planned in a
    transaction of its own.

    :param campaign_id: ad hoc campaign of the programme.
    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"campaign", "planned", "waves": {wave id: {"candidates", "planned", "already_planned",
        "awaiting_approval", "excluded": {reason: count}}}}``, one entry per open wave.
    :raises ConfigurationError: the campaign is not an ad hoc one, or its audience cannot be used.
    :raises DataError: the request that is kept with a wave cannot be read.
    """

    def __init__(
        self, *, campaign_id: str, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.campaign_id = campaign_id
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Read the open waves, judge and plan each of them."""
        programme, now = load_programme(), run_time(context)
        campaign = programme.campaign(self.campaign_id)
        if campaign.kind != "ad_hoc":
            raise ConfigurationError(
                f'campaign "{campaign.id}" is of the kind {campaign.kind}; only ad hoc campaigns are planned by '
                "PlanDeferredOperator, others by PlanInvitationsOperator every day"
            )
        hook, waves = WarehouseHook(self.warehouse_conn_id), {}
        with hook.transaction() as connection:
            requests = open_requests(connection, campaign.id, now)
        for wave_id, kept in requests.items():
            audience = ad_hoc_audience(
                campaign, kept.request, kept.triggered_at, programme.organisation.time_zone
            )
            with hook.transaction() as connection:
                plan, counts = judge(connection, programme, campaign, audience, now)
                plan.write(identities(plan, campaign, programme))
            del counts["waves"]
            waves[wave_id] = counts
            self.log.info("%s: %s", wave_id, counts)
        planned = sum(counts["planned"] for counts in waves.values())
        return {"campaign": campaign.id, "planned": planned, "waves": waves}
