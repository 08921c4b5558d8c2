"""The crowd at work: some answer, a few unsubscribe, most do nothing; nobody acts on the same mail twice."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal

import httpx

from demo.crowd.lateness import days_late_by_address
from demo.crowd.letter import Letter
from demo.crowd.opinion import answers
from demo.crowd.page import SurveyPage
from demo.errors import DemoError
from local.mail_store import MailStore

UNSUBSCRIBE = 0.03
ANSWER = 0.45
AT_ONCE = 8  # customers on the form server at the same time
BROWSER = {"User-Agent": "Mozilla/5.0 (demo customer)", "Accept": "text/html"}

Deed = Literal["answered", "unsubscribed", "ignored"]


@dataclass
class Deeds:
    """How many customers did what with the mails of one reading."""

    mails: int = 0
    answered: int = 0
    unsubscribed: int = 0
    ignored: int = 0


@dataclass
class Crowd:
    """Everybody who got a mail. `handled` is the file that remembers which mails were read before."""

    store: MailStore
    truth: Path
    handled: Path
    _days_late: dict[str, int] = field(default_factory=dict)

    async def answer_all(self) -> Deeds:
        """Act on every mail not read before; raises `DemoError` when a link does not lead to a survey."""
        self._days_late = days_late_by_address(self.truth)
        known = set(self.handled.read_text().split()) if self.handled.is_file() else set()
        letters = [Letter.of(mail) for mail in self.store.mails() if mail.name not in known]
        deeds = Deeds(mails=len(letters))
        gate = asyncio.Semaphore(AT_ONCE)
        async with httpx.AsyncClient(headers=BROWSER, timeout=30, trust_env=False) as http:
            done = await asyncio.gather(
                *(self._act(http, gate, letter) for letter in letters), return_exceptions=True
            )
        for deed in done:
            if isinstance(deed, BaseException):
                raise deed
            setattr(deeds, deed, getattr(deeds, deed) + 1)
        return deeds

    async def _act(self, http: httpx.AsyncClient, gate: asyncio.Semaphore, letter: Letter) -> Deed:
        deed = decide(letter.message_id)
        with self.handled.open("a") as file:  # before the deed: an interrupted run must not answer twice
            file.write(letter.name + "\n")
        async with gate:
            if deed == "answered":
                await self._answer(http, letter)
            elif deed == "unsubscribed":
                await _unsubscribe(http, letter)
        return deed

    async def _answer(self, http: httpx.AsyncClient, letter: Letter) -> None:
        if letter.survey_link is None:
            raise DemoError(f"Mail {letter.name} to {letter.recipient} has no survey link in its text part.")
        page = await http.get(letter.survey_link)
        survey = SurveyPage.read(page.text, letter.survey_link)
        if page.is_error or survey is None:
            raise DemoError(
                f"The link in mail {letter.name} opened no survey: {page.status_code} {page.text[:300]}"
            )
        days_late = self._days_late.get(letter.recipient, 0)
        given = answers(survey.definition, days_late, survey.language, Random(letter.message_id))
        body = {"answers": given, "complete": True, "language": survey.language}
        reply = await http.post(survey.post_url, json=body)
        if reply.is_error:
            raise DemoError(
                f"The answers to mail {letter.name} were refused: {reply.status_code} {reply.text[:300]}; sent {given}"
            )


def decide(message_id: str) -> Deed:
    """What the recipient of a mail does: always the same for the same mail."""
    chance = int.from_bytes(hashlib.sha256(message_id.encode()).digest()[:8], "big") / 2**64
    if chance < UNSUBSCRIBE:
        return "unsubscribed"
    return "answered" if chance < UNSUBSCRIBE + ANSWER else "ignored"


async def _unsubscribe(http: httpx.AsyncClient, letter: Letter) -> None:
    """The one click of a mail program (RFC 8058): a POST to the address in the header."""
    if letter.unsubscribe_link is None:
        raise DemoError(f"Mail {letter.name} to {letter.recipient} has no web address in List-Unsubscribe.")
    reply = await http.post(letter.unsubscribe_link, data={"List-Unsubscribe": "One-Click"})
    if reply.is_error:
        raise DemoError(f"Unsubscribing by mail {letter.name} failed: {reply.status_code} {reply.text[:300]}")
