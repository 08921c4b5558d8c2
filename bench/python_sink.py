"""A mail server in a process of its own that says yes to every mail and forgets it.

``python -m bench.python_sink`` writes its port to stdout and serves until its stdin closes, so that it never
outlives the program that started it.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

from local.ports import LOOPBACK
from local.settings import ROOT


class Discard:
    """Takes every mail and keeps none."""

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        """The answer after the last byte of a mail."""
        return "250 2.0.0 taken"


@contextmanager
def python_sink() -> Iterator[int]:
    """Start the mail server and give its port; stop it at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.python_sink"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as server:
        assert server.stdout is not None
        first_line = server.stdout.readline()
        if not first_line:
            raise SystemExit("bench: the mail server of the trials did not start; its own words stand above")
        yield int(first_line)
        server.communicate()


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Discard(), loop=loop), LOOPBACK, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
