"""Sends one test mail of a campaign to an address of one's own, without touching the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.domain.decision import TrialMailRequest
from cf_operators.errors import ConfigurationError, DataError, MailServerUnavailable
from cf_operators.hooks.mail_preview import Reader, find_reader, preview_mail
from cf_operators.hooks.single_mail import send_one
from cf_operators.hooks.smtp_settings import SmtpSettings
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.operators.person import request_of
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from airflow.sdk import Context

    from cf_operators.domain.programme import Programme


class SendTestMailOperator(BaseOperator):
    """Writes the mail that a campaign would send to a contact or a sample person, and sends it to the address given.

    :param smtp_conn_id: Airflow connection of the mail server.
    :param warehouse_conn_id: Airflow connection of the warehouse; it is asked for the contact only.
    :returns: XCom ``{"campaign", "language", "reminder_number", "result": "accepted"}``.
    :raises ConfigurationError: lists every parameter that is wrong, or the template or a connection cannot be used.
    :raises DataError: the mail server refused the mail, or its reply was lost; it is not sent again by itself.
    :raises MailServerUnavailable: the server wants the mail later.
    """

    def __init__(
        self,
        *,
        smtp_conn_id: str = "cf_smtp",
        warehouse_conn_id: str = DEFAULT_CONNECTION,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.smtp_conn_id = smtp_conn_id
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Read the request, write the mail, hand it over."""
        request = request_of(TrialMailRequest, context)
        programme = load_programme()
        check(request, programme)
        smtp = SmtpSettings.of(self.smtp_conn_id)
        mail = preview_mail(
            programme,
            programme.campaign(request.campaign),
            self._reader(request),
            datetime.now(UTC),
            language=request.language,
            reminder_number=request.reminder_number,
            address=request.to,
            envelope_sender=smtp.envelope_sender,
        )
        delivery = send_one(mail.parcel, smtp)
        said = delivery.reply or delivery.reason or "nothing"
        if delivery.result == "planned":
            raise MailServerUnavailable(f"{smtp} wants the test mail later; it said: {said}")
        if delivery.result != "accepted":
            raise DataError(f"{smtp}: the test mail is {delivery.result}; the server said: {said}")
        self.log.info("The mail server has taken the test mail: %s", said)
        return {
            "campaign": request.campaign,
            "language": mail.language,
            "reminder_number": request.reminder_number,
            "result": delivery.result,
        }

    def _reader(self, request: TrialMailRequest) -> Reader:
        if request.contact is None:
            return Reader()
        source, _, number = request.contact.partition("/")
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            reader = find_reader(connection, request.campaign, source, number)
        if reader is None:
            raise ConfigurationError(
                f'contact: there is none with the number "{number}" of the source "{source}"; write source and '
                "customer number as in shop/C1, or leave it empty for a sample person"
            )
        return reader


def check(request: TrialMailRequest, programme: Programme) -> None:
    """Compare a request with the programme.

    :raises ConfigurationError: there is no such campaign or language.
    """
    campaigns = [campaign.id for campaign in programme.campaigns]
    if request.campaign not in campaigns:
        raise ConfigurationError(
            f'campaign: "{request.campaign}" is not in the programme; there are: {", ".join(campaigns)}'
        )
    languages = programme.organisation.languages
    if request.language and request.language not in languages:
        raise ConfigurationError(
            f'language: "{request.language}" is not offered; there are: {", ".join(languages)}'
        )
