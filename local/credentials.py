"""The passwords and keys of one state directory: made once, kept in a file that only its owner may read."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from local.errors import StackError

ACCOUNTS = ("admin", "quality", "viewer")


@dataclass(frozen=True, repr=False)
class Credentials:
    """Database passwords, signing keys, and the passwords of the three Airflow accounts."""

    postgres: str
    airflow_database: str
    cf_engine: str
    cf_form: str
    cf_bi: str
    form_signing_key: str
    fernet_key: str
    jwt_secret: str
    api_secret_key: str
    account_admin: str
    account_quality: str
    account_viewer: str

    @classmethod
    def load(cls, state: Path, environment: Mapping[str, str]) -> Credentials:
        """Read `secrets.json` of the state directory, or make it; CF_PASSWORD_ADMIN, _QUALITY, _VIEWER win."""
        path = state / "secrets.json"
        credentials = cls._read(path) if path.exists() else cls._make(path)
        chosen = {
            f"account_{name}": environment[f"CF_PASSWORD_{name.upper()}"]
            for name in ACCOUNTS
            if environment.get(f"CF_PASSWORD_{name.upper()}")
        }
        return replace(credentials, **chosen)

    @property
    def accounts(self) -> dict[str, str]:
        """Airflow user name -> password."""
        return {name: getattr(self, f"account_{name}") for name in ACCOUNTS}

    @property
    def database_roles(self) -> dict[str, str]:
        """Role of the databases -> password."""
        return {
            "airflow": self.airflow_database,
            "cf_engine": self.cf_engine,
            "cf_form": self.cf_form,
            "cf_bi": self.cf_bi,
        }

    @classmethod
    def _read(cls, path: Path) -> Credentials:
        try:
            return cls(**json.loads(path.read_text()))
        except (ValueError, TypeError) as error:
            raise StackError(
                f"{path} is not the file of secrets that this version wrote ({error}). Restore it, or remove "
                f"{path.parent} to start over with an empty stack: the databases there know the old passwords."
            ) from error

    @classmethod
    def _make(cls, path: Path) -> Credentials:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = cls(**{part.name: _new_secret(part.name) for part in fields(cls)})
        # Written under another name first: an interrupted start must not leave half a file of secrets.
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(made), file, indent=1)
        draft.rename(path)
        return made


def _new_secret(name: str) -> str:
    if name == "fernet_key":
        return secrets.token_urlsafe(32) + "="  # 32 bytes in padded base64, as Fernet wants them
    if name.startswith("account_"):
        return secrets.token_hex(6)  # short enough to be typed from the terminal into the login page
    return secrets.token_urlsafe(48)
