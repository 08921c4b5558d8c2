"""The linter: what it refuses, what it only hints at, and that the shipped surveys give it nothing to say."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.domain.construct import KNOWN, read_constructs
from cf_operators.domain.survey_hints import hints
from cf_operators.domain.survey_lint import errors
from cf_operators.survey_files import survey_errors, survey_hints
from tests.conftest import ROOT

SURVEYS = sorted((ROOT / "include" / "surveys").glob("*.json"))


def rating(**changes: Any) -> dict[str, Any]:
    """A rating without a fault; a key changed to ``...`` is left out."""
    entry = {
        "type": "rating", "name": "csat", "cfConstruct": "csat", "title": "How?", "rateMin": 1, "rateMax": 5,
        "minRateDescription": "Bad", "maxRateDescription": "Good",
    } | changes  # fmt: skip
    return {key: value for key, value in entry.items() if value is not ...}


def choices(*given: Any, **changes: Any) -> dict[str, Any]:
    return {"type": "radiogroup", "name": "why", "choices": list(given)} | changes


def one_page(*elements: dict[str, Any], **survey: Any) -> dict[str, Any]:
    return {**survey, "pages": [{"name": "page", "elements": list(elements)}]}


@pytest.mark.parametrize("path", SURVEYS, ids=lambda path: path.stem)
def test_the_library_is_without_errors_and_hints(path: Any) -> None:
    assert survey_errors(path, ["en", "de", "pt", "ar"], {"nps": {(0, 10)}, "csat": {(1, 5)}}) == []
    assert survey_hints(path) == []


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (one_page(rating(name="Net Promoter!")),
         'question "Net Promoter!": the name is not an id of lower-case letters, digits and _, at most 40; answers are '
         "kept under it, so write e.g. net_promoter"),
        (one_page(rating(name="7")), "so write e.g. first_question"),
        (one_page(rating(name="a" * 41)), "at most 40"),
        (one_page(rating(cfConstruct="cast")), 'measures cast, which is no known construct; did you mean "csat"?'),
        (one_page(rating(cfConstruct="mood")),
         "measures mood, which is no known construct; known are ces, csat, nps; Else declare it with its scale in "
         "constructs.yml beside the survey"),
        (one_page(rating(rateMax=7)),
         'question "csat" measures csat on 1..7, but it is measured on 1..5; answers on two scales cannot be added up'),
        (one_page(rating(cfConstruct="ces")), "measures ces on 1..5, but it is measured on 1..7"),
        (one_page(rating(cfConstruct="nps")), "the Net Promoter Score is defined on 0..10 only"),
        (one_page(rating(minRateDescription=...)), 'question "csat" has no minRateDescription; say what both ends'),
        (one_page(rating(minRateDescription=..., maxRateDescription=...)),
         "has no minRateDescription and no maxRateDescription"),
        (one_page(rating(cfConstruct=..., maxRateDescription=...)), "has no maxRateDescription"),
        (one_page(rating(maxRateDescription="Bad")), 'both ends of the scale are called "Bad" in en'),
        (one_page({"type": "radiogroup", "name": "why", "choices": None}), "choices and validators have to be lists"),
        (one_page(choices("a", "b", "a")), 'question "why": 2 choices have the value "a"'),
        (one_page(choices(1, {"value": 1, "text": "One"})), '2 choices have the value "1"'),
        (one_page(choices({"value": 1, "text": "Yes"}, {"value": 2, "text": "Yes "})), '2 choices read "Yes" in en'),
        (one_page(rating(title="Thinking of {ocasion}?")),
         "pages[0].elements[0].title uses {ocasion} in en, which is never filled in"),
        (one_page(rating(), rating(name="b", cfConstruct=..., visibleIf="{nps} > 6")),
         'visibleIf looks at "nps", which is no question'),
    ],
)  # fmt: skip
def test_an_error_is_named(definition: dict[str, Any], message: str) -> None:
    found = errors(definition)
    assert len(found) == 1
    assert message in found[0]


def test_missing_translations_are_all_listed() -> None:
    texts = {"default": "How?", "de": "Wie?"}
    found = errors(one_page(rating(title=texts), title=texts), ["en", "de", "pt"])
    assert found == [
        "title has no text in: pt",
        "pages[0].elements[0].title has no text in: pt",
        "pages[0].elements[0].minRateDescription has no text in: de, pt",
        "pages[0].elements[0].maxRateDescription has no text in: de, pt",
    ]


def test_a_placeholder_may_name_an_earlier_answer() -> None:
    later = {"type": "comment", "name": "why", "title": "Why {csat}, {organisation}, {occasion}?"}
    assert errors(one_page(rating(), later)) == []


def test_what_is_declared_may_be_measured_and_kpis_go_first() -> None:
    assert errors(one_page(rating(cfConstruct="mood")), constructs={"mood": (1, 5)}) == []
    assert len(errors(one_page(rating(cfConstruct="mood")), constructs={"mood": (1, 6)})) == 1
    assert errors(one_page(rating(cfConstruct="mood")), scales={"mood": {(1, 5)}}) == []
    assert errors(one_page(rating(rateMax=7)), scales={"csat": {(1, 7)}}) == []
    (lost,) = errors(one_page(rating(rateMax=7)), scales={"csat": {(1, 5)}})
    assert "the KPIs count it on 1..5 only" in lost


MANY = [rating(name=f"q{number}", cfConstruct=...) for number in range(13)]


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({"pages": [{"elements": MANY[:7]}, {"elements": MANY[7:]}]},
         "has 13 questions; with more than 12 many people give up"),
        (one_page(*(each | {"isRequired": True} for each in MANY[:5])), "requires 5 answers; require 4 at most"),
        (one_page(*MANY[:9]), 'page "page" has 9 questions'),
        (one_page(choices("a", "b")), "does not begin with a rating of at most 11 points"),
        (one_page(rating(cfConstruct=..., rateMin=0, rateMax=11)), "does not begin with a rating of at most 11 points"),
        (one_page(rating(visibleIf="{b} = 1"), {"type": "text", "name": "b"}),
         "does not begin with a rating"),
        (one_page(rating(title="How " * 26)), 'question "csat" has 26 words in en'),
        (one_page(rating(), choices(*range(11))), 'question "why" offers 11 choices'),
        (one_page(rating(), rating(name="b", cfConstruct=..., visibleIf="{c} = 1"), {"type": "text", "name": "c"}),
         'pages[0].elements[1]: visibleIf looks at "c", which is asked later'),
    ],
)  # fmt: skip
def test_a_hint_is_no_error(definition: dict[str, Any], message: str) -> None:
    found = hints(definition)
    assert any(message in hint for hint in found), found
    assert errors(copy.deepcopy(definition)) == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "holds no mapping"),
        (None, "holds no mapping"),
        ({"Mood": {"scale": [1, 5]}}, "'Mood' is not an id"),
        ({7: {"scale": [1, 5]}}, "7 is not an id"),
        ({"mood": {}}, "mood has no scale; write mood: {scale: [1, 5]}"),
        ({"mood": {"scale": [5, 1]}}, "mood has no scale"),
        ({"mood": {"scale": [1.5, 5]}}, "mood has no scale"),
        ({"mood": {"scale": [False, 5]}}, "mood has no scale"),
        ({"nps": {"scale": [1, 10]}}, "nps is defined on 0..10 only, not on 1..10"),
    ],
)
def test_what_is_wrong_with_a_declared_construct(data: Any, message: str) -> None:
    found, problems = read_constructs(data)
    assert found == {}
    assert len(problems) == 1
    assert message in problems[0]


def test_declared_constructs() -> None:
    declared = {
        "mood": {"scale": [0, 3], "meaning": "Mood"},
        "csat": {"scale": [1, 7]},
        "nps": {"scale": [0, 10]},
    }
    assert read_constructs(declared) == ({"mood": (0, 3), "csat": (1, 7), "nps": KNOWN["nps"]}, [])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 12) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ODD = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        (*rating(), "choices", "visibleIf", "visible", "rateValues", "isRequired"), VALUES
    ),
)


@given(st.lists(ODD, max_size=3), st.dictionaries(st.sampled_from(["title", "description"]), VALUES))
@settings(max_examples=150, deadline=None)
def test_the_linter_survives_whatever_a_question_holds(elements: list[dict[str, Any]], survey: Any) -> None:
    assert isinstance(errors(one_page(*elements, **survey), ["de"]), list)
