"""The first question in the mail: a row of links for every survey of the library, in every language."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.domain.first_question import FirstRating, first_rating
from cf_operators.hooks.mail_template import Letter, MailTemplate, Rendered
from tests.conftest import ROOT
from tests.hooks.test_mail_template import (
    ANSWER,
    CSAT,
    LANGUAGES,
    NPS,
    ORGANISATION,
    TEMPLATES,
    Page,
    letter,
)

SURVEYS = sorted((ROOT / "include" / "surveys").glob("*.json"))


def written(
    rating: FirstRating | None, language: str = "en", template: str = "annual", **values: Any
) -> Rendered:
    return MailTemplate(template, ORGANISATION).render(language, letter(rating=rating, **values))


def point(rating: FirstRating, value: int) -> str:
    return f"{ANSWER}?q={rating.name}&v={value}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", SURVEYS, ids=lambda path: path.stem)
def test_each_survey_of_the_library_can_be_begun_in_the_mail(path: Any, language: str) -> None:
    definition = json.loads(path.read_text(encoding="utf-8"))
    rating = first_rating(definition, language)
    assert rating is not None
    first = definition["pages"][0]["elements"][0]
    assert (rating.name, rating.values[0], rating.values[-1]) == (
        first["name"],
        first["rateMin"],
        first["rateMax"],
    )
    mail = written(rating, language)
    page = Page(mail.html)
    links = [link for link in page.links if "?q=" in link]
    assert links == [point(rating, value) for value in rating.values]
    key = "default" if language == "en" else language
    title = first["title"][key].replace("{organisation}", ORGANISATION.name).replace("{occasion}", "Kitchen")
    for words in (title, first["minRateDescription"][key], first["maxRateDescription"][key]):
        assert words in page.text
        assert words in mail.text
    for link in links:
        assert any(line.endswith(f": {link}") for line in mail.text.splitlines())
    assert mail.text.index(ANSWER + "\n") < mail.text.index(
        links[0]
    )  # first the way that works for everybody


@pytest.mark.parametrize("template", TEMPLATES)
def test_without_a_rating_the_mail_has_the_button_only(template: str) -> None:
    mail = written(None, template=template)
    assert "cf-points" not in mail.html.partition("</head>")[2]
    assert "?q=" not in mail.html + mail.text


def test_every_template_in_every_language_is_small_with_eleven_points() -> None:
    for template in TEMPLATES:
        for language in LANGUAGES:
            for number in (0, 1):
                mail = written(NPS, language, template, reminder_number=number)
                assert len(mail.html.encode()) < 40_000
                assert len(mail.text.encode()) < 10_000


def test_each_point_tells_screen_readers_what_the_ends_mean() -> None:
    html = written(CSAT).html
    labels = [unescape(label) for label in re.findall(r'aria-label="([^"]*)"', html)]
    assert [label for label in labels if label[:1].isdigit()] == ["1: Bad <1>", "2", "3", "4", '5: Good "5"']


def test_texts_of_a_question_are_text_and_its_placeholders_are_filled_in() -> None:
    plain, mail = written(CSAT), written(CSAT, occasion='<b>Pots</b> & "pans" {organisation}\r\nX: y')
    assert Page(mail.html).tags == Page(plain.html).tags
    question = f'How satisfied with <b>Pots</b> & "pans" {{organisation}} X: y, {ORGANISATION.name}?'
    assert question in Page(mail.html).text
    assert question in mail.text.splitlines()


TEXT = st.text(st.characters(codec="utf-8"), max_size=60)


@given(name=TEXT, occasion=TEXT, title=TEXT, low=TEXT, high=TEXT, number=st.integers(0, 2))
@settings(max_examples=120, deadline=None)
def test_no_text_becomes_markup(
    name: str, occasion: str, title: str, low: str, high: str, number: int
) -> None:
    rating = FirstRating("nps", title, tuple(range(11)), low, high)
    template = MAIL
    mail = template.render("en", Letter(name, occasion, ANSWER, "u", "p", rating, number))
    plain = template.render("en", Letter("A", "B", ANSWER, "u", "p", NPS, number))
    assert Page(mail.html).tags == Page(plain.html).tags
    assert Page(mail.html).links == Page(plain.html).links
    assert len(mail.subject.splitlines()) <= 1


MAIL = MailTemplate("post_purchase", ORGANISATION)


def one_page(*elements: dict[str, Any], **page: Any) -> dict[str, Any]:
    return {"pages": [{"elements": list(elements)} | page]}


RATING = {"type": "rating", "name": "r", "rateMin": 1, "rateMax": 5}


@pytest.mark.parametrize(
    "definition",
    [
        {},
        {"pages": []},
        one_page({"type": "comment", "name": "c"}, RATING),
        one_page(RATING | {"rateMin": 0, "rateMax": 11}),
        one_page(RATING | {"rateMax": 1}),
        one_page(RATING | {"rateStep": 2}),
        one_page(RATING | {"rateValues": [1, 2]}),
        one_page(RATING | {"rateMin": "1"}),
        one_page(RATING | {"visibleIf": "{x} = 1"}),
        one_page(RATING | {"visible": False}),
        one_page(RATING, visibleIf="{x} = 1"),
        one_page({"type": "panel", "visibleIf": "{x} = 1", "elements": [RATING]}),
    ],
)
def test_what_does_not_fit_into_a_row_is_not_shown(definition: dict[str, Any]) -> None:
    assert first_rating(definition, "en") is None


def test_words_above_the_first_question_and_panels_do_not_matter() -> None:
    definition = one_page({"type": "html", "html": "Hello"}, {"type": "panel", "elements": [RATING]})
    assert first_rating(definition, "en") == FirstRating("r", "r", (1, 2, 3, 4, 5), "", "")


def test_a_language_that_the_survey_lacks_falls_back_to_its_default() -> None:
    title = {"default": "How?", "pt": "Como?"}
    definition = one_page(RATING | {"title": title})
    for language, words in (("en", "How?"), ("pt", "Como?"), ("pt-BR", "Como?"), ("sv", "How?")):
        rating = first_rating(definition, language)
        assert rating is not None
        assert rating.title == words
