"""The mail of one invitation, from the ledger's row to the bytes that are handed over."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cf_operators.domain.link import read_link
from cf_operators.domain.organisation import Organisation, Sender
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.form_links import FormLinks
from cf_operators.hooks.invitation_mail import InvitationMail
from cf_operators.hooks.ledger import Claimed
from cf_operators.hooks.smtp_line import Parcel
from cf_operators.programme import load_programme
from tests.conftest import ROOT

NOW = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
LANGUAGES = ("en", "de", "pt", "ar")
TEMPLATES = ("post_purchase", "annual", "ad_hoc", "complaint_follow_up")
ANNUAL = json.loads((ROOT / "include" / "surveys" / "annual.json").read_text(encoding="utf-8"))
AD_HOC = json.loads((ROOT / "include" / "surveys" / "ad_hoc.json").read_text(encoding="utf-8"))
KEY = "k" * 32


def claimed(email: str, language: str = "en", reminder_number: int = 0, **changes: str) -> Claimed:
    made = Claimed(
        invitation_id=UUID(int=7 + reminder_number),
        link_id=UUID(int=7),
        wave_id="post_purchase/2026-03-11",
        message_id="<7@example.org>",
        language=language,
        occasion="Küche",
        attempt_count=0,
        reminder_number=reminder_number,
        answer_until=NOW,
        survey_id="post_purchase",
        survey_version="v1",
        email=email,
        display_name="Zoë Müller",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # all of them are texts


def read(parcel: Parcel | None) -> tuple[EmailMessage, str, str]:
    """The message with its plain and its HTML part."""
    assert parcel is not None
    message = message_from_bytes(parcel.content, policy=default)
    assert isinstance(message, EmailMessage)
    parts = [message.get_body((kind,)) for kind in ("plain", "html")]
    plain, html = (str(part.get_content()) for part in parts if part)
    return message, plain, html


def organisation(address: str = "care@example.org") -> Organisation:
    sender = Sender(name="Möbel & Co", address=address)
    return load_programme().organisation.model_copy(update={"sender": sender})


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch) -> FormLinks:
    monkeypatch.setenv(
        "AIRFLOW_CONN_CF_FORM",
        json.dumps({"conn_type": "http", "host": "feedback.example", "password": KEY}),
    )
    return FormLinks()


@pytest.mark.parametrize("reminder", [0, 2])
@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_with_eleven_points_is_small_and_whole(
    links: FormLinks, template: str, language: str, reminder: int
) -> None:
    owner = organisation().model_copy(update={"languages": LANGUAGES})
    mail = InvitationMail(owner, template, links, definition=lambda _survey, _version: ANNUAL)
    parcel = mail.parcel(claimed("Zoe@Example.org", language, reminder), NOW)
    assert parcel is not None
    assert read(parcel)[2].count("?q=nps&amp;v=10") == 1
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


def test_all_links_of_a_reminder_are_those_of_the_first_mail(links: FormLinks) -> None:
    mail = InvitationMail(organisation(), "annual", links, definition=lambda _survey, _version: ANNUAL)
    first, again = (read(mail.parcel(claimed("zoe@example.org", "en", number), NOW)) for number in (0, 1))
    addresses = [
        set(re.findall(r"https://feedback[^\s\"<>]+", plain + html)) for _, plain, html in (first, again)
    ]
    assert addresses[0] == addresses[1]
    (preferences,) = {each for each in addresses[0] if "/p/" in each}
    later = NOW + timedelta(days=364)
    assert read_link(KEY, "preferences", preferences.rpartition("/")[2], later) == UUID(int=7)
    assert again[0]["Subject"] == "Reminder: " + first[0]["Subject"]
    assert first[0]["List-Unsubscribe"] == again[0]["List-Unsubscribe"]


def test_the_first_question_is_that_of_the_version_and_is_read_once(links: FormLinks) -> None:
    asked: list[tuple[str, str]] = []
    definitions: dict[tuple[str, str], Any] = {
        ("s", "v1"): ANNUAL,
        ("s", "v2"): AD_HOC,
        ("t", "v1"): {"pages": []},
    }

    def definition(survey: str, version: str) -> Any:
        asked.append((survey, version))
        return definitions[survey, version]

    mail = InvitationMail(organisation(), "annual", links, definition=definition)
    rows = {}
    for _ in range(3):
        for survey, version in definitions:
            _, plain, _ = read(
                mail.parcel(claimed("z@example.org", "de", survey_id=survey, survey_version=version), NOW)
            )
            rows[survey, version] = re.findall(r"\?q=(\w+)&v=(\d+)", plain)
            assert ("Wie wahrscheinlich" in plain) is (version == "v1" and survey == "s")
    assert rows["s", "v1"] == [("nps", str(value)) for value in range(11)]
    assert rows["s", "v2"] == [("csat", str(value)) for value in range(1, 6)]
    assert rows["t", "v1"] == []
    assert sorted(asked) == sorted(definitions)


def test_a_language_without_texts_has_its_question_in_the_language_of_the_mail(links: FormLinks) -> None:
    owner = organisation().model_copy(update={"languages": ("de", "sv")})
    mail = InvitationMail(owner, "annual", links, definition=lambda _survey, _version: ANNUAL)
    _, plain, _ = read(mail.parcel(claimed("z@example.org", "sv"), NOW))
    assert "Guten Tag" in plain
    assert "Wie wahrscheinlich ist es" in plain


TEXT = st.text(max_size=80) | st.sampled_from(
    ["a\r\nBcc: x@y.example", "\u202eBcc: x", '"<a@b>"', "=?utf-8?q?x?=", "\x00\x0b\u2028X: 1", "{{ name }}"]
)


@given(name=TEXT, occasion=TEXT, template=st.sampled_from(TEMPLATES), language=st.sampled_from(LANGUAGES),
       number=st.integers(0, 2))  # fmt: skip
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_is_in_the_data_adds_a_header(
    links: FormLinks, name: str, occasion: str, template: str, language: str, number: int
) -> None:
    owner = organisation().model_copy(update={"languages": LANGUAGES})
    mail = InvitationMail(owner, template, links, definition=lambda _survey, _version: AD_HOC)
    usual = read(mail.parcel(claimed("zoe@example.org", language, number), NOW))
    odd = read(
        mail.parcel(claimed("zoe@example.org", language, number, display_name=name, occasion=occasion), NOW)
    )
    assert odd[0].keys() == usual[0].keys()
    assert len(odd[0].keys()) == len(set(odd[0].keys()))
    for header in set(usual[0].keys()) - {"To", "Subject"}:
        assert odd[0][header] == usual[0][header]
    assert [each.addr_spec for each in odd[0]["To"].addresses] == ["zoe@example.org"]
    assert not odd[0].defects
    for text in (odd[0]["Subject"], odd[1], odd[2]):
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)
