"""Surveys: what a SurveyJS definition asks, in which languages, and which of its questions measure something.

A measured question is a rating with the property ``cfConstruct``, e.g. ``"nps"`` or ``"csat"``, and explicit ends of
its scale (``rateMin``, ``rateMax``). In SurveyJS the key ``default`` of a localizable text is English.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

Definition = Mapping[str, Any]

DEFAULT_LANGUAGE = "en"
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


@dataclass(frozen=True, slots=True)
class Question:
    """A question that measures something, with the ends of its scale."""

    name: str
    construct: str
    scale_min: int
    scale_max: int


def questions(definition: Definition) -> tuple[Question, ...]:
    """The measured questions of a definition, in order. Expects one without :func:`problems`."""
    return tuple(
        Question(element["name"], element["cfConstruct"], element["rateMin"], element["rateMax"])
        for _, element in _elements(definition)
        if "cfConstruct" in element
    )


def version_of(definition: Definition) -> str:
    """Short SHA-256 of the definition: the same content has the same version however the file is laid out."""
    canonical = json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def languages(definition: Definition) -> tuple[str, ...]:
    """Languages that any text of the definition is given in; English first when it is among them."""
    found = {language for _, texts in _texts(definition) if isinstance(texts, Mapping) for language in texts}
    named = {DEFAULT_LANGUAGE if language == "default" else language for language in found}
    return tuple(sorted(named, key=lambda language: (language != DEFAULT_LANGUAGE, language)))


def problems(definition: object, required_languages: Sequence[str] = ()) -> list[str]:
    """Everything that is wrong with a definition, one sentence each; empty when it can be asked.

    Each text has to be given in every language that the definition uses anywhere and in ``required_languages``.
    """
    if not isinstance(definition, Mapping):
        return ["is not a SurveyJS definition: the file holds no JSON object"]
    if not any(True for _ in _elements(definition)):
        return ["has no questions: pages[].elements[] is empty or missing"]
    names = Counter(str(element.get("name", "")) for _, element in _elements(definition))
    found = [
        f'question name "{name}" is used {count} times; give each its own'
        for name, count in names.items()
        if name and count > 1
    ]
    for path, element in _elements(definition):
        if not isinstance(element.get("name"), str) or not element["name"]:
            found.append(f"{path} has no name")
        found.extend(_measuring_problems(element))
    wanted = tuple(dict.fromkeys((*languages(definition), *required_languages)))
    found.extend(_language_problems(definition, wanted))
    return found


def _measuring_problems(element: Mapping[str, Any]) -> Iterator[str]:
    if "cfConstruct" not in element:
        return
    name, construct = element.get("name"), element["cfConstruct"]
    low, high = element.get("rateMin"), element.get("rateMax")
    if not isinstance(construct, str) or not construct:
        yield f'question "{name}": cfConstruct {construct!r} is not the name of a construct, e.g. "csat"'
    elif element.get("type") != "rating":
        yield f'question "{name}" measures {construct} but is of type {element.get("type")}; only a rating can measure'
    elif not _is_whole(low) or not _is_whole(high):
        yield f'question "{name}" measures {construct} without a scale; give rateMin and rateMax as whole numbers'
    elif low >= high:
        yield f'question "{name}": the scale {low}..{high} is empty; rateMin has to be less than rateMax'
    elif construct == "nps" and (low, high) != (0, 10):
        yield f'question "{name}" measures nps on {low}..{high}; the Net Promoter Score is defined on 0..10 only'


def _language_problems(definition: Definition, wanted: Sequence[str]) -> Iterator[str]:
    if not wanted:
        return
    for path, text in _texts(definition):
        given = set(text) if isinstance(text, Mapping) else {"default"}
        filled = {
            DEFAULT_LANGUAGE if language == "default" else language
            for language in given
            if not isinstance(text, Mapping) or str(text[language]).strip()
        }
        if missing := [language for language in wanted if language not in filled]:
            yield f"{path} has no text in: {', '.join(missing)}"


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _elements(definition: Definition) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Path and element of each question, depth first; panels and pages are walked through, not yielded."""
    for path, node in _nodes(definition):
        if "type" in node and node["type"] != "panel":
            yield path, node


def _nodes(definition: Definition) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Path and mapping of each page, panel and question, depth first."""

    def walk(parent: Mapping[str, Any], parent_path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for key in ("pages", "elements"):
            children = parent.get(key)
            for index, child in enumerate(children if isinstance(children, list) else ()):
                if isinstance(child, Mapping):
                    path = f"{parent_path}{key}[{index}]"
                    yield path, child
                    yield from walk(child, f"{path}.")

    yield from walk(definition, "")


def _texts(definition: Definition) -> Iterator[tuple[str, object]]:
    """Path and text of everything people read: a plain string, or a mapping from language to string."""
    for path, node in (("", definition), *_nodes(definition)):
        prefix = f"{path}." if path else ""
        for key in LOCALIZED:
            if key in node:
                yield f"{prefix}{key}", node[key]
        for index, choice in enumerate(
            node.get("choices", ()) if isinstance(node.get("choices"), list) else ()
        ):
            if isinstance(choice, Mapping) and "text" in choice:
                yield f"{prefix}choices[{index}].text", choice["text"]
