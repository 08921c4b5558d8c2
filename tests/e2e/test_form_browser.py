"""The survey page in a real browser: answered on a phone, resumed, unsubscribed; nothing refused, nothing leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Warehouse
from tests.e2e.browser import running_browser
from tests.web.running_form import Invitation, definition_of, invite, running_form

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
WATCH = """
document.addEventListener("securitypolicyviolation", (event) => console.error("refused: " + event.violatedDirective));
"""


@dataclass(frozen=True)
class Forms:
    """A form server, a browser, and where screenshots go."""

    url: str
    warehouse: Warehouse
    browser: Browser
    folder: Path

    @contextmanager
    def page(self, device: dict[str, Any], expected: tuple[str, ...] = (), **options: Any) -> Iterator[Page]:
        """A page of a new visitor; in the end nothing may have gone wrong on it that nobody sees."""
        context = self.browser.new_context(base_url=self.url, locale="de-DE", **device, **options)
        context.add_init_script(WATCH)
        page = context.new_page()
        messages: list[str] = []
        requests: set[str] = set()
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("request", lambda request: requests.add(request.url))
        yield page
        assert [message for message in messages if message not in expected] == []
        assert {url for url in requests if not url.startswith((self.url + "/", "data:"))} == set()
        assert context.cookies() == []
        context.close()

    def shoot(self, page: Page, name: str) -> None:
        page.screenshot(path=self.folder / f"{name}.png", full_page=True)

    def submissions(self, invitation: Invitation) -> list[dict[str, Any]]:
        return self.warehouse.rows(
            """select is_complete, answers, language from cf_landing.form_submission
               where invitation_id = %s order by submission_id""",
            [invitation.invitation_id],
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture
def forms(warehouse: Warehouse, browser: Browser, tmp_path: Path) -> Iterator[Forms]:
    with running_form(warehouse) as url:
        yield Forms(url, warehouse, browser, tmp_path)


def choose(page: Page, question: str, value: int) -> None:
    """Press the button of a rating."""
    page.locator(f"[data-name={question}] label").filter(has_text=re.compile(rf"^{value}$")).click()


def chosen(page: Page, question: str) -> str | None:
    found = page.locator(f"[data-name={question}] input:checked")
    return found.input_value() if found.count() else None


def is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_annual_survey_on_a_phone_in_german(forms: Forms) -> None:
    invitation = invite(forms.warehouse, definition_of("annual"), language="de", occasion="2026")
    with forms.page(PHONE) as page:
        page.goto(invitation.survey)
        expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Erfahrungen mit Meridian Home")
        expect(page).to_have_title("Ihre Erfahrungen mit Meridian Home")
        forms.shoot(page, "phone-1-start")
        page.get_by_role("button", name="Weiter").click()
        expect(page.get_by_text("Bitte wählen Sie eine Antwort.")).to_have_count(2)
        forms.shoot(page, "phone-2-required")

        choose(page, "nps", 9)
        choose(page, "csat", 4)
        with page.expect_response(lambda response: response.request.method == "POST") as saved:
            page.get_by_role("button", name="Weiter").click()
        assert saved.value.status == 200

        page.reload()
        expect(page.locator("[data-name=delivery]")).to_be_visible()  # resumed where it was left
        page.get_by_role("button", name="Zurück").click()
        assert (chosen(page, "nps"), chosen(page, "csat")) == ("9", "4")
        page.get_by_role("button", name="Weiter").click()
        choose(page, "delivery", 2)
        page.get_by_role("textbox").fill("Die Lieferung kam spät – sonst gut. 😀")
        forms.shoot(page, "phone-3-questions")
        page.get_by_role("button", name="Absenden").click()
        expect(page.get_by_role("heading", name="Vielen Dank!")).to_be_focused()
        forms.shoot(page, "phone-4-thanks")

        page.goto(invitation.survey)
        expect(page.get_by_role("heading", name="Sie haben schon geantwortet")).to_be_visible()
        forms.shoot(page, "phone-5-answered")
    answers = {"nps": 9, "csat": 4, "delivery": 2, "comment": "Die Lieferung kam spät – sonst gut. 😀"}
    rows = forms.submissions(invitation)
    assert rows[0] == {"is_complete": False, "answers": {"nps": 9, "csat": 4}, "language": "de"}
    assert rows[-1] == {"is_complete": True, "answers": answers, "language": "de"}
    assert [row["is_complete"] for row in rows].count(True) == 1


def test_unsubscribing_by_the_page(forms: Forms) -> None:
    invitation = invite(forms.warehouse, definition_of("annual"), language="de")
    with forms.page(PHONE) as page:
        page.goto(invitation.unsubscribe)
        forms.shoot(page, "phone-6-unsubscribe")
        assert forms.warehouse.rows("select * from cf_ledger.consent") == []
        page.get_by_role("button", name="Abmelden").click()
        expect(page.get_by_role("heading", name="Sie sind abgemeldet")).to_be_visible()
        forms.shoot(page, "phone-7-unsubscribed")
    (row,) = forms.warehouse.rows("select contact_key, purpose, is_granted from cf_ledger.consent")
    assert row == {"contact_key": invitation.contact_key, "purpose": "survey", "is_granted": False}


def test_switching_the_language_keeps_the_answers(forms: Forms) -> None:
    invitation = invite(
        forms.warehouse, definition_of("post_purchase"), language="en", occasion='Desk "Oslo" <b>'
    )
    with forms.page(DESKTOP) as page:
        page.goto(invitation.survey)
        expect(page.get_by_role("heading", level=1)).to_have_text('Your purchase: Desk "Oslo" <b>')
        choose(page, "nps", 10)
        choose(page, "csat", 5)
        forms.shoot(page, "desktop-1-start")
        page.get_by_role("link", name="Português").click()
        expect(page.get_by_role("heading", level=1)).to_have_text('A sua compra: Desk "Oslo" <b>')
        assert page.evaluate("document.documentElement.lang") == "pt"
        assert (chosen(page, "nps"), chosen(page, "csat")) == ("10", "5")
        page.get_by_role("button", name="Enviar").click()
        expect(page.get_by_role("heading", name="Obrigado!")).to_be_visible()
        forms.shoot(page, "desktop-2-thanks")
    assert forms.submissions(invitation)[-1] == {
        "is_complete": True,
        "answers": {"nps": 10, "csat": 5},
        "language": "pt",
    }


def test_no_page_is_wider_than_a_small_phone(forms: Forms) -> None:
    small = PHONE | {"viewport": {"width": 360, "height": 640}}
    with forms.page(small) as page:
        for survey in ("annual", "post_purchase", "ad_hoc"):
            for language in ("en", "de", "pt"):
                invitation = invite(
                    forms.warehouse,
                    definition_of(survey),
                    language=language,
                    occasion="Donaudampfschifffahrt" * 4,
                )
                page.goto(invitation.survey)
                expect(page.locator(".sd-question").first).to_be_visible()
                assert not is_too_wide(page), (survey, language)
                page.goto(invitation.unsubscribe)
                assert not is_too_wide(page), (survey, language)


def test_by_keyboard_alone(forms: Forms) -> None:
    invitation = invite(forms.warehouse, definition_of("ad_hoc"), language="en")
    with forms.page(DESKTOP) as page:
        page.goto(invitation.survey)
        expect(page.locator(".sd-question").first).to_be_visible()
        for _ in range(30):
            page.keyboard.press("Tab")
            kind = page.evaluate("document.activeElement.type || document.activeElement.tagName")
            if kind == "radio":
                page.keyboard.press("ArrowRight")
            elif kind in {"button", "submit"}:
                break
        forms.shoot(page, "desktop-3-keyboard")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Thank you!")).to_be_focused()
    assert set(forms.submissions(invitation)[-1]["answers"]) >= {"nps", "csat"}


def test_a_lost_connection_loses_no_answer(forms: Forms) -> None:
    invitation = invite(forms.warehouse, definition_of("ad_hoc"), language="de")
    unavailable = "Failed to load resource: the server responded with a status of 503 (Service Unavailable)"
    with forms.page(PHONE, expected=(unavailable,)) as page:
        page.goto(invitation.survey)
        choose(page, "nps", 0)
        choose(page, "csat", 1)
        page.route("**/s/*", lambda route: route.fulfill(status=503, body="{}"), times=1)
        page.get_by_role("button", name="Absenden").click()
        expect(page.get_by_role("alert")).to_contain_text("nichts ist verloren")
        forms.shoot(page, "phone-8-not-sent")
        assert (chosen(page, "nps"), forms.submissions(invitation)) == ("0", [])
        page.get_by_role("button", name="Absenden").click()
        expect(page.get_by_role("heading", name="Vielen Dank!")).to_be_visible()
    assert forms.submissions(invitation)[-1]["answers"] == {"nps": 0, "csat": 1}


def test_a_hidden_question_takes_its_answer_with_it(forms: Forms) -> None:
    definition = {
        "title": "Short",
        "elements": [
            {
                "type": "rating",
                "name": "nps",
                "rateMin": 0,
                "rateMax": 10,
                "displayMode": "buttons",
                "isRequired": True,
            },
            {
                "type": "comment",
                "name": "why",
                "title": "Why?",
                "visibleIf": "{nps} <= 6",
                "isRequired": True,
            },
            {"type": "html", "name": "note", "html": "<p>About {occasion}</p>"},
        ],
    }
    invitation = invite(forms.warehouse, definition, occasion="<img src=x onerror=alert(1)>")
    with forms.page(PHONE) as page:
        page.goto(invitation.survey)
        expect(page.get_by_text("About <img src=x onerror=alert(1)>")).to_be_visible()
        choose(page, "nps", 3)
        page.get_by_role("textbox").fill("too late")
        choose(page, "nps", 9)
        expect(page.get_by_role("textbox")).to_have_count(0)
        page.get_by_role("button", name="Complete").click()
        expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    assert forms.submissions(invitation)[-1]["answers"] == {"nps": 9}


def test_without_javascript_the_page_says_what_to_do(forms: Forms) -> None:
    invitation = invite(forms.warehouse, definition_of("annual"), language="de")
    with forms.page(PHONE, java_script_enabled=False) as page:
        page.goto(invitation.survey)
        expect(page.locator("noscript p")).to_contain_text("Dieser Fragebogen braucht JavaScript.")
        expect(page.locator("noscript p")).to_be_visible()
        expect(page.get_by_text("Wird geladen")).to_be_hidden()
        forms.shoot(page, "phone-9-without-script")
