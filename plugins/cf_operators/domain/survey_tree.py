"""The tree of a SurveyJS definition: its pages, panels and questions, and the texts that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Definition = Mapping[str, Any]

LOCALIZED = (
    "title",
    "description",
    "completedHtml",
    "completeText",
    "pageNextText",
    "pagePrevText",
    "minRateDescription",
    "maxRateDescription",
    "requiredErrorText",
    "placeholder",
    "html",
)
"""Properties whose texts people read."""


DEFAULT_LANGUAGE = "en"
"""The language of a plain text, and of the key ``default`` of a localizable one."""


@dataclass(frozen=True, slots=True)
class Node:
    """A page, panel or question: its path in the file, what it says, and which of the three it is."""

    path: str
    content: Mapping[str, Any]
    is_page: bool

    @property
    def is_question(self) -> bool:
        """Whether the node is neither a page nor a panel."""
        return not self.is_page and self.content.get("type") != "panel"


def nodes(parent: Definition, parent_path: str = "") -> Iterator[Node]:
    """All pages, panels and questions of a definition, depth first, in the order of the file."""
    for key in ("pages", "elements"):
        children = parent.get(key)
        for index, child in enumerate(children if isinstance(children, list) else ()):
            if isinstance(child, Mapping):
                path = f"{parent_path}{key}[{index}]"
                yield Node(path, child, key == "pages")
                yield from nodes(child, f"{path}.")


def questions_in(definition: Definition) -> list[Node]:
    """All questions, whether they measure something or not, in the order of the file."""
    return [node for node in nodes(definition) if node.is_question]


def texts(definition: Definition) -> Iterator[tuple[str, object]]:
    """Path and text of everything people read: a plain string, or a mapping from language to string."""
    for path, content in [("", definition), *((f"{node.path}.", node.content) for node in nodes(definition))]:
        for key in LOCALIZED:
            if key in content:
                yield f"{path}{key}", content[key]
        choices = content.get("choices")
        for index, choice in enumerate(choices if isinstance(choices, list) else ()):
            if isinstance(choice, Mapping) and "text" in choice:
                yield f"{path}choices[{index}].text", choice["text"]


def words_by_language(text: object) -> dict[str, str]:
    """The words of a text by language."""
    if not isinstance(text, Mapping):
        return {DEFAULT_LANGUAGE: str(text)}
    return {DEFAULT_LANGUAGE if tag == "default" else str(tag): str(words) for tag, words in text.items()}


def in_language(text: object, language: str) -> str:
    """The words of a text in a language, as SurveyJS chooses them: `pt` for `pt-BR`, else the default."""
    words = words_by_language(text)
    for tag in (language, language.partition("-")[0], DEFAULT_LANGUAGE):
        if words.get(tag):
            return words[tag]
    return next(iter(words.values()), "")
