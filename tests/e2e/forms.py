"""A form server and a browser for it: pages of new visitors, watched for everything that nobody would see."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from cf_operators.domain.survey import languages
from tests.conftest import ROOT, Warehouse
from tests.web.running_form import Invitation, definition_of

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
    """A form server and a browser."""

    url: str
    warehouse: Warehouse
    browser: Browser

    @contextmanager
    def page(self, device: dict[str, Any], expected: tuple[str, ...] = (), **options: Any) -> Iterator[Page]:
        """A page of a new visitor; in the end nothing may have gone wrong on it that nobody sees."""
        context = self.browser.new_context(base_url=self.url, locale="de-DE", **device, **options)
        context.add_init_script(WATCH)
        page = context.new_page()
        messages: list[str] = []
        requests: set[str] = set()
        cookies: list[str] = []
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("request", lambda request: requests.add(request.url))
        page.on("response", lambda response: cookies.extend(response.headers.get("set-cookie", "").split()))
        yield page
        assert [message for message in messages if message not in expected] == []
        assert {url for url in requests if not url.startswith((self.url + "/", "data:"))} == set()
        assert (context.cookies(), cookies) == ([], [])
        context.close()

    def words(self, invitation: Invitation) -> dict[str, bool]:
        """What the person has said, by purpose."""
        rows = self.warehouse.rows(
            "select purpose, is_granted from cf_ledger.v_consent where contact_key = %s",
            [invitation.contact_key],
        )
        return {row["purpose"]: row["is_granted"] for row in rows}

    def submissions(self, invitation: Invitation) -> list[dict[str, Any]]:
        return self.warehouse.rows(
            """select is_complete, answers, language from cf_landing.form_submission
               where invitation_id = %s order by submission_id""",
            [invitation.invitation_id],
        )


def choose(page: Page, question: str, value: int) -> None:
    """Press the button of a rating."""
    page.locator(f"[data-name={question}] label").filter(has_text=re.compile(rf"^{value}$")).click()


def chosen(page: Page, question: str) -> str | None:
    found = page.locator(f"[data-name={question}] input:checked")
    return found.input_value() if found.count() else None


def looks_of_points(page: Page) -> set[str]:
    """How the points of all ratings look: background and border."""
    look = "all => all.map(each => (s => s.backgroundColor + s.borderTopColor)(getComputedStyle(each)))"
    return set(page.locator(".sd-rating__item").evaluate_all(look))


def is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def in_language(text: Any, language: str) -> str:
    """A text of a definition in a language."""
    return str(text.get(language, text["default"]) if isinstance(text, dict) else text)


def other_language(survey_id: str) -> str:
    """A second language to answer a shipped survey in: one from right to left if it has one."""
    return "ar" if "ar" in languages(definition_of(survey_id)) else "pt"


def violations(page: Page) -> list[str]:
    """What axe finds on a page that keeps people out: each serious or critical rule with the places that break it."""
    node_modules = Path(os.environ.get("CF_NODE_MODULES") or ROOT / "node_modules")
    page.evaluate((node_modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"], "axe has looked at nothing"
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]
