"""The linter of surveys: everything for which a definition is refused before anybody is asked.

What only makes a survey hard to answer is a hint: :mod:`cf_operators.domain.survey_hints`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from cf_operators.domain.construct import KNOWN, Scale
from cf_operators.domain.survey import Scales, problems
from cf_operators.domain.survey_tree import Definition, questions_in, texts, words_by_language
from cf_operators.domain.value import SLUG

_ENDS = ("minRateDescription", "maxRateDescription")
_VARIABLES = ("organisation", "occasion")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def errors(
    definition: object,
    languages: Sequence[str] = (),
    scales: Scales | None = None,
    constructs: Mapping[str, Scale] = KNOWN,
) -> list[str]:
    """Everything for which a definition is refused, one sentence each: which question, what is wrong, what to do.

    :param languages: languages that each text has to be given in.
    :param scales: the scales on which the KPIs count a construct; they go before those of ``constructs``.
    :param constructs: what can be measured.
    """
    found = problems(definition, languages, scales)
    if not isinstance(definition, Mapping):
        return found
    for node in questions_in(definition):
        content = node.content
        if isinstance(content.get("name"), str) and content["name"]:
            found += _name_errors(content["name"])
            found += _construct_errors(content, scales or {}, {**KNOWN, **constructs})
            found += _end_errors(content)
            found += _choice_errors(content)
    return found + list(_placeholder_errors(definition))


def _name_errors(name: str) -> Iterator[str]:
    if not re.fullmatch(SLUG, name):
        slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40]
        example = slug if re.fullmatch(SLUG, slug) else "first_question"
        yield (
            f'question "{name}": the name is not an id of lower-case letters, digits and _, at most 40; answers are '
            f"kept under it, so write e.g. {example}"
        )


def _construct_errors(
    content: Mapping[str, Any], scales: Scales, constructs: Mapping[str, Scale]
) -> Iterator[str]:
    construct, name = content.get("cfConstruct"), content["name"]
    if (
        not isinstance(construct, str)
        or not construct
        or content.get("type") != "rating"
        or construct in scales
    ):
        return
    if construct not in constructs:
        near = get_close_matches(construct, constructs, n=1)
        advice = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(sorted(constructs))};"
        yield (
            f'question "{name}" measures {construct}, which is no known construct; {advice} Else declare it with its '
            "scale in constructs.yml beside the survey"
        )
        return
    given, (low, high) = (content.get("rateMin"), content.get("rateMax")), constructs[construct]
    if given != (low, high) and construct != "nps" and None not in given:  # nps is checked everywhere
        yield (
            f'question "{name}" measures {construct} on {given[0]}..{given[1]}, but it is measured on {low}..{high}; '
            "answers on two scales cannot be added up: take that scale, or another construct"
        )


def _end_errors(content: Mapping[str, Any]) -> Iterator[str]:
    if content.get("type") != "rating" or "rateValues" in content:
        return
    name = content["name"]
    missing = [key for key in _ENDS if not content.get(key)]
    if missing:
        yield f'question "{name}" has no {" and no ".join(missing)}; say what both ends of the scale mean'
        return
    low, high = (words_by_language(content[key]) for key in _ENDS)
    for language in sorted(low.keys() & high.keys()):
        if low[language].strip() and low[language].strip() == high[language].strip():
            yield f'question "{name}": both ends of the scale are called "{low[language]}" in {language}'


def _choice_errors(content: Mapping[str, Any]) -> Iterator[str]:
    choices = content.get("choices")
    if not isinstance(choices, list):
        return
    values = Counter(
        str(choice.get("value") if isinstance(choice, Mapping) else choice) for choice in choices
    )
    for value, count in values.items():
        if count > 1:
            yield f'question "{content["name"]}": {count} choices have the value "{value}"; give each its own'
    read = Counter(
        (language, words.strip())
        for choice in choices
        if isinstance(choice, Mapping) and "text" in choice
        for language, words in words_by_language(choice["text"]).items()
    )
    for (language, words), count in read.items():
        if count > 1 and words:
            yield f'question "{content["name"]}": {count} choices read "{words}" in {language}'


def _placeholder_errors(definition: Definition) -> Iterator[str]:
    names = {str(node.content.get("name")) for node in questions_in(definition)} | set(_VARIABLES)
    for path, text in texts(definition):
        for language, words in words_by_language(text).items():
            for used in sorted(set(_PLACEHOLDER.findall(words)) - names):
                yield (
                    f"{path} uses {{{used}}} in {language}, which is never filled in; there are "
                    f"{', '.join(f'{{{each}}}' for each in _VARIABLES)} and the questions"
                )
