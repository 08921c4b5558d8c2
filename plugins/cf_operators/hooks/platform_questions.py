"""Whether a map fits the questions of a survey on another platform: asked before anything is read."""

from __future__ import annotations

from collections.abc import Collection

from cf_operators.domain.field_map import FieldMap
from cf_operators.errors import ConfigurationError


def check_questions(where: str, declared: FieldMap, found: Collection[str]) -> None:
    """Every question of the platform is mapped or ignored, and every one that is named exists.

    :param where: names the survey, for the message.
    :param found: the questions as the platform names them.
    :raises ConfigurationError: lists all that do not fit.
    """
    named = {*declared.questions, *declared.ignore} - {"*"}
    unknown = sorted(named.difference(found))
    unmapped = [] if "*" in declared.ignore else [ref for ref in found if ref not in named]
    parts = []
    if unmapped:
        parts.append(
            f"its questions {', '.join(unmapped)} are not mapped; give each its construct and scale under questions, "
            "or name it under ignore"
        )
    if unknown:
        parts.append(
            f"it has no questions {', '.join(unknown)}, which the map names; it has: {', '.join(found)}"
        )
    if parts:
        raise ConfigurationError(f"{where}: " + "; ".join(parts))
