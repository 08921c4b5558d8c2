"""What a person may ask of a run that collects: everything once more, or a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk import Param

from cf_operators.domain.collecting import TimeRange
from cf_operators.errors import ConfigurationError

if TYPE_CHECKING:
    from airflow.sdk import Context


def collect_params() -> dict[str, Param]:
    """The parameters of the DAGs that collect."""
    return {
        "reload": Param(
            False,
            type="boolean",
            title="Read everything again",
            description="Read each source from the start, whatever was read before. Rows that are the same stay "
            "as they are.",
        ),
        "rebuild": Param(
            False,
            type="boolean",
            title="Build the model as a whole",
            description="Make the tables of the model from everything that has landed, and not only from what has "
            "changed. The rows are the same; it takes longer.",
        ),
        "since": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="Changed since",
            description="Read what was changed from this moment on, and leave the positions where they are.",
        ),
        "until": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="Changed until",
            description="End of the period, itself not in it; none: now.",
        ),
    }


NAMES: Final = ("reload", "rebuild", "since", "until")


@dataclass(frozen=True, slots=True)
class CollectParams:
    """How a run reads: from where it left off, or all of it, or a period; and whether it builds the whole model."""

    reload: bool = False
    period: TimeRange | None = None
    rebuild: bool = False


def collect_params_in(context: Context) -> CollectParams:
    """The parameters of a run, checked: Airflow accepts unknown names and dates that are none.

    :raises ConfigurationError: names the parameter that is wrong, and its value.
    """
    given: dict[str, Any] = {**(context.get("params") or {}), **(_conf(context) or {})}
    if unknown := sorted(set(given).difference(NAMES)):
        raise ConfigurationError(f'parameter "{unknown[0]}" is not known; parameters are: {", ".join(NAMES)}')
    reload, rebuild = (_switch(name, given.get(name)) for name in ("reload", "rebuild"))
    since, until = (_moment(name, given.get(name)) for name in ("since", "until"))
    if since is None and until is None:
        return CollectParams(reload, rebuild=rebuild)
    if since is None:
        raise ConfigurationError('parameter "until" is given without "since"; say where the period begins')
    if reload:
        raise ConfigurationError('parameters "reload" and "since" exclude each other; give one of the two')
    try:
        return CollectParams(period=TimeRange(since, until or datetime.now(UTC)), rebuild=rebuild)
    except ValueError as error:
        raise ConfigurationError(f'parameters "since" and "until": {error}') from error


def _conf(context: Context) -> dict[str, Any] | None:
    run = context.get("dag_run")
    return getattr(run, "conf", None)


def _switch(name: str, value: Any) -> bool:
    if value is not None and not isinstance(value, bool):
        raise ConfigurationError(f'parameter "{name}": {value!r} is neither true nor false')
    return bool(value)


def _moment(name: str, value: Any) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ConfigurationError(
            f'parameter "{name}": {value!r} is not a time such as 2026-03-01T00:00:00Z'
        ) from error
    if moment.tzinfo is None:
        raise ConfigurationError(
            f'parameter "{name}": {value!r} has no time zone; add Z for UTC, or an offset such as +01:00'
        )
    return moment.astimezone(UTC)
