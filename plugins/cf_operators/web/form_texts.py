"""The words of the form server's own pages, in every language that somebody has put into the texts file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from cf_operators.domain.language import is_right_to_left
from cf_operators.errors import ConfigurationError

TEXTS_FILE = Path(__file__).resolve().parents[3] / "include" / "templates" / "web" / "texts.yml"
FALLBACK = "en"

_ACCEPTED = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*")


class FormTexts:
    """Texts by language and key; a text that a language lacks is given in English."""

    def __init__(self, file: Path = TEXTS_FILE) -> None:
        """:raises ConfigurationError: the file is no mapping of languages to texts, or a text has no English one."""
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        if not isinstance(content, dict) or not all(isinstance(texts, dict) for texts in content.values()):
            raise ConfigurationError(f"{file}: expected languages, each with its texts by key")
        complete = content.get(FALLBACK, {})
        for language, texts in content.items():
            if unknown := sorted(set(texts) - set(complete)):
                raise ConfigurationError(
                    f"{file}: {language}: {', '.join(unknown)}: not a text of {FALLBACK}; see there"
                )
        self._texts: dict[str, Mapping[str, str]] = {
            language: {**complete, **texts} for language, texts in content.items()
        }

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the file."""
        return tuple(self._texts)

    def of(self, language: str) -> Mapping[str, str]:
        """All texts for readers of a language, by key."""
        return self._texts[best_language([language], self.languages)]


def best_language(wanted: Iterable[str | None], offered: Sequence[str]) -> str:
    """The first wanted language that is offered: exactly, or the same language of another region.

    Nobody is left without a page: when none fits it is English, if offered, else the first offered.
    """
    exact = {language.lower(): language for language in offered}
    broad = {_primary(language): language for language in reversed(offered)}
    for language in wanted:
        if language and (found := exact.get(language.lower()) or broad.get(_primary(language))):
            return found
    return exact.get(FALLBACK, offered[0])


def accepted_languages(header: str) -> list[str]:
    """The languages of an ``Accept-Language`` header, the dearest first."""
    found = [match.groups() for part in header[:500].split(",") if (match := _ACCEPTED.fullmatch(part))]
    return [language for language, weight in sorted(found, key=lambda item: -float(item[1] or 1))]


def direction(language: str) -> str:
    """``rtl`` for languages written from right to left, else ``ltr``."""
    return "rtl" if is_right_to_left(language) else "ltr"


def _primary(language: str) -> str:
    return language.lower().partition("-")[0]
