"""A sample says its size in exactly one way."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from cf_operators.domain.sample import Sample


@pytest.mark.parametrize("given", [{"share": 0.25}, {"most": 1}, {"margin": 0.03}])
def test_one_size_is_a_sample(given: dict[str, Any]) -> None:
    sample = Sample.model_validate(given)
    assert sample.model_dump(include={"share", "most", "margin"}, exclude_none=True) == given
    assert (sample.confidence, sample.response_rate) == (0.95, 0.2)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "gives no size; give exactly one"),
        ({"confidence": 0.9}, "gives no size; give exactly one"),
        ({"share": 0.5, "most": 10}, "gives share and most; give exactly one"),
        ({"share": 0.5, "most": 10, "margin": 0.1}, "gives share and most and margin; give exactly one"),
        ({"share": 0}, "greater than 0"),
        ({"share": 1}, "less than 1"),
        ({"margin": 0}, "greater than 0"),
        ({"margin": float("nan")}, "finite"),
        ({"most": 0}, "most"),
        ({"margin": 0.05, "confidence": 1}, "less than 1"),
        ({"margin": 0.05, "response_rate": 0}, "greater than 0"),
        ({"margin": 0.05, "response_rate": 1.1}, "less than or equal to 1"),
    ],
)
def test_what_is_no_sample(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Sample.model_validate(given)


def test_everybody_asked_may_answer() -> None:
    assert Sample(margin=0.05, response_rate=1).response_rate == 1
