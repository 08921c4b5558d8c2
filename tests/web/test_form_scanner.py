"""A scanner opens every link of a mail a hundred times and nothing happens; a person posts once, and it counts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape

import httpx
import pytest
from psycopg import sql

from cf_operators.hooks.form_links import FormLinks
from cf_operators.hooks.invitation_mail import InvitationMail
from cf_operators.hooks.ledger import Claimed
from cf_operators.programme import load_programme
from tests.conftest import Warehouse
from tests.web.running_form import KEY, Invitation, definition_of, invite, running_form
from tests.web.test_form_survey import COMPLETE

GETS = 100
SCANNER = {"User-Agent": "Mozilla/5.0 (compatible; LinkScanner/1.0)"}


def everything(warehouse: Warehouse) -> dict[str, str | None]:
    """A hash over all rows of each table that we own."""
    with warehouse.connect() as connection:
        tables = connection.execute(
            """select n.nspname, c.relname from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid
               where n.nspname like 'cf%' and c.relkind in ('r', 'p')"""
        ).fetchall()
        assert len(tables) > 20
        query = sql.SQL("select md5(string_agg(t::text, chr(10) order by t::text)) as hash from {} as t")
        found = {}
        for table in tables:
            name = sql.Identifier(table["nspname"], table["relname"])
            row = connection.execute(query.format(name)).fetchone()
            assert row is not None
            found[f"{table['nspname']}.{table['relname']}"] = row["hash"]
        return found


def mail_of(invitation: Invitation, url: str, monkeypatch: pytest.MonkeyPatch) -> EmailMessage:
    """The mail as it would be sent for an invitation."""
    connection = {"conn_type": "http", "host": url, "password": KEY}
    monkeypatch.setenv("AIRFLOW_CONN_CF_FORM", json.dumps(connection))
    claimed = Claimed(
        invitation_id=invitation.invitation_id,
        link_id=invitation.invitation_id,
        wave_id="test",
        message_id="<1@example.org>",
        language="en",
        occasion="Oak table",
        attempt_count=0,
        reminder_number=0,
        answer_until=invitation.expires_at,
        survey_id="annual",
        survey_version="test",
        email="somebody@example.org",
        display_name="Somebody",
    )
    writer = InvitationMail(
        load_programme().organisation, "annual", FormLinks(), definition=lambda *_: definition_of("annual")
    )
    parcel = writer.parcel(claimed, datetime.now(UTC))
    assert parcel is not None
    return message_from_bytes(parcel.content, policy=default)


def links_of(mail: EmailMessage, url: str) -> set[str]:
    """All addresses of the form server that the mail holds, in its headers and in both of its parts."""
    texts = [str(mail["List-Unsubscribe"])]
    texts += [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return {unescape(found) for text in texts for found in re.findall(rf'{url}/[^\s"<>]+', text)}


@pytest.fixture
def url(warehouse: Warehouse) -> Iterator[str]:
    with running_form(warehouse) as running:
        yield running


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url) as made:
        yield made


def changed(before: dict[str, str | None], after: dict[str, str | None]) -> set[str]:
    return {table for table in after if after[table] != before[table]}


def test_a_scanner_on_every_link_of_a_mail_changes_nothing(
    warehouse: Warehouse, client: httpx.Client, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = invite(warehouse, definition_of("annual"))
    mail = mail_of(invitation, url, monkeypatch)
    found = links_of(mail, url)
    assert {link.removeprefix(url)[:3] for link in found} == {"/s/", "/u/", "/p/"}
    assert {link.partition("?")[2] for link in found} >= {f"q=nps&v={value}" for value in range(11)}
    links = sorted(found | {url + invitation.interview()})
    before = everything(warehouse)
    with ThreadPoolExecutor(8) as pool:
        gets = list(pool.map(lambda link: client.get(link, headers=SCANNER).status_code, links * GETS))
        heads = list(pool.map(lambda link: client.head(link, headers=SCANNER).status_code, links))
        options = list(pool.map(lambda link: client.options(link, headers=SCANNER).status_code, links))
    assert (set(gets), set(heads), set(options)) == ({200}, {200}, {405})
    assert len(gets) == GETS * len(links) >= GETS * 14
    assert everything(warehouse) == before

    body = {"answers": COMPLETE, "complete": True, "language": "en"}
    assert client.post(invitation.survey, json=body).json() == {"status": "accepted"}
    answered = everything(warehouse)
    assert changed(before, answered) == {"cf_landing.form_submission"}
    for _ in range(3):
        assert client.post(invitation.survey, json=body).json() == {"status": "answered"}
    assert everything(warehouse) == answered


def test_the_same_post_again_changes_nothing_on_any_page(warehouse: Warehouse, client: httpx.Client) -> None:
    invitation = invite(warehouse, definition_of("annual"))
    partial = {"answers": {"nps": 9}, "complete": False, "language": "en"}
    consent, suppression = "cf_ledger.consent", "cf_ledger.suppression"
    steps: list[tuple[str, dict[str, object], set[str]]] = [
        (invitation.survey, {"json": partial}, {"cf_landing.form_submission"}),
        (invitation.unsubscribe, {"data": {"List-Unsubscribe": "One-Click"}}, {consent, suppression}),
        (invitation.preferences, {"data": {"purchases": "yes"}}, {consent, suppression}),
        (invitation.preferences, {"data": {"purchases": "no"}}, {consent}),
        (invitation.preferences, {"data": {"no-to-all": "yes"}}, {consent, suppression}),
    ]
    for path, content, tables in steps:
        before = everything(warehouse)
        assert client.post(path, **content).status_code == 200  # type: ignore[arg-type]
        once = everything(warehouse)
        # A word on consent leaves a note for the model.
        noted = {"cf_ledger.touched"} if consent in tables else set()
        assert changed(before, once) == tables | noted, content
        assert client.post(path, **content).status_code == 200  # type: ignore[arg-type]
        assert everything(warehouse) == once, content
