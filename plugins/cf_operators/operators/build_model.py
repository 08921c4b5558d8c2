"""Builds the model: from landed rows to contacts and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.errors import ConfigurationError
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from airflow.sdk import Context

COMPLAINTS = ("fct_complaint",)
RESPONSES = ("fct_invitation", "fct_response", "fct_ask")
ANSWERS = ("fct_answer",)
PEOPLE = ("contact", "buyer", "consent", "dim_contact")
# Complaints and responses take their product, region and segment from orders and people, so these bring them along.
MODELS = {
    "orders": (*PEOPLE, "fct_order", "fct_customer", *COMPLAINTS, *RESPONSES, *ANSWERS),
    "complaints": COMPLAINTS,
    "responses": RESPONSES,
    "answers": ANSWERS,
}


class BuildModelOperator(BaseOperator):
    """Brings the staging views of all sources and the tables of one stream up to date, in one transaction.

    Only rows that differ are written: a second run writes nothing. What is planned for people who turn out to be key
    accounts is held back until somebody approves it: it could be sent before the next plan of its campaign.

    :param stream: ``orders`` (people, orders, and whatever is described by them), ``complaints``, ``responses``, or
        ``answers``, which take their weights with them and are therefore built after the responses were weighed.
    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom table to ``{"inserted", "updated", "deleted"}``.
    :raises ConfigurationError: a staging file is wrong.
    :raises DataError: a staging view gives rows that a table cannot take.
    """

    def __init__(self, *, stream: str, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stream = stream
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, dict[str, int]]:
        """Run the models of the stream in order, and say what each has written."""
        from cf_operators.hooks.key_accounts import hold_back_key_accounts
        from cf_operators.hooks.model import Model, lock_model
        from cf_operators.hooks.staging_views import StagingViews

        if self.stream not in MODELS:
            raise ConfigurationError(
                f'task "{self.task_id}": stream "{self.stream}" has no models; streams are: {", ".join(MODELS)}'
            )
        programme = load_programme()
        changes: dict[str, dict[str, int]] = {}
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            lock_model(connection)
            views = StagingViews(connection)
            offers: dict[str, dict[str, tuple[str, ...]]] = {}
            for source in programme.sources:
                for shape, columns in views.refresh(source).items():
                    offers.setdefault(shape, {})[source.id] = columns
            model = Model(connection, offers, programme.organisation.time_zone)
            for name in MODELS[self.stream]:
                changes[name] = model.refresh(name).as_dict()
                self.log.info("%s: %s", name, changes[name])
            if "contact" in changes and programme.asking.approve_key_accounts:
                held = hold_back_key_accounts(connection, [campaign.id for campaign in programme.campaigns])
                self.log.info("Asks that wait for approval now: %s", held)
        return changes
