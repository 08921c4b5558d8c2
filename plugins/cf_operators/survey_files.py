"""The files of surveys: definitions, and the constructs that they may measure, read for the linter."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from cf_operators.domain.construct import KNOWN, Scale, read_constructs
from cf_operators.domain.survey import Question, Scales, questions
from cf_operators.domain.survey_hints import hints
from cf_operators.domain.survey_lint import errors
from cf_operators.errors import ConfigurationError

CONSTRUCTS = "constructs.yml"
SHIPPED_CONSTRUCTS = Path(__file__).resolve().parents[2] / "include" / "surveys" / CONSTRUCTS


def survey_errors(path: Path, languages: Sequence[str], scales: Scales) -> list[str]:
    """Everything for which the survey of a file is refused, one sentence each."""
    definition, found = _read(path)
    constructs, problems = constructs_beside(path)
    return found or [*problems, *errors(definition, languages, scales, constructs)]


def survey_hints(path: Path) -> list[str]:
    """What makes the survey of a file hard to answer. Expects one without :func:`survey_errors`."""
    definition, found = _read(path)
    return [] if found else hints(definition)


def measured_questions(path: Path) -> tuple[Question, ...]:
    """What the survey of a file measures. Expects one without :func:`survey_errors`.

    :raises ConfigurationError: the file cannot be read.
    """
    definition, found = _read(path)
    if found:
        raise ConfigurationError(
            f"survey {path}: {'; '.join(found)}; it has to be a SurveyJS definition in JSON"
        )
    return questions(definition)


def constructs_beside(path: Path) -> tuple[dict[str, Scale], list[str]]:
    """What a survey in this file may measure: the known constructs, those shipped, and those declared beside it."""
    constructs, problems = dict(KNOWN), []
    for file in dict.fromkeys((SHIPPED_CONSTRUCTS, path.parent / CONSTRUCTS)):
        if not file.is_file():
            continue
        try:
            declared, found = read_constructs(
                yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            )
        except (OSError, ValueError, yaml.YAMLError) as error:
            declared, found = {}, [f"is not YAML in UTF-8: {error}"]
        constructs |= declared
        problems += [f"{file}: {problem}" for problem in found]
    return constructs, problems


def _read(path: Path) -> tuple[Any, list[str]]:
    try:
        return json.loads(path.read_text(encoding="utf-8")), []
    except (OSError, ValueError) as error:
        return None, [f"is not JSON in UTF-8: {error}"]
