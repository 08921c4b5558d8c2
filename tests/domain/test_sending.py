"""What a programme may say of sending."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from pydantic import ValidationError

from cf_operators.domain.sending import Sending


def test_a_programme_that_says_nothing_limits_nothing() -> None:
    sending = Sending()
    assert (sending.per_second, sending.per_day, sending.per_domain) == (None, None, {})
    assert (sending.workers, sending.connections) == (2, 4)
    assert (sending.window.opens_at, sending.window.closes_at, len(sending.window.days)) == (time(0), None, 7)


def test_all_that_can_be_said() -> None:
    sending = Sending.model_validate(
        {
            "window": {"from": "09:00", "until": "19:30", "days": ["mon", "sat"]},
            "per_second": 20,
            "per_day": 20_000,
            "per_domain": {"gmail.com": {"per_second": 0.5, "per_day": 5000}, "xn--mbel-5qa.example": {}},
            "workers": 16,
            "connections": 64,
        }
    )
    assert (sending.window.opens_at, sending.window.closes_at) == (time(9), time(19, 30))
    assert sending.per_domain["gmail.com"].per_second == 0.5


@pytest.mark.parametrize(
    ("said", "place", "words"),
    [
        ({"window": {"from": "9:00"}}, ("window", "from"), "two digits each"),
        ({"window": {"from": "09:60"}}, ("window", "from"), "is not a time of day"),
        ({"window": {"from": "19:00", "until": "09:00"}}, ("window", "until"), "lies within one day"),
        ({"window": {"from": "09:00", "until": "09:00"}}, ("window", "until"), "is not later than from"),
        ({"window": {"days": []}}, ("window", "days"), "at least 1"),
        ({"window": {"days": ["monday"]}}, ("window", "days", 0), "'mon', 'tue'"),
        ({"per_second": 0}, ("per_second",), "greater than 0"),
        ({"per_second": float("inf")}, ("per_second",), "finite"),
        ({"per_day": 0}, ("per_day",), "greater than or equal to 1"),
        ({"per_domain": {"Gmail.com": {}}}, ("per_domain",), "lower case"),
        ({"per_domain": {"gmail": {}}}, ("per_domain",), "is not a mail domain"),
        ({"workers": 0}, ("workers",), "greater than or equal to 1"),
        ({"workers": 17}, ("workers",), "less than or equal to 16"),
        ({"connections": 65}, ("connections",), "less than or equal to 64"),
        ({"per_minute": 3}, ("per_minute",), "not permitted"),
    ],
)
def test_what_makes_no_sense_is_refused(said: dict[str, Any], place: tuple[object, ...], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Sending.model_validate(said)
    error = refused.value.errors()[0]
    assert error["loc"] == place
    assert words in error["msg"]
