"""How many mails may go out now: the flow per second, the count of the day, and both together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.campaign import AdHocCampaign
from cf_operators.domain.sending import Limit, Sending
from cf_operators.domain.sending_limit import (
    Allowance,
    Usage,
    allowance,
    arrival_after,
    burst,
    daily,
    free_at,
    limits_of,
    smallest,
)

NOW = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 16)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


# --- a flow per second ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per_second", "mails"),
    [(0.01, 1), (1, 1), (9.9, 1), (10, 1), (19.9, 1), (20, 2), (100, 10), (1000, 100)],
)
def test_a_tenth_of_a_second_may_go_at_once(per_second: float, mails: int) -> None:
    assert burst(per_second) == mails
    assert allowance(Limit(per_second=per_second), Usage(), TODAY, NOW) == Allowance(mails)


def test_the_worked_example() -> None:
    limit = Limit(per_second=20)
    arrival = arrival_after(limit, Usage(), 2, NOW)
    assert arrival == after(0.1)
    used = Usage(next_free_at=arrival)
    assert allowance(limit, used, TODAY, NOW).count == 0
    assert allowance(limit, used, TODAY, after(0.049)).count == 0
    assert allowance(limit, used, TODAY, after(0.05)).count == 1
    assert allowance(limit, used, TODAY, after(0.1)).count == 2
    assert allowance(limit, used, TODAY, after(3600)).count == 2, "what was not used is not saved up"


@pytest.mark.parametrize(("per_second", "wait"), [(1, 1), (5, 0.2), (0.1, 10)])
def test_a_slow_flow_waits_for_its_next_place(per_second: float, wait: float) -> None:
    limit = Limit(per_second=per_second)
    used = Usage(next_free_at=arrival_after(limit, Usage(), 1, NOW))
    held = allowance(limit, used, TODAY, NOW)
    assert (held.count, held.free_at, held.is_spent) == (0, after(wait), False)
    assert allowance(limit, used, TODAY, after(wait)).count == 1


def test_a_fast_flow_waits_for_half_a_burst() -> None:
    limit = Limit(per_second=1000)
    used = Usage(next_free_at=arrival_after(limit, Usage(), 100, NOW))
    held = allowance(limit, used, TODAY, NOW)
    assert held.free_at == after(0.1 - 0.0495)
    assert held.free_at is not None
    assert allowance(limit, used, TODAY, held.free_at).count == 50


@given(
    per_second=st.floats(0.1, 5000),
    steps=st.lists(st.tuples(st.integers(0, 300_000), st.integers(1, 500)), min_size=1, max_size=40),
)
def test_no_stretch_of_time_gets_more_than_its_share(per_second: float, steps: list[tuple[int, int]]) -> None:
    """Whoever asks whenever: in any t seconds at most burst + per_second * t mails."""
    limit, usage, now, taken = Limit(per_second=per_second), Usage(), NOW, []
    for microseconds, wanted in steps:
        now += timedelta(microseconds=microseconds)
        count = smallest([allowance(limit, usage, TODAY, now)], wanted)
        usage = Usage(next_free_at=arrival_after(limit, usage, count, now))
        taken.append((now, count))
    for first in range(len(taken)):
        mails = 0
        for moment, count in taken[first:]:
            mails += count
            seconds = (moment - taken[first][0]).total_seconds()
            # A microsecond is the finest that a time can say; each mail may be off by one.
            assert mails <= burst(per_second) + per_second * (seconds + 1e-6 * (mails + 1))


# --- a count per day --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usage", "left"),
    [
        (Usage(), 10),
        (Usage(TODAY, 3), 7),
        (Usage(TODAY, 10), 0),
        (Usage(TODAY, 12), 0),
        (Usage(YESTERDAY, 10), 10),
        (Usage(TOMORROW, 4), 6),
    ],
    ids=["new", "some", "all", "more, as the limit was lowered", "yesterday", "begun by a faster clock"],
)
def test_what_is_left_of_a_day(usage: Usage, left: int) -> None:
    allowed = allowance(Limit(per_day=10), usage, TODAY, NOW)
    assert allowed == Allowance(left)
    assert allowed.is_spent is (left == 0)


def test_both_limits_hold() -> None:
    limit = Limit(per_second=100, per_day=12)
    assert allowance(limit, Usage(TODAY, 0), TODAY, NOW).count == 10
    assert allowance(limit, Usage(TODAY, 5), TODAY, NOW).count == 7
    used_up = allowance(limit, Usage(TODAY, 12, after(1)), TODAY, NOW)
    assert used_up.is_spent, "waiting for the flow would not help"


def test_no_limit_allows_all() -> None:
    assert allowance(Limit(), Usage(), TODAY, NOW) == Allowance(None)
    assert smallest([Allowance(None), Allowance(7), Allowance(9)], 50) == 7
    assert smallest([Allowance(None)], 50) == 50


# --- which limits there are, and when the next mail may go ------------------------------------------------------------


def campaign(most_per_day: int | None) -> AdHocCampaign:
    return AdHocCampaign.model_construct(id="ad_hoc", most_per_day=most_per_day)


def test_limits_that_limit_nothing_are_left_out() -> None:
    assert limits_of(Sending(), campaign(None)) == {}
    sending = Sending(per_second=5, per_domain={"gmail.com": Limit(per_day=9), "x.org": Limit()})
    limits = limits_of(sending, campaign(100))
    assert limits == {
        "all": Limit(per_second=5),
        "campaign:ad_hoc": Limit(per_day=100),
        "domain:gmail.com": Limit(per_day=9),
    }
    assert set(daily(limits)) == {"campaign:ad_hoc", "domain:gmail.com"}


@pytest.mark.parametrize(
    ("shared", "by_lane", "due", "expected"),
    [
        ([Allowance(0, after(2))], {}, {""}, after(2)),
        ([Allowance(0, after(2))], {}, set(), None),
        ([Allowance(0, after(2)), Allowance(0)], {}, {""}, None),
        ([], {"a.org": Allowance(0, after(3))}, {"a.org"}, after(3)),
        ([], {"a.org": Allowance(0, after(3))}, {""}, None),
        ([Allowance(0, after(2))], {"a.org": Allowance(0, after(3))}, {"a.org"}, after(3)),
        ([Allowance(0, after(2))], {"a.org": Allowance(0, after(1))}, {"a.org"}, after(2)),
        ([Allowance(0, after(2))], {"a.org": Allowance(0)}, {"a.org"}, None),
        ([], {"a.org": Allowance(0, after(3)), "b.org": Allowance(0, after(1))}, {"a.org", "b.org"}, after(1)),
    ],
    ids=[
        "all wait", "nothing is due", "the day is over", "a domain waits", "another domain waits",
        "the domain is slower", "all are slower", "the domain's day is over", "the first of two",
    ],
)  # fmt: skip
def test_when_the_next_mail_may_go(
    shared: list[Allowance], by_lane: dict[str, Allowance], due: set[str], expected: datetime | None
) -> None:
    assert free_at(shared, by_lane, due) == expected
