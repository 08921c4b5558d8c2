"""The section that says how everything is measured."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from cf_operators.domain.measuring import Measuring


def test_everything_has_a_default() -> None:
    measuring = Measuring()
    assert measuring.fiscal_month == 1
    assert ("segment", "region") in measuring.slices
    assert (measuring.privacy_min, measuring.reliability_min, measuring.control.baseline) == (5, 30, 12)


def test_a_dimension_alone_and_pairs() -> None:
    measuring = Measuring.model_validate(
        {"fiscal_year_starts": "04-01", "slices": ["region", ["segment", "product"]]}
    )
    assert measuring.slices == (("region",), ("segment", "product"))
    assert measuring.fiscal_month == 4


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"fiscal_year_starts": "04-15"}, "first day of a month"),
        ({"fiscal_year_starts": "13-01"}, "first day of a month"),
        ({"slices": ["region", "region"]}, "names region twice"),
        ({"slices": [["region", "segment"], ["segment", "region"]]}, "names segment, region twice"),
        ({"slices": [["region", "region"]]}, "names a dimension twice"),
        ({"slices": ["colour"]}, "segment"),
        ({"slices": [["segment", "region", "product"]]}, "names 3 dimensions"),
        ({"slices": [[]]}, "names 0 dimensions"),
        ({"privacy_min": 0}, "greater than or equal to 1"),
        ({"weights": {"trim": 1}}, "greater than 1"),
        ({"weights": {"by": ["region", "region"]}}, "names a dimension twice"),
        ({"control": {"baseline": 11}}, "greater than or equal to 12"),
        ({"control": {"rules": []}}, "at least 1"),
    ],
)
def test_what_cannot_be_is_refused(entry: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Measuring.model_validate(entry)
