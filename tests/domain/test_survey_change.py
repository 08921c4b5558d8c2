"""A new version of a survey: other words may come, other meanings may not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cf_operators.domain.survey_change import changed_meanings
from tests.conftest import ROOT

CSAT: dict[str, Any] = {
    "type": "rating", "name": "csat", "cfConstruct": "csat", "rateMin": 1, "rateMax": 5,
    "title": {"default": "How satisfied?", "de": "Wie zufrieden?"},
    "minRateDescription": {"default": "Dissatisfied", "de": "Unzufrieden"},
    "maxRateDescription": {"default": "Satisfied", "de": "Zufrieden"},
}  # fmt: skip
WHY: dict[str, Any] = {
    "type": "radiogroup", "name": "why", "title": "Why?",
    "choices": [{"value": 1, "text": {"default": "Price", "de": "Preis"}}, {"value": 2, "text": "Delivery"}],
}  # fmt: skip


def survey(*questions: dict[str, Any]) -> dict[str, Any]:
    return {"pages": [{"elements": list(questions)}]}


def choices(*texts: tuple[Any, Any]) -> dict[str, Any]:
    return WHY | {"choices": [{"value": value, "text": text} for value, text in texts]}


def changed(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return changed_meanings([("v1", survey(old))], survey(new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (CSAT, CSAT),
        (CSAT, CSAT | {"title": "Satisfied?", "isRequired": True, "description": "Honestly"}),
        (CSAT, CSAT | {"minRateDescription": "Not satisfied at all"}),
        (CSAT, CSAT | {"name": "csat_seven", "rateMax": 7}),
        (CSAT, CSAT | {"name": "ces", "cfConstruct": "ces"}),
        (CSAT, {key: value for key, value in CSAT.items() if not key.endswith("Description")}),
        (WHY, WHY | {"type": "dropdown"}),
        (WHY, choices((1, "Prices"), (2, "Delivery"))),
        (WHY, choices((2, "Delivery"), (1, "Price"))),
        (WHY, choices((1, "Price"), (2, "Delivery"), (3, "Service"))),
        (WHY, choices((2, "Delivery"))),
        ({"type": "text", "name": "words"}, {"type": "comment", "name": "words"}),
        ({"type": "html", "name": "words"}, {"type": "comment", "name": "words"}),
    ],
)
def test_other_words_are_another_version_and_no_more(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert changed(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (CSAT, CSAT | {"rateMax": 7}, 'question "csat" was answered on 1..5, now on 1..7 (as in version v1)'),
        (CSAT, CSAT | {"rateStep": 2}, "was answered on 1..5, now on 1..5 in steps of 2"),
        (CSAT, CSAT | {"rateValues": [1, 2, 3, 4, 5]}, "was answered on 1..5, now on its own values"),
        (CSAT, CSAT | {"cfConstruct": "ces"}, "measured csat, now measures ces"),
        (CSAT, {key: value for key, value in CSAT.items() if key != "cfConstruct"},
         "measured csat, now measures nothing"),
        (CSAT, CSAT | {"cfConstruct": "nps", "rateMin": 0, "rateMax": 10},
         'question "csat" measured csat, now measures nps; it was answered on 1..5, now on 0..10'),
        (CSAT, CSAT | {"type": "comment"}, "was a rating, now is a comment"),
        (CSAT, CSAT | {"minRateDescription": "Satisfied", "maxRateDescription": "Dissatisfied"},
         'had "Dissatisfied" at the lower end of its scale and "Satisfied" at the upper one, now these are exchanged'),
        (CSAT, CSAT | {"minRateDescription": {"de": "ZUFRIEDEN "}}, "now these are exchanged"),
        (WHY, choices((1, "Delivery"), (2, "Price")), 'had "Delivery" as the value 2, now as 1'),
        (WHY, choices((3, "Price"), (2, "Delivery")), 'had "Price" as the value 1, now as 3'),
        (WHY, choices((1, {"default": "Cost", "de": "Kosten"}), (3, {"default": "Money", "de": " preis"})),
         'had "preis" as the value 1, now as 3'),
        (WHY | {"choices": ["a", "b"]}, WHY | {"choices": ["a", {"value": "c", "text": "B"}]},
         'had "B" as the value b, now as c'),
        (WHY, WHY | {"type": "checkbox"}, "was a radiogroup, now is a checkbox"),
        ({"type": "boolean", "name": "again", "labelTrue": "Yes", "labelFalse": "No"},
         {"type": "boolean", "name": "again", "labelTrue": "No", "labelFalse": "Yes"}, "as the value"),
        ({"type": "rating", "name": "a", "rateValues": [{"value": 1, "text": "Bad"}, {"value": 2, "text": "Good"}]},
         {"type": "rating", "name": "a", "rateValues": [{"value": 2, "text": "Bad"}, {"value": 1, "text": "Good"}]},
         'had "Bad" as the value 1, now as 2'),
    ],
)  # fmt: skip
def test_another_meaning_under_an_old_name_is_named(
    old: dict[str, Any], new: dict[str, Any], message: str
) -> None:
    (found,) = changed(old, new)
    assert message in found


def test_two_questions_cannot_exchange_what_they_ask() -> None:
    speed, price = (
        {"type": "comment", "name": name, "title": title} for name, title in (("a", "Speed"), ("b", "Price"))
    )
    exchanged = survey(speed | {"title": "Price"}, price | {"title": "Speed"})
    found = changed_meanings([("v1", survey(speed, price))], exchanged)
    assert found == [
        'question "a" now asks what "b" asked, "Price" (as in version v1)',
        'question "b" now asks what "a" asked, "Speed" (as in version v1)',
    ]
    assert changed_meanings([("v1", survey(speed, price))], survey(price, speed)) == []


def test_all_earlier_versions_count_not_only_the_last() -> None:
    earlier = [("v1", survey(CSAT, WHY)), ("v2", survey(WHY)), ("v3", survey())]
    assert changed_meanings(earlier, survey(CSAT | {"rateMin": 0})) == [
        'question "csat" was answered on 1..5, now on 0..5 (as in version v1)'
    ]
    assert changed_meanings(earlier, survey(CSAT, WHY)) == []
    assert changed_meanings([], survey(CSAT)) == []


def test_a_value_that_was_taken_away_comes_back_with_its_meaning_only() -> None:
    earlier = [("v1", survey(WHY)), ("v2", survey(choices((2, "Delivery"))))]
    assert changed_meanings(earlier, survey(WHY)) == []
    assert changed_meanings(earlier, survey(choices((1, "Service"), (2, "Delivery")))) == [
        'question "why" brings back the value 1, which was "Price", now "Service" (as in version v1)'
    ]


def test_every_shipped_survey_may_follow_itself() -> None:
    for path in (ROOT / "include" / "surveys").glob("*.json"):
        definition = json.loads(path.read_text(encoding="utf-8"))
        assert changed_meanings([("v1", definition), ("v2", {"pages": []})], definition) == []
