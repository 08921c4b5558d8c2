"""Definitions: what is asked under which conditions, and what the server could not check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cf_operators.domain.questionnaire import asked_questions, unchecked

SURVEYS = sorted((Path(__file__).resolve().parents[2] / "include" / "surveys").glob("*.json"))


@pytest.mark.parametrize("path", SURVEYS, ids=lambda path: path.stem)
def test_shipped_surveys_are_checked_completely(path: Path) -> None:
    definition = json.loads(path.read_text(encoding="utf-8"))
    assert unchecked(definition) == []
    elements = [element["name"] for page in definition["pages"] for element in page["elements"]]
    assert [asked.name for asked in asked_questions(definition)] == elements


def test_conditions_of_page_and_panel_count() -> None:
    definition = {
        "pages": [
            {
                "visibleIf": "{nps} <= 6",
                "elements": [
                    {
                        "type": "panel",
                        "visibleIf": "{csat} < 3",
                        "elements": [{"type": "comment", "name": "why", "visibleIf": "{topic} notempty"}],
                    },
                    {"type": "panel", "visible": False, "elements": [{"type": "comment", "name": "never"}]},
                ],
            }
        ]
    }
    why, never = asked_questions(definition)
    assert why.is_shown({"nps": 6, "csat": 2, "topic": "x"})
    assert not why.is_shown({"nps": 7, "csat": 2, "topic": "x"})
    assert not why.is_shown({"nps": 6, "csat": 3, "topic": "x"})
    assert not why.is_shown({"nps": 6, "csat": 2})
    assert not never.is_shown({})


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ({"type": "file", "name": "q"}, ["does not check this type", "rating"]),
        ({"type": "text", "name": "q", "inputType": "date"}, ['inputType "date"']),
        ({"type": "comment", "name": "q", "requiredIf": "{a} = 1"}, ["requiredIf"]),
        ({"type": "dropdown", "name": "q", "choicesByUrl": {"url": "https://x.example"}}, ["choicesByUrl"]),
        ({"type": "rating", "name": "q", "rateCount": 7}, ["rateMin and rateMax"]),
        (
            {"type": "radiogroup", "name": "q", "choices": [{"value": 1, "visibleIf": "{a} = 1"}]},
            ["a choice has"],
        ),
        ({"type": "comment", "name": "q", "visibleIf": "today() > 1"}, ["visibleIf", "today()"]),
        ({"type": "comment", "name": "q", "visibleIf": "{nsp} < 7"}, ['"nsp", which is no question']),
        ({"type": "comment", "name": "q", "validators": [{"type": "expression"}]}, ["type expression"]),
    ],
)
def test_what_could_not_be_checked_is_named(element: dict[str, Any], words: list[str]) -> None:
    problems = unchecked({"elements": [element]})
    assert len(problems) == 1
    assert all(word in problems[0] for word in [*words, '"q"']), problems


def test_survey_wide_settings_are_named() -> None:
    problems = unchecked({"triggers": [{}], "cookieName": "x", "elements": []})
    assert [problem.partition(":")[0] for problem in problems] == ["triggers", "cookieName"]
