"""Mail templates: one MJML layout, texts per campaign and language that a translator can edit.

``include/templates/mail`` holds the layout (``invitation.mjml``, ``invitation.txt``), the texts that every mail has
(``frame/<language>.yml``) and those of each template (``<template>/<language>.yml``). Texts are plain text with Jinja
expressions. They are filled first and put into the layout after; the layout escapes all that is put into it, so that
neither a name nor a text can become markup. The MJML is compiled once, not once per mail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mrml
import yaml
from jinja2 import Environment, StrictUndefined, Template, TemplateError, meta

from cf_operators.domain.greeting_name import greeting_name, one_line
from cf_operators.domain.language import is_right_to_left
from cf_operators.domain.organisation import Organisation
from cf_operators.errors import ConfigurationError

MAIL_ROOT = Path(__file__).resolve().parents[3] / "include" / "templates" / "mail"

FRAME_TEXTS = ("greeting", "thanks", "plain_link", "unsubscribe", "complain")
OWN_TEXTS = ("subject", "preview", "heading", "paragraphs", "button", "reason")
LONGEST_TEXT = 2000
VALUES = ("name", "occasion", "organisation")
"""What a text may use."""

Texts = dict[str, list[str | Template]]

# Texts are no markup: they are escaped when they are put into the HTML layout.
_TEXTS = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
_HTML = Environment(undefined=StrictUndefined, autoescape=True)
_PLAIN = Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True)


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is written: about what, and where their links lead."""

    display_name: str | None
    occasion: str
    answer_url: str
    unsubscribe_url: str


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
        self._html = _HTML.from_string(_compiled_mjml(root / "invitation.mjml"))
        self._text = _PLAIN.from_string(_file(root / "invitation.txt"))
        self._texts: dict[str, Texts] = {}
        problems: list[str] = []
        for language in organisation.languages:
            frame, own = root / "frame" / f"{language}.yml", root / name / f"{language}.yml"
            missing = [path for path in (frame, own) if not path.is_file()]
            if missing and language != organisation.default_language:
                continue
            texts, found = _read_texts({frame: FRAME_TEXTS, own: OWN_TEXTS})
            problems += found
            self._texts[language] = texts
        if problems:
            raise ConfigurationError("\n".join([f'mail template "{name}" cannot be used:', *problems]))

    @property
    def missing_languages(self) -> list[str]:
        """Languages of the organisation without texts; their mails are written in its first language."""
        return [language for language in self._organisation.languages if language not in self._texts]

    def render(self, language: str, letter: Letter) -> Rendered:
        """One mail, in the language or, if it has no texts, in the first one of the organisation."""
        chosen = language if language in self._texts else self._organisation.default_language
        values = {
            "name": greeting_name(letter.display_name),
            "occasion": one_line(letter.occasion),
            "organisation": self._organisation,
        }
        filled: dict[str, Any] = {
            key: [
                part if isinstance(part, str) else one_line(part.render(values), LONGEST_TEXT)
                for part in parts
            ]
            for key, parts in self._texts[chosen].items()
        }
        texts = {key: parts if key == "paragraphs" else parts[0] for key, parts in filled.items()}
        right_to_left = is_right_to_left(chosen)
        page = {
            **texts,
            "organisation": self._organisation,
            "language": chosen,
            "direction": "rtl" if right_to_left else "ltr",
            "start": "right" if right_to_left else "left",
            "answer_url": letter.answer_url,
            "unsubscribe_url": letter.unsubscribe_url,
        }
        return Rendered(texts["subject"], self._html.render(page), self._text.render(page))


def _read_texts(files: Mapping[Path, Sequence[str]]) -> tuple[Texts, list[str]]:
    texts: Texts = {}
    problems: list[str] = []
    for path, keys in files.items():
        try:
            data = yaml.safe_load(_file(path))
        except yaml.YAMLError as error:
            problems.append(f"  {path}: is not YAML: {error}")
            continue
        if not isinstance(data, dict):
            problems.append(f"  {path}: holds no texts; it needs {', '.join(keys)}")
            continue
        problems += [
            f"  {path}: {key} is not a known text; there are {', '.join(keys)}"
            for key in data.keys() - set(keys)
        ]
        for key in keys:
            value = data.get(key)
            parts = value if key == "paragraphs" else [value]
            if (
                not isinstance(parts, list)
                or not parts
                or not all(isinstance(part, str) and part for part in parts)
            ):
                wanted = "a list of texts" if key == "paragraphs" else "a text"
                problems.append(f"  {path}: {key} is {value!r}; it has to be {wanted}")
                continue
            problems += [f"  {path}: {key}: {problem}" for part in parts for problem in _text_problems(part)]
            if not problems:
                texts[key] = [_compiled_text(part) for part in parts]
    return texts, problems


def _compiled_text(source: str) -> str | Template:
    """A text that uses no value is the same in every mail: it is filled here, once."""
    template = _TEXTS.from_string(source)
    if meta.find_undeclared_variables(_TEXTS.parse(source)):
        return template
    return one_line(template.render(), LONGEST_TEXT)


def _text_problems(source: str) -> list[str]:
    try:
        used = meta.find_undeclared_variables(_TEXTS.parse(source))
    except TemplateError as error:
        return [f"{error.message} in {source!r}"]
    unknown = sorted(used - set(VALUES))
    return [f"{{{{ {name} }}}} is not known; a text may use {', '.join(VALUES)}" for name in unknown]


def _compiled_mjml(path: Path) -> str:
    # MJML would fetch well-known fonts from their makers' servers; a mail of ours asks nobody for anything.
    without_fonts = mrml.RenderOptions(fonts={})
    try:
        return str(mrml.to_html(_file(path), None, without_fonts).content)
    except OSError as error:  # mrml reports malformed MJML as OSError
        raise ConfigurationError(f"mail layout {path} is not MJML: {error}") from error


def _file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"mail template: cannot read {path}: {error.strerror}") from error
