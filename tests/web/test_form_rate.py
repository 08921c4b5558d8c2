"""The rate limit: how many at once, how many later, whom it takes for one client, and that it stays small."""

from __future__ import annotations

import pytest

from cf_operators.web import form_rate
from cf_operators.web.form_rate import RateLimit, client_key


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_at_once_then_as_the_rate_gives_back() -> None:
    clock = Clock()
    limit = RateLimit(30, clock)
    assert [limit.wait("a") for _ in range(30)] == [0] * 30
    assert limit.wait("a") == 2
    assert limit.wait("b") == 0
    clock.now += 2
    assert [limit.wait("a"), limit.wait("a")] == [0, 2]
    clock.now += 3600
    assert [limit.wait("a") for _ in range(31)] == [0] * 30 + [2]


def test_no_limit() -> None:
    limit = RateLimit(0)
    assert {limit.wait("a") for _ in range(10_000)} == {0}


def test_memory_is_bounded_and_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_rate, "MAX_CLIENTS", 3)
    limit = RateLimit(1, Clock())
    for client in ("a", "b", "c", "a", "d"):
        limit.wait(client)
    assert len(limit._buckets) == 3
    assert [limit.wait(client) > 0 for client in ("a", "d")] == [True, True]
    assert limit.wait("b") == 0


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_one_client(address: str | None, key: str) -> None:
    assert client_key(address) == key
