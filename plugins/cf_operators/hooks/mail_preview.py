"""The mail that a campaign would send, made without touching the ledger: to look at, or to send to oneself.

It is written by the same code as the mails of a wave. What differs is where its links lead (to a preview of the
questionnaire, which keeps nothing) and what it is known by (a Message-ID that belongs to no invitation).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import dict_row

from cf_operators.domain.campaign import Campaign
from cf_operators.domain.identity import message_id
from cf_operators.domain.language import offered_language
from cf_operators.domain.programme import Programme
from cf_operators.domain.survey import version_of
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.form_links import FormLinks
from cf_operators.hooks.invitation_mail import InvitationMail
from cf_operators.hooks.ledger import Claimed
from cf_operators.hooks.smtp_line import Parcel
from cf_operators.hooks.sql_text import sql_text

SAMPLE_ADDRESS = "customer@customers.example"
SAMPLE_NAME = "Alex Example"
SAMPLE_OCCASIONS = {
    "post_purchase": "Oak table",
    "complaint_follow_up": "C-1042",
    "ad_hoc": "our new delivery service",
}
"""What a sample person is asked about, by kind of campaign; of the annual one it is the year."""

TEST_PREFIX = "[Test] "
"""What the subject of a test mail begins with, so that nobody takes it for one of a wave."""

LINK_TIME = timedelta(days=7)
"""How long the links of a preview lead somewhere."""


@dataclass(frozen=True, slots=True)
class Reader:
    """To whom the mail is written: a contact, or a sample person. No address: it goes to nobody, or to a tester."""

    display_name: str | None = SAMPLE_NAME
    language: str | None = None
    occasion: str | None = None


@dataclass(frozen=True, slots=True)
class MailPreview:
    """A mail as it would go over the line, and the parts that people look at."""

    parcel: Parcel
    language: str
    subject: str
    headers: tuple[tuple[str, str], ...]
    html: str
    text: str


class PreviewLinks(FormLinks):
    """Every link leads to the preview of one questionnaire: nothing that is clicked is kept."""

    def __init__(self, survey_id: str, version: str, conn_id: str = "cf_form") -> None:
        super().__init__(conn_id)
        self._survey = survey_id, version

    def answer(self, invitation_id: UUID, until: datetime) -> str:
        """The preview; so are the others."""
        return self.preview(*self._survey, until)

    def unsubscribe(self, invitation_id: UUID, until: datetime) -> str:
        """The preview."""
        return self.preview(*self._survey, until)

    def preferences(self, invitation_id: UUID, until: datetime) -> str:
        """The preview."""
        return self.preview(*self._survey, until)


def find_reader(
    connection: psycopg.Connection[Any], campaign_id: str, source: str, external_id: str
) -> Reader | None:
    """The contact of a source with this customer number, and what this campaign asked them about last."""
    values = {"campaign_id": campaign_id, "source": source, "external_id": external_id}
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(sql_text("decisions/preview_contact.sql").encode(), values).fetchone()
    return Reader(**row) if row else None


def preview_mail(
    programme: Programme,
    campaign: Campaign,
    reader: Reader,
    now: datetime,
    *,
    language: str | None = None,
    reminder_number: int = 0,
    address: str = SAMPLE_ADDRESS,
    envelope_sender: str | None = None,
) -> MailPreview:
    """The mail of a campaign to one person.

    :param language: None: that of the reader, as far as it is offered.
    :param reminder_number: 0: the first mail; n: the n-th reminder.
    :param address: where a test mail goes, with a subject that begins with ``[Test]``; what is only looked at carries
        the sample address, and the subject that customers see.
    :raises ConfigurationError: the template, the survey or the connection of the form server cannot be used, or the
        address cannot be written to.
    """
    organisation = programme.organisation
    survey = programme.survey(campaign.survey)
    definition = json.loads(survey.definition.read_text(encoding="utf-8"))
    version = version_of(definition)
    made, links = uuid4(), PreviewLinks(survey.id, version)
    claimed = Claimed(
        invitation_id=made,
        link_id=made,
        wave_id=f"{campaign.id}/preview",
        message_id=message_id(made, organisation.sender.address.rpartition("@")[2]),
        language=language or offered_language(reader.language, organisation.languages),
        occasion=reader.occasion or SAMPLE_OCCASIONS.get(campaign.kind, str(now.year)),
        attempt_count=0,
        reminder_number=reminder_number,
        answer_until=now + LINK_TIME,
        survey_id=survey.id,
        survey_version=version,
        email=address,
        display_name=reader.display_name,
    )
    mail = InvitationMail(
        organisation,
        campaign.template,
        links,
        envelope_sender,
        definition=lambda _survey, _version: definition,
        subject_prefix=TEST_PREFIX if address != SAMPLE_ADDRESS else "",
    )
    parcel = mail.parcel(claimed, now)
    if parcel is None:
        raise ConfigurationError("the address that the test mail should go to is none that can be written to")
    return _parts(parcel, claimed.language)


def _parts(parcel: Parcel, language: str) -> MailPreview:
    message = message_from_bytes(parcel.content, policy=default)
    assert isinstance(message, EmailMessage)
    headers = tuple(
        (name, str(value)) for name, value in message.items() if not name.lower().startswith("content-")
    )
    return MailPreview(
        parcel, language, str(message["Subject"]), headers, _body(message, "html"), _body(message, "plain")
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""
