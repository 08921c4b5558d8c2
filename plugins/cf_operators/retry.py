"""How often, and how soon, a failed task is tried again: decided by the kind of error, not by the task."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk import RetryDecision, RetryPolicy

from cf_operators.errors import CfError, SourceUnavailable

if TYPE_CHECKING:
    from airflow.sdk import Context

DELAYS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=15))
"""Wait before the second, third, ... try. The last one holds for all later tries."""
LONGEST_WAIT: Final = DELAYS[-1]
"""What a source may ask for before its next try: whatever comes after it in the run waits meanwhile."""


class CfRetryPolicy(RetryPolicy):
    """Fails at once on errors that nobody but a person can mend; waits longer from try to try on all others of ours.

    A source that asks to be left alone for longer than :data:`LONGEST_WAIT` fails at once too: a task that waited would
    hold up what the other sources have brought, and the next scheduled run asks the source again anyway.

    Errors from outside our tree (:class:`~cf_operators.errors.CfError`) follow the settings of the task.
    """

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Context | None = None
    ) -> RetryDecision:
        """Decide on one failure. ``try_number`` counts from 1; the number of retries stays that of the task."""
        if not isinstance(exception, CfError):
            return RetryDecision.default()
        name = type(exception).__name__
        if not exception.is_retriable:
            return RetryDecision.fail(f"{name}: trying again cannot help")
        asked = exception.retry_after
        if isinstance(exception, SourceUnavailable) and asked is not None and asked > LONGEST_WAIT:
            until = datetime.now(UTC) + asked
            return RetryDecision.fail(
                f"{name}: the source asks to be left alone until {until:%Y-%m-%d %H:%M} UTC; a later run goes on from "
                "where the pages landed"
            )
        delay = asked or DELAYS[min(max(try_number, 1), len(DELAYS)) - 1]
        return RetryDecision.retry(delay, f"{name}: next try in {delay.total_seconds():.0f} s")

    def serialize(self) -> dict[str, Any]:
        """The policy has no settings: its name is all there is to keep."""
        return {"__type": type(self).__name__}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> CfRetryPolicy:
        """Inverse of :meth:`serialize`. Raises ``ValueError`` for the data of another policy."""
        if data.get("__type") != cls.__name__:
            raise ValueError(f"not a serialized {cls.__name__}: {data!r}")
        return cls()


DEFAULT_ARGS: dict[str, Any] = {
    "owner": "customer-focus",
    "retries": 3,
    "retry_delay": timedelta(minutes=1),
    "retry_policy": CfRetryPolicy(),
}
"""``default_args`` of every DAG of ours."""
