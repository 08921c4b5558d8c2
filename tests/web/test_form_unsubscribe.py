"""Unsubscribing: by one click of a mail program or by the page, as often as anybody likes, and never by a visit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.web.conftest import Form
from tests.web.running_form import Invitation

CONSENT = "select contact_key, purpose, is_granted, source from cf_ledger.consent"


def said_no(form: Form, invitation: Invitation) -> bool:
    rows = form.warehouse.rows(CONSENT + " where contact_key = %s", [invitation.contact_key])
    expected = {
        "contact_key": invitation.contact_key,
        "purpose": "survey",
        "is_granted": False,
        "source": "unsubscribe link",
    }
    assert rows in ([], [expected])
    suppressed = form.warehouse.rows(
        """select s.reason from cf_ledger.suppression as s
           inner join cf_ledger.contact as c using (address_hash) where c.contact_key = %s""",
        [invitation.contact_key],
    )
    assert suppressed == ([{"reason": "unsubscribed"}] if rows else [])
    return bool(rows)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (
            b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
        (b"", "application/x-www-form-urlencoded"),
    ],
)
def test_one_click(form: Form, content: bytes, content_type: str) -> None:
    invitation, other = form.invite(language="de"), form.invite()
    reply = form.client.post(invitation.unsubscribe, content=content, headers={"Content-Type": content_type})
    assert reply.status_code == 200
    assert "Sie sind abgemeldet" in reply.text
    assert said_no(form, invitation)
    assert not said_no(form, other)


def test_page_has_one_button_that_posts_to_itself(form: Form) -> None:
    invitation = form.invite(language="pt")
    page = form.client.get(invitation.unsubscribe)
    assert page.status_code == 200
    assert '<form method="post">' in page.text
    assert (
        '<button type="submit" name="List-Unsubscribe" value="One-Click">Cancelar a subscrição</button>'
        in page.text
    )
    assert not said_no(form, invitation)


def test_saying_it_often_is_saying_it_once(form: Form) -> None:
    invitation = form.invite()
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: form.client.post(invitation.unsubscribe).status_code, range(16)))
    assert replies == [200] * 16
    assert said_no(form, invitation)


def test_a_no_after_a_yes_counts_again(form: Form) -> None:
    invitation = form.invite()
    form.client.post(invitation.unsubscribe)
    with form.warehouse.connect() as connection:
        connection.execute(
            "insert into cf_ledger.consent values (%s, 'survey', true, 'shop', clock_timestamp())",
            [invitation.contact_key],
        )
    form.client.post(invitation.unsubscribe)
    rows = form.warehouse.rows("select is_granted from cf_ledger.consent order by recorded_at")
    assert [row["is_granted"] for row in rows] == [False, True, False]


def test_a_no_is_heard_after_the_survey_is_over(form: Form) -> None:
    invitation = form.invite(answer_until=timedelta(days=-90), link_until=timedelta(days=-90))
    assert form.client.get(invitation.unsubscribe).status_code == 200
    assert form.client.post(invitation.unsubscribe).status_code == 200
    assert said_no(form, invitation)


def test_an_answer_link_cannot_unsubscribe_nor_the_other_way_round(form: Form) -> None:
    invitation = form.invite()
    crossed = form.client.post(f"/u/{invitation.token('answer')}", content=b"List-Unsubscribe=One-Click")
    back = form.client.post(
        f"/s/{invitation.token('unsubscribe')}", json={"answers": {"nps": 9, "csat": 5}, "complete": True}
    )
    assert (crossed.status_code, back.status_code) == (404, 404)
    assert not said_no(form, invitation)
    assert form.submissions() == []


def test_a_body_that_is_too_long_is_refused(form: Form) -> None:
    invitation = form.invite()
    assert form.client.post(invitation.unsubscribe, content=b"x" * 70_000).status_code == 413
    assert not said_no(form, invitation)
