"""Which first answer of a link is filled in, and which is passed over."""

from __future__ import annotations

from typing import Any

import pytest

from cf_operators.domain.one_click import chosen_value
from cf_operators.domain.submission import SubmissionRules

RULES = SubmissionRules(
    {
        "elements": [
            {"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10},
            {"type": "rating", "name": "ces", "rateMin": 1, "rateMax": 7, "visibleIf": "{nps} < 7"},
            {"type": "comment", "name": "comment"},
            {"type": "text", "name": "age", "inputType": "number"},
        ]
    }
)


@pytest.mark.parametrize(
    ("question", "value", "answers", "chosen"),
    [
        ("nps", "9", {}, 9),
        ("nps", "0", {"nps": 3}, 0),
        ("nps", "10", {}, 10),
        ("nps", "11", {}, None),
        ("nps", "-1", {}, None),
        ("nps", "9.5", {}, None),
        ("nps", "٩", {}, None),
        ("nps", "", {}, None),
        ("nps", "9" * 5000, {}, None),
        ("ces", "5", {}, None),
        ("ces", "5", {"nps": 9}, None),
        ("ces", "5", {"nps": 2}, 5),
        ("ces", "5", {"nps": 2, "gone": 1}, 5),
        ("comment", "9", {}, None),
        ("age", "9", {}, None),
        ("__proto__", "9", {}, None),
    ],
)
def test_chosen_value(question: str, value: str, answers: dict[str, Any], chosen: int | None) -> None:
    assert chosen_value(RULES, question, value, answers) == chosen
