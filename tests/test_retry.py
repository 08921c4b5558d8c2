"""Retries: what each error leads to, and that a DAG with the policy survives serialisation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk import DAG, BaseOperator
from airflow.sdk.definitions.retry_policy import RetryAction
from airflow.serialization.serialized_objects import DagSerialization

from cf_operators import errors
from cf_operators.retry import DEFAULT_ARGS, DELAYS, LONGEST_WAIT, CfRetryPolicy

FATAL = (
    errors.CfError,
    errors.ConfigurationError,
    errors.DataError,
    errors.PublicationStopped,
    errors.SourcesFailed,
    errors.SourceTaken,
)
RETRIABLE = (
    errors.SourceUnavailable,
    errors.SourceChanged,
    errors.WarehouseUnavailable,
    errors.MailServerUnavailable,
)


def every_error(parent: type[errors.CfError] = errors.CfError) -> set[type[errors.CfError]]:
    return {parent}.union(*(every_error(child) for child in parent.__subclasses__()))


def test_every_error_of_the_tree_is_either_fatal_or_retriable() -> None:
    ours = {error for error in every_error() if error.__module__ == errors.__name__}
    retriable = {*RETRIABLE, errors.MailPutOff}
    assert ours == {*FATAL, *retriable}
    assert {error for error in ours if error.is_retriable} == retriable


@pytest.mark.parametrize("error", FATAL)
def test_fatal_errors_fail_at_once(error: type[errors.CfError]) -> None:
    decision = CfRetryPolicy().evaluate(error("no such column"), try_number=1, max_tries=3)
    assert decision.action is RetryAction.FAIL
    assert decision.reason is not None
    assert error.__name__ in decision.reason


@pytest.mark.parametrize("error", RETRIABLE)
@pytest.mark.parametrize(
    ("try_number", "seconds"), [(0, 30), (1, 30), (2, 120), (3, 300), (4, 900), (5, 900), (1000, 900)]
)
def test_retriable_errors_wait_longer_each_time_up_to_a_bound(
    error: type[errors.CfError], try_number: int, seconds: int
) -> None:
    decision = CfRetryPolicy().evaluate(error("busy"), try_number=try_number, max_tries=3)
    assert decision.action is RetryAction.RETRY
    assert decision.retry_delay == timedelta(seconds=seconds)


def test_an_error_that_knows_when_is_tried_again_then() -> None:
    error = errors.MailPutOff("3 mails later", retry_after=timedelta(minutes=7))
    decision = CfRetryPolicy().evaluate(error, try_number=1, max_tries=3)
    assert (decision.action, decision.retry_delay) == (RetryAction.RETRY, timedelta(minutes=7))


def test_a_source_that_asks_for_a_short_wait_gets_it() -> None:
    error = errors.SourceUnavailable("busy")
    error.retry_after = LONGEST_WAIT
    decision = CfRetryPolicy().evaluate(error, try_number=1, max_tries=3)
    assert (decision.action, decision.retry_delay) == (RetryAction.RETRY, timedelta(minutes=15))


@pytest.mark.parametrize("wait", [timedelta(minutes=15, seconds=1), timedelta(days=1)])
def test_a_source_that_asks_for_a_long_wait_holds_nothing_up(wait: timedelta) -> None:
    error = errors.SourceUnavailable("busy")
    error.retry_after = wait
    begin = datetime.now(UTC)
    decision = CfRetryPolicy().evaluate(error, try_number=1, max_tries=3)
    assert decision.action is RetryAction.FAIL
    moments = {f"{begin + wait + timedelta(minutes=late):%Y-%m-%d %H:%M} UTC" for late in (0, 1)}
    assert any(f"asks to be left alone until {moment}" in str(decision.reason) for moment in moments)
    assert "a later run goes on from where the pages landed" in str(decision.reason)


def test_mails_that_are_put_off_for_long_wait_for_their_time() -> None:
    """They hold up nothing but themselves."""
    error = errors.MailPutOff("3 mails later", retry_after=timedelta(hours=2))
    decision = CfRetryPolicy().evaluate(error, try_number=1, max_tries=3)
    assert (decision.action, decision.retry_delay) == (RetryAction.RETRY, timedelta(hours=2))


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), ConnectionError("x"), KeyboardInterrupt()])
def test_errors_of_others_follow_the_task(error: BaseException) -> None:
    assert CfRetryPolicy().evaluate(error, try_number=1, max_tries=3).action is RetryAction.DEFAULT


def test_the_reason_tells_no_more_than_the_kind_of_error() -> None:
    """A reason is shown in the UI and kept in the metadata database: what an error says may be about a person."""
    for error in (errors.DataError, errors.SourceUnavailable):
        decision = CfRetryPolicy().evaluate(error("someone@example.org"), try_number=1, max_tries=3)
        assert "example.org" not in str(decision.reason)


def test_delays_only_grow() -> None:
    assert list(DELAYS) == sorted(set(DELAYS))


def test_a_dag_with_the_policy_survives_serialisation() -> None:
    with DAG(dag_id="cf_with_policy", schedule=None, default_args=DEFAULT_ARGS) as dag:
        BaseOperator(task_id="plain")
    first, second = DagSerialization.to_dict(dag), DagSerialization.to_dict(dag)
    assert first == second, "an object in it would make a new DAG version at every parse"
    restored = DagSerialization.from_dict(first)
    task = restored.get_task("plain")
    assert task.has_retry_policy
    assert (task.owner, task.retries) == ("customer-focus", 3)


def test_the_policy_itself_survives_serialisation() -> None:
    assert isinstance(CfRetryPolicy.deserialize(CfRetryPolicy().serialize()), CfRetryPolicy)
    with pytest.raises(ValueError, match="not a serialized CfRetryPolicy"):
        CfRetryPolicy.deserialize({"__type": "ExceptionRetryPolicy", "rules": []})
