"""The mail of one invitation: texts, links and headers put together, ready to be handed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from cf_operators.domain.first_question import FirstRating, first_rating
from cf_operators.domain.greeting_name import greeting_name
from cf_operators.domain.identity import clean_address
from cf_operators.domain.organisation import Organisation
from cf_operators.domain.survey_tree import Definition
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.form_links import FormLinks
from cf_operators.hooks.ledger import Claimed
from cf_operators.hooks.mail_message import mail_message
from cf_operators.hooks.mail_stencil import MailStencils
from cf_operators.hooks.mail_template import Letter, MailTemplate
from cf_operators.hooks.smtp_line import Parcel
from cf_operators.hooks.survey_links import SurveyLinks

UNSUBSCRIBE_TIME = timedelta(days=365)
"""How long after the survey has closed the links to unsubscribe and to the preferences still work."""


class InvitationMail:
    """Writes the mails of one campaign.

    :param template: name of the mail template.
    :param envelope_sender: where bounces go; None: to the sender of the organisation.
    :param is_verp: whether the envelope sender of each mail names its invitation.
    :param definition: gives the questionnaire of a survey and version, asked for once each; None: the mails do not
        show the first question.
    :param subject_prefix: what every subject begins with.
    :param survey_links: makes the links of surveys on other platforms; None: there are none.
    :raises ConfigurationError: the template, the sender's address or the envelope sender cannot be used.
    """

    def __init__(
        self,
        organisation: Organisation,
        template: str,
        links: FormLinks,
        envelope_sender: str | None = None,
        is_verp: bool = False,
        definition: Callable[[str, str], Definition] | None = None,
        subject_prefix: str = "",
        survey_links: SurveyLinks | None = None,
    ) -> None:
        self.template = MailTemplate(template, organisation)
        self._stencils = MailStencils(self.template)
        self._links = links
        address = _ascii_address(organisation.sender.address)
        self._sender = organisation.sender.model_copy(update={"address": address})
        self._envelope = _ascii_address(envelope_sender) if envelope_sender else address
        self._is_verp = is_verp
        self._definition = definition
        self._subject_prefix = subject_prefix
        self._survey_links = survey_links
        self._ratings: dict[tuple[str, str, str], FirstRating | None] = {}
        self._return_address(UUID(int=0))  # says now whether a token fits, and not with the first mail

    def parcel(self, invitation: Claimed, sent_at: datetime) -> Parcel | None:
        """The mail of a claimed invitation; None when its address cannot be written to."""
        address = clean_address(invitation.email)
        if address is None:
            return None
        until = invitation.answer_until
        unsubscribe_url = self._links.unsubscribe(invitation.link_id, until + UNSUBSCRIBE_TIME)
        letter = Letter(
            display_name=invitation.display_name,
            occasion=invitation.occasion,
            answer_url=self._answer_url(invitation),
            unsubscribe_url=unsubscribe_url,
            preferences_url=self._links.preferences(invitation.link_id, until + UNSUBSCRIBE_TIME),
            # A click on a rating in the mail leads to the form, which does not ask this survey.
            rating=None if invitation.platform_token else self._rating(invitation),
            reminder_number=invitation.reminder_number,
        )
        body = self._stencils.body(invitation.language, letter)
        if self._subject_prefix:
            body = replace(body, subject=self._subject_prefix + body.subject)
        content = mail_message(
            body,
            invitation_id=invitation.invitation_id,
            message_id=invitation.message_id,
            sender=self._sender,
            address=address,
            name=greeting_name(invitation.display_name),
            unsubscribe_url=unsubscribe_url,
            sent_at=sent_at,
        )
        return_address = self._return_address(invitation.invitation_id)
        return Parcel(invitation.invitation_id, return_address, address, content, is_wire_ready=True)

    def _answer_url(self, invitation: Claimed) -> str:
        source, survey, token = (
            invitation.platform_source,
            invitation.platform_survey,
            invitation.platform_token,
        )
        if self._survey_links is None or source is None or survey is None or token is None:
            return self._links.answer(invitation.link_id, invitation.answer_until)
        return self._survey_links.answer(source, survey, token, self.template.language(invitation.language))

    def _rating(self, invitation: Claimed) -> FirstRating | None:
        """The first question of the version that the wave asks with, in the language that the mail is written in."""
        if self._definition is None:
            return None
        language = self.template.language(invitation.language)
        key = invitation.survey_id, invitation.survey_version, language
        if key not in self._ratings:
            definition = self._definition(invitation.survey_id, invitation.survey_version)
            self._ratings[key] = first_rating(definition, language)
        return self._ratings[key]

    def _return_address(self, invitation_id: UUID) -> str:
        if not self._is_verp:
            return self._envelope
        try:
            return self._links.bounce_address(self._envelope, invitation_id)
        except ValueError as error:
            raise ConfigurationError(
                f'envelope sender "{self._envelope}": {error}; take a shorter address, e.g. bounces@example.org, or '
                "switch the extra field verp of the mail server's connection off"
            ) from error


def _ascii_address(text: str) -> str:
    address = clean_address(text)
    if address is None or not address.isascii():
        raise ConfigurationError(
            f'sender "{text}" is not an address that every mail server takes mail from; write the part before the @ in '
            "ASCII letters, e.g. care@example.org"
        )
    return address
