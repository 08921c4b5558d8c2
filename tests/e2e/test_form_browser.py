"""The survey page in a real browser: answered on a phone, resumed, unsubscribed; nothing refused, nothing leaves."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from cf_operators.domain.questionnaire import asked_questions
from cf_operators.domain.survey import version_of
from cf_operators.web.form_texts import FormTexts, direction
from tests.e2e.browser import shoot
from tests.e2e.forms import (
    DESKTOP,
    PHONE,
    Forms,
    choose,
    chosen,
    in_language,
    is_too_wide,
    looks_of_points,
    other_language,
)
from tests.web.running_form import definition_of, invite, preview_link

TEXTS = FormTexts()


@pytest.mark.parametrize("language", ["de", other_language("annual")])
def test_annual_survey_on_a_phone(forms: Forms, language: str) -> None:
    definition, texts = definition_of("annual"), TEXTS.of(language)
    send, forward, back = (
        in_language(definition[key], language) for key in ("completeText", "pageNextText", "pagePrevText")
    )
    title = in_language(definition["title"], language).replace("{organisation}", "Meridian Home")
    invitation = invite(forms.warehouse, definition, language=language, occasion="2026")
    with forms.page(PHONE) as page:
        page.goto(invitation.survey)
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect(page).to_have_title(title)
        assert page.evaluate(
            "getComputedStyle(document.querySelector('.sd-root-modern')).direction"
        ) == direction(language)
        shoot(page, f"{language}-1-start")
        page.get_by_role("button", name=forward).click()
        expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
        shoot(page, f"{language}-2-required")

        choose(page, "nps", 9)
        expect(page.get_by_role("alert").get_by_role("link")).to_have_count(1)
        choose(page, "csat", 4)
        expect(page.locator("#errors")).to_be_hidden()
        with page.expect_response(lambda response: response.request.method == "POST") as saved:
            page.get_by_role("button", name=forward).click()
        assert saved.value.status == 200
    with forms.page(PHONE) as page:  # another day, another visit
        page.goto(invitation.survey)
        expect(page.locator("[data-name=delivery]")).to_be_visible()  # resumed where it was left
        page.get_by_role("button", name=back).click()
        assert (chosen(page, "nps"), chosen(page, "csat")) == ("9", "4")
        page.get_by_role("button", name=forward).click()
        expect(page.locator("[data-name=delivery]")).to_be_visible()
        assert len(looks_of_points(page)) == 1  # the finger on the button before leaves no point half chosen
        choose(page, "delivery", 2)
        page.get_by_role("textbox").first.fill("Die Lieferung kam spät – sonst gut. 😀")
        assert not is_too_wide(page)
        shoot(page, f"{language}-3-questions")
        page.get_by_role("button", name=send).click()
        expect(page.get_by_role("heading", name=texts["thanks_title"])).to_be_focused()
        shoot(page, f"{language}-4-thanks")

        page.goto(invitation.survey)
        expect(page.get_by_role("heading", name=texts["answered_title"])).to_be_visible()
        shoot(page, f"{language}-5-answered")
    rows = forms.submissions(invitation)
    assert rows[0] == {"is_complete": False, "answers": {"nps": 9, "csat": 4}, "language": language}
    assert rows[-1] == {
        "is_complete": True,
        "answers": {"nps": 9, "csat": 4, "delivery": 2, "comment": "Die Lieferung kam spät – sonst gut. 😀"},
        "language": language,
    }
    assert [row["is_complete"] for row in rows].count(True) == 1


@pytest.mark.parametrize("language", ["de", "ar"])
def test_unsubscribing_and_choosing_again(forms: Forms, language: str) -> None:
    texts = TEXTS.of(language)
    invitation = invite(forms.warehouse, definition_of("annual"), language=language)
    with forms.page(PHONE, java_script_enabled=False) as page:
        page.goto(invitation.unsubscribe)
        shoot(page, f"{language}-6-unsubscribe")
        assert forms.words(invitation) == {}
        page.get_by_role("button", name=texts["unsubscribe_button"]).click()
        expect(page.get_by_role("heading", name=texts["unsubscribed_title"])).to_be_visible()
        shoot(page, f"{language}-7-unsubscribed")
        assert forms.words(invitation) == {"survey": False}

        page.get_by_role("link", name=texts["unsubscribed_onward"]).click()
        expect(page.get_by_role("radio", name=texts["preferences_no"], checked=True)).to_have_count(3)
        shoot(page, f"{language}-8-preferences")
        page.get_by_label(texts["preferences_yes"]).nth(1).check()
        page.get_by_role("button", name=texts["preferences_save"]).click()
        expect(page.get_by_role("status")).to_have_text(texts["preferences_saved"])
        assert not is_too_wide(page)
        shoot(page, f"{language}-9-saved")
        assert forms.words(invitation) == {
            "survey": True, "purchases": False, "service": True, "relationship": False,
        }  # fmt: skip
        page.get_by_role("button", name=texts["preferences_none"]).click()
        expect(page.get_by_text(texts["preferences_said_no"])).to_be_visible()
        assert forms.words(invitation)["survey"] is False


def test_nothing_chosen_on_the_preferences_page(forms: Forms) -> None:
    invitation = invite(forms.warehouse, definition_of("annual"), language="de")
    with forms.page(
        PHONE,
        expected=(
            "Failed to load resource: the server responded with a status of 422 (Unprocessable Content)",
            "Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)",
        ),
    ) as page:
        page.goto(invitation.preferences)
        page.get_by_role("button", name="Speichern").click()
        page.get_by_role("alert").get_by_role("link", name="Die jährliche Befragung").click()
        assert page.url.endswith("#relationship-yes")
        shoot(page, "de-10-nothing-chosen")
    assert forms.words(invitation) == {}


def test_a_first_answer_by_one_click(forms: Forms) -> None:
    invitation = invite(forms.warehouse, definition_of("post_purchase"), language="en")
    first = invitation.survey + "?q=nps&v=9"
    with forms.page(PHONE) as page:
        page.goto(first)
        expect(page.get_by_role("status")).to_have_text(
            "You chose 9. Please confirm by sending, or change it."
        )
        assert chosen(page, "nps") == "9"
        shoot(page, "one-click")
    with forms.page(PHONE) as page:  # looked at and put aside: nothing was said
        page.goto(first)
        expect(page.locator(".sd-question").first).to_be_visible()
        page.evaluate(
            """Object.defineProperty(document, "visibilityState", {value: "hidden"});
            document.dispatchEvent(new Event("visibilitychange"));"""
        )
        page.goto("/")
    assert forms.submissions(invitation) == []
    with forms.page(PHONE) as page:
        page.goto(first)
        choose(page, "nps", 4)
        expect(page.locator("#chosen")).to_have_count(0)
        choose(page, "csat", 2)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("heading", name="Thank you!")).to_be_focused()
    answers = forms.submissions(invitation)[-1]["answers"]
    assert (answers["nps"], answers["csat"]) == (4, 2)


def test_one_click_on_the_first_of_two_pages_is_kept_on_the_way(forms: Forms) -> None:
    invitation = invite(forms.warehouse, definition_of("annual"), language="en")
    with forms.page(PHONE) as page:
        page.goto(invitation.survey + "?q=nps&v=10")
        choose(page, "csat", 5)
        with page.expect_response(lambda response: response.request.method == "POST"):
            page.get_by_role("button", name="Next").click()
        page.goto(invitation.survey + "?q=nps&v=10")
        expect(page.get_by_role("status")).to_be_visible()
        assert (chosen(page, "nps"), chosen(page, "csat")) == ("10", "5")
    assert forms.submissions(invitation)[0]["answers"] == {"nps": 10, "csat": 5}


def test_an_interview(forms: Forms) -> None:
    invitation = invite(forms.warehouse, definition_of("ad_hoc"), language="en", channel="phone")
    with forms.page(DESKTOP) as page:
        page.goto(invitation.interview("Zoë Łuczak"))
        expect(page.locator(".interview")).to_contain_text("Telephone interview by Zoë Łuczak.")
        shoot(page, "interview")
        choose(page, "csat", 3)
        choose(page, "nps", 6)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("heading", name="Thank you!")).to_be_focused()
    rows = forms.warehouse.rows("select distinct channel, interviewer from cf_landing.form_submission")
    assert rows == [{"channel": "phone", "interviewer": "Zoë Łuczak"}]


def test_a_preview_keeps_nothing(forms: Forms) -> None:
    version = version_of(definition_of("ad_hoc"))
    with forms.page(PHONE) as page:
        page.goto(preview_link("ad_hoc", version))
        expect(page.get_by_text("Dies ist eine Vorschau.")).to_be_visible()
        shoot(page, "preview-1")
        choose(page, "csat", 3)
        choose(page, "nps", 6)
        page.get_by_role("button", name="Absenden").click()
        expect(page.get_by_role("heading", name="Vorschau: nichts wurde gespeichert")).to_be_focused()
        shoot(page, "preview-2-sent")
    assert forms.warehouse.rows("select 1 from cf_landing.form_submission") == []


def test_switching_the_language_keeps_the_answers(forms: Forms) -> None:
    invitation = invite(
        forms.warehouse, definition_of("post_purchase"), language="en", occasion='Desk "Oslo" <b>'
    )
    with forms.page(DESKTOP) as page:
        page.goto(invitation.survey)
        expect(page.get_by_role("heading", level=1)).to_have_text('Your purchase: Desk "Oslo" <b>')
        choose(page, "nps", 10)
        choose(page, "csat", 5)
        shoot(page, "desktop-1-start")
        page.get_by_role("link", name="Português").click()
        expect(page.get_by_role("heading", level=1)).to_have_text('A sua compra: Desk "Oslo" <b>')
        assert page.evaluate("document.documentElement.lang") == "pt"
        assert (chosen(page, "nps"), chosen(page, "csat")) == ("10", "5")
        page.get_by_role("button", name="Enviar").click()
        expect(page.get_by_role("heading", name="Obrigado!")).to_be_visible()
        shoot(page, "desktop-2-thanks")
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
    definition = definition_of("post_purchase")
    invitation = invite(forms.warehouse, definition, language="en")
    with forms.page(DESKTOP) as page:
        page.goto(invitation.survey)
        expect(page.locator(".sd-question").first).to_be_visible()
        for _ in range(60):
            page.keyboard.press("Tab")
            kind = page.evaluate("document.activeElement.type || document.activeElement.tagName")
            if kind == "radio":
                page.keyboard.press("ArrowRight")
            elif kind == "textarea":
                page.keyboard.type("By keyboard")
            elif kind in {"button", "submit"}:
                shoot(page, "keyboard")
                page.keyboard.press("Enter")  # and no further key, which would take the focus from the thanks
                break
        expect(page.get_by_role("heading", name="Thank you!")).to_be_focused()
    answers = forms.submissions(invitation)[-1]["answers"]
    required = {asked.name for asked in asked_questions(definition) if asked.element.get("isRequired")}
    assert required
    assert answers.keys() >= required
    assert "By keyboard" in answers.values()


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
        shoot(page, "phone-8-not-sent")
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
        shoot(page, "phone-9-without-script")
