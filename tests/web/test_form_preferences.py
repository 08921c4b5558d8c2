"""The preferences page: what it shows, what a yes and a no write, and whom they concern."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.conftest import Warehouse
from tests.web.conftest import Form
from tests.web.running_form import Invitation, definition_of, invite, running_form

PURPOSES = ("purchases", "service", "relationship")
NO_TO_ALL = {"no-to-all": "yes"}


def checked(page: httpx.Response) -> dict[str, str]:
    """What the page shows as chosen, by purpose."""
    return dict(re.findall(r'name="(\w+)" value="(yes|no)" checked', page.text))


def words(warehouse: Warehouse, contact: UUID) -> dict[str, bool]:
    rows = warehouse.rows(
        "select purpose, is_granted from cf_ledger.v_consent where contact_key = %s", [contact]
    )
    return {row["purpose"]: row["is_granted"] for row in rows}


def reasons(warehouse: Warehouse) -> set[str]:
    return {row["reason"] for row in warehouse.rows("select reason from cf_ledger.suppression")}


def save(form: Form, invitation: Invitation, **choice: str) -> httpx.Response:
    reply = form.client.post(invitation.preferences, data=choice)
    assert reply.status_code == 200, reply.text
    assert "Saved. Thank you" in reply.text
    return reply


def test_at_first_nothing_is_chosen_and_looking_writes_nothing(form: Form) -> None:
    invitation = form.invite()
    page = form.client.get(invitation.preferences)
    assert (page.status_code, checked(page)) == (200, {})
    assert "You have not said yet" in page.text
    titles = re.findall(r"<legend><bdi>(.+?)</bdi></legend>", page.text)
    assert titles == ["Questions about my purchases", "Questions about your service", "The yearly survey"]
    assert form.warehouse.rows("select 1 from cf_ledger.consent") == []


def test_words_are_kept_for_the_purposes_that_have_one(form: Form) -> None:
    invitation, other = form.invite(), form.invite()
    page = save(form, invitation, purchases="yes", relationship="no")
    assert checked(page) == {"purchases": "yes", "relationship": "no"}
    assert "nothing about surveys as a whole" in page.text
    assert words(form.warehouse, invitation.contact_key) == {"purchases": True, "relationship": False}
    assert words(form.warehouse, other.contact_key) == {}
    rows = form.warehouse.rows(
        "select distinct source, recorded_at > now() - interval '1 minute' as fresh from cf_ledger.consent"
    )
    assert rows == [{"source": "preferences page", "fresh": True}]
    assert reasons(form.warehouse) == set()


def test_the_same_post_again_changes_nothing(form: Form) -> None:
    invitation = form.invite()
    everything = "select * from cf_ledger.consent order by purpose"
    for choice in ({"purchases": "yes", "service": "no"}, NO_TO_ALL):
        save(form, invitation, **choice)
        before = form.warehouse.rows(everything), form.warehouse.rows("select * from cf_ledger.suppression")
        save(form, invitation, **choice)
        assert (
            form.warehouse.rows(everything),
            form.warehouse.rows("select * from cf_ledger.suppression"),
        ) == before


@pytest.mark.parametrize("choice", [NO_TO_ALL, dict.fromkeys(PURPOSES, "no")])
def test_a_no_to_all_is_as_unsubscribing(form: Form, choice: dict[str, str]) -> None:
    invitation = form.invite()
    page = save(form, invitation, **choice)
    assert checked(page) == dict.fromkeys(PURPOSES, "no")
    assert "You have said that you want no questions from us." in page.text
    assert words(form.warehouse, invitation.contact_key)["survey"] is False
    assert reasons(form.warehouse) == {"unsubscribed"}


def test_who_comes_back_is_asked_about_what_they_say_yes_to_and_nothing_else(form: Form) -> None:
    invitation = form.invite()
    assert form.client.post(invitation.unsubscribe).status_code == 200
    assert checked(form.client.get(invitation.preferences)) == dict.fromkeys(PURPOSES, "no")
    page = save(form, invitation, service="yes")
    assert checked(page) == {"purchases": "no", "service": "yes", "relationship": "no"}
    assert words(form.warehouse, invitation.contact_key) == {
        "survey": True, "purchases": False, "service": True, "relationship": False,
    }  # fmt: skip
    assert reasons(form.warehouse) == set()


def test_a_yes_takes_back_the_own_no_and_no_other_reason(form: Form) -> None:
    invitation = form.invite()
    with form.warehouse.connect() as connection:
        for reason in ("unsubscribed", "bounced", "refused", "manual"):
            connection.execute(
                """insert into cf_ledger.suppression select address_hash, %s, 'test', now() from cf_ledger.contact
                   where contact_key = %s""",
                [reason, invitation.contact_key],
            )
        connection.execute(
            "insert into cf_ledger.suppression values (%s, 'unsubscribed', 'somebody else', now())",
            [secrets.token_bytes(32)],
        )
    # The word outlives the contact: a suppressed address is a no, also for a contact that has said nothing.
    assert checked(form.client.get(invitation.preferences)) == dict.fromkeys(PURPOSES, "no")
    save(form, invitation, purchases="no")
    assert reasons(form.warehouse) == {"unsubscribed", "bounced", "refused", "manual"}
    save(form, invitation, purchases="yes")
    left = form.warehouse.rows("select reason, source from cf_ledger.suppression order by reason")
    assert [(row["reason"], row["source"]) for row in left] == [
        ("bounced", "test"), ("manual", "test"), ("refused", "test"), ("unsubscribed", "somebody else"),
    ]  # fmt: skip


def second_contact(warehouse: Warehouse, contact: UUID) -> UUID:
    """The same person in another source."""
    key = uuid4()
    with warehouse.connect() as connection:
        connection.execute(
            """insert into cf_ledger.contact (contact_key, source, external_id, email, address_hash, updated_at)
               select %s, 'crm', external_id, email, address_hash, updated_at
               from cf_ledger.contact where contact_key = %s""",
            [key, contact],
        )
    return key


def test_all_contacts_of_an_address_are_one_person(form: Form) -> None:
    invitation = form.invite()
    other = form.invite(contact=second_contact(form.warehouse, invitation.contact_key))
    save(form, other, purchases="no", service="no", relationship="no")
    page = form.client.get(invitation.preferences)
    assert checked(page) == dict.fromkeys(PURPOSES, "no")
    save(form, invitation, purchases="yes", service="no", relationship="no")
    for contact in (invitation.contact_key, other.contact_key):
        assert words(form.warehouse, contact) == {
            "survey": True, "purchases": True, "service": False, "relationship": False,
        }  # fmt: skip


def test_a_contact_without_an_address_is_a_person_alone(form: Form) -> None:
    invitation, other = form.invite(), form.invite()
    with form.warehouse.connect() as connection:
        connection.execute("update cf_ledger.contact set email = null, address_hash = null")
    save(form, invitation, **NO_TO_ALL)
    assert words(form.warehouse, invitation.contact_key) == {"survey": False}
    assert (words(form.warehouse, other.contact_key), reasons(form.warehouse)) == ({}, set())


def test_nothing_chosen_is_said_with_the_way_to_each_question(form: Form) -> None:
    reply = form.client.post(form.invite().preferences, data={"something": "else"})
    assert (reply.status_code, 'role="alert"' in reply.text) == (422, True)
    assert re.findall(r'<a href="#(\w+)-yes">', reply.text) == list(PURPOSES)
    assert form.warehouse.rows("select 1 from cf_ledger.consent") == []


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"purchases=perhaps", "application/x-www-form-urlencoded", 422),
        (b"\xff=1", "application/x-www-form-urlencoded", 400),
        (b"a=1&" * 500, "application/x-www-form-urlencoded", 400),
        (b"x=" + b"y" * 70_000, "application/x-www-form-urlencoded", 413),
        (b'{"purchases": "yes"}', "application/json", 415),
        (b"purchases=yes", "text/plain", 415),
    ],
)
def test_other_bodies_are_refused(form: Form, body: bytes, content_type: str, status: int) -> None:
    reply = form.client.post(form.invite().preferences, content=body, headers={"Content-Type": content_type})
    assert reply.status_code == status
    assert form.warehouse.rows("select 1 from cf_ledger.consent") == []


def test_only_its_own_link_opens_it_and_for_good(form: Form) -> None:
    invitation = form.invite(answer_until=timedelta(days=-90), link_until=timedelta(days=-90))
    save(form, invitation, **NO_TO_ALL)
    for purpose in ("answer", "unsubscribe"):
        path = f"/p/{invitation.token(purpose)}"
        assert (form.client.get(path).status_code, form.client.post(path, data=NO_TO_ALL).status_code) == (
            404,
            404,
        )
    with form.warehouse.connect() as connection:
        connection.execute("delete from cf_ledger.contact")
    assert form.client.get(invitation.preferences).status_code == 404
    assert form.client.post(invitation.preferences, data=NO_TO_ALL).status_code == 404


def test_it_leads_to_unsubscribing_and_back(form: Form) -> None:
    invitation = form.invite(language="de")
    page = form.client.get(invitation.preferences)
    (way_out,) = re.findall(r'href="(/u/[^"]+)"', page.text)
    out = form.client.get(way_out)
    (back,) = re.findall(r'href="(/p/[^"]+)"', out.text)
    assert "Wozu dürfen wir Sie fragen?" in form.client.get(back).text
    done = form.client.post(way_out)
    (again,) = re.findall(r'href="(/p/[^"]+)"', done.text)
    assert words(form.warehouse, invitation.contact_key) == {"survey": False}
    save_reply = form.client.post(again, data={"purchases": "yes"})
    assert "Gespeichert" in save_reply.text
    assert words(form.warehouse, invitation.contact_key)["survey"] is True


def test_languages_and_direction(form: Form) -> None:
    invitation = form.invite(language="pt-BR")
    assert "Perguntas sobre as minhas compras" in form.client.get(invitation.preferences).text
    arabic = form.client.get(invitation.preferences + "?lang=ar")
    assert '<html lang="ar" dir="rtl">' in arabic.text
    assert "عمَّ يمكننا أن نسألك؟" in arabic.text


def test_a_programme_without_purposes_has_one_question(warehouse: Warehouse) -> None:
    invitation = invite(warehouse, definition_of("annual"))
    with running_form(warehouse, purposes=()) as url, httpx.Client(base_url=url) as client:
        steps: list[tuple[str, dict[str, Any]]] = [
            ("no", {"survey": False}), ("yes", {"survey": True}), ("no", {"survey": False}),
        ]  # fmt: skip
        for answer, recorded in steps:
            page = client.post(invitation.preferences, data={"survey": answer})
            assert checked(page) == {"survey": answer}
            assert words(warehouse, invitation.contact_key) == recorded
            assert reasons(warehouse) == ({"unsubscribed"} if answer == "no" else set())


def test_who_posts_too_often_is_asked_to_wait(warehouse: Warehouse) -> None:
    invitation = invite(warehouse, definition_of("annual"))
    with running_form(warehouse, posts_per_minute=2) as url, httpx.Client(base_url=url) as client:
        replies = [client.post(invitation.preferences, data={"service": "yes"}) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert "Nothing was saved" in replies[-1].text
