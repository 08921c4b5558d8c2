"""What a SurveyJS definition asks, as the form server sees it: each question with the conditions it is shown under.

SurveyJS can do more than the server can check. :func:`unchecked` names everything in a definition that an answer
could pass by, so that such a definition is refused before anybody is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cf_operators.domain.condition import Answers, Condition, ConditionNotUnderstood, parse_condition

Element = Mapping[str, Any]

KINDS = (
    "rating", "radiogroup", "dropdown", "buttongroup", "checkbox", "tagbox", "boolean", "comment", "text",
)  # fmt: skip
"""Types of question whose answers the server checks completely."""

LAYOUT = ("panel", "html")
INPUT_TYPES = ("text", "number", "email", "tel")

_NEEDS_EXPRESSIONS = (
    "requiredIf", "enableIf", "choicesVisibleIf", "choicesEnableIf", "setValueIf", "setValueExpression",
    "resetValueIf", "defaultValueExpression", "minValueExpression", "maxValueExpression",
)  # fmt: skip
_OTHER_CHOICES = (
    "choicesByUrl", "choicesFromQuestion", "choicesMin", "choicesMax", "showRefuseItem", "showDontKnowItem",
)  # fmt: skip
_REFUSED = {
    **dict.fromkeys(_NEEDS_EXPRESSIONS, "the server does not evaluate it; use visibleIf instead"),
    **dict.fromkeys(_OTHER_CHOICES, "the server does not know these choices; list them under choices"),
    "rateCount": "give the scale by rateMin and rateMax",
    "valueName": "an answer is kept under the name of its question",
    "storeOthersAsComment": "the text of another choice is kept beside the choice",
    "maskType": "the server does not check masks",
}
_REFUSED_IN_SURVEY = {
    "triggers": "the server does not run triggers; use visibleIf of questions",
    "calculatedValues": "the server does not calculate values",
    "cookieName": "the form sets no cookies; an answered link is known by the server",
    "surveyId": "the form loads nothing from other services",
    "surveyPostId": "the form sends nothing to other services",
    "navigateToUrl": "the form shows its own page of thanks",
}


@dataclass(frozen=True)
class Asked:
    """One question, and the conditions of itself, its panels and its page; all have to hold for it to be shown."""

    element: Element
    conditions: tuple[Condition, ...]
    is_hidden: bool

    @property
    def name(self) -> str:
        """The name that its answer is kept under."""
        return str(self.element["name"])

    def is_shown(self, answers: Answers) -> bool:
        """Whether the form shows it to somebody who has given these answers."""
        return not self.is_hidden and all(condition.holds(answers) for condition in self.conditions)

    @property
    def has_comment(self) -> bool:
        """Whether the form offers a field for a text beside the choices; it is kept under ``<name>-Comment``."""
        keys = ("showOtherItem", "hasOther", "showCommentArea", "hasComment")
        return any(self.element.get(key) for key in keys)


def asked_questions(definition: Mapping[str, Any]) -> tuple[Asked, ...]:
    """The questions of a definition in order. A condition that is not understood counts as fulfilled."""
    return tuple(
        Asked(
            path[-1],
            tuple(condition for node in path for condition in _conditions(node)),
            any(node.get("visible") is False for node in path),
        )
        for path in _paths(definition)
        if path[-1].get("type") in KINDS
    )


def unchecked(definition: Mapping[str, Any]) -> list[str]:
    """What in a definition the server could not check an answer against, one sentence each; empty when it can all."""
    found = [f"{key}: {reason}" for key, reason in _REFUSED_IN_SURVEY.items() if definition.get(key)]
    names = {str(path[-1].get("name")) for path in _paths(definition)}
    for path in _paths(definition, leaves_only=False):
        node = path[-1]
        place = f'{node.get("type", "page")} "{node.get("name", "")}"'
        found.extend(
            f"{place}: {reason}" for reason in (*_kind_problems(node), *_visibility_problems(node, names))
        )
    return found


def _kind_problems(node: Element) -> Iterator[str]:
    kind = node.get("type")
    if kind is not None and kind not in (*KINDS, *LAYOUT):
        yield f"the server does not check this type; it checks {', '.join(KINDS)}"
    if kind == "text" and node.get("inputType", "text") not in INPUT_TYPES:
        yield f'inputType "{node["inputType"]}" is not checked; use one of {", ".join(INPUT_TYPES)}'
    yield from (f"{key}: {reason}" for key, reason in _REFUSED.items() if key in node)
    choices, validators = node.get("choices", []), node.get("validators", [])
    if not isinstance(choices, list) or not isinstance(validators, list):
        yield "choices and validators have to be lists"
        return
    if any(isinstance(choice, Mapping) and {"visibleIf", "enableIf"} & choice.keys() for choice in choices):
        yield "a choice has a condition; the server does not evaluate it"
    if any(isinstance(each, Mapping) and each.get("type") == "expression" for each in validators):
        yield "a validator of type expression; the server does not evaluate it"


def _visibility_problems(node: Element, names: set[str]) -> Iterator[str]:
    if not node.get("visibleIf"):
        return
    try:
        condition = parse_condition(str(node["visibleIf"]))
    except ConditionNotUnderstood as error:
        yield f"visibleIf {error}"
        return
    for name in sorted(condition.questions - names):
        yield f'visibleIf looks at "{name}", which is no question'


def _conditions(node: Element) -> Iterator[Condition]:
    if node.get("visibleIf"):
        try:
            yield parse_condition(str(node["visibleIf"]))
        except ConditionNotUnderstood:
            return  # `unchecked` names it; whoever answers must not pay for it


def _paths(definition: Mapping[str, Any], leaves_only: bool = True) -> Iterator[tuple[Element, ...]]:
    """Page, panels and question from the outside in, for each question (or each page, panel and question)."""

    def walk(parents: tuple[Element, ...], children: object) -> Iterator[tuple[Element, ...]]:
        for child in children if isinstance(children, list) else ():
            path = (*parents, child)
            is_leaf = child.get("type", "panel") != "panel"
            if is_leaf or not leaves_only:
                yield path
            yield from walk(path, child.get("elements"))

    yield from walk((), definition.get("pages") or [{"elements": definition.get("elements")}])
