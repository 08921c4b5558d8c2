"""Where the links of a mail lead: the public form server, and the key that signs them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from airflow.sdk import BaseHook

from cf_operators.domain.bounce_address import bounce_address, read_bounce_address
from cf_operators.domain.link import (
    SHORTEST_KEY,
    Interview,
    Preview,
    sign_interview,
    sign_link,
    sign_preview,
    survey_token,
)
from cf_operators.errors import ConfigurationError

if TYPE_CHECKING:
    from airflow.sdk import Connection

DEFAULT_CONNECTION = "cf_form"


class FormLinks:
    """Makes the links of one form server.

    :param conn_id: Airflow connection of type ``http``: schema, host and port are the public address of the form
        server (a path may follow the host), the password is the signing key that the form server has too.
    :raises ConfigurationError: the connection has no host, or no key that is long enough.
    """

    def __init__(self, conn_id: str = DEFAULT_CONNECTION) -> None:
        connection: Connection = BaseHook.get_connection(conn_id)
        if not connection.host:
            raise ConfigurationError(
                f'connection "{conn_id}" has no host; set it to the public address of the form server'
            )
        self._key = connection.password or ""
        if len(self._key) < SHORTEST_KEY:
            raise ConfigurationError(
                f'connection "{conn_id}": the password is the key that signs links; it has {len(self._key)} characters '
                f"and needs {SHORTEST_KEY} at least. Take the one of the form server (CF_FORM_SIGNING_KEY)"
            )
        self.base = _base(connection)

    def bounce_address(self, envelope_sender: str, invitation_id: UUID) -> str:
        """The address that the mail of one invitation comes back to.

        :raises ValueError: the part before the @ is too long.
        """
        return bounce_address(envelope_sender, invitation_id, self._key)

    def bounced(self, address: str) -> UUID | None:
        """The invitation whose mail came back to an address; None if it was not made by :meth:`bounce_address`."""
        return read_bounce_address(address, self._key)

    def answer(self, invitation_id: UUID, until: datetime) -> str:
        """The address of the survey page of one invitation."""
        return f"{self.base}/s/{sign_link(self._key, 'answer', invitation_id, until)}"

    def unsubscribe(self, invitation_id: UUID, until: datetime) -> str:
        """The address that takes the one-click POST of RFC 8058, and shows a page to people."""
        return f"{self.base}/u/{sign_link(self._key, 'unsubscribe', invitation_id, until)}"

    def preferences(self, invitation_id: UUID, until: datetime) -> str:
        """The address of the page where a person says what they want to be asked about."""
        return f"{self.base}/p/{sign_link(self._key, 'preferences', invitation_id, until)}"

    def interview(self, invitation_id: UUID, interviewer: str, until: datetime) -> str:
        """The address by which an interviewer answers for the person whom they have on the telephone.

        :raises ValueError: the name is empty or longer than 100 characters.
        """
        return f"{self.base}/i/{sign_interview(self._key, Interview(invitation_id, interviewer), until)}"

    def survey_token(self, source_id: str, survey: str, invitation_id: UUID) -> str:
        """The token by which an ask is known on a survey platform."""
        return survey_token(self._key, source_id, survey, invitation_id)

    def preview(self, survey_id: str, version: str, until: datetime) -> str:
        """The address that shows a version of a questionnaire and keeps nothing; for all links of a test mail."""
        return f"{self.base}/v/{sign_preview(self._key, Preview(survey_id, version), until)}"


def _base(connection: Connection) -> str:
    host = connection.host or ""
    if "://" in host:
        return host.rstrip("/")
    name, slash, path = host.partition("/")
    port = f":{connection.port}" if connection.port else ""
    return f"{connection.schema or 'https'}://{name}{port}{slash}{path}".rstrip("/")
