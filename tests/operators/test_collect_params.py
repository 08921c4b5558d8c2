"""What a person may ask of a run that collects, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from cf_operators.domain.collecting import TimeRange
from cf_operators.errors import ConfigurationError
from cf_operators.operators.collect_params import CollectParams, collect_params, collect_params_in

Context = Callable[..., Any]


def test_by_default_a_run_goes_on_where_the_last_one_ended(run_context: Context) -> None:
    defaults = {name: param.value for name, param in collect_params().items()}
    assert collect_params_in(run_context(params=defaults)) == CollectParams()
    assert collect_params_in(run_context(conf={"reload": True})) == CollectParams(reload=True)


def test_a_period_is_read_in_utc(run_context: Context) -> None:
    asked = {"since": "2024-05-01T02:00:00+02:00", "until": "2024-05-02T00:00:00Z"}
    period = TimeRange(datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 5, 2, tzinfo=UTC))
    assert collect_params_in(run_context(params=asked)) == CollectParams(period=period)
    open_ended = collect_params_in(run_context(params={"since": "2024-05-01T00:00:00Z", "until": ""}))
    assert open_ended.period is not None
    assert open_ended.period.until > period.until


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"relaod": True}, 'parameter "relaod" is not known; parameters are: reload, rebuild, since, until'),
        ({"reload": "yes"}, "parameter \"reload\": 'yes' is neither true nor false"),
        ({"since": "tomorrow"}, "parameter \"since\": 'tomorrow' is not a time such as"),
        ({"since": "2024-05-01T00:00:00"}, "has no time zone; add Z for UTC"),
        ({"until": "2024-05-01T00:00:00Z"}, 'parameter "until" is given without "since"'),
        ({"since": "2024-05-01T00:00:00Z", "until": "2024-05-01T00:00:00Z"}, "the range ends"),
        ({"since": "2024-05-01T00:00:00Z", "reload": True}, "exclude each other"),
    ],
)
def test_what_cannot_be_meant_is_refused(run_context: Context, params: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        collect_params_in(run_context(conf=params))
    assert message in str(refused.value)
