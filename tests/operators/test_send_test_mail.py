"""A test mail: what was asked for is checked first, it arrives, and the ledger does not hear of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cf_operators.errors import ConfigurationError, DataError, MailServerUnavailable
from cf_operators.operators.send_test_mail import SendTestMailOperator
from tests.conftest import Warehouse
from tests.mail_servers import DROP_TAKEN, MailCatcher
from tests.operators.asked import ask

RunContext = Callable[..., dict[str, Any]]
DEFAULTS: dict[str, Any] = {"language": None, "reminder_number": 0, "contact": None}


@pytest.fixture
def server(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailCatcher]:
    with MailCatcher() as catcher:
        monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", catcher.uri)
        form = {"conn_type": "http", "host": "https://survey.example", "password": "k" * 40}
        monkeypatch.setenv("AIRFLOW_CONN_CF_FORM", json.dumps(form))
        yield catcher


def send(run_context: RunContext, **given: Any) -> dict[str, Any]:
    context: Any = run_context(params=DEFAULTS, conf={"campaign": "annual", "to": "me@firm.example", **given})
    return SendTestMailOperator(task_id="send").execute(context)


def test_to_a_sample_person(server: MailCatcher, warehouse: Warehouse, run_context: RunContext) -> None:
    assert send(run_context, language="de") == {
        "campaign": "annual",
        "language": "de",
        "reminder_number": 0,
        "result": "accepted",
    }
    (mail,) = server.caught
    assert mail.recipient == "me@firm.example"
    assert "https://survey.example/v/" in mail.content.decode()
    assert warehouse.rows("select * from cf_ledger.invitation") == []


def test_in_the_name_of_a_contact(server: MailCatcher, warehouse: Warehouse, run_context: RunContext) -> None:
    ask(warehouse, ["accepted"])
    with warehouse.connect() as connection:
        connection.execute("update cf_ledger.contact set display_name = 'Ann Example', language = 'pt'")
    found = send(run_context, campaign="post_purchase", contact="shop/C1")
    assert found["language"] == "pt"
    (mail,) = server.caught
    assert "Ann Example" in str(mail.message["To"])
    assert "Lamp" in str(mail.message["Subject"])  # what they were asked about last


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"campaign": "no"}, 'campaign: "no" is not in the programme; there are: post_purchase'),
        ({"language": "fr"}, 'language: "fr" is not offered; there are: en'),
        ({"contact": "shop/C9"}, 'none with the number "C9" of the source "shop"'),
        ({"contact": "C9"}, "write source and customer number"),
        ({"to": "nobody"}, "to: "),
        ({"tos": "x"}, 'tos: is not a known key; did you mean "to"'),
        ({"reminder_number": 99}, "reminder_number: 99 is too great"),
    ],
)
def test_what_cannot_be_sent_is_said(
    server: MailCatcher, run_context: RunContext, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        send(run_context, **given)
    assert server.caught == []


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ("550 5.7.1 no", DataError, "is refused; the server said: 550 5.7.1 no"),
        ("451 4.3.0 busy", MailServerUnavailable, "wants the test mail later"),
        (DROP_TAKEN, DataError, "is unknown"),
    ],
)
def test_a_mail_that_was_not_taken_fails_the_task(
    server: MailCatcher, run_context: RunContext, answer: str, error: type[Exception], said: str
) -> None:
    server.answer = lambda stage, _recipient: answer if stage == "dot" else None
    with pytest.raises(error, match=said):
        send(run_context)
