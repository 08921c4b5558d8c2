"""Finds what drives the overall scores, year by year."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.operators.run_time import run_time

if TYPE_CHECKING:
    from airflow.sdk import Context

    from cf_operators.domain.driver_model import DriverModel
    from cf_operators.domain.programme import Programme

DEFAULT_CONNECTION = "cf_warehouse"


class FindDriversOperator(BaseOperator):
    """Computes how much each attribute of the annual survey matters for an overall score, and how well it does.

    Only years are computed in which an answer to one of the questions has changed; all of them when the survey asks
    something else than before.

    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"years", "rows_written", "rows_deleted"}``: years that were computed, each counted per overall
        score, and rows that differed.
    :raises ConfigurationError: the programme or the survey is wrong.
    """

    def __init__(self, *, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, int]:
        """Read the answers of the years that changed, find the drivers, write what differs."""
        # Imported here: a DAG file that names this operator is parsed often and must not load the libraries.
        from cf_operators.hooks.driver_store import DriverStore
        from cf_operators.hooks.warehouse import WarehouseHook
        from cf_operators.operators.driver_rows import driver_rows
        from cf_operators.programme import load_programme
        from cf_operators.stats.correlation import FEWEST_ANSWERS

        programme, now = load_programme(), run_time(context)
        models = _models(programme)
        fewest = max(FEWEST_ANSWERS, programme.measuring.privacy_min)
        summary = {"years": 0, "rows_written": 0}
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            store = DriverStore(connection)
            store.lock()
            changes = store.take_touched()
            summary["rows_deleted"] = store.keep_only(models)
            for model in models:
                all_years = store.years_of_new(model, now)
                for first in model.touched(changes) if all_years is None else all_years:
                    last = date(first.year, 12, 31)
                    rows = driver_rows(store.answers(model, first, last), seed=first.year, fewest=fewest)
                    written, deleted = store.write(model, first, last, rows, now)
                    summary["years"] += 1
                    summary["rows_written"] += written
                    summary["rows_deleted"] += deleted
        self.log.info("Drivers of %s: %s", [model.overall.construct for model in models], summary)
        return summary


def _models(programme: Programme) -> list[DriverModel]:
    from cf_operators.domain.campaign import AnnualCampaign
    from cf_operators.domain.driver_model import driver_models
    from cf_operators.survey_files import measured_questions

    surveys = [
        programme.survey(campaign.survey)
        for campaign in programme.campaigns
        if isinstance(campaign, AnnualCampaign)
    ]
    return driver_models([measured_questions(survey.definition) for survey in surveys])
