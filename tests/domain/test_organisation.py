"""The rules of asking over all campaigns."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from cf_operators.domain.organisation import Asking, Purpose

LEAST = {"quiet_days": 30, "consent": "opt_out"}


def test_rules_that_say_nothing_hold_nobody_out_and_protect_key_accounts() -> None:
    asking = Asking.model_validate(LEAST)
    assert (asking.caps, asking.hold_out, asking.approve_key_accounts) == ((), 0, True)
    assert asking.soft_bounces == 3


def test_several_caps() -> None:
    caps = [{"within_days": 30, "most": 2}, {"within_days": 365, "most": 12}]
    asking = Asking.model_validate(LEAST | {"caps": caps, "hold_out": 0.05})
    assert [(cap.within_days, cap.most) for cap in asking.caps] == [(30, 2), (365, 12)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"caps": [{"within_days": 0, "most": 1}]}, "within_days"),
        ({"caps": [{"within_days": 30, "most": 0}]}, "most"),
        ({"caps": [{"within_days": 30}]}, "most"),
        ({"hold_out": 1}, "less than 1"),
        ({"hold_out": -0.1}, "greater than or equal to 0"),
        ({"hold_out": float("nan")}, "finite"),
        ({"consent": "maybe"}, "opt_in"),
        ({"soft_bounces": 0}, "soft_bounces"),
        ({"quiet_days": -1}, "quiet_days"),
    ],
)
def test_what_rules_cannot_say(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Asking.model_validate(LEAST | changes)


def test_the_purpose_that_stands_for_all_surveys_cannot_be_one_of_them() -> None:
    with pytest.raises(ValidationError, match="stands for all surveys"):
        Purpose.model_validate({"id": "survey", "title": {"en": "Surveys"}})


def test_a_purpose_has_a_title() -> None:
    with pytest.raises(ValidationError, match="title"):
        Purpose.model_validate({"id": "service", "title": {}})
