"""How a REST source is told who asks. The secrets themselves stand in the Airflow connection."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from cf_operators.domain.entry import Entry
from cf_operators.domain.value import Line


class NoAuth(Entry):
    """Anybody may read."""

    kind: Literal["none"] = Field(description="none: the source asks for no login.")


class BasicAuth(Entry):
    """Login and password (RFC 7617)."""

    kind: Literal["basic"] = Field(description="basic: login and password of the connection.")


class BearerAuth(Entry):
    """A token that stays good (RFC 6750)."""

    kind: Literal["bearer"] = Field(description="bearer: the password of the connection is the token.")


class HeaderAuth(Entry):
    """A key in a header of the source's own."""

    kind: Literal["header"] = Field(description="header: the password of the connection stands in a header.")
    name: Line = Field(description="Name of the header, e.g. x-api-key.")
    prefix: str = Field(default="", description='What stands before the password, e.g. "token ".')


class ClientCredentials(Entry):
    """A token that is fetched, and fetched anew when it has run out (RFC 6749, 4.4)."""

    kind: Literal["oauth2"] = Field(
        description="oauth2: a token is fetched with the client id (login) and client secret (password)."
    )
    token_url: Line = Field(description="Where tokens are given: a path of the source, or an https address.")
    scope: str = Field(default="", description="The scopes to ask for, separated by blanks.")
    client_in: Literal["header", "body"] = Field(
        default="header",
        description="Where the client id and secret are put: in a header (as basic) or in the body.",
    )


def _short_form(value: object) -> object:
    return {"kind": value} if isinstance(value, str) else value


RestAuth = Annotated[
    NoAuth | BasicAuth | BearerAuth | HeaderAuth | ClientCredentials,
    Field(discriminator="kind"),
    BeforeValidator(_short_form),
]
"""A way to log in; a text alone is its kind."""
