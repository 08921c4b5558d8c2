"""A mail server that delivers nothing: it accepts every mail, keeps it as a file and shows it on a web page.

`python -m local.mail_catcher --folder DIR --smtp-port N --web-port N`
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session

from local.mail_inbox import create_inbox
from local.mail_store import MailStore
from local.ports import LOOPBACK

LARGEST_MAIL = 25 * 1024 * 1024  # bytes


class StoringHandler:
    """Answers DATA: 250 after the mail is on disk."""

    def __init__(self, store: MailStore) -> None:
        self.store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store the message; the name is set by the SMTP library."""
        content = envelope.original_content or b""
        name = self.store.save(envelope.mail_from or "", [str(to) for to in envelope.rcpt_tos], content)
        return f"250 2.0.0 stored as {name}"


async def serve(store: MailStore, host: str, smtp_port: int, web_port: int) -> None:
    """Serve SMTP and the inbox page until SIGTERM or SIGINT."""
    handler = StoringHandler(store)

    def connection() -> SMTP:
        return SMTP(handler, hostname="mail-catcher", enable_SMTPUTF8=True, data_size_limit=LARGEST_MAIL)

    smtp_server = await asyncio.get_running_loop().create_server(connection, host, smtp_port)
    config = uvicorn.Config(
        create_inbox(store),
        host=host,
        port=web_port,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    async with smtp_server:
        await uvicorn.Server(config).serve()  # ends on SIGTERM or SIGINT


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m local.mail_catcher", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(MailStore(arguments.folder), arguments.host, arguments.smtp_port, arguments.web_port))


if __name__ == "__main__":
    main()
