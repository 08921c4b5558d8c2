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
# Surveys and questions of other tools are known by what was answered, and so come after it.
RESPONSES = ("fct_invitation", "fct_response", "fct_ask", "dim_survey")
ANSWERS = ("fct_answer", "dim_question")
FEEDBACK = ("fct_feedback",)
PEOPLE = ("contact", "buyer", "consent", "dim_contact")
# Complaints and responses take their product, region and segment from orders and people, so these bring them along.
MODELS = {
    "orders": (*PEOPLE, "fct_order", "fct_customer", *COMPLAINTS, *FEEDBACK, *RESPONSES, *ANSWERS),
    "complaints": COMPLAINTS,
    "responses": RESPONSES,
    "answers": ANSWERS,
    "feedback": FEEDBACK,
}


class BuildModelOperator(BaseOperator):
    """Brings the staging views of all sources and the tables of one stream up to date, in one transaction.

    Only what was touched since the last run is looked at, and of it only rows that differ are written: a second run
    writes nothing. A table is made as a whole when it never was, when its query or a staging view has changed, or when
    the run is told to (``rebuild``, of the operator or of the DAG run). What is planned for people who turn out to be
    key accounts is held back until somebody approves it: it could be sent before the next plan of its campaign.

    :param stream: ``orders`` (people, orders, and whatever is described by them), ``complaints``, ``responses`` (with
        the surveys), or ``answers`` (with the questions), which take their weights with them and are therefore built
        after the responses were weighed, or ``feedback``.
    :param rebuild: make the tables as a whole, whatever has changed.
    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom table to ``{"inserted", "updated", "deleted"}``.
    :raises ConfigurationError: a staging file is wrong.
    :raises DataError: a staging view gives rows that a table cannot take, or a check of the model has failed.
    """

    def __init__(
        self,
        *,
        stream: str,
        rebuild: bool = False,
        warehouse_conn_id: str = DEFAULT_CONNECTION,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.stream = stream
        self.rebuild = rebuild
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
        rebuild = self.rebuild or (context.get("params") or {}).get("rebuild") is True
        programme = load_programme()
        changes: dict[str, dict[str, int]] = {}
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            lock_model(connection)
            views = StagingViews(connection)
            offers: dict[str, dict[str, tuple[str, ...]]] = {}
            for source in programme.sources:
                for shape, columns in views.refresh(source).items():
                    offers.setdefault(shape, {})[source.id] = columns
            zone = programme.organisation.time_zone
            model = Model(connection, offers, zone, views.marks, views.entangled)
            model.begin(MODELS[self.stream], rebuild=rebuild)
            for name in MODELS[self.stream]:
                changes[name] = model.refresh(name).as_dict()
                self.log.info("%s: %s", name, changes[name])
            if "contact" in changes and programme.asking.approve_key_accounts:
                held = hold_back_key_accounts(connection, [campaign.id for campaign in programme.campaigns])
                self.log.info("Asks that wait for approval now: %s", held)
        for check, finding in model.findings.items():
            self.log.warning("Check %s: %s", check, finding)
        return changes
