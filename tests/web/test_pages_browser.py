"""The pages in a real browser: by the navigation of Airflow, in its frame, with everything a person does there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect
from psycopg.types.json import Jsonb

from cf_operators.domain.survey import version_of
from tests.e2e.browser import running_browser, shoot
from tests.e2e.forms import choose, is_too_wide, violations
from tests.web.asking import WAVE, Pages
from tests.web.running_airflow import FORM
from tests.web.running_form import definition_of, running_form

PATIENCE = 60_000  # milliseconds; the first page of Airflow is 7 MB of script
NASTY = '<img src=x onerror="document.title=1">'
WATCH = """
document.addEventListener("securitypolicyviolation", (event) => console.error("refused: " + event.violatedDirective));
"""


@dataclass
class Desktop:
    """A browser in which a user is logged in to Airflow."""

    context: BrowserContext
    page: Page
    problems: list[str] = field(default_factory=list)

    @property
    def frame(self) -> FrameLocator:
        """The frame that Airflow shows our pages in."""
        return self.page.frame_locator("iframe")

    def shoot(self, name: str) -> None:
        shoot(self.page, name)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@contextmanager
def logged_in(pages: Pages, browser: Browser, user: str = "quality") -> Iterator[Desktop]:
    """A user with Airflow's cookie; in the end no page of ours may have had a problem."""
    context = browser.new_context(base_url=pages.server.url, viewport={"width": 1400, "height": 900})
    context.set_default_timeout(PATIENCE)
    context.add_init_script(WATCH)
    context.add_cookies([{"name": "_token", "value": pages.server.token(user), "url": pages.server.url}])
    desktop = Desktop(context, context.new_page())

    def note(message: Any) -> None:
        if message.type == "error" and "/cf/" in message.location.get("url", ""):
            desktop.problems.append(message.text)

    desktop.page.on("console", note)
    yield desktop
    assert desktop.problems == []
    context.close()


@pytest.fixture
def desktop(pages: Pages, browser: Browser) -> Iterator[Desktop]:
    with logged_in(pages, browser) as made:
        yield made


def test_from_the_navigation_of_airflow_to_a_settled_mail(pages: Pages, desktop: Desktop) -> None:
    pages.wave()
    first, second = pages.invite("unknown"), pages.invite("unknown", occasion=NASTY)
    pages.wave("annual/2026")
    page, frame = desktop.page, desktop.frame
    desktop.context.clear_cookies()
    page.goto("/")
    page.fill("#username", "quality")
    page.fill("#password", pages.server.passwords["quality"])
    page.click("[type=submit]")
    page.get_by_role("link", name="Customer Focus").click()
    expect(frame.get_by_role("heading", name="Waves")).to_be_visible(timeout=PATIENCE)
    desktop.shoot("1-waves")
    frame.get_by_role("link", name=WAVE).click()
    expect(frame.get_by_role("heading", name=WAVE)).to_be_visible()
    desktop.shoot("2-wave")
    frame.get_by_role("link", name="To settle").click()
    expect(frame.get_by_text(NASTY)).to_be_visible()
    frame.get_by_role("row", name="Oak table").get_by_role("button", name="It was sent").click()
    expect(frame.get_by_role("status")).to_have_text("1 mail settled: sent.")
    # The second press is asked about first: the frame allows no dialogue of the browser.
    expect(frame.get_by_role("button", name="Send all again", exact=True)).to_be_hidden()
    frame.get_by_text("Send all again …").click()
    desktop.shoot("3-settle")
    frame.get_by_role("textbox", name="Note").last.fill("the server crashed")
    frame.get_by_role("button", name="Send all again", exact=True).click()
    expect(frame.get_by_role("status")).to_contain_text("1 mail will be sent again")
    expect(frame.get_by_text("Nothing is to be settled.")).to_be_visible()
    assert (pages.state(first), pages.state(second)) == ("accepted", "planned")
    assert pages.decided() == [("sent", "quality", None), ("send_again", "quality", "the server crashed")]
    assert page.url.startswith(f"{pages.server.url}/plugin/customer-focus")
    assert page.title() != "1"


def test_stopping_a_wave_and_approving_a_key_account(pages: Pages, desktop: Desktop) -> None:
    pages.wave()
    account = pages.invite("planned", approval="wanted", name="Northwind Ltd")
    page, frame = desktop.page, desktop.frame
    page.goto(f"/plugin/customer-focus/cf/wave?id={WAVE}")
    frame.get_by_text("Stop this wave …").click()
    frame.get_by_role("button", name="Stop it").click()
    expect(frame.get_by_role("status")).to_contain_text("The wave is stopped.")
    expect(frame.get_by_role("heading", name=WAVE)).to_contain_text("stopped")
    desktop.shoot("4-stopped")
    frame.get_by_role("link", name="Key accounts").click()
    frame.get_by_role("row", name="Northwind Ltd").get_by_role("button", name="Approve").click()
    expect(frame.get_by_role("status")).to_contain_text("1 key account approved.")
    desktop.shoot("5-approved")
    assert pages.rows("select approval from cf_ledger.invitation") == [{"approval": "granted"}]
    assert pages.state(account) == "planned"


def test_an_interview_from_the_call_list_to_the_answer(pages: Pages, desktop: Desktop) -> None:
    definition = definition_of("post_purchase")
    version = version_of(definition)
    pages.wave("service/1", channel="phone")
    call = pages.invite("planned", "service/1", channel="phone", name="Ann Example")
    pages.execute(
        "insert into cf_ledger.survey values ('post_purchase', %s, %s, now())", [version, Jsonb(definition)]
    )
    pages.execute("update cf_ledger.wave set survey_version = %s", [version])
    page, frame = desktop.page, desktop.frame
    page.goto("/plugin/customer-focus/cf/interviews")
    frame.get_by_role("row", name="Ann Example").get_by_role("button", name="Start the interview").click()
    expect(frame.get_by_role("heading", name="Interview", exact=True)).to_be_visible()
    desktop.shoot("6-interview")
    with desktop.context.expect_page() as opened:
        frame.get_by_role("link", name="Open the questionnaire").click()
    link = frame.get_by_role("textbox").first.input_value()
    opened.value.close()  # nothing answers under the public address
    assert link.startswith(f"{FORM}/i/")
    with running_form(pages.server.warehouse) as form:
        questionnaire = desktop.context.new_page()
        questionnaire.goto(form + link.removeprefix(FORM))
        choose(questionnaire, "nps", 9)
        choose(questionnaire, "csat", 4)
        questionnaire.get_by_role("button", name="Complete").or_(
            questionnaire.get_by_role("button", name="Submit")
        ).or_(questionnaire.get_by_role("button", name="Send")).first.click()
        expect(questionnaire.get_by_role("heading", name="Thank you")).to_be_visible()
        questionnaire.close()
    rows = pages.rows("select * from cf_landing.form_submission where is_complete")
    assert [(row["invitation_id"], row["channel"], row["interviewer"]) for row in rows] == [
        (call, "phone", "quality")
    ]
    frame.get_by_role("link", name="All interviews").click()
    expect(frame.get_by_text("Nobody is to be called.")).to_be_visible()


def test_a_mail_is_looked_at_and_sent_to_oneself(pages: Pages, desktop: Desktop) -> None:
    page, frame = desktop.page, desktop.frame
    page.goto("/plugin/customer-focus/cf/preview")
    frame.get_by_label("Campaign").select_option("annual")
    frame.get_by_label("Language").select_option("de")
    frame.get_by_role("button", name="Show").click()
    mail = frame.frame_locator("iframe[title='The mail']")
    expect(mail.get_by_text("Alex Example")).to_be_visible()
    expect(mail.locator("a").first).to_be_visible()
    desktop.shoot("7-preview")
    frame.get_by_label("Send a test to myself").fill("me@firm.example")
    frame.get_by_role("button", name="Send", exact=True).click()
    expect(frame.get_by_role("status")).to_have_text("The test mail is on its way.")
    assert [mail.recipient for mail in pages.mail.caught] == ["me@firm.example"]


def test_every_page_is_for_everybody(pages: Pages, desktop: Desktop) -> None:
    """No serious finding of axe, light and dark, and nothing hangs over the edge of a small window."""
    pages.wave()
    for _ in range(2):
        pages.invite("unknown")
        pages.invite("planned", approval="wanted", name="Northwind Ltd")
    pages.wave("service/1", channel="phone", is_stopped=False)
    call = pages.invite("planned", "service/1", channel="phone")
    assert pages.post("interviews", invitation=call).status_code == 200
    pages.invite("planned", "service/1", channel="phone")
    page = desktop.page
    for dark in (False, True):
        page.emulate_media(color_scheme="dark" if dark else "light")
        for path in (
            "waves",
            f"wave?id={WAVE}",
            "unknown",
            "approvals",
            "interviews",
            f"interview?invitation={call}",
            "preview",
            "preview?campaign=annual",
        ):
            page.set_viewport_size({"width": 1400, "height": 900})
            page.goto(f"/cf/{path}")
            assert bool(page.evaluate("document.documentElement.classList.contains('dark')")) == dark
            assert violations(page) == [], (path, dark)
            page.set_viewport_size({"width": 700, "height": 900})
            assert not is_too_wide(page), path


def test_a_viewer_reads_and_finds_no_button(pages: Pages, browser: Browser) -> None:
    pages.wave()
    pages.invite("unknown")
    with logged_in(pages, browser, "viewer") as desktop:
        desktop.page.goto("/")
        desktop.page.get_by_role("link", name="Customer Focus").click()
        expect(desktop.frame.get_by_role("link", name=WAVE)).to_be_visible(timeout=PATIENCE)
        desktop.frame.get_by_role("link", name="To settle").click()
        expect(desktop.frame.get_by_role("row", name="Oak table")).to_be_visible()
        expect(desktop.frame.get_by_role("button", name="It was sent")).to_have_count(0)
