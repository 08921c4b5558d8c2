"""Lines to real SMTP servers: in the clear, secured, with a login, and with addresses beyond ASCII."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from cf_operators.domain.delivery import NOT_TRIED, Delivery
from cf_operators.errors import ConfigurationError, MailServerUnavailable
from cf_operators.hooks.mail_server import MailServer
from cf_operators.hooks.smtp_line import Parcel
from cf_operators.hooks.smtp_settings import SmtpSettings
from tests.certificate import write_certificate
from tests.conftest import free_port
from tests.mail_servers import DROP, MailCatcher


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that only those trust who are told to, with its key in the same file."""
    return write_certificate(tmp_path_factory.mktemp("tls"))


def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def connect(
    monkeypatch: pytest.MonkeyPatch, port: int, login: str = "", password: str = "", **extra: Any
) -> SmtpSettings:
    connection = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": port,
        "login": login,
        "password": password,
    }
    monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", json.dumps(connection | {"extra": {"timeout": 5} | extra}))
    return SmtpSettings.of()


def parcel(recipient: str = "ana@example.org", content: bytes = b"Subject: x\r\n\r\nx\r\n") -> Parcel:
    return Parcel(uuid4(), "care@example.org", recipient, content)


def deliver(settings: SmtpSettings, *parcels: Parcel, lines: int = 1) -> list[Delivery]:
    results: dict[UUID, Delivery] = {}

    async def run() -> None:
        async with MailServer(settings, lines) as server:
            await server.deliver(parcels, results)

    asyncio.run(run())
    return [results[each.invitation_id] for each in parcels]


CLEAR: dict[str, Any] = {"disable_ssl": True, "disable_tls": True}


def test_the_content_arrives_byte_for_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"Subject: dots\r\n\r\n.\r\n..two\r\nmiddle . dot\r\n.\r\n"
    with MailCatcher() as catcher:
        [delivery] = deliver(connect(monkeypatch, catcher.port, **CLEAR), parcel(content=content))
    assert (delivery.result, delivery.reply) == ("accepted", "250 2.0.0 taken")
    assert catcher.caught[0].content == content


def test_many_mails_share_few_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    with MailCatcher() as catcher:
        deliver(connect(monkeypatch, catcher.port, **CLEAR), *(parcel() for _ in range(250)), lines=2)
    assert len(catcher.caught) == 250
    assert 2 <= catcher.connections <= 4  # two lines, each opened again after 100 mails


def test_one_mail_needs_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    with MailCatcher() as catcher:
        deliver(connect(monkeypatch, catcher.port, **CLEAR), parcel(), lines=8)
        assert catcher.connections == 1


def test_tls_from_the_first_byte(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with MailCatcher(tls=server_tls(certificate)) as catcher:
        [delivery] = deliver(connect(monkeypatch, catcher.port), parcel())
    assert delivery.result == "accepted"


def test_starttls_and_login(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with MailCatcher(starttls=server_tls(certificate), login=("sender", "secret")) as catcher:
        [delivery] = deliver(
            connect(monkeypatch, catcher.port, "sender", "secret", disable_ssl=True), parcel()
        )
        assert delivery.result == "accepted"
        with pytest.raises(ConfigurationError, match=r"refuses the login: .*; check login and password"):
            deliver(connect(monkeypatch, catcher.port, "sender", "wrong", disable_ssl=True), parcel())
    assert len(catcher.caught) == 1


def test_a_certificate_nobody_vouches_for_is_refused_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    with MailCatcher(tls=server_tls(certificate)) as catcher:
        with pytest.raises(ConfigurationError, match=r"cannot be secured.*check the certificate"):
            deliver(connect(monkeypatch, catcher.port), parcel())
        [delivery] = deliver(connect(monkeypatch, catcher.port, ssl_context="none"), parcel())
    assert delivery.result == "accepted"


def test_a_server_without_starttls_is_not_talked_to_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    with MailCatcher() as catcher, pytest.raises(ConfigurationError, match=r"STARTTLS.*disable_tls"):
        deliver(connect(monkeypatch, catcher.port, disable_ssl=True), parcel())
    assert catcher.caught == []


def test_addresses_beyond_ascii_need_a_server_that_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with MailCatcher(utf8=True) as catcher:
        [delivery] = deliver(connect(monkeypatch, catcher.port, **CLEAR), parcel("zoë@example.org"))
        assert (delivery.result, catcher.caught[0].recipient) == ("accepted", "zoë@example.org")
    with MailCatcher(utf8=False) as catcher:
        settings = connect(monkeypatch, catcher.port, **CLEAR)
        strange, plain = deliver(settings, parcel("zoë@example.org"), parcel())
        assert (strange.result, strange.is_address_bad) == ("refused", False)
        assert "SMTPUTF8" in str(strange.reason)
        assert plain.result == "accepted"


def test_a_refused_mail_leaves_the_line_ready_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with MailCatcher() as catcher:
        catcher.answer = lambda at, to: (
            "550 5.1.1 nobody" if at == "rcpt" and to == "bad@example.org" else None
        )
        settings = connect(monkeypatch, catcher.port, **CLEAR)
        results = deliver(
            settings, parcel(), parcel("bad@example.org"), parcel(), parcel("bad@example.org"), parcel()
        )
        assert [each.result for each in results] == ["accepted", "refused", "accepted", "refused", "accepted"]
        assert catcher.connections == 1


def test_a_line_that_cannot_be_opened_leaves_its_share_to_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    with MailCatcher() as catcher:
        first_two = iter(range(2))

        def answer(stage: str, recipient: str) -> str | None:
            if stage == "mail" and next(first_two, None) is not None:
                catcher.take_no_more()
                return DROP
            return None

        catcher.answer = answer
        settings = connect(monkeypatch, catcher.port, **CLEAR)
        results: dict[UUID, Delivery] = {}
        parcels = [parcel() for _ in range(20)]

        async def run() -> None:
            async with MailServer(settings, 4) as server:
                await server.deliver(parcels, results)

        asyncio.run(run())
    assert sorted(each.result for each in results.values()).count("accepted") == 18


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    settings = connect(monkeypatch, port, **CLEAR)
    with pytest.raises(
        MailServerUnavailable, match=f'127.0.0.1:{port} \\(connection "cf_smtp"\\) takes no mail for now'
    ):
        deliver(settings, parcel())


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> dict[UUID, Delivery]:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        listener = await asyncio.start_server(silent, "127.0.0.1", 0)
        settings = connect(monkeypatch, listener.sockets[0].getsockname()[1], **(CLEAR | {"timeout": 0.3}))
        results: dict[UUID, Delivery] = {}
        async with listener:
            with pytest.raises(MailServerUnavailable, match="Timed out"):
                async with MailServer(settings) as server:
                    await server.deliver([parcel()], results)
        return results

    [delivery] = asyncio.run(run()).values()
    assert (delivery.result, delivery.is_attempt) == ("planned", False)


def test_being_cancelled_tells_what_is_known_of_each_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    done, in_doubt, waiting = parcel("a@example.org"), parcel("slow@example.org"), parcel("c@example.org")
    results: dict[UUID, Delivery] = {}
    reached, is_over = threading.Event(), threading.Event()

    def answer(stage: str, recipient: str) -> str | None:
        if stage == "dot" and recipient == "slow@example.org":
            reached.set()
            is_over.wait(60)
        return None

    with MailCatcher(answer=answer) as catcher:
        settings = connect(monkeypatch, catcher.port, **CLEAR)

        async def run() -> None:
            async with MailServer(settings, 1) as server, asyncio.timeout(None) as limit:

                async def out_of_time() -> None:
                    await asyncio.to_thread(reached.wait, 60)
                    await asyncio.sleep(0.2)
                    limit.reschedule(asyncio.get_running_loop().time())

                watching = asyncio.create_task(out_of_time())
                try:
                    await server.deliver([done, in_doubt, waiting], results)
                finally:
                    is_over.set()
                    await watching

        with pytest.raises(TimeoutError):
            asyncio.run(run())
    assert results[done.invitation_id].result == "accepted"
    assert results[in_doubt.invitation_id].result == "unknown"
    assert results[waiting.invitation_id] == NOT_TRIED


@pytest.mark.parametrize(
    ("extra", "port", "is_tls", "is_starttls"),
    [
        ({}, 465, True, False),
        ({"disable_ssl": True}, 587, False, True),
        ({"disable_ssl": "true", "disable_tls": "true"}, 25, False, False),
        ({"disable_tls": True}, 465, True, False),
        ({"disable_ssl": "false"}, 465, True, False),
    ],
)
def test_the_connection_says_how_the_line_is_secured(
    monkeypatch: pytest.MonkeyPatch, extra: dict[str, Any], port: int, is_tls: bool, is_starttls: bool
) -> None:
    settings = connect(monkeypatch, 0, **extra)
    assert (settings.port, settings.is_tls, settings.is_starttls) == (port, is_tls, is_starttls)


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        ({"host": ""}, 'connection "cf_smtp" has no host'),
        ({"host": "x", "extra": {"timeout": "soon"}}, "timeout 'soon' is not a number of seconds"),
        ({"host": "x", "extra": {"auth_type": "oauth2"}}, 'auth_type "oauth2" is not supported'),
    ],
)
def test_a_connection_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, connection: dict[str, Any], message: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", json.dumps({"conn_type": "smtp"} | connection))
    with pytest.raises(ConfigurationError, match=message):
        SmtpSettings.of()
