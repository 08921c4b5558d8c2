"""Hints on a survey that can be asked, but is hard to answer: too much to read, or not in a good order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cf_operators.domain.condition import ConditionNotUnderstood, parse_condition
from cf_operators.domain.first_question import MOST_POINTS, first_rating
from cf_operators.domain.survey_tree import Definition, nodes, questions_in, words_by_language

MOST_QUESTIONS = 12
MOST_REQUIRED = 4
MOST_ON_A_PAGE = 8
MOST_CHOICES = 10
LONGEST_TITLE = 25
"""Words of a question; people skim longer ones."""


def hints(definition: Definition) -> list[str]:
    """What makes a definition hard to answer, one sentence each. Expects one in which the linter finds no errors."""
    asked = [node.content for node in questions_in(definition) if node.content.get("type") != "html"]
    required = [content for content in asked if content.get("isRequired")]
    found = []
    if len(asked) > MOST_QUESTIONS:
        found.append(
            f"has {len(asked)} questions; with more than {MOST_QUESTIONS} many people give up: leave some out"
        )
    if len(required) > MOST_REQUIRED:
        found.append(
            f"requires {len(required)} answers; require {MOST_REQUIRED} at most, and let people skip the others"
        )
    if first_rating(definition, "en") is None:
        found.append(
            f"does not begin with a rating of at most {MOST_POINTS} points that is always shown; its mails cannot "
            "offer to answer the first question by one click"
        )
    for content in asked:
        found += _length_hints(content)
    return found + list(_page_hints(definition)) + list(_order_hints(definition))


def _length_hints(content: Mapping[str, Any]) -> Iterator[str]:
    for language, words in words_by_language(content.get("title", "")).items():
        count = len(words.split())
        if count > LONGEST_TITLE:
            yield (
                f'question "{content["name"]}" has {count} words in {language}; ask in {LONGEST_TITLE} at most, and '
                "put the rest into its description"
            )
    choices = content.get("choices")
    if isinstance(choices, list) and len(choices) > MOST_CHOICES:
        yield f'question "{content["name"]}" offers {len(choices)} choices; offer {MOST_CHOICES} at most'


def _page_hints(definition: Definition) -> Iterator[str]:
    for node in nodes(definition):
        count = len([each for each in questions_in(node.content) if each.content.get("type") != "html"])
        if node.is_page and count > MOST_ON_A_PAGE:
            yield (
                f'page "{node.content.get("name", node.path)}" has {count} questions; on a phone people lose their way '
                f"on more than {MOST_ON_A_PAGE}: make two pages of it"
            )


def _order_hints(definition: Definition) -> Iterator[str]:
    asked: set[str] = set()
    for node in nodes(definition):
        if condition := node.content.get("visibleIf"):
            try:
                later = parse_condition(str(condition)).questions - asked
            except ConditionNotUnderstood:
                later = frozenset()
            for name in sorted(later):
                yield f'{node.path}: visibleIf looks at "{name}", which is asked later; ask it first'
        if node.is_question:
            asked.add(str(node.content.get("name")))
