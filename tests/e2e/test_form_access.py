"""The pages for everybody: no serious finding of axe on any of them, from left to right and from right to left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cf_operators.domain.survey import version_of
from cf_operators.web.form_texts import direction
from tests.e2e.browser import shoot
from tests.e2e.forms import DESKTOP, PHONE, Forms, choose, is_too_wide, violations
from tests.web.running_form import SURVEYS, definition_of, invite, preview_link

LANGUAGES = ("en", "ar")


def both(english: str, arabic: str) -> dict[str, str]:
    return {"default": english, "ar": arabic}


CHOICES = [
    {"value": "price", "text": both("Price", "السعر")},
    {"value": "delivery", "text": both("Delivery", "التوصيل")},
    {"value": "service", "text": both("Service", "الخدمة")},
]
DEFINITION: dict[str, Any] = {
    "title": both("Your experience with {organisation}", "تجربتك مع {organisation}"),
    "description": both("Questions marked * need an answer.", "الأسئلة المميزة بعلامة * تحتاج إلى إجابة."),
    "showProgressBar": True,
    "progressBarLocation": "top",
    "pages": [
        {
            "name": "first",
            "elements": [
                {
                    "type": "rating", "name": "nps", "title": both("Would you recommend us?", "هل توصي بنا؟"),
                    "isRequired": True, "rateMin": 0, "rateMax": 10, "displayMode": "buttons",
                    "minRateDescription": both("Not at all", "إطلاقًا"),
                    "maxRateDescription": both("Certainly", "بالتأكيد"),
                },
                {
                    "type": "radiogroup", "name": "reason", "title": both("Why above all?", "ما السبب الأهم؟"),
                    "choices": CHOICES,
                },
                {
                    "type": "checkbox", "name": "topics", "title": both("What else?", "وماذا أيضًا؟"),
                    "choices": CHOICES,
                },
            ],
        },
        {
            "name": "second",
            "title": both("A little more", "المزيد قليلًا"),
            "elements": [
                {"type": "dropdown", "name": "shop", "title": both("Which one?", "أيها؟"), "choices": CHOICES},
                {"type": "boolean", "name": "again", "title": both("Would you come again?", "هل ستعود؟")},
                {"type": "text", "name": "town", "title": both("Your town", "مدينتك")},
                {
                    "type": "comment", "name": "comment", "title": both("Anything else?", "هل من شيء آخر؟"),
                    "maxLength": 2000,
                },
            ],
        },
    ],
}  # fmt: skip


def look(forms: Forms, page: Page, name: str) -> None:
    assert violations(page) == [], name
    assert not is_too_wide(page), name
    shoot(page, name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_survey_from_start_to_thanks(forms: Forms, language: str) -> None:
    invitation = invite(forms.warehouse, DEFINITION, language=language)
    with forms.page(PHONE) as page:
        page.goto(invitation.survey + "?q=nps&v=8")
        expect(page.locator(".sd-question").first).to_be_visible()
        assert page.evaluate("document.documentElement.lang") == language
        assert page.evaluate("document.documentElement.dir") == direction(language)
        look(forms, page, f"{language}-1-one-click")
    with forms.page(PHONE) as page:
        page.goto(invitation.survey)
        page.locator(".sd-navigation__next-btn").click()
        expect(page.locator("#errors")).to_be_visible()
        look(forms, page, f"{language}-2-errors")
        page.locator("#errors a").click()
        assert page.evaluate("document.activeElement.closest('[data-name]').dataset.name") == "nps"
        choose(page, "nps", 3)
        page.locator(".sd-navigation__next-btn").click()
        expect(page.locator("[data-name=comment]")).to_be_visible()
        look(forms, page, f"{language}-3-second-page")
        page.locator(".sd-navigation__complete-btn").click()
        expect(page.locator("#thanks h1")).to_be_focused()
        look(forms, page, f"{language}-4-thanks")


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_other_pages(forms: Forms, language: str) -> None:
    def link(**values: Any) -> Any:
        return invite(forms.warehouse, DEFINITION, language=language, **values)

    invitation = link()
    lang = f"?lang={language}"
    pages = {
        "unsubscribe": invitation.unsubscribe,
        "preferences": invitation.preferences,
        "interview": link(channel="phone").interview("Zoë Łuczak"),
        "preview": preview_link("test", version_of(DEFINITION)) + lang,
        "answered": link(state="responded").survey,
        "expired": link(answer_until=timedelta(hours=-1)).survey,
        "closed": link(state="cancelled").survey,
        "not-found": "/s/x" + lang,
    }
    expected = tuple(
        f"Failed to load resource: the server responded with a status of {status}"
        for status in ("404 (Not Found)", "410 (Gone)")
    )
    with forms.page(DESKTOP, expected=expected) as page:
        for name, path in pages.items():
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            look(forms, page, f"{language}-{name}")
        page.goto(invitation.preferences)
        page.get_by_role("radio").first.check()
        page.get_by_role("button").first.click()
        expect(page.get_by_role("status")).to_be_visible()
        look(forms, page, f"{language}-preferences-saved")
        page.goto(invitation.unsubscribe)
        page.get_by_role("button").click()
        look(forms, page, f"{language}-unsubscribed")


@pytest.mark.parametrize("language", ["de", "ar"])  # long words, and from right to left
@pytest.mark.parametrize("survey", sorted(path.stem for path in SURVEYS.glob("*.json")))
def test_the_shipped_surveys(forms: Forms, survey: str, language: str) -> None:
    with forms.page(PHONE) as page:
        page.goto(invite(forms.warehouse, definition_of(survey), language=language).survey)
        expect(page.locator(".sd-question").first).to_be_visible()
        look(forms, page, f"{survey}-{language}-1")
        forward = page.locator(".sd-navigation__next-btn")
        for number in range(2, len(definition_of(survey).get("pages", [])) + 1):
            first = page.locator(".sd-question").first.get_attribute("data-name")
            for question in page.locator(".sd-question:has(.sd-rating)").all():
                question.locator("label").first.click()
            forward.click()
            expect(page.locator(f"[data-name={first}]")).to_have_count(0)
            look(forms, page, f"{survey}-{language}-{number}")
        assert not forward.is_visible()
