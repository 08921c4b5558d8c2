"""The texts of mails: per campaign and language, in files that a translator can edit.

``include/templates/mail`` holds the texts that every mail has (``frame/<language>.yml``) and those of each template
(``<template>/<language>.yml``). They are plain text with Jinja expressions. Texts of reminders stand in the frame; a
template may have its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined, Template, TemplateError, meta, nodes

from cf_operators.domain.greeting_name import one_line
from cf_operators.domain.organisation import Organisation
from cf_operators.errors import ConfigurationError

REMINDER_TEXTS = ("reminder_subject", "reminder_note")
FRAME_TEXTS = (
    "greeting", "thanks", "rate_hint", "plain_link", "unsubscribe", "preferences", "complain", *REMINDER_TEXTS,
)  # fmt: skip
OWN_TEXTS = ("subject", "preview", "heading", "paragraphs", "button", "reason")
OPTIONAL_TEXTS = (*REMINDER_TEXTS, "reminder_paragraphs")
"""What a template may say of its own in a reminder; without, the paragraphs are those of the first mail."""

LISTS = ("paragraphs", "reminder_paragraphs")
LONGEST_TEXT = 2000
VALUES = ("name", "occasion", "organisation")
"""What a text may use. ``reminder_subject`` may also use ``subject``, that of the first mail."""

Parts = list[str | Template]

# Texts are no markup: they are escaped when they are put into the HTML layout.
_TEXTS = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)


_INSERTING = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
    nodes.Neg, nodes.If, nodes.Not, nodes.And, nodes.Or, nodes.For,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MailTexts:
    """All texts of a template in one language. ``inserts_only``: see :func:`inserts_only`."""

    parts: Mapping[str, Parts]
    inserts_only: bool = False

    def filled(self, values: Mapping[str, Any], *, is_reminder: bool) -> dict[str, Any]:
        """The texts of one mail by name; ``paragraphs`` is a list.

        A reminder says that it is one in its subject, its preview and its first sentence.
        """
        names = [name for name in (*FRAME_TEXTS, *OWN_TEXTS) if name not in REMINDER_TEXTS]
        texts: dict[str, Any] = {}
        for name in names:
            source = "reminder_paragraphs" if is_reminder and name == "paragraphs" else name
            filled = _filled(self.parts.get(source, self.parts[name]), values)
            texts[name] = filled if name in LISTS else filled[0]
        if is_reminder:
            (note,) = _filled(self.parts["reminder_note"], values)
            (subject,) = _filled(self.parts["reminder_subject"], {**values, "subject": texts["subject"]})
            texts |= {"subject": subject, "preview": note, "paragraphs": [note, *texts["paragraphs"]]}
        return texts


def read_mail_texts(name: str, organisation: Organisation, root: Path) -> dict[str, MailTexts]:
    """The texts of a template by language. A language that lacks a file is left out, unless it is the first one.

    :raises ConfigurationError: a file is missing or cannot be used; all problems are listed at once.
    """
    texts: dict[str, MailTexts] = {}
    problems: list[str] = []
    for language in organisation.languages:
        frame, own = root / "frame" / f"{language}.yml", root / name / f"{language}.yml"
        missing = [path for path in (frame, own) if not path.is_file()]
        if missing and language != organisation.default_language:
            continue
        parts: dict[str, Parts] = {}
        sources: list[str] = []
        for path, required, optional in ((frame, FRAME_TEXTS, ()), (own, OWN_TEXTS, OPTIONAL_TEXTS)):
            found, wrong = _read(path, required, optional)
            sources += [source for listed in found.values() for source in listed]
            parts |= {key: [_compiled(source) for source in listed] for key, listed in found.items()}
            problems += [f"  {path}: {problem}" for problem in wrong]
        texts[language] = MailTexts(parts, all(map(inserts_only, sources)))
    if problems:
        raise ConfigurationError("\n".join([f'mail template "{name}" cannot be used:', *problems]))
    return texts


def read_file(path: Path) -> str:
    """The text of a file.

    :raises ConfigurationError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"mail template: cannot read {path}: {error.strerror}") from error


def inserts_only(source: str) -> bool:
    """Whether a Jinja template puts values in, or asks whether there is one, and does nothing else with them."""
    return all(isinstance(node, _INSERTING) for node in _TEXTS.parse(source).find_all(nodes.Node))


def _read(
    path: Path, required: Sequence[str], optional: Sequence[str]
) -> tuple[dict[str, list[str]], list[str]]:
    """The texts of one file, and what is wrong with them."""
    try:
        data = yaml.load(read_file(path), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        return {}, [f"is not YAML: {error}"]
    if not isinstance(data, dict):
        return {}, [f"holds no texts; it needs {', '.join(required)}"]
    known = (*required, *optional)
    problems = [
        f"{key} is not a known text; there are {', '.join(known)}" for key in data if key not in known
    ]
    parts: dict[str, list[str]] = {}
    for key in known:
        if key in optional and key not in data:
            continue
        value = data.get(key)
        listed = value if key in LISTS else [value]
        if (
            not isinstance(listed, list)
            or not listed
            or not all(isinstance(each, str) and each for each in listed)
        ):
            wanted = "a list of texts" if key in LISTS else "a text"
            problems.append(f"{key} is {value!r}; it has to be {wanted}")
            continue
        values = (*VALUES, "subject") if key == "reminder_subject" else VALUES
        wrong = [f"{key}: {problem}" for each in listed for problem in _problems(each, values)]
        problems += wrong
        if not wrong:
            parts[key] = listed
    return parts, problems


def _problems(source: str, values: Sequence[str]) -> list[str]:
    try:
        used = meta.find_undeclared_variables(_TEXTS.parse(source))
    except TemplateError as error:
        return [f"{error.message} in {source!r}"]
    unknown = sorted(used - set(values))
    return [f"{{{{ {name} }}}} is not known; a text may use {', '.join(values)}" for name in unknown]


def _compiled(source: str) -> str | Template:
    """A text that uses no value is the same in every mail: it is filled here, once."""
    template = _TEXTS.from_string(source)
    if meta.find_undeclared_variables(_TEXTS.parse(source)):
        return template
    return one_line(template.render(), LONGEST_TEXT)


def _filled(parts: Parts, values: Mapping[str, Any]) -> list[str]:
    return [part if isinstance(part, str) else one_line(part.render(values), LONGEST_TEXT) for part in parts]
