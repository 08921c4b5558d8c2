"""The mail of one invitation, from the ledger's row to the bytes that are handed over."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from uuid import UUID

import pytest

from cf_operators.domain.organisation import Organisation, Sender
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.form_links import FormLinks
from cf_operators.hooks.invitation_mail import InvitationMail
from cf_operators.hooks.ledger import Claimed
from cf_operators.programme import load_programme

NOW = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


def claimed(email: str, language: str = "en") -> Claimed:
    return Claimed(
        invitation_id=UUID(int=7),
        link_id=UUID(int=7),
        wave_id="post_purchase/2026-03-11",
        message_id="<7@example.org>",
        language=language,
        occasion="Küche",
        attempt_count=0,
        reminder_number=0,
        answer_until=NOW,
        survey_id="post_purchase",
        survey_version="v1",
        email=email,
        display_name="Zoë Müller",
    )


def organisation(address: str = "care@example.org") -> Organisation:
    sender = Sender(name="Möbel & Co", address=address)
    return load_programme().organisation.model_copy(update={"sender": sender})


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch) -> FormLinks:
    monkeypatch.setenv(
        "AIRFLOW_CONN_CF_FORM",
        json.dumps({"conn_type": "http", "host": "feedback.example", "password": "k" * 32}),
    )
    return FormLinks()


@pytest.mark.parametrize("template", ["post_purchase", "annual", "ad_hoc"])
@pytest.mark.parametrize("language", ["en", "de", "pt"])
def test_a_mail_is_small_and_whole(links: FormLinks, template: str, language: str) -> None:
    parcel = InvitationMail(organisation(), template, links).parcel(claimed("Zoe@Example.org", language), NOW)
    assert parcel is not None
    assert len(parcel.content) < 100_000
    assert (parcel.sender, parcel.recipient) == ("care@example.org", "Zoe@example.org")
    message = message_from_bytes(parcel.content, policy=default)
    assert not message.defects
    assert message["From"].addresses[0].display_name == "Möbel & Co"
    assert message["To"].addresses[0].display_name == "Zoë Müller"
    assert message["Message-ID"] == "<7@example.org>"


def test_an_address_that_cannot_be_written_to_makes_no_mail(links: FormLinks) -> None:
    assert InvitationMail(organisation(), "annual", links).parcel(claimed("nobody"), NOW) is None


def test_bounces_may_go_elsewhere(links: FormLinks) -> None:
    mail = InvitationMail(organisation(), "annual", links, envelope_sender="bounces@example.org")
    parcel = mail.parcel(claimed("zoe@example.org"), NOW)
    assert parcel is not None
    assert parcel.sender == "bounces@example.org"
    assert (
        message_from_bytes(parcel.content, policy=default)["From"].addresses[0].addr_spec
        == "care@example.org"
    )


def test_each_mail_may_have_a_return_address_of_its_own(links: FormLinks) -> None:
    mail = InvitationMail(organisation(), "annual", links, "bounces@example.org", is_verp=True)
    parcel = mail.parcel(claimed("zoe@example.org"), NOW)
    assert parcel is not None
    assert parcel.sender.startswith("bounces+")
    assert links.bounced(parcel.sender) == parcel.invitation_id == UUID(int=7)


def test_a_return_address_that_takes_no_token_is_refused_before_the_first_mail(links: FormLinks) -> None:
    with pytest.raises(
        ConfigurationError, match=r"has 33 characters.* take 23 at most; take a shorter address"
    ):
        InvitationMail(organisation(), "annual", links, f"{'b' * 33}@example.org", is_verp=True)


def test_a_domain_beyond_ascii_is_written_in_ascii(links: FormLinks) -> None:
    parcel = InvitationMail(organisation("care@möbel.example"), "annual", links).parcel(
        claimed("a@müller.de"), NOW
    )
    assert parcel is not None
    assert (parcel.sender, parcel.recipient) == ("care@xn--mbel-5qa.example", "a@xn--mller-kva.de")
    assert parcel.content.isascii()


def test_a_sender_whom_not_every_server_takes_is_refused(links: FormLinks) -> None:
    with pytest.raises(
        ConfigurationError, match=r'sender "zoë@example\.org" is not an address that every mail server'
    ):
        InvitationMail(organisation("zoë@example.org"), "annual", links)
