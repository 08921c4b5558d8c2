"""Which of the offered languages a person is addressed in."""

from __future__ import annotations

from collections.abc import Sequence


def offered_language(wanted: str | None, offered: Sequence[str]) -> str:
    """The offered language that suits best; the first one when none does.

    The whole tag goes before the language alone: `pt-BR` takes `pt-BR` if it is offered, else `pt`, else another
    kind of Portuguese. Letter case and the separator (`pt_BR`) do not matter.

    :raises ValueError: no language is offered.
    """
    if not offered:
        raise ValueError("no language is offered")
    tag = (wanted or "").strip().replace("_", "-").lower()
    for candidate in offered:
        if candidate.lower() == tag:
            return candidate
    language = tag.partition("-")[0]
    for candidate in offered:
        if candidate.lower() == language:
            return candidate
    for candidate in offered:
        if language and candidate.lower().partition("-")[0] == language:
            return candidate
    return offered[0]


def is_right_to_left(language: str) -> bool:
    """Whether a language is written from right to left by default."""
    parts = language.lower().split("-")
    return parts[0] in {"ar", "dv", "fa", "he", "ps", "ur", "yi"} and "latn" not in parts
