"""What the public form server is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from cf_operators.domain.campaign import Survey
from cf_operators.domain.link import SHORTEST_KEY
from cf_operators.domain.organisation import Organisation, Purpose
from cf_operators.errors import ConfigurationError
from cf_operators.programme import load_programme
from cf_operators.web.form_hits import OFF, STANDARD_ERROR

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class FormSettings:
    """Settings of one form server.

    ``requests_per_minute`` counts per client address, ``posts_per_minute`` per link; 0 means no limit. ``hit_log`` is
    a file, ``stderr`` or ``off``.
    """

    database: str = field(repr=False)
    signing_key: str = field(repr=False)
    public_url: str
    organisation: Organisation
    purposes: tuple[Purpose, ...] = ()
    surveys: tuple[Survey, ...] = ()
    requests_per_minute: int = 6000
    posts_per_minute: int = 60
    node_modules: Path = ROOT / "node_modules"
    hit_log: str = OFF

    @property
    def base_path(self) -> str:
        """The path that a proxy in front of the server takes off: empty, or such as ``/feedback``."""
        return urlsplit(self.public_url).path.rstrip("/")

    @property
    def is_https(self) -> bool:
        """Whether people reach the server by https."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> FormSettings:
        """Read and check all settings.

        :raises ConfigurationError: something is missing or wrong; the message lists everything at once.
        """
        problems = [problem for check in (_database, _signing_key, _public_url) for problem in check(environ)]
        rates = {name: _rate(environ, name, default, problems) for name, default in _RATES.items()}
        programme = None
        try:
            file = environ.get("CF_PROGRAMME")
            programme = load_programme(Path(file) if file else None)
        except ConfigurationError as error:
            problems.append(f"CF_PROGRAMME: {error}")
        if problems or programme is None:
            raise ConfigurationError(
                "The form server cannot start; set these in its environment:\n  " + "\n  ".join(problems)
            )
        return cls(
            database=environ["CF_FORM_DATABASE"],
            signing_key=environ["CF_FORM_SIGNING_KEY"],
            public_url=environ["CF_FORM_PUBLIC_URL"],
            organisation=programme.organisation,
            purposes=programme.purposes,
            surveys=programme.surveys,
            requests_per_minute=rates["CF_FORM_RATE"],
            posts_per_minute=rates["CF_FORM_LINK_RATE"],
            node_modules=Path(environ.get("CF_NODE_MODULES") or ROOT / "node_modules"),
            hit_log=environ.get("CF_FORM_HIT_LOG") or STANDARD_ERROR,
        )


_RATES = {"CF_FORM_RATE": 6000, "CF_FORM_LINK_RATE": 60}


def _database(environ: Mapping[str, str]) -> list[str]:
    wanted = "the address of the warehouse for the role cf_form, e.g. postgresql://cf_form:...@127.0.0.1:5432/warehouse"
    value = environ.get("CF_FORM_DATABASE")
    if not value:
        return [f"CF_FORM_DATABASE is missing: {wanted}"]
    try:
        conninfo_to_dict(value)
    except psycopg.ProgrammingError:
        return [
            f"CF_FORM_DATABASE cannot be read (it is not shown, as it may hold a password); expected {wanted}"
        ]
    return []


def _signing_key(environ: Mapping[str, str]) -> list[str]:
    value = environ.get("CF_FORM_SIGNING_KEY")
    if not value:
        return ["CF_FORM_SIGNING_KEY is missing: the password of the Airflow connection cf_form"]
    if len(value) < SHORTEST_KEY:
        return [f"CF_FORM_SIGNING_KEY has {len(value)} characters; it needs {SHORTEST_KEY} at least"]
    return []


def _public_url(environ: Mapping[str, str]) -> list[str]:
    wanted = "the address that customers reach this server by, e.g. https://feedback.example.org"
    value = environ.get("CF_FORM_PUBLIC_URL")
    if not value:
        return [f"CF_FORM_PUBLIC_URL is missing: {wanted}"]
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        return [f"CF_FORM_PUBLIC_URL is {value!r}; expected {wanted}"]
    return []


def _rate(environ: Mapping[str, str], name: str, default: int, problems: list[str]) -> int:
    value = environ.get(name) or str(default)
    if not value.isascii() or not value.isdigit():
        problems.append(
            f"{name} is {value!r}; expected requests per minute as a whole number, 0 for no limit"
        )
        return default
    return int(value)
