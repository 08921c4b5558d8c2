"""What a new version of a survey may not change: the meaning of answers that were given to an earlier one.

Another wording is another version, nothing more. But under one question name there is one kind of answer, one
construct and one scale, and each value of a choice keeps its meaning; whatever asks something else has a new name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cf_operators.domain.survey_tree import DEFAULT_LANGUAGE, Definition, questions_in, words_by_language

Words = Mapping[str, str]
"""What people read, by language."""

_SAME_KIND = {
    "dropdown": "radiogroup",
    "buttongroup": "radiogroup",
    "tagbox": "checkbox",
    "text": "comment",
}
"""Types that differ in their looks only: one of several choices, some of them, and free text."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What decides how the answers to a question are read."""

    title: Words
    kind: str
    construct: str | None
    scale: str | None = None
    ends: tuple[Words, Words] = ({}, {})
    choices: Mapping[str, Words] = field(default_factory=dict)


def changed_meanings(earlier: Sequence[tuple[str, Definition]], new: Definition) -> list[str]:
    """The questions of a new definition that mean something else than before, one sentence each.

    :param earlier: version and definition of all earlier ones, oldest first.
    """
    meanings = _meanings(new)
    found: dict[str, str] = {}
    for version, definition in reversed(earlier):
        before = _meanings(definition)
        for name in meanings.keys() & before.keys():
            changes = [*_changes(before[name], meanings[name]), *_taken_over(name, before, meanings)]
            if changes:
                found.setdefault(name, f'question "{name}" {"; it ".join(changes)} (as in version {version})')
    latest = _meanings(earlier[-1][1]) if earlier else {}
    for version, definition in earlier[:-1]:
        before = _meanings(definition)
        for name in meanings.keys() & before.keys():
            gone = latest[name].choices if name in latest else {}
            for value in before[name].choices.keys() & meanings[name].choices.keys() - gone.keys():
                old, now = before[name].choices[value], meanings[name].choices[value]
                if not any(_same(old, now, language) for language in old.keys() & now.keys()):
                    message = f"brings back the value {value}, which was {_quoted(old)}, now {_quoted(now)}"
                    found.setdefault(name, f'question "{name}" {message} (as in version {version})')
    return [found[name] for name in meanings if name in found]


def _changes(old: _Meaning, new: _Meaning) -> Iterator[str]:
    if old.kind != new.kind:
        yield f"was a {old.kind}, now is a {new.kind}"
        return
    if old.construct != new.construct:
        yield f"measured {old.construct or 'nothing'}, now measures {new.construct or 'nothing'}"
    if old.scale != new.scale:
        yield f"was answered on {old.scale}, now on {new.scale}"
    swapped = [
        language
        for language in new.ends[0]
        if _same(old.ends[0], new.ends[1], language) or _same(old.ends[1], new.ends[0], language)
    ]
    if swapped:
        yield (
            f"had {_quoted(old.ends[0], swapped[0])} at the lower end of its scale and "
            f"{_quoted(old.ends[1], swapped[0])} at the upper one, now these are exchanged"
        )
    yield from _moved_choices(old.choices, new.choices)


def _moved_choices(old: Mapping[str, Words], new: Mapping[str, Words]) -> Iterator[str]:
    for value, words in new.items():
        for language in words:
            had = [each for each, before in old.items() if _same(before, words, language)]
            if had and value not in had:
                yield f"had {_quoted(words, language)} as the value {had[0]}, now as {value}"
                break


def _taken_over(name: str, before: Mapping[str, _Meaning], now: Mapping[str, _Meaning]) -> Iterator[str]:
    """Two questions that have exchanged what they ask, or one that asks what another one, still there, asked."""
    for other, meaning in before.items():
        if other == name or other not in now or _asks_the_same(before[name], now[name]):
            continue
        if _asks_the_same(meaning, now[name]) and not _asks_the_same(meaning, before[name]):
            yield f'now asks what "{other}" asked, {_quoted(now[name].title)}'


def _asks_the_same(one: _Meaning, other: _Meaning) -> bool:
    return any(_same(one.title, other.title, language) for language in one.title)


def _meanings(definition: Definition) -> dict[str, _Meaning]:
    return {
        str(node.content["name"]): _meaning(node.content)
        for node in questions_in(definition)
        if node.content.get("name") and node.content.get("type") != "html"
    }


def _meaning(content: Mapping[str, Any]) -> _Meaning:
    kind = str(content.get("type"))
    title, construct = words_by_language(content.get("title", "")), content.get("cfConstruct")
    if kind == "rating" and not content.get("rateValues"):
        low, high, step = content.get("rateMin", 1), content.get("rateMax", 5), content.get("rateStep", 1)
        scale = f"{low}..{high}" + (f" in steps of {step}" if step != 1 else "")
        ends = tuple(words_by_language(content.get(f"{end}RateDescription", "")) for end in ("min", "max"))
        return _Meaning(title, kind, construct, scale, (ends[0], ends[1]))
    listed = content.get("rateValues") or content.get("choices")
    choices = dict(map(_choice, listed if isinstance(listed, list) else ()))
    if kind == "boolean":
        choices = {
            str(content.get("valueTrue", True)): words_by_language(content.get("labelTrue", "")),
            str(content.get("valueFalse", False)): words_by_language(content.get("labelFalse", "")),
        }
    own = "its own values" if kind == "rating" else None
    return _Meaning(title, _SAME_KIND.get(kind, kind), construct, own, choices=choices)


def _choice(choice: object) -> tuple[str, Words]:
    if isinstance(choice, Mapping):
        value = str(choice.get("value"))
        return value, words_by_language(choice.get("text", value))
    return str(choice), {DEFAULT_LANGUAGE: str(choice)}


def _same(one: Words, other: Words, language: str) -> bool:
    """Whether both read alike in a language; letter case and blanks do not matter, and nothing is like nothing."""
    words = " ".join(one.get(language, "").casefold().split())
    return bool(words) and words == " ".join(other.get(language, "").casefold().split())


def _quoted(words: Words, language: str = DEFAULT_LANGUAGE) -> str:
    text = words.get(language) or next(iter(words.values()), "")
    return f'"{" ".join(text.split())}"'
