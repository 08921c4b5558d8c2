"""The bytes of an open connection to a mail server: commands go out, replies come back in their order.

aiosmtplib allows one command at a time and starts a timer for each. A sender that has the server's leave to pipeline
(RFC 2920) asks several things in one write and reads the replies when they come.
"""

from __future__ import annotations

import asyncio
import select
from collections import deque
from typing import NamedTuple

MOST_UNREAD = 64 * 1024
"""Bytes of a reply that does not end; a server that sends more is no mail server."""


class Reply(NamedTuple):
    """A reply of the server: its code, and its text without the codes, line by line."""

    code: int
    text: str


class WireLost(ConnectionError):
    """The connection is over, or the server did not answer in time, or not in words of SMTP."""


class SmtpWire(asyncio.Protocol):
    """Takes an open connection over from whoever opened it. One task may use it at a time.

    :param timeout: seconds to wait for a reply, and for the other side to take what was written.
    """

    def __init__(self, transport: asyncio.Transport, timeout: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._timeout = timeout
        self._replies: deque[Reply] = deque()
        self._unread = b""
        self._lines: list[str] = []
        self._waiter: asyncio.Future[None] | None = None
        self._is_full = False
        self._is_lost = False
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._poll = select.poll()
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN | select.POLLPRI)
        # Nothing may stay in our buffers unnoticed: what has not left them has not been said.
        transport.set_write_buffer_limits(high=0)
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Whether the connection is there, as far as we know."""
        return not self._is_lost and not self._transport.is_closing()

    async def is_quiet(self) -> bool:
        """Whether the server has said nothing that is still unread, and has not closed the connection.

        It looks at the socket itself, not only at what the event loop has got round to.
        """
        if self._poll.poll(0):
            # Something came: words, an end, or only a key of TLS. The loop reads it in the second of these turns.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return self.is_open and not self._replies and not self._unread

    def write(self, data: bytes) -> None:
        """Send; what the system does not take at once is sent while a reply is waited for.

        :raises WireLost: there is no connection.
        """
        if not self.is_open:
            raise WireLost("the connection is over")
        self._transport.write(data)

    async def flush(self) -> None:
        """Wait until all that was written has left our buffers.

        :raises WireLost: it never will, or not in time.
        """
        while self._is_full and not self._is_lost:
            await self._wait()
        if not self.is_open:
            raise WireLost("the connection is over")

    async def reply(self) -> Reply:
        """The next reply. Those that came before the connection was lost can still be read.

        :raises WireLost: there is none, and none will come.
        """
        while not self._replies:
            if self._is_lost:
                raise WireLost("the connection is over")
            await self._wait()
        return self._replies.popleft()

    def close(self) -> None:
        """Close the connection when all that was written has been sent."""
        self._transport.close()

    def abort(self) -> None:
        """Close the connection at once; what has not left our buffers is not sent any more."""
        self._transport.abort()
        self._lose()

    def data_received(self, data: bytes) -> None:
        """Take what the server says; called by the event loop."""
        *lines, self._unread = (self._unread + data).split(b"\n")
        try:
            for line in lines:
                self._take(line)
        except ValueError:
            self.abort()
        if len(self._unread) + sum(map(len, self._lines)) > MOST_UNREAD:
            self.abort()
        if self._replies:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop when the connection is closed, by whichever side."""
        self._lose()

    def pause_writing(self) -> None:
        """Called by the event loop: the system takes no more for now."""
        self._is_full = True

    def resume_writing(self) -> None:
        """Called by the event loop: all that was written has left our buffers."""
        self._is_full = False
        self._wake()

    def _take(self, line: bytes) -> None:
        code, text = int(line[:3]), line[4:].decode("utf-8", "replace").strip()
        if not 200 <= code < 600:
            raise ValueError(code)
        self._lines.append(text)
        if line[3:4] != b"-":
            self._replies.append(Reply(code, "\n".join(self._lines)))
            self._lines.clear()

    async def _wait(self) -> None:
        """Wait until something happens. One timer serves a connection: it is not set anew for each reply."""
        self._deadline = self._loop.time() + self._timeout
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._ring)
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _ring(self) -> None:
        self._timer = None
        if self._is_lost or self._waiter is None:
            return
        if self._loop.time() >= self._deadline:
            self.abort()
        else:
            self._timer = self._loop.call_at(self._deadline, self._ring)

    def _lose(self) -> None:
        self._is_lost = True
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)
