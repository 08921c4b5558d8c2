"""The ad hoc request in the parameters of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cf_operators.domain.ad_hoc_request import AdHocRequest, read_request
from cf_operators.errors import ConfigurationError

if TYPE_CHECKING:
    from airflow.sdk import Context


def request_in(context: Context) -> AdHocRequest:
    """The request of a run.

    Airflow accepts parameters that a DAG does not have: a misspelt one would quietly leave the default in place, here
    "ask everybody". So everything that was given with the trigger is read, not only what the DAG declares.

    :raises ConfigurationError: lists every parameter that is wrong or unknown.
    """
    given = {**context["params"], **(context["dag_run"].conf or {})}
    try:
        return read_request(given)
    except ValueError as error:
        raise ConfigurationError(
            f"the parameters of this run cannot be used:\n{error}\ntrigger the DAG again with other ones"
        ) from error
