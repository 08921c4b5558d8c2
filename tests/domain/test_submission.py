"""Answers against their definition: what fits is kept, and what does not is named with what is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from cf_operators.domain.submission import MAX_TEXT_LENGTH, SubmissionRules

DEFINITION: dict[str, Any] = {
    "pages": [
        {
            "elements": [
                {"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10, "isRequired": True},
                {"type": "rating", "name": "csat"},
                {"type": "rating", "name": "half", "rateMin": 0, "rateMax": 2, "rateStep": 0.5},
                {
                    "type": "rating",
                    "name": "words",
                    "rateValues": ["bad", {"value": "good", "text": "Good!"}],
                },
                {
                    "type": "comment",
                    "name": "why",
                    "visibleIf": "{nps} <= 6",
                    "isRequired": True,
                    "maxLength": 20,
                },
                {"type": "comment", "name": "free"},
                {
                    "type": "panel",
                    "elements": [
                        {
                            "type": "checkbox",
                            "name": "topics",
                            "choices": ["price", "delivery", "other things"],
                            "minSelectedChoices": 2,
                            "showOtherItem": True,
                        }
                    ],
                },
                {"type": "radiogroup", "name": "one", "choices": [1, 2]},
                {"type": "boolean", "name": "again"},
                {"type": "text", "name": "mail", "inputType": "email", "validators": [{"type": "email"}]},
                {"type": "text", "name": "age", "inputType": "number", "min": 0, "max": 120},
                {"type": "html", "name": "note", "html": "Thanks"},
            ]
        }
    ]
}
RULES = SubmissionRules(DEFINITION)


@pytest.mark.parametrize(
    "answers",
    [
        {"nps": 10},
        {"nps": 0, "why": "too dear"},
        {"nps": 9, "csat": 5, "half": 1.5, "words": "good", "free": "", "one": 2, "again": False},
        {"nps": 9, "topics": ["price", "other"], "topics-Comment": "the colour"},
        {"nps": 9, "mail": "somebody@example.org", "age": 0},
        {"nps": 9, "csat": None},
        {"nps": 9, "free": "x" * MAX_TEXT_LENGTH},
        {"nps": 6, "why": "x" * 20},
    ],
)
def test_fitting_answers_have_no_problems(answers: dict[str, Any]) -> None:
    assert RULES.problems(answers, is_complete=True) == []


@pytest.mark.parametrize(
    ("answers", "question", "words"),
    [
        ({"nps": 11}, "nps", "at most 10"),
        ({"nps": -1, "why": "x"}, "nps", "at least 0"),
        ({"nps": 9.5}, "nps", "whole number"),
        ({"nps": "9"}, "nps", "expected a number, got str"),
        ({"nps": True}, "nps", "expected a number, got bool"),
        ({"nps": [9]}, "nps", "expected a number, got list"),
        ({"nps": 9, "csat": 0}, "csat", "at least 1"),
        ({"nps": 9, "half": 0.7}, "half", "steps of 0.5"),
        ({"nps": 9, "words": "Good!"}, "words", "expected one of"),
        ({"nps": 9, "why": "hidden"}, "why", "not shown"),
        ({"nps": 6, "why": "x" * 21}, "why", "21 characters; at most 20"),
        ({"nps": 9, "free": "x" * (MAX_TEXT_LENGTH + 1)}, "free", f"at most {MAX_TEXT_LENGTH}"),
        ({"nps": 9, "free": {"a": 1}}, "free", "expected a string, got dict"),
        ({"nps": 9, "topics": ["price"]}, "topics", "at least 2 choices, got 1"),
        ({"nps": 9, "topics": ["price", "price"]}, "topics", "given twice"),
        ({"nps": 9, "topics": ["price", "weather"]}, "topics[1]", "expected one of"),
        ({"nps": 9, "topics": "price"}, "topics", "expected a list"),
        ({"nps": 9, "topics-Comment": 5}, "topics-Comment", "expected a string"),
        ({"nps": 9, "free-Comment": "x"}, "free-Comment", "no question has this name"),
        ({"nps": 9, "one": 3}, "one", "expected one of [1, 2]"),
        ({"nps": 9, "one": True}, "one", "expected one of [1, 2]"),
        ({"nps": 9, "again": "yes"}, "again", "true or false"),
        ({"nps": 9, "mail": "nobody"}, "mail", "valid e-mail"),
        ({"nps": 9, "age": 121}, "age", "at most 120"),
        ({"nps": 9, "note": "x"}, "note", "no question has this name"),
        ({"nps": 9, "<b>": 1}, "<b>", "no question has this name; the questions are nps, csat"),
    ],
)
def test_each_problem_names_the_question_and_what_is_allowed(
    answers: dict[str, Any], question: str, words: str
) -> None:
    for is_complete in (True, False):
        problems = RULES.problems(answers, is_complete=is_complete)
        assert len(problems) == 1
        assert problems[0].question == question.partition("[")[0]
        assert words in problems[0].problem


def test_required_questions_are_missed_only_when_complete_and_shown() -> None:
    def missed(answers: dict[str, Any], is_complete: bool) -> list[tuple[str, str]]:
        return [(p.question, p.problem) for p in RULES.problems(answers, is_complete=is_complete)]

    required = "an answer is required"
    assert missed({}, is_complete=False) == []
    assert missed({}, is_complete=True) == [("nps", required)]
    assert missed({"nps": 3}, is_complete=False) == []
    assert missed({"nps": 3}, is_complete=True) == [("why", required)]
    assert missed({"nps": 3, "why": ""}, is_complete=True) == [("why", required)]
    assert missed({"nps": None}, is_complete=True) == [("nps", required)]


def test_a_default_value_answers_nothing() -> None:
    definition = {"elements": [{"type": "rating", "name": "q", "isRequired": True, "defaultValue": 3}]}
    problems = SubmissionRules(definition).problems({}, is_complete=True)
    assert [problem.question for problem in problems] == ["q"]


def test_all_problems_are_told_at_once() -> None:
    problems = RULES.problems({"csat": 9, "one": 3, "x": 1}, is_complete=True)
    assert [problem.question for problem in problems] == ["csat", "one", "x", "nps"]
    assert problems[0].allowed == {"type": "number", "minimum": 1, "maximum": 5}
