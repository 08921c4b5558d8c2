"""Checks what somebody asked for when they triggered the ad hoc campaign, before anything is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.domain.ad_hoc_request import unknown_choices
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.audience_values import audience_values
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.operators.ad_hoc_params import request_in
from cf_operators.operators.run_time import run_time
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from airflow.sdk import Context


class CheckAdHocRequestOperator(BaseOperator):
    """Refuses unknown parameters, and segments, regions, products, languages or surveys that do not exist.

    :param campaign_id: the ad hoc campaign of the programme.
    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom: the request with all defaults, and ``wave_id``, the wave it will be sent as.
    :raises ConfigurationError: lists everything that is wrong with the request.
    """

    def __init__(
        self, *, campaign_id: str = "ad_hoc", warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.campaign_id = campaign_id
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Read the request, and compare it with the programme and the model."""
        programme = load_programme()
        campaign = programme.campaign(self.campaign_id)
        request = request_in(context)
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            problems = list(unknown_choices(request, audience_values(connection)))
        surveys = [survey.id for survey in programme.surveys]
        if request.survey and request.survey not in surveys:
            problems.append(f'  survey: "{request.survey}" is not a survey; there are: {", ".join(surveys)}')
        if problems:
            raise ConfigurationError("\n".join(["this request would ask nobody it means to:", *problems]))
        wave_id = f"{campaign.id}/{request.wave_key(run_time(context))}"
        self.log.info("Request for wave %s: %s", wave_id, request.model_dump())
        return {**request.model_dump(mode="json"), "wave_id": wave_id}
