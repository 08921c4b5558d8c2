"""A local HTTP server that speaks like a vendor's API, and misbehaves where a test tells it to."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Reply:
    """An answer: a JSON document or raw bytes.

    :ivar cut: announce the whole length, but close after so many bytes.
    :ivar pause: seconds to wait before the body.
    """

    document: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    cut: int | None = None
    pause: float = 0
    has_date: bool = True


Answering = Callable[[Asked], Reply]


class RestServer:
    """Answers by a function; replies in ``mishaps`` come first, one each."""

    def __init__(self, port: int, answer: Answering) -> None:
        self.port = port
        self.answer = answer
        self.mishaps: deque[Reply | None] = deque()
        self.asked: list[Asked] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        mishap = self.mishaps.popleft() if self.mishaps else None
        return mishap or self.answer(asked)


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """A client that has given up is what some tests are about."""


@contextmanager
def serving(answer: Answering) -> Iterator[RestServer]:
    """A running server."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = self.headers.get("Content-Type", "")
            body: Any = json.loads(content) if content and "json" in kind else content.decode()
            params = {name: ",".join(values) for name, values in parse_qs(parts.query, True).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            _send(self, server.reply(Asked(self.command, parts.path, params, headers, body)))

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            return

    http = _Quiet(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server = RestServer(http.server_address[1], answer)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    content = reply.raw if reply.raw is not None else json.dumps(reply.document).encode()
    handler.send_response_only(reply.status)
    if reply.has_date and "Date" not in reply.headers:
        handler.send_header("Date", handler.date_time_string())
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    time.sleep(reply.pause)
    try:
        handler.wfile.write(content if reply.cut is None else content[: reply.cut])
        handler.wfile.flush()
    except (BrokenPipeError, ConnectionResetError):
        handler.close_connection = True
    if reply.cut is not None:
        handler.close_connection = True
