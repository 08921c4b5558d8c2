"""What a simulated customer thinks: answers that a survey's definition allows, less happy after a late parcel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from demo.shop.responses import scores

OTHER_RATINGS_ANSWERED = 0.8  # people skip what they need not answer
COMMENTS = 0.25
WORDS = {
    "en": ("Everything fine, thank you.", "The parcel came days later than promised."),
    "de": ("Alles bestens, vielen Dank.", "Das Paket kam Tage später als versprochen."),
    "pt": ("Tudo bem, obrigado.", "A encomenda chegou dias depois do prometido."),
}


def answers(definition: Mapping[str, Any], days_late: int, language: str, random: Random) -> dict[str, Any]:
    """Question name -> answer, for a SurveyJS definition; every required rating gets one.

    Questions that show only under a condition are left out, as are kinds of question other than ratings, choices of one
    and comments.
    """
    nps, csat = scores(days_late, random)
    given: dict[str, Any] = {}
    for question in _questions(definition.get("pages", [])):
        if question.get("visibleIf"):
            continue
        if question["type"] == "rating":
            if question.get("isRequired") or random.random() < OTHER_RATINGS_ANSWERED:
                given[question["name"]] = _rating(question, nps, csat, random)
        elif question["type"] == "radiogroup" and random.random() < OTHER_RATINGS_ANSWERED:
            given[question["name"]] = random.choice([_value(choice) for choice in question["choices"]])
        elif question["type"] == "comment" and random.random() < COMMENTS:
            given[question["name"]] = WORDS.get(language, WORDS["en"])[1 if days_late else 0]
    return given


def _questions(elements: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The questions of pages and of panels within them, in the order in which they stand."""
    for element in elements:
        if "elements" in element:
            yield from _questions(element["elements"])
        elif "type" in element:
            yield element


def _value(choice: Any) -> Any:
    """A choice is given as its value alone, or as value and text."""
    return choice["value"] if isinstance(choice, Mapping) else choice


def _rating(question: Mapping[str, Any], nps: int, csat: int, random: Random) -> int:
    """The score of the construct, moved to the scale of the question; other ratings lie near the satisfaction."""
    low, high = question.get("rateMin", 1), question.get("rateMax", 5)
    construct = question.get("cfConstruct")
    if construct == "nps":
        share = nps / 10
    elif construct == "csat":
        share = (csat - 1) / 4
    else:
        share = min(1.0, max(0.0, (csat - 1 + random.choice((-1, 0, 0, 1))) / 4))
    return int(low + round(share * (high - low)))
