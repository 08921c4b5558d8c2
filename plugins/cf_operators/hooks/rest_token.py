"""The headers by which a REST source is told who asks, and a token that is fetched anew when it has run out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cf_operators.domain.rest_auth import BasicAuth, BearerAuth, ClientCredentials, HeaderAuth, RestAuth
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.rest_settings import RestSettings
from cf_operators.hooks.secret_mask import basic_credential

Fetch = Callable[[str, Mapping[str, str], Mapping[str, str]], Any]
"""Posts a form to an address (address, form, headers) and gives the answer's JSON."""

_SOONER = timedelta(seconds=30)
_USUAL_SECONDS = 3600


class Credentials:
    """Makes the headers of the login.

    :param fetch: how a token is asked for.
    """

    def __init__(self, auth: RestAuth, settings: RestSettings, fetch: Fetch) -> None:
        self._auth = auth
        self._settings = settings
        self._fetch = fetch
        self._token = ""
        self._good_until = datetime.max.replace(tzinfo=UTC)

    @property
    def token(self) -> str:
        """The fetched token: a secret like the password."""
        return self._token

    @property
    def can_renew(self) -> bool:
        """Whether a login that the server refuses may be good with another token."""
        return isinstance(self._auth, ClientCredentials)

    def forget(self) -> None:
        """The token has run out: fetch another one when it is needed next."""
        self._token = ""

    def headers(self) -> dict[str, str]:
        """The headers of the login.

        :raises ConfigurationError: the connection lacks what the way to log in needs.
        """
        match self._auth:
            case BasicAuth():
                return {"Authorization": _basic(self._needed("login"), self._needed("password"))}
            case BearerAuth():
                return {"Authorization": f"Bearer {self._needed('password')}"}
            case HeaderAuth(name=name, prefix=prefix):
                return {name: f"{prefix}{self._needed('password')}"}
            case ClientCredentials():
                return {"Authorization": f"Bearer {self._fetched(self._auth)}"}
        return {}

    def _needed(self, name: str) -> str:
        value: str = getattr(self._settings, name)
        if not value:
            raise ConfigurationError(
                f'connection "{self._settings.conn_id}" has no {name}; the source needs it (auth: {self._auth.kind})'
            )
        if not value.isascii() or not value.isprintable():
            raise ConfigurationError(
                f'connection "{self._settings.conn_id}": {name} holds characters that no header can; enter it again'
            )
        return value

    def _fetched(self, auth: ClientCredentials) -> str:
        if self._token and datetime.now(UTC) < self._good_until:
            return self._token
        form = {"grant_type": "client_credentials"} | ({"scope": auth.scope} if auth.scope else {})
        client = self._needed("login"), self._needed("password")
        headers = {}
        if auth.client_in == "header":
            headers["Authorization"] = _basic(*client)
        else:
            form |= {"client_id": client[0], "client_secret": client[1]}
        address = self._settings.url(auth.token_url) if auth.token_url.startswith("/") else auth.token_url
        answer = self._fetch(address, form, headers)
        token = answer.get("access_token") if isinstance(answer, Mapping) else None
        if not isinstance(token, str) or not token:
            raise ConfigurationError(
                f'connection "{self._settings.conn_id}": {auth.token_url} gives no access_token; check token_url'
            )
        self._token = token
        seconds = answer.get("expires_in")
        seconds = seconds if isinstance(seconds, int | float) else _USUAL_SECONDS
        self._good_until = datetime.now(UTC) + timedelta(seconds=min(seconds, _USUAL_SECONDS * 24)) - _SOONER
        return token


def _basic(login: str, password: str) -> str:
    return f"Basic {basic_credential(login, password)}"
