"""The survey page and its posts, on a real server with a real warehouse, as the role cf_form."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.web.conftest import Form

COMPLETE = {"nps": 9, "csat": 4, "comment": "Gut – 好 😀"}


def page_data(page: httpx.Response) -> dict[str, Any]:
    """What the script of the page is given."""
    found = re.search(
        r'<script type="application/json" id="survey-data">(.*?)</script>', page.text, re.DOTALL
    )
    assert found, page.text
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_page_holds_the_questionnaire_in_the_language_of_the_contact(form: Form) -> None:
    page = form.client.get(form.invite("annual", language="de", occasion="2026").survey)
    assert page.status_code == 200
    assert '<html lang="de" dir="ltr">' in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    data = page_data(page)
    assert data["language"] == "de"
    assert data["variables"] == {"organisation": "Meridian Home", "occasion": "2026"}
    assert [element["name"] for element in data["definition"]["pages"][0]["elements"]] == [
        "nps",
        "nps_reason",
        "csat",
    ]
    assert data["answers"] == {}
    scripts = re.findall(r'<script src="/assets/[0-9a-f]{16}/([^"]+)" defer>', page.text)
    assert scripts == ["survey.core.min.js", "survey-js-ui.min.js", "german.min.js", "form.js"]


@pytest.mark.parametrize(
    ("contact", "query", "shown", "locale"),
    [
        ("de", "?lang=pt", "pt", "portuguese.min.js"),
        ("de", "?lang=xx", "de", "german.min.js"),
        ("de-AT", "", "de", "german.min.js"),
        ("fr", "", "en", None),
    ],
)
def test_language_can_be_switched_and_falls_back(
    form: Form, contact: str, query: str, shown: str, locale: str | None
) -> None:
    page = form.client.get(form.invite(language=contact).survey + query)
    assert page_data(page)["language"] == shown
    loaded = set(re.findall(r"/([a-z-]+\.min\.js)", page.text)) - {
        "survey.core.min.js",
        "survey-js-ui.min.js",
    }
    assert loaded - {"core.min.js"} == ({locale} if locale else set())


def test_words_of_the_warehouse_cannot_leave_their_place(form: Form) -> None:
    occasion = '</script><script>alert(1)</script><img src=x onerror="alert(2)">\u2028'
    page = form.client.get(form.invite(occasion=occasion).survey)
    assert page_data(page)["variables"]["occasion"] == occasion
    assert "<script>alert" not in page.text
    assert "<img" not in page.text


def test_complete_answer_is_kept_once(form: Form) -> None:
    invitation = form.invite(language="de")
    first = form.post(invitation, COMPLETE, language="pt")
    again = form.post(invitation, {"nps": 0, "csat": 1})
    partial = form.post(invitation, {"nps": 0}, complete=False)
    assert [(reply.status_code, reply.json()) for reply in (first, again, partial)] == [
        (200, {"status": "accepted"}),
        (200, {"status": "answered"}),
        (200, {"status": "answered"}),
    ]
    (kept,) = form.submissions()
    assert kept["answers"] == COMPLETE
    assert (kept["is_complete"], kept["language"], kept["channel"]) == (True, "pt", "web")
    assert kept["invitation_id"] == invitation.invitation_id
    page = form.client.get(invitation.survey)
    assert (page.status_code, "Sie haben schon geantwortet" in page.text) == (200, True)


def test_many_posts_at_once_make_one_row(form: Form) -> None:
    invitation = form.invite()

    def answer(score: int) -> str:
        return str(form.post(invitation, {"nps": score, "csat": 5}).json()["status"])

    with ThreadPoolExecutor(12) as pool:
        outcomes = sorted(pool.map(answer, [n % 11 for n in range(24)]))
    assert outcomes == ["accepted"] + ["answered"] * 23
    assert len(form.submissions()) == 1


def test_a_hundred_visits_change_nothing(form: Form) -> None:
    invitation = form.invite()
    tables = (
        "landing.form_submission",
        "ledger.consent",
        "ledger.suppression",
        "ledger.invitation",
        "ledger.contact",
    )

    def everything() -> list[Any]:
        return [form.warehouse.rows(f"select * from cf_{table}") for table in tables]

    before = everything()
    links = [invitation.survey, invitation.survey + "?lang=de", invitation.unsubscribe]
    with ThreadPoolExecutor(8) as pool:
        visits = list(pool.map(lambda number: form.client.get(links[number % 3]).status_code, range(100)))
    heads = [form.client.head(link) for link in links]
    assert set(visits) == {200}
    assert [(head.status_code, head.content) for head in heads] == [(200, b"")] * 3
    assert everything() == before
    assert form.post(invitation, COMPLETE).json() == {"status": "accepted"}


def test_partial_answers_are_resumed(form: Form) -> None:
    invitation = form.invite()
    assert form.post(invitation, {"nps": 3}, complete=False).json() == {"status": "accepted"}
    assert form.post(invitation, {"nps": 3, "csat": 2}, complete=False).status_code == 200
    assert page_data(form.client.get(invitation.survey))["answers"] == {"nps": 3, "csat": 2}
    assert form.post(invitation, COMPLETE).json() == {"status": "accepted"}
    assert [row["is_complete"] for row in form.submissions()] == [False, False, True]


def test_the_same_partial_answers_are_kept_once(form: Form) -> None:
    invitation = form.invite()
    for answers in ({"nps": 3}, {"nps": 3}, {"nps": 3, "csat": 2}, {"csat": 2, "nps": 3}, {"nps": 3}):
        assert form.post(invitation, answers, complete=False).json() == {"status": "accepted"}
    kept = [row["answers"] for row in form.submissions()]
    assert kept == [{"nps": 3}, {"nps": 3, "csat": 2}, {"nps": 3}]


def test_an_answer_to_a_reminder_belongs_to_the_first_ask(form: Form) -> None:
    first, reminder = form.invite(), form.invite()
    with form.warehouse.connect() as connection:
        connection.execute(
            "update cf_ledger.invitation set reminds_id = %s, reminder_number = 1 where invitation_id = %s",
            [first.invitation_id, reminder.invitation_id],
        )
    assert form.post(reminder, {"nps": 3}, complete=False).json() == {"status": "accepted"}
    assert page_data(form.client.get(first.survey))["answers"] == {"nps": 3}
    assert form.post(reminder, COMPLETE).json() == {"status": "accepted"}
    assert {row["invitation_id"] for row in form.submissions()} == {first.invitation_id}
    assert form.post(first, COMPLETE).json() == {"status": "answered"}


def test_what_a_post_says_of_its_version_is_checked_against_the_invitation(form: Form) -> None:
    short = {"elements": [{"type": "comment", "name": "why"}]}
    annual, other = form.invite("annual"), form.invite(short)
    versions = {
        name: page_data(form.client.get(invitation.survey))["version"]
        for name, invitation in (("annual", annual), ("short", other))
    }
    wrong = form.post(annual, {"why": "anything"}, version=versions["short"], language="en")
    assert (wrong.status_code, wrong.json()["errors"][0]["question"]) == (422, "why")
    assert form.submissions() == []
    for version in (versions["short"], "never heard of", None):
        invitation = form.invite("annual")
        assert form.post(invitation, COMPLETE, version=version, language="en").json() == {
            "status": "accepted"
        }


def test_answers_that_do_not_fit_are_named_and_not_kept(form: Form) -> None:
    reply = form.post(form.invite(), {"nps": 11, "csat": "5", "colour": "red"}, language="fr")
    assert reply.status_code == 422
    assert reply.json() == {
        "status": "invalid",
        "errors": [
            {
                "question": "nps",
                "problem": "expected a number of at most 10",
                "allowed": {"type": "number", "minimum": 0, "maximum": 10},
            },
            {
                "question": "csat",
                "problem": "expected a number, got str",
                "allowed": {"type": "number", "minimum": 1, "maximum": 5},
            },
            {
                "question": "colour",
                "problem": "no question has this name; the questions are nps, nps_reason, csat, "
                "product_quality, ordering, delivery, service, value, comment",
            },
            {"problem": "language: 'fr' is none of en, ar, de, pt"},
        ],
    }
    missing = form.post(form.invite(), {"nps": 9})
    assert [error["question"] for error in missing.json()["errors"]] == ["csat"]
    assert form.submissions() == []


def test_malformed_bodies_are_refused(form: Form) -> None:
    as_json = "application/json"
    link = form.invite().survey
    for content, content_type, status_code in (
        (b'{"answers": {"comment": "' + b"x" * 70_000 + b'"}, "complete": false}', as_json, 413),
        (b'{"answers": {}, "complete": true}', "text/plain", 415),
        (b"nps=9", "application/x-www-form-urlencoded", 415),
        (b"{", as_json, 400),
        (b'{"answers": {"nps": NaN}, "complete": false}', as_json, 400),
        (b'{"answers": {"nps": 1e999}, "complete": false}', as_json, 400),
        (b'{"answers": {"nps": 1' + b"0" * 5000 + b'}, "complete": false}', as_json, 400),
        (b"[" * 60_000, as_json, 400),
        (b'{"answers": {"nps": ' + b"[" * 900 + b"]" * 900 + b'}, "complete": false}', as_json, 400),
        (b"\xff\xfe", as_json, 400),
        (b"[]", as_json, 422),
        (b'{"answers": [], "complete": true}', as_json, 422),
        (b'{"answers": {}, "complete": "yes"}', as_json, 422),
        (b'{"answers": {}, "complete": false, "channel": "phone"}', as_json, 422),
        (b'{"answers": {}}', as_json, 422),
    ):
        reply = form.client.post(link, content=content, headers={"Content-Type": content_type})
        assert reply.status_code == status_code, content[:60]
        assert reply.json()["status"] == "refused"
        assert reply.json()["errors"][0]["problem"]
    assert form.submissions() == []


def test_a_body_without_length_is_cut_off_as_well(form: Form) -> None:
    reply = form.client.post(
        form.invite().survey,
        content=(b"x" * 1000 for _ in range(100)),
        headers={"Content-Type": "application/json"},
    )
    assert reply.status_code == 413


def test_characters_that_cannot_be_kept_do_not_cost_the_answer(form: Form) -> None:
    body = r'{"answers": {"nps": 9, "csat": 4, "comment": "a\u0000b\ud800c"}, "complete": true}'
    reply = form.client.post(form.invite().survey, content=body, headers={"Content-Type": "application/json"})
    assert reply.json() == {"status": "accepted"}
    assert form.submissions()[0]["answers"]["comment"] == "a\ufffdb\ufffdc"


@pytest.mark.parametrize(
    ("values", "status", "words"),
    [
        ({"answer_until": timedelta(hours=-1)}, "expired", "The time for answers is over"),
        ({"link_until": timedelta(hours=-1)}, "expired", "The time for answers is over"),
        ({"state": "cancelled"}, "closed", "This questionnaire is closed"),
        ({"state": "planned"}, "closed", "This questionnaire is closed"),
    ],
)
def test_late_and_closed_links_take_nothing(
    form: Form, values: dict[str, Any], status: str, words: str
) -> None:
    invitation = form.invite(**values)
    page, reply = form.client.get(invitation.survey), form.post(invitation, COMPLETE)
    assert (page.status_code, reply.status_code, reply.json()) == (410, 410, {"status": status})
    assert words in page.text
    assert form.submissions() == []


def test_who_has_answered_is_told_so_after_the_time_is_over_too(form: Form) -> None:
    invitation = form.invite(state="responded", link_until=timedelta(hours=-1))
    assert "You have already answered" in form.client.get(invitation.survey).text


def test_links_that_are_none_lead_to_a_friendly_page(form: Form) -> None:
    invitation = form.invite()
    token = invitation.token("answer")
    forged = token[:-2] + ("AA" if not token.endswith("AA") else "BB")
    for path in ("/s/x", f"/s/{forged}", f"/s/{invitation.token('unsubscribe')}", "/s/" + "x" * 5000, "/s/é"):
        page, reply = (
            form.client.get(path, headers={"Accept-Language": "de-AT, en;q=0.5"}),
            form.client.post(path),
        )
        assert (page.status_code, reply.status_code) == (404, 404), path
        assert "Hier ist nichts" in page.text
        assert reply.json() == {"status": "unknown"}


def test_an_invitation_that_is_gone_is_unknown(form: Form) -> None:
    invitation = form.invite()
    with form.warehouse.connect() as connection:
        connection.execute("delete from cf_ledger.invitation")
    assert form.client.get(invitation.survey).status_code == 404
    assert form.post(invitation, COMPLETE).status_code == 404


def test_questions_that_are_not_shown_take_no_answer(form: Form) -> None:
    definition = {
        "elements": [
            {"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10, "isRequired": True},
            {"type": "comment", "name": "why", "visibleIf": "{nps} <= 6", "isRequired": True},
        ]
    }
    assert form.post(form.invite(definition), {"nps": 9, "why": "x"}).status_code == 422
    assert form.post(form.invite(definition), {"nps": 6}).status_code == 422
    assert form.post(form.invite(definition), {"nps": 9}).json() == {"status": "accepted"}
    assert form.post(form.invite(definition), {"nps": 6, "why": "x"}).json() == {"status": "accepted"}
