"""Requests that are answered with JSON, where servers are slow, endless, or busy."""

from __future__ import annotations

import gzip
import socketserver
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from airflow.sdk import Connection
from airflow.sdk.definitions.retry_policy import RetryAction

from cf_operators.errors import CfError, DataError, SourceUnavailable
from cf_operators.hooks import json_calls
from cf_operators.hooks.json_calls import JsonCalls
from cf_operators.hooks.secret_mask import secrets_of
from cf_operators.hooks.source_session import source_session
from cf_operators.retry import CfRetryPolicy
from tests.rest_server import Reply, RestServer, serving

GOOD = Reply({"items": [1]})


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[RestServer]:
    with serving(lambda asked: GOOD) as running:
        yield running


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was slept through; the server of the test sleeps too, for no time."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        if seconds:
            slept.append(seconds)

    monkeypatch.setattr("cf_operators.hooks.json_calls.time.sleep", sleep)
    return slept


def call(url: str, calls: JsonCalls | None = None) -> Any:
    return (calls or calls_to(url)).call("tickets", "GET", f"{url}/tickets")


def calls_to(url: str) -> JsonCalls:
    connection = Connection(conn_id="cf_desk", conn_type="http", host=url, login="me", password="s3cr3t-word")
    session, _ = source_session(connection)
    return JsonCalls(session, "cf_desk", secrets_of(connection))


class _Dripping(socketserver.ThreadingTCPServer):
    daemon_threads = True
    head = b""


class _Drip(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, _Dripping)
        self.request.recv(4096)
        self.request.sendall(b"HTTP/1.1 200 OK\r\n" + self.server.head)
        for _ in range(100):
            try:
                self.request.sendall(b" ")
            except OSError:
                return
            time.sleep(0.02)


@pytest.mark.parametrize(
    "head", [b"Content-Length: 100000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n", b"\r\n"]
)
def test_a_server_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    """Each byte comes in time, and the whole never would."""
    monkeypatch.setattr(json_calls, "LONGEST_ANSWER", timedelta(seconds=0.2))
    with _Dripping(("127.0.0.1", 0), _Drip) as dripping:
        dripping.head = head
        threading.Thread(target=dripping.serve_forever, args=(0.02,), daemon=True).start()
        with pytest.raises(SourceUnavailable, match=r"the answer is not complete after 0\.2 s"):
            call(f"http://127.0.0.1:{dripping.server_address[1]}")
        dripping.shutdown()


@pytest.mark.parametrize("is_packed", [False, True])
def test_an_answer_beyond_the_bound_is_not_taken_in(
    server: RestServer, monkeypatch: pytest.MonkeyPatch, is_packed: bool
) -> None:
    monkeypatch.setattr(json_calls, "LARGEST_ANSWER", 1_000_000)
    raw = b" " * 5_000_000
    packed = Reply(raw=gzip.compress(raw), headers={"Content-Encoding": "gzip"})
    server.answer = lambda asked: packed if is_packed else Reply(raw=raw)
    with pytest.raises(DataError, match=r'tickets \(connection "cf_desk"\): the answer is larger than 1 MB'):
        call(server.url)


@pytest.mark.parametrize(
    "reply",
    [
        GOOD,
        Reply(raw=gzip.compress(b'{"items": [1]}'), headers={"Content-Encoding": "gzip"}),
        Reply(raw=gzip.compress(b'{"items": [1]}' + b" " * 1_000_000), headers={"Content-Encoding": "gzip"}),
    ],
)
def test_an_answer_is_read_whole_and_its_line_kept(server: RestServer, reply: Reply) -> None:
    server.answer = lambda asked: reply
    calls = calls_to(server.url)
    assert [call(server.url, calls) for _ in range(3)] == [{"items": [1]}] * 3
    adapter: Any = calls.session.get_adapter(server.url)
    pools = adapter.poolmanager.pools
    assert [pools[key].num_connections for key in pools.keys()] == [1]  # noqa: SIM118 - it is no mapping


def test_an_answer_that_breaks_off_is_tried_again(server: RestServer) -> None:
    server.answer = lambda asked: Reply({"items": list(range(1000))}, cut=500)
    with pytest.raises(SourceUnavailable, match=r"does not answer \((IncompleteRead|ProtocolError)\)"):
        call(server.url)


def test_what_is_nested_too_deep_is_no_answer(server: RestServer) -> None:
    server.answer = lambda asked: Reply(raw=b"[" * 200_000)
    with pytest.raises(SourceUnavailable, match="is no JSON"):
        call(server.url)


def test_a_date_to_come_back_is_read_by_the_clock_of_the_server(
    server: RestServer, naps: list[float]
) -> None:
    headers = {"Retry-After": "Sun, 01 Mar 2026 12:00:20 GMT", "Date": "Sun, 01 Mar 2026 12:00:00 GMT"}
    server.mishaps.append(Reply(status=429, headers=headers))
    assert call(server.url) == {"items": [1]}
    assert naps == [20]


@pytest.mark.parametrize(
    ("header", "wait", "action"),
    [
        ("31", timedelta(seconds=31), RetryAction.RETRY),
        ("901", timedelta(seconds=901), RetryAction.FAIL),
        ("9999999", timedelta(days=1), RetryAction.FAIL),
    ],
)
def test_a_long_wait_is_left_to_airflow_and_a_longer_one_to_a_later_run(
    server: RestServer, naps: list[float], header: str, wait: timedelta, action: RetryAction
) -> None:
    server.mishaps.append(Reply(status=503, headers={"Retry-After": header}))
    with pytest.raises(SourceUnavailable) as raised:
        call(server.url)
    assert raised.value.retry_after == wait
    assert CfRetryPolicy().evaluate(raised.value, try_number=1, max_tries=3).action is action
    assert naps == []


def test_short_waits_end(server: RestServer, naps: list[float]) -> None:
    server.mishaps.extend([Reply(status=429, headers={"Retry-After": "1"})] * 9)
    with pytest.raises(CfError, match="busy"):
        call(server.url)
    assert (naps, len(server.asked)) == ([1] * 5, 6)
