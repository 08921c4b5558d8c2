"""Mails in a browser: on a phone and a desktop, light and dark, from left to right and from right to left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from cf_operators.domain.first_question import first_rating
from cf_operators.hooks.mail_template import Letter, MailTemplate
from cf_operators.programme import load_programme
from tests.conftest import ROOT
from tests.e2e.browser import running_browser, shoot
from tests.e2e.forms import is_too_wide, violations

LANGUAGES = ("en", "de", "pt", "ar")
ORGANISATION = load_programme().organisation.model_copy(update={"languages": LANGUAGES})
TEMPLATES = ("post_purchase", "annual", "ad_hoc", "complaint_follow_up")
FORM = "https://feedback.meridian-home.example"
TOKEN = "AbCdEfGhIj" * 7
SMALLEST_PHONE, PHONE, DESKTOP = 320, 390, 1000
SMALLEST_TARGET = 24
"""Pixels of a target that a finger hits (WCAG 2.2, 2.5.8)."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


def mail_of(template: str, language: str, reminder_number: int) -> str:
    path = ROOT / "include" / "surveys" / f"{template}.json"
    rating = first_rating(json.loads(path.read_text(encoding="utf-8")), language)
    answer, unsubscribe, preferences = (f"{FORM}/{purpose}/{TOKEN}" for purpose in "sup")
    name = "Maximiliane Hohenlohe-Waldenburg"
    letter = Letter(name, "Kitchen", answer, unsubscribe, preferences, rating, reminder_number)
    return MailTemplate(template, ORGANISATION).render(language, letter).html


# Widths place, schemes colour: neither changes what the other does.
@pytest.mark.parametrize(
    ("scheme", "width"), [("light", SMALLEST_PHONE), ("light", PHONE), ("light", DESKTOP), ("dark", PHONE)]
)
def test_mails_fit_and_can_be_read_by_everybody(browser: Browser, scheme: Any, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for number, template in enumerate(TEMPLATES):
        for language in LANGUAGES:
            page.set_content(mail_of(template, language, number % 2))
            assert not is_too_wide(page), (template, language)
            if width == PHONE:
                shoot(page, f"{template}-{language}-{width}-{scheme}")
            _points_are_in_order(page, language)
            if width == PHONE and language in {"en", "ar"}:
                assert violations(page) == [], (template, language)
    context.close()
    assert requests == []


def _points_are_in_order(page: Page, language: str) -> None:
    placed = page.locator(".cf-point a").evaluate_all(
        "points => points.map(point => point.getBoundingClientRect().toJSON())"
    )
    assert len(placed) >= 5
    assert all(box["width"] and box["height"] for box in placed)
    lefts = [box["x"] for box in placed]
    assert lefts == sorted(lefts, reverse=language == "ar")
    assert len({round(box["y"]) for box in placed}) == 1
    assert all(box["height"] >= 40 for box in placed)
    steps = [abs(later - earlier) for earlier, later in pairwise(lefts)]
    assert min(steps) >= SMALLEST_TARGET
