"""Answers by telephone: the same survey by an interviewer's link, kept with the channel and the interviewer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cf_operators.operators.collect_submissions import CollectSubmissionsOperator
from tests.sql.landed import build
from tests.web.conftest import Form
from tests.web.test_form_survey import COMPLETE, page_data


def test_the_page_names_the_interviewer_as_text(form: Form) -> None:
    invitation = form.invite(language="de", channel="phone")
    page = form.client.get(invitation.interview("<b>Zoë</b>"))
    assert "Telefonisches Interview durch &lt;b&gt;Zoë&lt;/b&gt;." in page.text
    assert page_data(page)["post"] == invitation.interview("<b>Zoë</b>")
    assert "Interview" not in form.client.get(invitation.survey).text


def test_an_interview_is_kept_with_channel_and_name(form: Form) -> None:
    invitation = form.invite(channel="phone")
    link = invitation.interview("Zoë Łuczak")
    body = {
        "answers": {"nps": 3},
        "complete": False,
        "version": page_data(form.client.get(link))["version"],
        "language": "en",
    }
    assert form.client.post(link, json=body).json() == {"status": "accepted"}
    assert form.client.post(link, json=body | {"answers": COMPLETE, "complete": True}).json() == {
        "status": "accepted"
    }
    assert form.client.post(link, json=body | {"answers": COMPLETE, "complete": True}).json() == {
        "status": "answered"
    }
    assert form.post(invitation, COMPLETE).json() == {"status": "answered"}, (
        "the customer's own link is used up too"
    )
    rows = form.submissions()
    assert [(row["channel"], row["interviewer"], row["is_complete"]) for row in rows] == [
        ("phone", "Zoë Łuczak", False), ("phone", "Zoë Łuczak", True),
    ]  # fmt: skip


def test_the_customers_own_answer_has_no_interviewer(form: Form) -> None:
    invitation = form.invite()
    form.post(invitation, COMPLETE)
    assert [(row["channel"], row["interviewer"]) for row in form.submissions()] == [("web", None)]
    assert "You have already answered" in form.client.get(invitation.interview()).text


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"answer_until": timedelta(hours=-1)}, "expired"),
        ({"link_until": timedelta(hours=-1)}, "expired"),
        ({"state": "expired"}, "expired"),
        ({"state": "planned", "channel": "phone"}, "closed"),
        ({"state": "cancelled", "channel": "phone"}, "closed"),
    ],
)
def test_it_follows_the_rules_of_the_customers_link(form: Form, values: dict[str, Any], status: str) -> None:
    invitation = form.invite(**values)
    page = form.client.get(invitation.interview())
    reply = form.client.post(invitation.interview(), json={"answers": COMPLETE, "complete": True})
    assert (page.status_code, reply.status_code, reply.json()) == (410, 410, {"status": status})
    assert form.submissions() == []


def test_an_answer_link_is_no_interview(form: Form) -> None:
    invitation = form.invite()
    path = f"/i/{invitation.token('answer')}"
    assert form.client.get(path).status_code == 404
    assert form.client.post(path, json={"answers": COMPLETE, "complete": True}).json() == {
        "status": "unknown"
    }


def test_the_channel_reaches_the_responses_and_the_name_does_not(form: Form, run_context: Any) -> None:
    invitation = form.invite()
    form.client.post(invitation.interview("Zoë Łuczak"), json={"answers": COMPLETE, "complete": True})
    CollectSubmissionsOperator(task_id="collect").execute(run_context())
    build("responses")
    (response,) = form.warehouse.rows("select * from cf_core.fct_response")
    assert response["channel"] == "phone"
    landed = form.warehouse.rows("select payload::text as payload from cf_landing.record")
    assert landed
    assert "Łuczak" not in str([response, landed])
