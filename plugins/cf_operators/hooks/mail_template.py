"""Mail templates: one MJML layout, filled with the texts of a campaign.

The layout (``invitation.mjml``, ``invitation.txt``) escapes all that is put into it, so that neither a name nor a text
can become markup. The MJML is compiled once, not once per mail. The texts are those of
:mod:`cf_operators.hooks.mail_texts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mrml
from jinja2 import Environment, StrictUndefined

from cf_operators.domain.first_question import FirstRating
from cf_operators.domain.greeting_name import greeting_name, one_line
from cf_operators.domain.language import is_right_to_left
from cf_operators.domain.organisation import Organisation
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.mail_texts import inserts_only, read_file, read_mail_texts

MAIL_ROOT = Path(__file__).resolve().parents[3] / "include" / "templates" / "mail"

_HTML = Environment(undefined=StrictUndefined, autoescape=True)
_PLAIN = Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True)


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is written: about what, and where their links lead.

    ``rating``: the first question of the survey, shown as a row of links; None: only the button.
    ``reminder_number``: 0 for a first mail; a reminder says in its subject and its first sentence that it is one.
    """

    display_name: str | None
    occasion: str
    answer_url: str
    unsubscribe_url: str
    preferences_url: str
    rating: FirstRating | None = None
    reminder_number: int = 0


@dataclass(frozen=True, slots=True)
class RatingLink:
    """One point of the row: what it shows, what a screen reader says, and where it leads."""

    value: int
    meaning: str
    url: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail without its headers."""

    subject: str
    html: str
    text: str


class MailTemplate:
    """The texts of one template in all its languages, and the layout they are put into.

    :param name: folder below ``root`` that holds the texts.
    :param organisation: who writes; its first language takes the place of one that has no texts.
    :raises ConfigurationError: a file is missing or cannot be used; all problems are listed at once.
    """

    def __init__(self, name: str, organisation: Organisation, root: Path = MAIL_ROOT) -> None:
        self._organisation = organisation
        html, text = _compiled_mjml(root / "invitation.mjml"), read_file(root / "invitation.txt")
        self._html, self._text = _HTML.from_string(html), _PLAIN.from_string(text)
        self._layout_inserts_only = inserts_only(html) and inserts_only(text)
        self._texts = read_mail_texts(name, organisation, root)

    @property
    def missing_languages(self) -> list[str]:
        """Languages of the organisation without texts; their mails are written in its first language."""
        return [language for language in self._organisation.languages if language not in self._texts]

    def language(self, wanted: str) -> str:
        """The language that a mail is written in: the wanted one, or the first one of the organisation."""
        return wanted if wanted in self._texts else self._organisation.default_language

    def inserts_only(self, language: str) -> bool:
        """Whether the mails of a language only have values put in; see :mod:`cf_operators.hooks.mail_texts`."""
        return self._layout_inserts_only and self._texts[self.language(language)].inserts_only

    def render(self, language: str, letter: Letter) -> Rendered:
        """One mail, in the language or, if it has no texts, in the first one of the organisation."""
        chosen = self.language(language)
        occasion = one_line(letter.occasion)
        texts = self._texts[chosen].filled(
            {
                "name": greeting_name(letter.display_name),
                "occasion": occasion,
                "organisation": self._organisation,
            },
            is_reminder=letter.reminder_number > 0,
        )
        right_to_left = is_right_to_left(chosen)
        page = {
            **texts,
            **self._row(letter, occasion),
            "organisation": self._organisation,
            "language": chosen,
            "direction": "rtl" if right_to_left else "ltr",
            "start": "right" if right_to_left else "left",
            "end": "left" if right_to_left else "right",
            "answer_url": letter.answer_url,
            "unsubscribe_url": letter.unsubscribe_url,
            "preferences_url": letter.preferences_url,
        }
        return Rendered(texts["subject"], self._html.render(page), self._text.render(page))

    def _row(self, letter: Letter, occasion: str) -> dict[str, Any]:
        """The first question as a row of links, with its texts filled in."""
        if letter.rating is None:
            return {"rating": None}
        rating = letter.rating.filled(organisation=self._organisation.name, occasion=occasion)
        points = [
            RatingLink(value, rating.meaning(value), rating.link(letter.answer_url, value))
            for value in rating.values
        ]
        half = len(points) // 2
        return {
            "rating": rating,
            "points": points,
            "left_part": half,
            "right_part": len(points) - half,
        }


def _compiled_mjml(path: Path) -> str:
    # MJML would fetch well-known fonts from their makers' servers; a mail of ours asks nobody for anything.
    without_fonts = mrml.RenderOptions(fonts={})
    try:
        compiled = str(mrml.to_html(read_file(path), None, without_fonts).content)
    except OSError as error:  # mrml reports malformed MJML as OSError
        raise ConfigurationError(f"mail layout {path} is not MJML: {error}") from error
    # MJML writes every column from left to right, whatever its section says.
    return compiled.replace("direction:ltr", "direction:{{ direction }}")
