"""A real SMTP server that misbehaves as a seed tells it, and keeps a log of how each mail fared."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Self, cast

from tests.conftest import free_port

TIMEOUT = 6
"""Seconds that senders wait for a reply. Longer than any delay of ours, shorter than our silence."""
MOST_SILENCES = 3
"""Each costs a sender its whole timeout."""
LONGEST_DELAY = 0.04


class Act(StrEnum):
    """What the server does instead of the reply that is due."""

    CLOSE = "close the connection"
    RESET = "reset the connection"
    LATER = "4xx"
    NEVER = "5xx"
    BUSY = "421, and close"
    SILENT = "say nothing"
    LAST = "the reply, and close"


_BREAKS = {Act.CLOSE: 8, Act.RESET: 8}

AT_CONNECTION: dict[str, dict[Act, int]] = {
    "greeting": {Act.CLOSE: 30, Act.RESET: 30, Act.BUSY: 30, Act.NEVER: 20},
    "ehlo": {Act.CLOSE: 20, Act.RESET: 20},
}
"""How often in 1,000 connections."""

AT_MAIL: dict[str, dict[Act, int]] = {
    "mail": _BREAKS | {Act.LATER: 8, Act.BUSY: 8, Act.NEVER: 5},
    "rcpt": _BREAKS | {Act.LATER: 15, Act.BUSY: 6, Act.NEVER: 9},
    "data": _BREAKS | {Act.LATER: 10, Act.BUSY: 6, Act.NEVER: 6},
    "content": _BREAKS,  # after the go-ahead, before the first byte
    "middle": {Act.CLOSE: 12, Act.RESET: 12},  # of the content
    "dot": {Act.CLOSE: 12, Act.RESET: 12, Act.LATER: 12, Act.BUSY: 6, Act.NEVER: 8, Act.SILENT: 2, Act.LAST: 15},
}  # fmt: skip
"""How often in 1,000 mails. Few enough mails are refused that no brake stops the wave."""

REPLIES = {
    ("rcpt", Act.NEVER): "550 5.1.1 no such user",
    ("mail", Act.NEVER): "553 5.1.8 not from you",
}
"""Other than the usual ones."""
USUAL = {Act.LATER: "451 4.3.0 later", Act.NEVER: "554 5.0.0 never", Act.BUSY: "421 4.3.2 busy"}

_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\s]+>)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(rb"<(.*)>")
_REFUSED_AT_RCPT = "503 5.5.1 bad sequence of commands"


class Gone(Exception):
    """The connection is over."""


@dataclass(slots=True)
class Attempt:
    """One mail that a sender began to hand over: how far it came, seen from the server.

    ``reply``: the code of the reply that ended it, if it was said; ``message_id``: of a mail that came as a whole.
    """

    recipient: str
    may_send: bool = False
    message_id: str | None = None
    reply: int | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the server has the mail, with or without having said so."""
        return self.message_id is not None and self.reply in {None, 250}

    @property
    def is_refused(self) -> bool:
        return self.reply is not None and self.reply >= 500

    @property
    def final_state(self) -> str | None:
        """What a sender who lives has to make of it; None: it has to try again.

        Between the go-ahead and the reply a sender cannot tell whether the dot has arrived.
        """
        if self.is_refused:
            return "refused"
        if self.is_taken and self.reply:
            return "accepted"
        return "unknown" if self.may_send and not self.reply else None


@dataclass
class ChaoticMailServer:
    """A server on a free port of this machine, in a thread of its own. Use as a context manager.

    It announces PIPELINING on most connections and 8BITMIME on all. ``steps``: commands and contents that came so far.
    """

    seed: int
    port: int = field(default_factory=free_port)
    attempts: list[Attempt] = field(default_factory=list)
    acts: Counter[tuple[str, Act]] = field(default_factory=Counter)
    steps: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        listen = asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=2**20)
        self._server = asyncio.run_coroutine_threadsafe(listen, self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def uri(self) -> str:
        """The Airflow connection of the server."""
        return f"smtp://127.0.0.1:{self.port}/?disable_ssl=true&disable_tls=true&timeout={TIMEOUT}"

    def fate(self, acts: dict[str, dict[Act, int]]) -> tuple[str, Act] | None:
        """Where the next connection or mail goes wrong, and how; None: it goes well."""
        fates = [((stage, act), often) for stage, how in acts.items() for act, often in how.items()]
        draw = self.random.randrange(1000)
        for fate, often in fates:
            draw -= often
            if draw < 0:
                is_too_much = fate[1] is Act.SILENT and self.acts[fate] >= MOST_SILENCES
                return None if is_too_much else fate
        return None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _Connection(self, reader, writer).serve()
        except (Gone, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _stop(self) -> None:
        self._server.close()
        rest = asyncio.all_tasks() - {cast("asyncio.Task[object]", asyncio.current_task())}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


class _Connection:
    """One connection of a sender."""

    def __init__(
        self, server: ChaoticMailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._fate: tuple[str, Act] | None = None
        self._has_sender = False
        self._attempt: Attempt | None = None

    async def serve(self) -> None:
        """Greet, then answer command after command."""
        self._fate = self._server.fate(AT_CONNECTION)
        if await self._answer("greeting", "220 chaos ESMTP") != 220:
            return
        while line := await self._reader.readline():
            self._server.steps += 1
            match line[:4].upper():
                case b"EHLO":
                    pipelining = "250-PIPELINING\r\n" if self._server.random.random() < 0.8 else ""
                    await self._answer("ehlo", f"250-chaos\r\n{pipelining}250 8BITMIME")
                case b"MAIL":
                    self._fate = self._server.fate(AT_MAIL)
                    self._has_sender = await self._answer("mail", "250 2.1.0 ok") == 250
                    self._attempt = None
                case b"RCPT":
                    await self._rcpt(line)
                case b"DATA":
                    await self._data()
                case b"QUIT":
                    await self._say("221 2.0.0 bye")
                    return
                case _:  # RSET
                    self._has_sender, self._attempt = False, None
                    await self._say("250 2.0.0 ok")

    async def _rcpt(self, line: bytes) -> None:
        address = _ADDRESS.search(line)
        if not self._has_sender or not address:
            await self._say(_REFUSED_AT_RCPT)
            return
        attempt = self._attempt = Attempt(address[1].decode())
        self._server.attempts.append(attempt)
        if await self._answer("rcpt", "250 2.1.5 ok") != 250:
            self._attempt = None

    async def _data(self) -> None:
        attempt, self._attempt, self._has_sender = self._attempt, None, False
        if attempt is None:
            await self._say(_REFUSED_AT_RCPT)
            return
        self._attempt = attempt
        if await self._answer("data", "354 go on") == 354:
            await self._content(attempt)
        self._attempt = None

    async def _content(self, attempt: Attempt) -> None:
        attempt.may_send = True
        await self._break("content")
        if self._fate and self._fate[0] == "middle":
            await self._reader.readexactly(self._server.random.randint(1, 2000))
            self._server.steps += 1
            await self._break("middle")
        content = await self._reader.readuntil(b"\r\n.\r\n")
        self._server.steps += 1
        found = _MESSAGE_ID.search(content)
        attempt.message_id = found[1].decode() if found else "none"
        await self._answer("dot", "250 2.0.0 taken")

    async def _answer(self, stage: str, good: str) -> int:
        """Say what is due at a stage, or do what fate wants. Gives the code of what was said."""
        await self._break(stage)
        act = self._fate[1] if self._fate and self._fate[0] == stage else None
        reply = good
        if act in USUAL:
            reply = REPLIES.get((stage, act), USUAL[act])
        code = int(reply[:3])
        # The go-ahead and a yes before it end nothing.
        if self._attempt and (stage == "dot" or code >= 400):
            self._attempt.reply = code
        await self._say(reply)
        if act:
            self._server.acts[stage, act] += 1
        if act in {Act.BUSY, Act.LAST}:
            raise Gone
        return code

    async def _break(self, stage: str) -> None:
        """Break off, or fall silent, if fate wants it here."""
        if not self._fate or self._fate[0] != stage:
            return
        act = self._fate[1]
        if act not in {Act.CLOSE, Act.RESET, Act.SILENT}:
            return
        self._server.acts[stage, act] += 1
        if act is Act.SILENT:
            await self._reader.read()  # until the sender has had enough
        if act is Act.RESET:
            connection = cast("socket.socket", self._writer.get_extra_info("socket"))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._writer.transport.abort()
        raise Gone

    async def _say(self, reply: str) -> None:
        if self._server.random.random() < 0.1:
            await asyncio.sleep(self._server.random.uniform(0, LONGEST_DELAY))
        self._writer.write(f"{reply}\r\n".encode())
