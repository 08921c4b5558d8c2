"""A help desk of a test: an HTTPS server that plays every host it is asked for, reached as a proxy.

Connectors keep the addresses of their vendors, so that the whole way from login to answer is the real one.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.certificate import write_certificate


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Answer:
    """What the server says; ``body`` is sent as JSON unless it is text."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class DeskServer:
    """``answer`` says what a request gets; whatever stands in ``next_answers`` is said first, in order."""

    port: int
    answer: Callable[[Asked], Answer] | None = None
    next_answers: list[Answer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def respond(self, request: Asked) -> Answer:
        self.asked.append(request)
        if self.next_answers:
            return self.next_answers.pop(0)
        assert self.answer is not None
        return self.answer(request)


def _handler(server: DeskServer, context: ssl.SSLContext) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def do_CONNECT(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", buffering=0)
            self.close_connection = False

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            query = {
                name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()
            }
            asked = Asked(
                self.command, self.headers.get("Host", ""), parts.path, query,
                {name.lower(): value for name, value in self.headers.items()}, body,
            )  # fmt: skip
            answer = server.respond(asked)
            content = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content.encode())))
            self.end_headers()
            self.wfile.write(content.encode())

        do_POST = do_GET  # noqa: N815 - the name is that of the standard library

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def running_desk(folder: Path, *hosts: str) -> Iterator[DeskServer]:
    """A server whose certificate holds for these hosts and 127.0.0.1; it stands in ``folder``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(write_certificate(folder, *hosts))
    desk = DeskServer(0)
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(desk, context))
    http.daemon_threads = True
    desk.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield desk
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def reach_by(monkeypatch: pytest.MonkeyPatch, desk: DeskServer, folder: Path) -> None:
    """From now on every HTTPS request of the test goes to the desk, and its certificate is trusted."""
    for name in ("no_proxy", "NO_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{desk.port}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(folder / "server.pem"))
