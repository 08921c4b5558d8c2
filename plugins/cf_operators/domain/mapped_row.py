"""A row that the programme maps to a standard shape, checked so that no cast in its staging view can fail."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cf_operators.domain.column import ColumnType
from cf_operators.domain.column_type import BLANKS, refusal
from cf_operators.domain.field_map import REQUIRED, FieldMap, MappedField, MappedQuestion
from cf_operators.domain.json_path import steps, value_at
from cf_operators.domain.problem import shown
from cf_operators.domain.shape import columns_of
from cf_operators.domain.time_format import written_otherwise

ANSWERS: Final = "_answers"
"""Under this name the answers of a response are kept beside the row as it came: question to answer."""

CHECKED_AS: Final[Mapping[str, ColumnType]] = {
    "text": "text",
    "uuid": "text",  # whatever is no UUID is no invitation of ours, and then a null
    "integer": "integer",
    "numeric": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp with time zone": "timestamp",
}
LATEST_SECOND: Final = 4_102_444_800  # 2100-01-01


def read_mapped(row: Mapping[str, Any], declared: FieldMap) -> tuple[dict[str, Any], list[str]]:
    """Check the mapped fields and answers of a row.

    :returns: what is kept beside the row (its answers), and every reason why it cannot land.
    """
    reasons = [
        f"field {name}{_origin(field)}: {problem}"
        for name, field in declared.fields.items()
        if (problem := _field_problem(row, name, field, declared))
    ]
    if declared.shape != "response":
        return {}, reasons
    answers = _answers(row, declared)
    if isinstance(answers, str):
        return {}, [*reasons, answers]
    reasons += _answer_problems(answers, declared)
    return {ANSWERS: answers}, reasons


def _origin(field: MappedField) -> str:
    return f" ({field.path})" if field.path else ""


def _field_problem(row: Mapping[str, Any], name: str, field: MappedField, declared: FieldMap) -> str | None:
    value = field.value if field.path is None else value_at(row, field.steps)
    text = as_text(value)
    if not text.strip(BLANKS):
        return "is empty; a value is required" if name in REQUIRED[declared.shape] else None
    if field.values:
        if text not in field.values and field.otherwise is None:
            return f"{shown(text)} is none of {', '.join(field.values)}; add it to values, or say otherwise"
        text = as_text(field.values.get(text, field.otherwise))
        if not text.strip(BLANKS):
            return (
                f"{shown(as_text(value))} means nothing; a value is required"
                if name in REQUIRED[declared.shape]
                else None
            )
    if field.unit is not None:
        return _epoch_problem(text, field.unit)
    if field.format is not None:
        return written_otherwise(text, field.format)
    problem = refusal(CHECKED_AS[columns_of(declared.shape)[name]], text)
    return f"{shown(text)} {problem}" if problem else None


def _epoch_problem(text: str, unit: str) -> str | None:
    if problem := refusal("number", text):
        return f"{shown(text)} {problem}"
    seconds = float(text) / (1000 if unit == "milliseconds" else 1)
    if not 0 <= seconds < LATEST_SECOND or math.isnan(seconds):
        return f"{shown(text)} is no time in {unit} since 1970 that can be meant"
    return None


def as_text(value: Any) -> str:
    """A JSON value as PostgreSQL's ``#>>`` gives it; nothing is an empty text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _answers(row: Mapping[str, Any], declared: FieldMap) -> dict[str, Any] | str:
    if declared.find_answers is None:
        found: Any = row.get(ANSWERS)
        if found is None:
            found = {ref: row[ref] if ref in row else value_at(row, steps(ref)) for ref in declared.questions}
    else:
        found = declared.find_answers.search(row)
    if found is None:
        return {}
    if isinstance(found, Mapping):
        pairs = list(found.items())
    elif isinstance(found, list) and all(isinstance(item, Mapping) and item.get("ref") for item in found):
        pairs = [(str(item["ref"]), item.get("value")) for item in found]
    else:
        return f"answers ({declared.answers}): {shown(as_text(found))} is neither an object nor a list of ref and value"
    return {ref: value for ref, value in pairs if as_text(value).strip(BLANKS)}


def _answer_problems(answers: Mapping[str, Any], declared: FieldMap) -> Iterator[str]:
    for ref, value in answers.items():
        question = declared.questions.get(ref)
        if question is None:
            if ref not in declared.ignore and "*" not in declared.ignore:
                yield (
                    f'question "{ref}" is not mapped; give its construct and scale under questions, '
                    "or name it under ignore"
                )
        elif problem := answer_problem(value, question):
            yield f'question "{ref}": {problem}'


def answer_problem(value: Any, question: MappedQuestion) -> str | None:
    """Why an answer gives no score, or None when it gives one. A score off the scale lands, and counts nowhere."""
    text = as_text(value)
    if text in question.values:
        return None
    if question.values:
        return f"{shown(text)} is none of the answers {', '.join(question.values)}; add it to values with its score"
    problem = refusal("number", text)
    return f"{shown(text)} {problem}; scores of texts and ids are given under values" if problem else None
