"""Questionnaires as the form server needs them, prepared once per version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cf_operators.domain.submission import SubmissionRules
from cf_operators.domain.survey import languages
from cf_operators.web.form_texts import FALLBACK

_MOST = 100


@dataclass(frozen=True)
class Questionnaire:
    """One version: what it asks, in which languages, and what may be answered."""

    version: str
    definition: Mapping[str, Any]
    languages: tuple[str, ...]
    rules: SubmissionRules


class Questionnaires:
    """Those that this process has met. A version is a hash of its definition, so it never means anything else."""

    def __init__(self) -> None:
        self._known: dict[str, Questionnaire] = {}

    def known(self, version: str | None) -> Questionnaire | None:
        """The questionnaire of a version that was met before."""
        return self._known.get(version) if version else None

    def of(self, version: str, definition: Mapping[str, Any]) -> Questionnaire:
        """The questionnaire of a version, prepared now if it is new."""
        if version not in self._known:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[version] = Questionnaire(
                version, definition, languages(definition) or (FALLBACK,), SubmissionRules(definition)
            )
        return self._known[version]
