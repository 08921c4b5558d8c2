"""Conditions of questions: the part of SurveyJS expressions that the server can evaluate as the browser does.

    {nps} <= 6
    {nps} < 7 and ({reason} = 'price' or {reason} empty)
    {topics} anyof ['delivery', 'price']

A comparison has a question on its left and a number, a quoted text, true, false or a list of them on its right.
``and`` binds closer than ``or``. Everything else of the expression language (functions, arithmetic, rows of a matrix,
question against question) is refused by :func:`parse_condition`, so that nobody relies on a check that is not made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Answers = Mapping[str, Any]
Test = Callable[[Answers], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        \{(?P<question>[^{}.\[\]]+)\}
      | (?P<text>'[^']*'|"[^"]*")
      | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
      | (?P<symbol><=|>=|!=|==|=|<|>|&&|\|\||[()\[\],])
      | (?P<word>[A-Za-z]+)
    )""",
    re.VERBOSE,
)
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": lambda answer, limit: answer < limit,
    "<=": lambda answer, limit: answer <= limit,
    ">": lambda answer, limit: answer > limit,
    ">=": lambda answer, limit: answer >= limit,
}

_OPERATORS = ("=", "==", "!=", *_ORDER, "empty", "notempty", "anyof", "noneof")


class ConditionNotUnderstood(ValueError):
    """An expression outside the part of the language that the server evaluates; the message says where."""


@dataclass(frozen=True)
class Condition:
    """When a question is shown: a test of the answers given so far, and the questions that it looks at."""

    text: str
    questions: frozenset[str]
    holds: Test


def parse_condition(text: str) -> Condition:
    """Read an expression of ``visibleIf``.

    :raises ConditionNotUnderstood: the expression is malformed or uses more than this module evaluates.
    """
    parser = _Parser(text)
    test = parser.any_of()
    if parser.kind != "end":
        raise parser.error("the expression goes on after its end")
    return Condition(text, frozenset(parser.questions), test)


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = self.start = 0
        self.questions: set[str] = set()
        self.kind = self.value = ""
        self.advance()

    def advance(self) -> str:
        """Step to the next token; returns the value of the one left behind."""
        left = self.value
        self.start = self.position
        if not self.text[self.position :].strip():
            self.kind, self.value = "end", ""
            return left
        match = _TOKEN.match(self.text, self.position)
        if match is None or match.lastgroup is None:
            raise self.error("this is not understood")
        self.position = match.end()
        self.kind, value = match.lastgroup, match[match.lastgroup]
        self.value = value.lower() if self.kind == "word" else value
        return left

    def error(self, reason: str) -> ConditionNotUnderstood:
        return ConditionNotUnderstood(f"{self.text!r}, at {self.text[self.start :].strip()!r}: {reason}")

    def takes(self, *signs: str) -> bool:
        """Step over the token if it is one of these symbols or words."""
        found = self.kind in {"symbol", "word"} and self.value in signs
        if found:
            self.advance()
        return found

    def any_of(self) -> Test:
        tests = [self.all_of()]
        while self.takes("or", "||"):
            tests.append(self.all_of())
        return lambda answers: any(test(answers) for test in tests)

    def all_of(self) -> Test:
        tests = [self.term()]
        while self.takes("and", "&&"):
            tests.append(self.term())
        return lambda answers: all(test(answers) for test in tests)

    def term(self) -> Test:
        if self.takes("("):
            test = self.any_of()
            if not self.takes(")"):
                raise self.error("a parenthesis is not closed")
            return test
        if self.kind != "question":
            raise self.error("a comparison starts with a question in braces, e.g. {nps}")
        question = self.advance()
        self.questions.add(question)
        return self.comparison(question)

    def comparison(self, question: str) -> Test:
        if self.value not in _OPERATORS or self.kind not in {"symbol", "word"}:
            raise self.error(f"expected one of {' '.join(_OPERATORS)}")
        operator = self.advance()
        if operator == "empty":
            return lambda answers: is_empty(answers.get(question))
        if operator == "notempty":
            return lambda answers: not is_empty(answers.get(question))
        if operator in _ORDER:
            return _ordered(question, _ORDER[operator], self.number())
        if operator in {"anyof", "noneof"}:
            if not self.takes("["):
                raise self.error("expected a list in brackets")
            allowed = self.items()
            return lambda answers: _shares(answers.get(question), allowed) is (operator == "anyof")
        wanted = self.operand()
        return lambda answers: _equal(answers.get(question), wanted) is (operator != "!=")

    def number(self) -> float:
        if self.kind != "number":
            raise self.error("expected a number")
        return float(self.advance())

    def operand(self) -> object:
        if self.takes("["):
            return self.items()
        if self.kind == "number":
            return float(self.advance())
        if self.kind == "text":
            return self.advance()[1:-1]
        if self.kind == "word" and self.value in {"true", "false"}:
            return self.advance() == "true"
        raise self.error("expected a number, a quoted text, true, false or a list in brackets")

    def items(self) -> list[object]:
        items = [self.operand()]
        while self.takes(","):
            items.append(self.operand())
        if not self.takes("]"):
            raise self.error("a list is not closed")
        return items


def is_empty(value: object) -> bool:
    """Whether a value is no answer. Zero and false are answers."""
    return value is None or value in ("", [], {})


def _ordered(question: str, compare: Callable[[float, float], bool], limit: float) -> Test:
    def test(answers: Answers) -> bool:
        value = answers.get(question)
        return isinstance(value, int | float) and not isinstance(value, bool) and compare(value, limit)

    return test


def _equal(answer: object, wanted: object) -> bool:
    """As in SurveyJS: letter case and outer blanks do not count, nor does the order of a list."""
    if isinstance(answer, str) and isinstance(wanted, str):
        return answer.strip().lower() == wanted.strip().lower()
    if isinstance(answer, list) and isinstance(wanted, list):
        return len(answer) == len(wanted) and all(_shares(answer, [item]) for item in wanted)
    if isinstance(answer, bool) or isinstance(wanted, bool):
        return answer is wanted
    return answer == wanted


def _shares(answer: object, wanted: list[object]) -> bool:
    given = answer if isinstance(answer, list) else [answer]
    return any(_equal(item, allowed) for item in given for allowed in wanted)
