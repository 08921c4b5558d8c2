"""A form server that really runs, and invitations for it: for tests of the server and for tests in a browser."""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import uvicorn

from cf_operators.domain.link import (
    Interview,
    Preview,
    Purpose,
    sign_interview,
    sign_link,
    sign_preview,
)
from cf_operators.domain.survey import version_of
from cf_operators.programme import load_programme
from cf_operators.web.form_app import create_app
from cf_operators.web.form_settings import FormSettings
from tests.conftest import ROOT, Warehouse, free_port

KEY = secrets.token_hex(24)
SURVEYS = ROOT / "include" / "surveys"


@dataclass(frozen=True)
class Invitation:
    """One invitation in the ledger, and its links."""

    invitation_id: UUID
    contact_key: UUID
    expires_at: datetime

    def token(self, purpose: Purpose) -> str:
        return sign_link(KEY, purpose, self.invitation_id, self.expires_at)

    @property
    def survey(self) -> str:
        return f"/s/{self.token('answer')}"

    @property
    def unsubscribe(self) -> str:
        return f"/u/{self.token('unsubscribe')}"

    @property
    def preferences(self) -> str:
        return f"/p/{self.token('preferences')}"

    def interview(self, interviewer: str = "Ada Lovelace") -> str:
        return f"/i/{sign_interview(KEY, Interview(self.invitation_id, interviewer), self.expires_at)}"


def preview_link(survey_id: str, version: str, expires_at: datetime | None = None) -> str:
    """The link that shows a version of a questionnaire."""
    until = expires_at or datetime.now(UTC) + timedelta(hours=1)
    return f"/v/{sign_preview(KEY, Preview(survey_id, version), until)}"


def definition_of(survey_id: str) -> dict[str, Any]:
    """The shipped questionnaire of this name."""
    return dict(json.loads((SURVEYS / f"{survey_id}.json").read_text(encoding="utf-8")))


def invite(
    warehouse: Warehouse,
    definition: dict[str, Any],
    *,
    language: str = "en",
    occasion: str = "Oak table",
    state: str = "accepted",
    channel: str = "mail",
    contact: UUID | None = None,
    answer_until: timedelta = timedelta(days=7),
    link_until: timedelta = timedelta(days=7),
) -> Invitation:
    """Write a contact (unless one is given), a wave and an invitation into the ledger, as sending would."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "invitation": uuid4(), "contact": contact or uuid4(), "channel": channel, "wave": f"test/{uuid4().hex}",
        "version": version_of(definition),
        "definition": json.dumps(definition), "language": language, "occasion": occasion, "state": state,
        "now": now, "answer_until": now + answer_until, "hash": secrets.token_bytes(32),
    }  # fmt: skip
    with warehouse.connect() as connection:
        for statement in (
            """insert into cf_ledger.contact (contact_key, source, external_id, email, address_hash, updated_at)
               values (%(contact)s, 'test', %(contact)s::text, 'somebody@example.org', %(hash)s, %(now)s)
               on conflict do nothing""",
            """insert into cf_ledger.survey (survey_id, version, definition, registered_at)
               values ('test', %(version)s, %(definition)s, %(now)s) on conflict do nothing""",
            """insert into cf_ledger.wave (wave_id, campaign_id, wave_key, survey_id, survey_version, not_after,
                                           answer_until, opened_at, opened_by_run)
               values (%(wave)s, 'test', %(wave)s, 'test', %(version)s, %(now)s, %(answer_until)s, %(now)s, 'test')""",
            """insert into cf_ledger.invitation (invitation_id, wave_id, campaign_id, contact_key, occasion, language,
                                                 message_id, state, channel, send_not_before, planned_at)
               values (%(invitation)s, %(wave)s, 'test', %(contact)s, %(occasion)s, %(language)s,
                       %(invitation)s::text, %(state)s, %(channel)s, %(now)s, %(now)s)""",
        ):
            connection.execute(statement, values)
    return Invitation(values["invitation"], values["contact"], now + link_until)


def form_settings(warehouse: Warehouse, port: int, **changes: Any) -> FormSettings:
    """Settings of a form server on this machine for this warehouse, without limits on how often it is called."""
    programme = load_programme()
    values: dict[str, Any] = {
        "database": warehouse.form_uri,
        "signing_key": KEY,
        "public_url": f"http://127.0.0.1:{port}",
        "organisation": programme.organisation,
        "purposes": programme.purposes,
        "surveys": programme.surveys,
        "requests_per_minute": 0,
        "posts_per_minute": 0,
        "node_modules": Path(os.environ.get("CF_NODE_MODULES") or ROOT / "node_modules"),
    }
    return FormSettings(**(values | changes))


@contextmanager
def running_form(warehouse: Warehouse, **changes: Any) -> Iterator[str]:
    """Run a form server; gives its address."""
    port = free_port()
    app = create_app(form_settings(warehouse, port, **changes))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive(), "the form server ended while it started"
            assert time.monotonic() < deadline, "the form server did not start within 60 s"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
