"""Checks what was posted against the definition that the page was drawn from.

Types, choices, ranges and the definition's own validators are checked by the library ``surveyjs``; lengths, steps,
conditions, repeated choices and whether a required question was shown at all are checked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from surveyjs import SurveyCreator, SurveyForm

from cf_operators.domain.condition import Answers, is_empty
from cf_operators.domain.questionnaire import asked_questions

MAX_TEXT_LENGTH = 10_000
"""Characters of a text for which the definition sets no limit of its own."""

_COMMENT_SUFFIX = "-Comment"


@dataclass(frozen=True)
class AnswerProblem:
    """One thing wrong with a submission: which question, what is wrong, and what is allowed (a JSON Schema)."""

    question: str
    problem: str
    allowed: Mapping[str, Any] = field(default_factory=dict)


class SubmissionRules:
    """The rules of one version of a questionnaire; made once, used for every submission."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self._definition = definition
        self._asked = {asked.name: asked for asked in asked_questions(definition)}
        self._comments = {
            f"{name}{_COMMENT_SUFFIX}": asked for name, asked in self._asked.items() if asked.has_comment
        }
        self._creator = SurveyCreator(dict(definition))

    def is_rating(self, question: str) -> bool:
        """Whether there is a question of this name that is answered on a scale."""
        asked = self._asked.get(question)
        return asked is not None and asked.element["type"] == "rating"

    def problems(self, answers: Answers, *, is_complete: bool) -> list[AnswerProblem]:
        """Everything wrong with the answers; empty when they may be kept.

        :param is_complete: whether the respondent is done; only then required questions have to be answered.
        """
        found = [
            problem
            for name, value in answers.items()
            for problem in self._value_problems(name, value, answers)
        ]
        wrong = {problem.question for problem in found}
        right = {name: value for name, value in answers.items() if name not in wrong}
        found.extend(self._rule_problems(right))
        if is_complete:
            found.extend(self._missing(answers))
        return found

    def _value_problems(self, name: str, value: object, answers: Answers) -> Iterator[AnswerProblem]:
        asked = self._asked.get(name) or self._comments.get(name)
        if asked is None:
            yield AnswerProblem(
                name, f"no question has this name; the questions are {', '.join(self._asked)}"
            )
            return
        if not asked.is_shown(answers):
            yield AnswerProblem(name, "the question is not shown after these answers; leave it out")
            return
        if name in self._comments:
            yield from self._comment_problems(name, value)
            return
        element = self._creator.all_elements[name]
        messages = element.check_value(value) or list(self._own_problems(asked.element, value))
        for message in messages:
            yield AnswerProblem(name, message.removeprefix(f"{name}: "), element.value_spec())

    def _own_problems(self, element: Mapping[str, Any], value: object) -> Iterator[str]:
        """What the library leaves to us, for a value of the right type."""
        if isinstance(value, str):
            limit = _limit(element.get("maxLength"), self._definition.get("maxTextLength"))
            yield from _length_problems(value, limit)
        elif isinstance(value, list):
            if any(item in value[:index] for index, item in enumerate(value)):
                yield "a choice is given twice; give each once"
            if 0 < len(value) < element.get("minSelectedChoices", 0):
                yield f"expected at least {element['minSelectedChoices']} choices, got {len(value)}"
        elif element["type"] == "rating" and not element.get("rateValues") and isinstance(value, int | float):
            step, low = element.get("rateStep", 1), element.get("rateMin", 1)
            if (value - low) % step:
                yield (
                    "expected a whole number" if step == 1 else f"expected {low} or steps of {step} above it"
                )

    def _comment_problems(self, name: str, value: object) -> Iterator[AnswerProblem]:
        if not isinstance(value, str):
            yield AnswerProblem(name, f"expected a string, got {type(value).__name__}", {"type": "string"})
            return
        limit = _limit(self._definition.get("maxCommentLength"), self._definition.get("maxOthersLength"))
        for message in _length_problems(value, limit):
            yield AnswerProblem(name, message, {"type": "string", "maxLength": limit})

    def _rule_problems(self, answers: Answers) -> Iterator[AnswerProblem]:
        """Breaches of the validators of the definition. Expects values of the right types."""
        if not any(name in self._asked and self._asked[name].element.get("validators") for name in answers):
            return  # the usual case, and the library would look at every question to find that out
        form = SurveyForm(dict(answers), creator=self._creator)
        for name, errors in form.validation_errors().items():
            if name in answers:
                rules = {key: message for key, message in errors.items() if key != "required"}
                yield from (AnswerProblem(name, message) for message in rules.values())

    def _missing(self, answers: Answers) -> Iterator[AnswerProblem]:
        for name, asked in self._asked.items():
            if asked.element.get("isRequired") and is_empty(answers.get(name)) and asked.is_shown(answers):
                allowed = self._creator.all_elements[name].value_spec()
                yield AnswerProblem(name, "an answer is required", allowed)


def _limit(*limits: object) -> int:
    """The first limit that the definition sets; -1, 0 and nothing mean that it sets none there."""
    return next((limit for limit in limits if isinstance(limit, int) and limit > 0), MAX_TEXT_LENGTH)


def _length_problems(text: str, limit: int) -> Iterator[str]:
    if len(text) > limit:
        yield f"the text has {len(text)} characters; at most {limit} are allowed"
