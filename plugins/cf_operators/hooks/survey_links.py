"""Where the links of mails lead whose survey stands on another platform."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from cf_operators.domain.limesurvey_source import LimeSurveySource
from cf_operators.domain.programme import Programme
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.limesurvey_client import limesurvey_url
from cf_operators.hooks.source_connection import source_connection

_REMOTE = "admin/remotecontrol"


class SurveyLinks:
    """Makes the links of the platforms of a programme. A connection is read when its first link is made."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._addresses: dict[str, str] = {}

    def answer(self, source_id: str, survey: str, token: str, language: str) -> str:
        """The address at which one person answers a survey of LimeSurvey.

        :raises ConfigurationError: the source is none of kind limesurvey, or its connection has no usable address.
        """
        address = self._addresses.get(source_id) or self._address(source_id)
        self._addresses[source_id] = address
        if "?" in address:
            return f"{address}r=survey/index/sid/{survey}/token/{quote(token)}/lang/{quote(language)}"
        return f"{address}/{survey}?token={quote(token)}&lang={quote(language)}"

    def _address(self, source_id: str) -> str:
        try:
            source = self._programme.source(source_id)
        except KeyError as error:
            raise ConfigurationError(
                f"{error.args[0]}; mails that wait lead there, so keep the source until their wave is over"
            ) from error
        if not isinstance(source, LimeSurveySource):
            raise ConfigurationError(
                f'source "{source_id}" is of kind {source.kind}; links lead to limesurvey only'
            )
        return survey_address(source.connection)


def survey_address(conn_id: str) -> str:
    """The address that the number of a survey is put behind.

    It is what the extra field ``survey_url`` of the connection says, else that of RemoteControl without its end. An
    installation whose addresses are of the form ``index.php?r=...`` gives one that ends with ``?``.

    :raises ConfigurationError: it cannot be told from the address of RemoteControl.
    """
    connection = source_connection(conn_id)
    if public := str(connection.extra_dejson.get("survey_url") or ""):
        if urlsplit(public).scheme not in {"http", "https"}:
            raise ConfigurationError(
                f'connection "{conn_id}": survey_url of extra is "{public}"; write the address before the number of a '
                "survey, e.g. https://surveys.example.org/index.php"
            )
        return public.rstrip("/")
    url = limesurvey_url(connection, conn_id)
    if url.endswith(f"?r={_REMOTE}"):
        return url.removesuffix(f"r={_REMOTE}")
    if url.endswith(f"/{_REMOTE}"):
        return url.removesuffix(f"/{_REMOTE}")
    raise ConfigurationError(
        f'connection "{conn_id}": its address does not end with {_REMOTE}, so the address of the surveys is not known; '
        "say it in extra: survey_url"
    )
