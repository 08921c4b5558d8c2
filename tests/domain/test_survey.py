"""Surveys: the shipped ones, and what is found wrong with others."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from surveyjs import SurveyCreator, SurveyForm

from cf_operators.domain.survey import Question, languages, problems, questions, version_of
from tests.conftest import ROOT

CSAT = Question("csat", "csat", 1, 5)
NPS = Question("nps", "nps", 0, 10)

SHIPPED = {
    "post_purchase": (CSAT, NPS, Question("ces", "ces", 1, 7), Question("delivery", "delivery", 1, 5)),
    "annual": (
        NPS,
        CSAT,
        *(Question(name, name, 1, 5) for name in ("product_quality", "ordering", "delivery", "service", "value")),
    ),
    "ad_hoc": (CSAT, NPS),
    "complaint_follow_up": tuple(
        Question(name, f"complaint_{name}", 1, 5)
        for name in ("handling", "outcome", "speed", "courtesy", "fairness")
    ),
    "service_aspects": tuple(
        Question(name, name, 1, 5)
        for name in (
            "service", "reliability", "responsiveness", "competence", "empathy", "accessibility", "tangibles"
        )
    ),
}  # fmt: skip
LANGUAGES = ("en", "ar", "de", "pt")


def shipped(name: str) -> dict[str, Any]:
    definition = json.loads((ROOT / "include" / "surveys" / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(definition, dict)
    return definition


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_survey_measures_what_it_should(name: str) -> None:
    definition = shipped(name)
    assert questions(definition) == SHIPPED[name]
    assert languages(definition) == LANGUAGES
    assert problems(definition, LANGUAGES) == []


def test_every_shipped_survey_is_looked_at() -> None:
    assert {path.stem for path in (ROOT / "include" / "surveys").glob("*.json")} == set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_survey_is_fit_for_a_phone(name: str) -> None:
    definition = shipped(name)
    elements = [element for page in definition["pages"] for element in page["elements"]]
    assert all(e["displayMode"] == "buttons" for e in elements if e["type"] == "rating")
    assert {e["maxLength"] for e in elements if e["type"] == "comment"} == {2000}
    assert elements[-1]["name"] == "comment"
    assert definition.get("showProgressBar", False) is (len(definition["pages"]) > 1)


@pytest.mark.parametrize("name", SHIPPED)
def test_little_is_required_and_the_first_question_is(name: str) -> None:
    elements = [element for page in shipped(name)["pages"] for element in page["elements"]]
    required = [element["name"] for element in elements if element.get("isRequired")]
    assert required[0] == elements[0]["name"]
    assert len(required) <= 2


@pytest.mark.parametrize("name", ["post_purchase", "annual", "ad_hoc"])
def test_the_server_side_check_knows_the_shipped_surveys(name: str) -> None:
    creator = SurveyCreator(shipped(name))
    assert creator.check_values({"csat": 1, "nps": 0, "comment": "late"}) == []
    assert creator.check_values({"csat": 5, "nps": 10}) == []
    assert len(creator.check_values({"csat": 0, "nps": 11, "unknown": 1})) == 3
    assert set(SurveyForm({"comment": "late"}, creator=creator).validation_errors()) == {"csat", "nps"}


def test_the_version_follows_content_not_layout() -> None:
    definition = shipped("ad_hoc")
    reordered = dict(reversed(list(definition.items())))
    assert list(reordered) != list(definition)
    assert version_of(reordered) == version_of(definition)
    changed = copy.deepcopy(definition)
    changed["pages"][0]["elements"][0]["title"]["pt"] += " "
    assert version_of(changed) != version_of(definition)
    assert version_of({"title": "ü"}) == "e40f94b2586f"


def rating(**changes: Any) -> dict[str, Any]:
    """A rating that is right in one language; a key changed to ``...`` is left out."""
    entry = {"type": "rating", "name": "csat", "cfConstruct": "csat", "rateMin": 1, "rateMax": 5} | changes
    return {key: value for key, value in entry.items() if value is not ...}


def one_page(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"pages": [{"name": "page", "elements": list(elements)}]}


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ([], "holds no JSON object"),
        ({}, "has no questions"),
        ({"pages": []}, "has no questions"),
        ({"pages": "none"}, "has no questions"),
        (one_page(), "has no questions"),
        (one_page(rating(name=...)), "pages[0].elements[0] has no name"),
        (one_page(rating(type=..., cfConstruct=...)), "pages[0].elements[0] has no type"),
        (one_page(rating(), rating(cfConstruct=...)), 'question name "csat" is used 2 times'),
        (one_page(rating(), rating(name="again")), "construct csat is measured by 2 questions"),
        (one_page(rating(type="boolean")), "is of type boolean; only a rating can measure"),
        (one_page(rating(rateMax=...)), "without a scale"),
        (one_page(rating(rateMin=...)), "without a scale"),
        (one_page(rating(rateMax="5")), "without a scale"),
        (one_page(rating(rateMin=True)), "without a scale"),
        (one_page(rating(rateMin=5)), "rateMin 5 is not less than rateMax 5"),
        (one_page(rating(rateValues=[1, 3, 5])), "on its own rateValues"),
        (one_page(rating(cfConstruct="")), "is not the name of a construct"),
        (one_page(rating(cfConstruct=["csat"])), "is not the name of a construct"),
        (one_page(rating(cfConstruct="nps")), "defined on 0..10 only"),
        (one_page(rating(cfConstruct="nps", rateMin=1, rateMax=10)), "defined on 0..10 only"),
        (one_page(rating(cfConstruct="nps", rateMin=0, rateMax=11)), "defined on 0..10 only"),
        (one_page(rating(title={"en": "How?", "de": " "})), "pages[0].elements[0].title has no text in: de"),
        ({"title": {"default": "A", "de": "B"}} | one_page(rating(title="How?")), "title has no text in: de"),
        (
            one_page(rating(choices=[{"value": 1, "text": {"de": "Eins", "en": ""}}])),
            "choices[0].text has no text",
        ),
        (
            one_page({"type": "matrix", "name": "m"}),
            'matrix "m": the server does not check this type',
        ),
        (
            {"cfConstruct": "csat"} | one_page(rating(cfConstruct=...)),
            "only a question of its own can measure",
        ),
    ],
)
def test_what_is_wrong_is_named(definition: object, message: str) -> None:
    found = problems(definition)
    assert len(found) == 1
    assert message in found[0]


def test_questions_in_panels_and_without_pages_count() -> None:
    nested = {
        "elements": [{"type": "panel", "name": "p", "elements": [rating()]}, {"type": "comment", "name": "c"}]
    }
    assert problems(nested) == []
    assert questions(nested) == (CSAT,)


def test_everything_wrong_is_found_at_once() -> None:
    definition = one_page(
        rating(rateMin=0, cfConstruct="nps"), rating(title={"de": "Wie?"}), {"type": "comment"}
    )
    found = problems(definition, ["pt"])
    assert len(found) == 4
    assert "pages[0].elements[2] has no name" in found
    assert "pages[0].elements[1].title has no text in: pt" in found


@pytest.mark.parametrize(
    ("required", "missing"),
    [([], []), (["en"], []), (["de"], ["de"]), (["en-GB"], []), (["en", "pt-BR", "de"], ["pt-BR", "de"])],
)
def test_the_languages_of_the_organisation_are_required(required: list[str], missing: list[str]) -> None:
    found = problems(one_page(rating(title="How satisfied are you?")), required)
    expected = f"pages[0].elements[0].title has no text in: {', '.join(missing)}"
    assert found == ([expected] if missing else [])


@pytest.mark.parametrize(
    ("scales", "is_lost"),
    [({}, False), ({"ces": {(1, 7)}}, False), ({"csat": {(1, 5)}}, False), ({"csat": {(1, 7)}}, True)],
)
def test_answers_on_a_scale_that_no_kpi_counts_would_be_lost(scales: Any, is_lost: bool) -> None:
    found = problems(one_page(rating()), (), scales)
    assert bool(found) is is_lost
    assert not is_lost or "on 1..5, but the KPIs count it on 1..7 only" in found[0]
