"""How many workers send what is due, and what several of them say together."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from cf_operators.domain.sending_tally import SendingTally, sum_of
from cf_operators.domain.waiting import Waiting, workers_for


@pytest.mark.parametrize(
    ("due", "is_overdue", "workers"),
    [
        (0, False, 0),
        (0, True, 1),
        (1, False, 1),
        (2000, True, 1),
        (2001, False, 2),
        (6000, False, 3),
        (99_999, False, 3),
    ],
)
def test_one_worker_for_each_2000_mails(due: int, is_overdue: bool, workers: int) -> None:
    assert workers_for(due, 3, is_overdue) == workers


def summary(campaign_id: str, accepted: int, **waiting: int) -> dict[str, Any]:
    tally = SendingTally(Counter(accepted=accepted), Counter(no_consent=1), expired=2)
    tally.waiting = Waiting(Counter(waiting), next_window_at=datetime(2026, 3, 17, 8, tzinfo=UTC))
    return tally.summary(campaign_id)


def test_workers_are_added_up_and_what_waits_is_not_counted_twice() -> None:
    total = sum_of([summary("a", 5, limit=9), summary("a", 7, limit=4), summary("b", 1, window=3)])
    assert total == {
        "campaigns": ["a", "b"],
        "accepted": 13, "refused": 0, "unknown": 0, "put_off": 0, "not_tried": 0,
        "expired": 6, "lapsed": 0,
        "cancelled": {"no_consent": 3},
        "stopped_waves": [],
        "waiting": {"approval": 0, "later": 0, "limit": 4, "put_off": 0, "token": 0, "window": 3},
        "next_window_at": "2026-03-17T08:00:00+00:00",
    }  # fmt: skip


def test_nothing_was_due() -> None:
    total = sum_of([])
    assert (total["campaigns"], total["accepted"], total["next_window_at"]) == ([], 0, None)
