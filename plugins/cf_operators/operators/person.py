"""Who started a run, and what they asked for in its form."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from cf_operators.domain.decision import read_params
from cf_operators.domain.entry import Entry
from cf_operators.errors import ConfigurationError

if TYPE_CHECKING:
    from airflow.sdk import Context

Request = TypeVar("Request", bound=Entry)


def actor_of(context: Context) -> str:
    """The name of the user who triggered the run; of a run that no user did, its id."""
    return context["dag_run"].triggering_user_name or f"run {context['run_id']}"


def request_of(kind: type[Request], context: Context) -> Request:
    """The request in the parameters of a run.

    Airflow accepts parameters that a DAG does not have, so everything that was given with the trigger is read.

    :raises ConfigurationError: lists every parameter that is wrong or unknown.
    """
    given = {**context["params"], **(context["dag_run"].conf or {})}
    try:
        return read_params(kind, {key: _nothing(value) for key, value in given.items()})
    except ValueError as error:
        raise ConfigurationError(
            f"the parameters of this run cannot be used:\n{error}\ntrigger the DAG again with other ones"
        ) from error


def _nothing(value: object) -> object:
    """A field of the trigger form that was emptied again holds an empty text."""
    return None if isinstance(value, str) and not value.strip() else value
