"""HTTP as it goes wrong: busy, broken, slow, lying and moved servers; and no secret told to anybody."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from airflow.sdk import Connection
from airflow.sdk.definitions.retry_policy import RetryAction

from cf_operators.domain.rest_auth import RestAuth
from cf_operators.domain.rest_source import RestSource
from cf_operators.errors import CfError, ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.rest_client import RestCall, RestClient
from cf_operators.hooks.rest_paging import next_link
from cf_operators.hooks.rest_settings import RestSettings
from cf_operators.retry import CfRetryPolicy
from tests.ports import free_port
from tests.rest_desk import desk_source
from tests.rest_server import Asked, Reply, RestServer, serving

GOOD = Reply({"items": [1]})
SECRET = "s3cr3t-of-the-connection"
Ask = Callable[..., Any]


@pytest.fixture
def server() -> Iterator[RestServer]:
    with serving(lambda asked: GOOD) as running:
        yield running


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def ask(server: RestServer, slept: list[float]) -> Iterator[Ask]:
    """Asks the server; ``auth`` as in the programme."""
    clients: list[RestClient] = []

    def run(path: str = "/api/cases", auth: Any = "bearer", method: str = "GET", **options: Any) -> Any:
        clients.append(client(server.url, auth, slept, **options))
        call = RestCall(clients[-1].settings.url(path), method, body={"q": 1} if method == "POST" else None)
        return clients[-1].json(call).document

    yield run
    for made in clients:
        made.__exit__()


def client(url: str, auth: Any, slept: list[float] | None = None, **options: Any) -> RestClient:
    connection = Connection(conn_id="cf_desk", conn_type="http", host=url, login="client-id", password=SECRET)
    waits = slept if slept is not None else []
    return RestClient(RestSettings.of(connection), auth_of(auth), sleep=waits.append, **options)


def auth_of(spec: Any) -> RestAuth:
    source: RestSource = desk_source(source={"auth": spec})
    return source.auth


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("header", "wait"), [("3", 3), ("0", 0), ("2.5", 2.5)])
def test_a_short_wait_is_slept_through(
    server: RestServer, ask: Ask, slept: list[float], status: int, header: str, wait: float
) -> None:
    server.mishaps.append(Reply(status=status, headers={"Retry-After": header}))
    assert ask() == {"items": [1]}
    assert slept == [wait]


def test_a_date_to_come_back_is_read_by_the_clock_of_the_server(
    server: RestServer, ask: Ask, slept: list[float]
) -> None:
    headers = {"Retry-After": "Sun, 01 Mar 2026 12:00:20 GMT", "Date": "Sun, 01 Mar 2026 12:00:00 GMT"}
    server.mishaps.append(Reply(status=429, headers=headers))
    ask()
    assert slept == [20]


def test_a_date_without_a_clock_of_the_server_is_read_by_ours(
    server: RestServer, ask: Ask, slept: list[float]
) -> None:
    server.mishaps.append(Reply(status=429, headers={"Retry-After": in_seconds(20)}, has_date=False))
    ask()
    assert 10 < slept[0] <= 20


@pytest.mark.parametrize(
    ("header", "expected"),
    [("120", timedelta(seconds=120)), ("999999999", timedelta(days=1)), ("1e400", timedelta(days=1))],
)
def test_a_long_wait_is_left_to_airflow(
    server: RestServer, ask: Ask, slept: list[float], header: str, expected: timedelta
) -> None:
    server.mishaps.append(Reply({"message": "slow down"}, 429, {"Retry-After": header}))
    with pytest.raises(SourceUnavailable, match=r"GET /api/cases .* is busy \(HTTP 429\)") as error:
        ask()
    assert error.value.retry_after == expected
    assert len(server.asked) == 1


@pytest.mark.parametrize(("header", "action"), [("86400", RetryAction.FAIL), ("120", RetryAction.RETRY)])
def test_a_source_that_wants_a_day_does_not_hold_its_task_for_a_day(
    server: RestServer, ask: Ask, header: str, action: RetryAction
) -> None:
    server.mishaps.append(Reply(status=503, headers={"Retry-After": header}))
    with pytest.raises(SourceUnavailable) as error:
        ask()
    decision = CfRetryPolicy().evaluate(error.value, try_number=1, max_tries=3)
    assert decision.action is action


def test_short_waits_that_add_up_are_left_to_airflow(
    server: RestServer, ask: Ask, slept: list[float]
) -> None:
    server.mishaps.extend(Reply(status=429, headers={"Retry-After": "14"}) for _ in range(4))
    with pytest.raises(SourceUnavailable) as error:
        ask()
    assert slept == [14, 14]
    assert error.value.retry_after == timedelta(seconds=14)


def test_a_failing_server_is_asked_again_and_then_left(
    server: RestServer, ask: Ask, slept: list[float]
) -> None:
    server.mishaps.append(Reply(status=500))
    assert ask() == {"items": [1]}
    assert slept == [1]
    server.mishaps.extend(Reply("<h1>oops</h1>", 502) for _ in range(9))
    with pytest.raises(SourceUnavailable, match=r"fails \(HTTP 502\): .*oops") as error:
        ask()
    assert error.value.retry_after is None
    assert slept[1:] == [1, 2, 4]


def test_an_answer_that_breaks_off_is_asked_for_again(server: RestServer, ask: Ask) -> None:
    cut = Reply({"items": list(range(100))}, cut=50)
    server.mishaps.append(cut)
    assert ask() == {"items": [1]}
    server.mishaps.extend([cut] * 4)
    with pytest.raises(SourceUnavailable, match="the answer breaks off after 50 bytes"):
        ask()


def test_an_answer_that_is_never_json_is_an_error_of_data(server: RestServer, ask: Ask) -> None:
    page = Reply(raw=b'{"items": [{"id": 1}, {"i')
    server.mishaps.append(page)
    assert ask() == {"items": [1]}
    server.mishaps.extend([page] * 4)
    with pytest.raises(
        DataError, match=r"the answer is not JSON .*, 4 times; it begins .*check host and path"
    ):
        ask()


@pytest.mark.parametrize("raw", [b"", b"<html>", b"\xff\xfe", b"[" * 200_000, b'{"a": 1} {"b": 2}'])
def test_whatever_is_no_json_is_an_error_of_data(server: RestServer, ask: Ask, raw: bytes) -> None:
    server.mishaps.extend([Reply(raw=raw)] * 4)
    with pytest.raises(DataError, match="the answer is not JSON"):
        ask()


def test_a_slow_server_is_given_up(server: RestServer, ask: Ask) -> None:
    server.mishaps.extend([Reply(GOOD.document, pause=0.6)] * 4)
    with pytest.raises(SourceUnavailable, match=r"no answer within 0\.05 s; check that http://127"):
        ask(timeout=0.05)
    assert len(server.asked) == 4


def test_a_server_that_drips_is_given_up_too(slept: list[float]) -> None:
    """Each byte comes in time, and the whole never would."""
    import socketserver
    import threading
    import time

    class Drip(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            for _ in range(60):
                try:
                    self.request.sendall(b" ")
                except OSError:
                    return
                time.sleep(0.02)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Drip) as dripping:
        dripping.daemon_threads = True
        threading.Thread(target=dripping.serve_forever, args=(0.02,), daemon=True).start()
        begin = time.monotonic()
        with (
            client(f"http://127.0.0.1:{dripping.server_address[1]}", "none", slept, timeout=0.1) as made,
            pytest.raises(SourceUnavailable),
        ):
            made.json(RestCall(made.settings.url("/x")))
        assert time.monotonic() - begin < 2
        dripping.shutdown()


def test_nobody_at_the_port_is_unavailable(slept: list[float]) -> None:
    with client(f"http://127.0.0.1:{free_port()}", "none", slept) as made, pytest.raises(SourceUnavailable):
        made.json(RestCall(made.settings.url("/x")))
    assert slept == [1, 2, 4]


def test_an_answer_beyond_the_bound_is_not_taken_in(server: RestServer, ask: Ask) -> None:
    server.mishaps.append(Reply("x" * 300_000))
    with pytest.raises(
        DataError, match="is larger than 0 MB; ask for fewer rows a page, or raise largest_answer"
    ):
        ask(largest_answer=0.2)


def test_a_small_answer_that_unpacks_to_a_large_one_is_not_taken_in(server: RestServer, ask: Ask) -> None:
    import gzip

    raw = gzip.compress(b" " * 5_000_000)
    server.mishaps.append(Reply(raw=raw, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(DataError, match="is larger than 1 MB"):
        ask(largest_answer=1)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, r"the login is refused \(HTTP 401\).*check login and password"),
        (403, r"the login is refused \(HTTP 403\)"),
        (404, r"there is nothing at http://127\.0\.0\.1:\d+/api/cases \(HTTP 404\)"),
        (410, "there is nothing at"),
        (400, r"the request is refused \(HTTP 400\): .*no such field.*; correct params or body"),
        (422, "the request is refused"),
    ],
)
def test_what_only_a_person_can_mend_is_said_at_once(
    server: RestServer, ask: Ask, slept: list[float], status: int, message: str
) -> None:
    server.mishaps.append(Reply({"message": "no such field"}, status))
    with pytest.raises(ConfigurationError, match=message) as error:
        ask()
    assert 'connection "cf_desk"' in str(error.value)
    assert slept == []


def test_a_refusal_that_says_when_to_come_back_is_a_busy_server(server: RestServer, ask: Ask) -> None:
    server.mishaps.append(Reply(status=403, headers={"Retry-After": "60"}))
    with pytest.raises(SourceUnavailable) as error:
        ask()
    assert error.value.retry_after == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ("basic", "authorization", "Basic Y2xpZW50LWlkOnMzY3IzdC1vZi10aGUtY29ubmVjdGlvbg=="),
        ("bearer", "authorization", f"Bearer {SECRET}"),
        ({"kind": "header", "name": "x-api-key"}, "x-api-key", SECRET),
        ({"kind": "header", "name": "Authorization", "prefix": "token "}, "authorization", f"token {SECRET}"),
        ("none", "authorization", None),
    ],
)
def test_each_login_has_its_header(server: RestServer, ask: Ask, auth: Any, header: str, value: str) -> None:
    ask(auth=auth)
    assert server.asked[0].headers.get(header) == value


def token_server(lives: list[int]) -> Callable[[Asked], Reply]:
    """Gives tokens; each is good for so many requests."""
    given: list[str] = []
    used: dict[str, int] = {}

    def answer(asked: Asked) -> Reply:
        if asked.path == "/oauth/token":
            given.append(f"token-number-{len(given)}")
            return Reply({"access_token": given[-1], "expires_in": 3600})
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        used[token] = used.get(token, 0) + 1
        is_good = token in given and used[token] <= lives[given.index(token)]
        return GOOD if is_good else Reply({"message": f"expired {token}"}, 401)

    return answer


OAUTH = {"kind": "oauth2", "token_url": "/oauth/token", "scope": "read"}


@pytest.mark.parametrize("client_in", ["header", "body"])
def test_a_token_that_has_run_out_is_fetched_anew(server: RestServer, client_in: str) -> None:
    server.answer = token_server([2, 2])
    with client(server.url, OAUTH | {"client_in": client_in}) as made:
        for _ in range(4):
            assert made.json(RestCall(made.settings.url("/api"))).document == {"items": [1]}
    assert [asked.path for asked in server.asked] == [
        "/oauth/token",
        "/api",
        "/api",
        "/api",
        "/oauth/token",
        "/api",
        "/api",
    ]
    form = parse_qs(server.asked[0].body)
    assert (form["grant_type"], form["scope"]) == (["client_credentials"], ["read"])
    assert ("client_secret" in form) == (client_in == "body")
    assert ("authorization" in server.asked[0].headers) == (client_in == "header")


def test_a_new_token_that_is_refused_too_is_the_end(server: RestServer, ask: Ask) -> None:
    server.answer = token_server([0, 0, 0])
    with pytest.raises(ConfigurationError, match="the login is refused") as error:
        ask(auth=OAUTH)
    assert "token-number" not in str(error.value)
    assert [asked.path for asked in server.asked].count("/oauth/token") == 2


def test_a_client_that_gets_no_token_is_told_why(server: RestServer, ask: Ask) -> None:
    server.mishaps.append(Reply({"error": "invalid_client"}, 400))
    with pytest.raises(
        ConfigurationError, match=r"gives no token: .*invalid_client.*check login \(client id\)"
    ):
        ask(auth=OAUTH)
    with pytest.raises(ConfigurationError, match="gives no access_token"):
        ask(auth=OAUTH)
    with pytest.raises(ConfigurationError, match="neither a path of the source nor an https address"):
        ask(auth=OAUTH | {"token_url": "http://elsewhere.example/token"})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_another_host_gets_no_login(server: RestServer, status: int) -> None:
    connection = Connection(
        conn_id="cf_desk",
        conn_type="http",
        host=server.url,
        password=SECRET,
        extra='{"headers": {"X-Team": "team-1"}}',
    )
    with serving(lambda asked: GOOD) as other:
        server.mishaps.append(Reply(status=status, headers={"Location": f"{other.url}/elsewhere?x=1"}))
        for auth in ("bearer", {"kind": "header", "name": "x-api-key"}):
            server.mishaps.append(Reply(status=status, headers={"Location": f"{other.url}/elsewhere?x=1"}))
            with RestClient(RestSettings.of(connection), auth_of(auth)) as made:
                assert made.json(RestCall(made.settings.url("/api"))).document == {"items": [1]}
        assert [asked.path for asked in other.asked] == ["/elsewhere"] * 2
        assert all(
            {"authorization", "x-api-key", "x-team"}.isdisjoint(asked.headers) for asked in other.asked
        )
        assert SECRET not in repr(other.asked)


def test_the_same_host_gets_the_login_along_the_way(server: RestServer, ask: Ask) -> None:
    server.mishaps.append(Reply(status=302, headers={"Location": "/moved"}))
    assert ask() == {"items": [1]}
    assert server.asked[1].headers["authorization"] == f"Bearer {SECRET}"
    server.mishaps.append(Reply(status=307, headers={"Location": "/moved"}))
    ask(method="POST")
    assert (server.asked[3].method, server.asked[3].body) == ("POST", {"q": 1})


def test_a_search_or_a_client_secret_is_never_posted_to_another_host(server: RestServer, ask: Ask) -> None:
    with serving(lambda asked: GOOD) as other:
        away = Reply(status=307, headers={"Location": f"{other.url}/elsewhere"})
        server.mishaps.append(away)
        with pytest.raises(ConfigurationError, match=r"leads to another host, 127\.0\.0\.1"):
            ask(method="POST")
        server.mishaps.append(away)
        with pytest.raises(ConfigurationError):
            ask(auth=OAUTH)
        assert other.asked == []


def test_redirects_in_a_circle_end(server: RestServer, ask: Ask) -> None:
    server.answer = lambda asked: Reply(status=302, headers={"Location": "/api/cases"})
    with pytest.raises(ConfigurationError, match="leads on and on"):
        ask()
    assert len(server.asked) == 6


REPLIES = {
    "echoed in a refusal": Reply({"message": f"bad token {SECRET}"}, 401),
    "echoed in a failure": Reply({"message": f"bad token {SECRET}"}, 500),
    "echoed in a page": Reply(raw=f"<html>{SECRET}".encode()),
    "echoed in another shape": Reply({"token": SECRET}),
    "echoed in a link": Reply({"items": [], "next": {"link": f"/x?token={SECRET}"}}),
    "echoed in a host": Reply({"items": [], "next": {"link": f"https://user:{SECRET}@other.example/"}}),
    "busy": Reply({"message": SECRET}, 429, {"Retry-After": "500"}),
    "redirected": Reply(status=302, headers={"Location": f"/api/cases?token={SECRET}"}),
    "moved away": Reply(status=302, headers={"Location": f"http://{SECRET}.invalid/"}),
}


@pytest.mark.parametrize("case", REPLIES)
@pytest.mark.parametrize("auth", ["bearer", "basic", {"kind": "header", "name": "x-key"}])
def test_no_secret_is_told(
    server: RestServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    case: str,
    auth: Any,
) -> None:
    from cf_operators.hooks.rest_source import RestSourceHook

    connection = {"conn_type": "http", "host": server.url, "login": "me", "password": SECRET}
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(connection))
    server.answer = lambda asked: REPLIES[case]
    source = desk_source("next_link", source={"auth": auth})
    with caplog.at_level(logging.DEBUG), pytest.raises(CfError) as error:
        list(RestSourceHook(source, sleep=lambda _: None).pages("cases", None, None))
    chain: BaseException | None = error.value
    told = [caplog.text]
    while chain is not None:
        told.append(f"{chain} {chain!r}")
        chain = chain.__cause__ or chain.__context__
    assert SECRET not in "\n".join(told)
    assert "s3cr3t" not in repr(RestSettings.of(Connection(conn_id="c", host="x", password=SECRET)))


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
def test_a_login_that_a_server_repeats_is_not_told(server: RestServer, ask: Ask, status: int) -> None:
    def echo(asked: Asked) -> Reply:
        return Reply(raw=f"seen: {asked.headers['authorization']}".encode(), status=status)

    server.answer = echo
    with pytest.raises(CfError) as error:
        ask(auth="basic")
    assert "seen: Basic ***" in str(error.value)
    assert base64.b64encode(f"client-id:{SECRET}".encode()).decode() not in str(error.value)


def test_the_secret_in_a_header_of_the_connection_is_not_told() -> None:
    extra = {"headers": {"Authorization": f"Token {SECRET}"}, "proxy": "http://me:pr0xy-w0rd@proxy.example"}
    connection = Connection(conn_id="c", conn_type="http", host="x", extra=json.dumps(extra))
    settings = RestSettings.of(connection)
    assert (
        settings.masked(f"no such key: {SECRET}; http://me:pr0xy-w0rd@proxy.example")
        == "no such key: ***; ***"
    )


def test_half_a_secret_at_the_end_of_what_is_shown_is_not_told(server: RestServer, ask: Ask) -> None:
    server.answer = lambda asked: Reply(raw=b"x" * 50 + SECRET.encode())
    with pytest.raises(DataError, match=r"it begins .x{50}\*\*\*") as error:
        ask()
    assert SECRET[:8] not in str(error.value)


@pytest.mark.parametrize(
    ("fields", "root"),
    [
        ({"host": "api.example.org"}, "https://api.example.org"),
        ({"host": "api.example.org", "schema": "http", "port": 8080}, "http://api.example.org:8080"),
        ({"host": "https://api.example.org/rest/"}, "https://api.example.org/rest"),
        ({"host": "https://api.example.org:8443"}, "https://api.example.org:8443"),
    ],
)
def test_the_address_is_that_of_the_connection(fields: dict[str, Any], root: str) -> None:
    assert RestSettings.of(Connection(conn_id="c", conn_type="http", **fields)).root == root


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"host": "ftp://x"},
        {"host": "https://me@x"},
        {"host": "https://x?y=1"},
        {"host": "http://x:99999"},
    ],
)
def test_a_connection_without_an_address_says_so(fields: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match='connection "c"'):
        RestSettings.of(Connection(conn_id="c", conn_type="http", **fields))


def test_a_login_that_the_connection_lacks_is_named() -> None:
    settings = RestSettings.of(Connection(conn_id="c", conn_type="http", host="x"))
    with (
        RestClient(settings, auth_of("bearer")) as made,
        pytest.raises(ConfigurationError, match='connection "c" has no password; the source needs it'),
    ):
        made.json(RestCall("https://x/"))


@pytest.mark.parametrize(
    ("header", "link"),
    [
        ('<https://x/?page=2>; rel="next"', "https://x/?page=2"),
        ("<https://x/?page=2>; rel=next", "https://x/?page=2"),
        ('<https://x/?a=1,2>; title="a, b"; rel="last next"', "https://x/?a=1,2"),
        ('<https://x/1>; rel="prev", <https://x/3>; rel="NEXT"', "https://x/3"),
        ('<https://x/1>; rel="next-archive"', None),
        ('<https://x/1>; title="rel=next"', None),
        ("", None),
    ],
)
def test_the_next_page_of_a_header(header: str, link: str | None) -> None:
    assert next_link(header) == link


def test_a_proxy_that_writes_http_for_https_is_put_right() -> None:
    settings = RestSettings.of(Connection(conn_id="c", conn_type="http", host="api.example.org/v1"))
    assert settings.own_link("http://api.example.org/v1/x?p=2") == "https://api.example.org/v1/x?p=2"
    assert settings.own_link("http://api.example.org:8080/v1/x") is None
    assert settings.own_link("https://api.example.org.evil.org/v1/x") is None
    assert settings.own_link("https://api.example.org@evil.org/v1/x") is None


def test_a_certificate_is_checked_as_the_connection_says(server: RestServer) -> None:
    fields: dict[str, Any] = {"conn_id": "cf_desk", "conn_type": "http", "host": server.url}
    for extra in ('{"verify": false}', "{}"):
        with RestClient(RestSettings.of(Connection(**fields, extra=extra)), auth_of("none")) as made:
            assert made.json(RestCall(made.settings.url("/api"))).document == {"items": [1]}
    settings = RestSettings.of(Connection(**fields, extra='{"verify": "/no/such.pem"}'))
    with pytest.raises(ConfigurationError, match=r"verify, /no/such\.pem, is not a file of certificates"):
        RestClient(settings, auth_of("none"))


def test_a_proxy_of_the_connection_is_asked(server: RestServer) -> None:
    extra = json.dumps({"proxy": server.url})
    connection = Connection(conn_id="cf_desk", conn_type="http", host="http://api.invalid/v1", extra=extra)
    with RestClient(RestSettings.of(connection), auth_of("none")) as made:
        assert made.json(RestCall(made.settings.url("/cases"))).document == {"items": [1]}
    assert server.asked[0].headers["host"] == "api.invalid"
