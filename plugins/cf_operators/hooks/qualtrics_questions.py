"""Whether a map fits the questions of a survey of Qualtrics, before an export of it is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cf_operators.domain.field_map import FieldMap
from cf_operators.errors import ConfigurationError

NO_ANSWERS: Final = frozenset({"DB", "Timing", "Captcha", "Meta"})
"""Types of questions that ask nothing, or nothing of the person."""


def check_tags(where: str, mapped: FieldMap, definition: Mapping[str, Any]) -> None:
    """Every question is mapped or ignored, and every one that is named exists: by the tags of the questions.

    The tag ``Q2`` stands for all columns of the question, ``Q2_1`` and ``Q2_2``; which those are is known when the
    export is there. A question that has no tag is then seen too.

    :param where: names the survey, for the message.
    :param definition: the survey's definition (https://api.qualtrics.com, "Get Survey").
    :raises ConfigurationError: lists all that do not fit.
    """
    found = definition.get("Questions") or {}
    listed = found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ()
    asked = [
        each for each in listed if isinstance(each, Mapping) and each.get("QuestionType") not in NO_ANSWERS
    ]
    tags = [str(tag) for each in asked if (tag := each.get("DataExportTag"))]
    named = {*mapped.questions, *mapped.ignore} - {"*"}

    def belongs(ref: str, tag: str) -> bool:
        return ref == tag or ref.startswith(f"{tag}_")

    problems = []
    unmapped = [tag for tag in tags if not any(belongs(ref, tag) for ref in named)]
    if unmapped and "*" not in mapped.ignore:
        problems.append(
            f"its questions {', '.join(unmapped)} are not mapped; give each its construct and scale under "
            "questions, or name it under ignore"
        )
    unknown = sorted(ref for ref in named if not any(belongs(ref, tag) for tag in tags))
    if unknown and len(tags) == len(asked):
        problems.append(
            f"it has no questions {', '.join(unknown)}, which the map names; it has: {', '.join(tags)}"
        )
    if problems:
        raise ConfigurationError(f"{where}: " + "; ".join(problems))
