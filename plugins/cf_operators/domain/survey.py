"""Surveys: what a SurveyJS definition asks, in which languages, and which of its questions measure something.

A measured question is a rating with the property ``cfConstruct``, e.g. ``"nps"`` or ``"csat"``, and explicit ends of
its scale (``rateMin``, ``rateMax``). To SurveyJS a plain text, and the key ``default`` of a localizable one,
is English.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from cf_operators.domain.questionnaire import unchecked
from cf_operators.domain.survey_tree import (
    DEFAULT_LANGUAGE,
    Definition,
    questions_in,
    texts,
    words_by_language,
)

Scales = Mapping[str, set[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Question:
    """A question that measures something, with the ends of its scale; ``title`` is what it asks, None for no words."""

    name: str
    construct: str
    scale_min: int
    scale_max: int
    title: str | None = field(default=None, compare=False)


def questions(definition: Definition) -> tuple[Question, ...]:
    """The measured questions of a definition, in order. Expects one without :func:`problems`."""
    return tuple(
        Question(
            content["name"], content["cfConstruct"], content["rateMin"], content["rateMax"], title_of(content)
        )
        for content in (node.content for node in questions_in(definition))
        if "cfConstruct" in content
    )


def title_of(content: Mapping[str, Any]) -> str | None:
    """The title of a survey or a question: in English, else in the first language by name; None when it has none."""
    words = words_by_language(content["title"]) if content.get("title") else {}
    return words.get(DEFAULT_LANGUAGE) or next((words[tag] for tag in sorted(words) if words[tag]), None)


def version_of(definition: Definition) -> str:
    """Short SHA-256 of the definition: the same content has the same version however the file is laid out."""
    canonical = json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def languages(definition: Definition) -> tuple[str, ...]:
    """Languages that any text of the definition is given in; English first when it is among them."""
    found = {language for _, text in texts(definition) for language in words_by_language(text)}
    return tuple(sorted(found, key=lambda language: (language != DEFAULT_LANGUAGE, language)))


def problems(
    definition: object, required_languages: Sequence[str] = (), scales: Scales | None = None
) -> list[str]:
    """Everything that is wrong with a definition, one sentence each; empty when it can be asked.

    :param required_languages: languages that each text has to be given in, besides those the definition uses anywhere.
    :param scales: the scales on which the KPIs count the answers of a construct; answers on another would be lost.
    """
    if not isinstance(definition, Mapping):
        return ["is not a SurveyJS definition: the file holds no JSON object"]
    contents = [node.content for node in questions_in(definition)]
    if not contents:
        return ["has no questions; list them in pages[].elements[]"]
    found = list(_name_problems(definition))
    for content in contents:
        found.extend(_measuring_problems(content, scales or {}))
    found.extend(_construct_problems(definition, contents))
    found.extend(_language_problems(definition, (*languages(definition), *required_languages)))
    found.extend(unchecked(definition))
    return found


def _name_problems(definition: Definition) -> Iterator[str]:
    names: Counter[str] = Counter()
    for node in questions_in(definition):
        for key in ("name", "type"):
            if not isinstance(node.content.get(key), str) or not node.content[key]:
                yield f"{node.path} has no {key}"
        names[str(node.content.get("name") or "")] += 1
    for name, count in names.items():
        if name and count > 1:
            yield f'question name "{name}" is used {count} times; give each question its own'


def _measuring_problems(content: Mapping[str, Any], scales: Scales) -> Iterator[str]:
    if "cfConstruct" not in content:
        return
    name, construct = f'question "{content.get("name")}"', content["cfConstruct"]
    low, high = content.get("rateMin"), content.get("rateMax")
    if not isinstance(construct, str) or not construct:
        yield f'{name}: cfConstruct {construct!r} is not the name of a construct; write e.g. "csat"'
    elif content.get("type") != "rating":
        yield f"{name} measures {construct} but is of type {content.get('type')}; only a rating can measure"
    elif "rateValues" in content:
        yield f"{name} measures {construct} on its own rateValues; give rateMin and rateMax instead"
    elif not _is_whole(low) or not _is_whole(high):
        yield f"{name} measures {construct} without a scale; give rateMin and rateMax as whole numbers"
    elif low >= high:
        yield f"{name}: rateMin {low} is not less than rateMax {high}"
    elif construct == "nps" and (low, high) != (0, 10):
        yield f"{name} measures nps on {low}..{high}; the Net Promoter Score is defined on 0..10 only"
    elif (counted := scales.get(construct)) and (low, high) not in counted:
        allowed = ", ".join(f"{least}..{greatest}" for least, greatest in sorted(counted))
        yield f"{name} measures {construct} on {low}..{high}, but the KPIs count it on {allowed} only"


def _construct_problems(definition: Definition, contents: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    counts = Counter(str(content["cfConstruct"]) for content in contents if "cfConstruct" in content)
    for construct, count in counts.items():
        if count > 1:
            yield f"construct {construct} is measured by {count} questions; a KPI would count one person {count} times"
    if _count_key(definition, "cfConstruct") > counts.total():
        yield "cfConstruct stands inside a page, panel or matrix; only a question of its own can measure"


def _language_problems(definition: Definition, wanted: Sequence[str]) -> Iterator[str]:
    for path, text in texts(definition):
        given = {language for language, words in words_by_language(text).items() if words.strip()}
        # SurveyJS falls back from "pt-BR" to "pt".
        missing = [
            tag for tag in dict.fromkeys(wanted) if tag not in given and tag.partition("-")[0] not in given
        ]
        if missing:
            yield f"{path} has no text in: {', '.join(missing)}"


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _count_key(node: object, key: str) -> int:
    if isinstance(node, Mapping):
        return int(key in node) + sum(_count_key(child, key) for child in node.values())
    if isinstance(node, list):
        return sum(_count_key(child, key) for child in node)
    return 0
