"""The mail catcher as a real process: mail goes in by SMTP and comes out as files and pages."""

from __future__ import annotations

import shutil
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from local.mail_inbox import PER_PAGE
from local.mail_store import MailStore
from local.ports import is_free
from tests.local.conftest import free_ports, wait_until

ROOT = Path(__file__).parents[2]
SCRIPT = "<script>alert(1)</script>"


@dataclass(frozen=True)
class Catcher:
    """A running mail catcher."""

    folder: Path
    smtp_port: int
    url: str

    @property
    def store(self) -> MailStore:
        return MailStore(self.folder)

    def send(self, message: EmailMessage, to: list[str] | None = None) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as client:
            client.send_message(message, "bounces@shop.example", to or ["ana@example.com"])

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, trust_env=False)


@pytest.fixture(scope="module")
def catcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catcher]:
    folder = tmp_path_factory.mktemp("catcher") / "mail"
    smtp_port, web_port = free_ports(2)
    command = [sys.executable, "-m", "local.mail_catcher", "--folder", str(folder)]
    command += ["--smtp-port", str(smtp_port), "--web-port", str(web_port)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_until(lambda: not is_free(smtp_port) and not is_free(web_port), timeout=30)
        yield Catcher(folder, smtp_port, f"http://127.0.0.1:{web_port}")
    finally:
        process.terminate()
        assert process.wait(10) in (0, -15)


def letter(subject: str = "How was your order?") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Meridian Home <care@shop.example>"
    message["To"] = "Ana <ana@example.com>"
    message["Subject"] = subject
    message.set_content("Olá, Ana: https://survey.example/s/token\n")
    message.add_alternative(f"<html><head></head><body><p>Olá, Ana</p>{SCRIPT}</body></html>", subtype="html")
    return message


def test_a_mail_becomes_one_file_with_its_envelope(catcher: Catcher) -> None:
    before = catcher.store.names()
    catcher.send(letter(), to=["ana@example.com", "copy@example.com"])
    (name,) = set(catcher.store.names()) - set(before)
    mail = catcher.store.read(name)
    assert mail.envelope_sender == "bounces@shop.example"
    assert mail.envelope_recipients == ["ana@example.com", "copy@example.com"]
    assert mail.message["Subject"] == "How was your order?"
    assert str(mail.sender) == "Meridian Home <care@shop.example>"
    assert mail.text == "Olá, Ana: https://survey.example/s/token\n"
    assert mail.html is not None
    assert "<p>Olá, Ana</p>" in mail.html
    assert not list(catcher.folder.glob("*.part"))


def test_names_sort_by_arrival_also_after_a_restart(catcher: Catcher, tmp_path: Path) -> None:
    for subject in ("first", "second", "third"):
        catcher.send(letter(subject))
    last = catcher.store.names()[-1]
    assert [mail.message["Subject"] for mail in catcher.store.mails()][-3:] == ["first", "second", "third"]
    restarted = MailStore(shutil.copytree(catcher.folder, tmp_path / "copy"))
    assert restarted.save("a@example.com", ["b@example.com"], b"Subject: later\r\n\r\n") > last
    assert [mail.message["Subject"] for mail in restarted.mails(after=last)] == ["later"]


def test_the_list_shows_the_newest_first_and_escapes_what_a_mail_says(catcher: Catcher) -> None:
    catcher.send(letter("the older"))
    catcher.send(letter(f"the newer {SCRIPT}"))
    page = catcher.get("/").text
    assert page.index("the newer") < page.index("the older")
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page


def test_a_mail_is_shown_in_a_frame_that_runs_no_script(catcher: Catcher) -> None:
    catcher.send(letter(f"with {SCRIPT}"))
    path = f"/mail/{catcher.store.names()[-1]}"
    page = catcher.get(path)
    assert f'src="{path}/html" sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert SCRIPT not in page.text
    assert "https://survey.example/s/token" in page.text
    html = catcher.get(f"{path}/html")
    policy = html.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "script" not in policy
    assert "Olá, Ana" in html.text
    assert catcher.get(f"{path}/source").headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("name", ["00000000.eml", "..%2f..%2fsecrets.json", "%2e%2e", "x"])
def test_there_is_nothing_but_mail(catcher: Catcher, name: str) -> None:
    for part in ("", "/html", "/source"):
        assert catcher.get(f"/mail/{name}{part}").status_code == 404


def test_the_list_is_paged(catcher: Catcher) -> None:
    first_letter = catcher.store.names()[0]
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port, timeout=10) as client:
        for number in range(PER_PAGE):
            client.send_message(letter(f"mail number {number}"))
    first, second = catcher.get("/").text, catcher.get("/?page=2").text
    assert first.count("mail number ") == PER_PAGE
    assert first_letter not in first
    assert first_letter in second
    assert "Older" in first
    assert "Older" not in second
    assert catcher.get("/?page=x").text == first
