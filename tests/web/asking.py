"""The pages as a user meets them, and a ledger with something on it to decide about."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
import psycopg
from itsdangerous import URLSafeTimedSerializer
from psycopg.types.json import Jsonb

from cf_operators.domain.identity import address_hash
from tests.mail_servers import MailCatcher
from tests.web.running_airflow import AirflowServer

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
WAVE = "post_purchase/2026-03-01"
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_TAG = re.compile(r"<[^>]+>")


def words_of(reply: httpx.Response) -> str:
    """What a page says, without its markup, in one line."""
    return " ".join(unescape(_TAG.sub(" ", reply.text)).split())


class Pages:
    """The pages of one server. Use as a context manager."""

    def __init__(
        self, server: AirflowServer, mail: MailCatcher, superuser: Callable[[], psycopg.Connection[Any]]
    ) -> None:
        self.server = server
        self.superuser = superuser
        self.mail = mail
        self._exits = ExitStack()
        self._clients: dict[str | None, httpx.Client] = {}
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._exits.close()

    def user(self, name: str | None = "quality") -> httpx.Client:
        if name not in self._clients:
            self._clients[name] = self._exits.enter_context(self.server.client(name))
        return self._clients[name]

    def get(self, path: str, user: str | None = "quality", **query: Any) -> httpx.Response:
        return self.user(user).get(f"/cf/{path}", params=query or None)

    def says(self, path: str, user: str | None = "quality", **query: Any) -> str:
        """The words of a page that has to be there."""
        reply = self.get(path, user, **query)
        assert reply.status_code == 200, (reply.status_code, words_of(reply))
        return words_of(reply)

    def token(self, user: str = "quality") -> str:
        """A token as the forms of this user carry it."""
        key, salt = self.server.secret_key, "customer focus pages"
        return str(URLSafeTimedSerializer(key, salt=salt).dumps(self.server.user_id(user)))

    def token_on(self, path: str, user: str = "quality", **query: Any) -> str:
        """The token of the first form of a page."""
        found = _TOKEN.search(self.get(path, user, **query).text)
        assert found, f"no form on {path}"
        return found[1]

    def post(self, path: str, user: str = "quality", **fields: Any) -> httpx.Response:
        """Press a button, as a form of ours does, and look at the page that follows."""
        given = {"token": self.token(user), **{key: str(value) for key, value in fields.items()}}
        return self.user(user).post(f"/cf/{path}", data=given, follow_redirects=True)

    def presses(self, path: str, user: str = "quality", **fields: Any) -> str:
        """The words of the page that follows a button that works."""
        reply = self.post(path, user, **fields)
        assert reply.status_code == 200, (reply.status_code, words_of(reply))
        return words_of(reply)

    # ------------------------------------------------------------------------------------------- the ledger

    def rows(self, statement: str, parameters: Any = None) -> list[dict[str, Any]]:
        return self.server.warehouse.rows(statement, parameters)

    def execute(self, statement: str, parameters: Any = None) -> None:
        with self.server.warehouse.connect() as connection:
            connection.execute(statement, parameters)

    def empty(self) -> None:
        self.execute(
            "truncate cf_ledger.wave, cf_ledger.invitation, cf_ledger.decision, cf_ledger.contact, "
            "cf_ledger.survey, cf_ledger.suppression, cf_ledger.consent, cf_landing.form_submission cascade"
        )

    def wave(self, wave_id: str = WAVE, **columns: Any) -> None:
        """A wave that is open for ten days, with answers until in thirty."""
        campaign, _, key = wave_id.partition("/")
        self.execute(
            "insert into cf_ledger.survey values ('post_purchase', 'v1', %s, %s) on conflict do nothing",
            [Jsonb({"title": "Your purchase", "elements": []}), NOW],
        )
        values = {
            "wave_id": wave_id,
            "campaign_id": campaign,
            "wave_key": key,
            "survey_id": "post_purchase",
            "survey_version": "v1",
            "not_after": NOW + 10 * DAY,
            "answer_until": NOW + 30 * DAY,
            "opened_at": NOW - DAY,
            "opened_by_run": "run",
        } | columns
        self._insert("cf_ledger.wave", values)

    def invite(self, state: str, wave_id: str = WAVE, name: str | None = None, **columns: Any) -> UUID:
        """One more person with an address, invited in a wave that is there."""
        self._number += 1
        key, made = uuid4(), uuid4()
        email = f"person{self._number}@customers.example"
        contact = {
            "contact_key": key,
            "source": "shop",
            "external_id": f"C{self._number}",
            "email": email,
            "address_hash": address_hash(email),
            "display_name": name or f"Person {self._number}",
            "language": "en",
            "updated_at": NOW,
        }
        self._insert("cf_ledger.contact", contact)
        values = {
            "invitation_id": made,
            "wave_id": wave_id,
            "campaign_id": wave_id.partition("/")[0],
            "contact_key": key,
            "occasion": "Oak table",
            "language": "en",
            "message_id": f"<{made}@mail.example>",
            "state": state,
            "send_not_before": NOW - DAY,
            "planned_at": NOW - DAY,
            "claimed_at": NOW - DAY / 2 if state == "unknown" else None,
            "accepted_at": NOW - DAY / 2 if state in {"accepted", "responded"} else None,
        } | columns
        self._insert("cf_ledger.invitation", values)
        return made

    def state(self, invitation: UUID) -> str:
        (row,) = self.rows("select state from cf_ledger.invitation where invitation_id = %s", [invitation])
        return str(row["state"])

    def decided(self) -> list[tuple[str, str, str | None]]:
        rows = self.rows("select decision, actor, note from cf_ledger.decision order by decision_id")
        return [(row["decision"], row["actor"], row["note"]) for row in rows]

    def _insert(self, table: str, values: dict[str, Any]) -> None:
        places = ", ".join(["%s"] * len(values))
        self.execute(f"insert into {table} ({', '.join(values)}) values ({places})", list(values.values()))
