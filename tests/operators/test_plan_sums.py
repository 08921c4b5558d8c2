"""Whatever stands against whom at once: each candidate has one verdict, and the counts add up to the audience."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from cf_operators.domain.invitation import Exclusion
from tests.operators.wave_to_send import WaveToSend
from tests.people import NOW, People

Plan = Callable[..., dict[str, Any]]
Programme = Callable[..., None]
Key = tuple[str, UUID, str]

RULES = {
    "asking": {
        "quiet_days": 10,
        "consent": "opt_out",
        "caps": [{"within_days": 90, "most": 2}],
        "hold_out": 0.1,
    },
    "campaigns": {"post_purchase": {"sample": {"share": 0.8}}},
}
PEOPLE = 260
CLOSED_WAVE = "2026-03-01"
OLD_ASK = ("post_purchase", "accepted")


@dataclass
class Crowd:
    """People with orders, and with whatever stands against asking them, at random."""

    wave: WaveToSend
    random: Random
    audience: set[Key] = field(default_factory=set)

    @property
    def people(self) -> People:
        return self.wave.people

    def gather(self) -> None:
        self.wave.open("ad_hoc", priority=0)
        self.wave.open("annual", priority=100)
        self._close_a_wave()
        for number in range(PEOPLE):
            shared = self.random.random() < 0.15 and number > 0
            address = f"person{self.random.randrange(number) if shared else number}@customers.example"
            self._person(
                self.random.choice((address, address.upper(), None if number % 20 == 0 else address))
            )

    def _person(self, address: str | None) -> None:
        people, chance = self.people, self._chance
        contact = people.contact(
            address,
            consent=self.random.choice((None, None, None, True, chance(0.2))),
            is_key_account=chance(0.1),
        )
        orders = {self._order(contact) for _ in range(self.random.choice((1, 1, 1, 2, 3)))}
        if address and chance(0.15):
            people.execute(
                "insert into cf_ledger.suppression select %s, %s, 'test', %s on conflict do nothing",
                (
                    self._hash(contact),
                    self.random.choice(("unsubscribed", "bounced", "refused", "manual")),
                    NOW,
                ),
            )
        if chance(0.08):
            people.complaint(contact, closed=chance(0.3))
        if chance(0.12):
            self._asked(contact, "ad_hoc", self.random.choice((2, 9, 40)))
        if chance(0.1):
            self._asked(contact, "ad_hoc", 50)
            self._asked(contact, "annual", 60)
        if chance(0.08):
            self._plan(contact, "annual", send_not_before=NOW + timedelta(days=4))
        if chance(0.1):
            self._decided(contact, self.random.choice(sorted(orders)))

    def _order(self, contact: UUID) -> tuple[str, str]:
        days_ago = self.random.choice((2, 3, 4, 5, 9, 15, 21, 22))
        order = self.people.order(contact, days_ago=days_ago)
        wave_key = (NOW - timedelta(days=days_ago)).date().isoformat()
        if 3 <= days_ago <= 21:
            self.audience.add((f"post_purchase/{wave_key}", contact, order))
        return wave_key, order

    def _asked(self, contact: UUID, campaign_id: str, days_ago: int) -> None:
        at = NOW - timedelta(days=days_ago)
        self._plan(contact, campaign_id, state="accepted", accepted_at=at, send_not_before=at)

    def _decided(self, contact: UUID, order: tuple[str, str]) -> None:
        """The order was asked about under another delivery day, or a person said no to it."""
        self.wave.open("post_purchase")
        at = NOW - timedelta(days=100)
        columns = self.random.choice(
            ({"state": "accepted", "accepted_at": at}, {"state": "cancelled", "state_reason": "not_approved"})
        )
        self._plan(contact, "post_purchase", subject_source="shop", subject_id=order[1], **columns)

    def _plan(self, contact: UUID, campaign_id: str, **columns: Any) -> None:
        exists = self.people.warehouse.rows(
            "select 1 from cf_ledger.invitation where contact_key = %s and campaign_id = %s",
            (contact, campaign_id),
        )
        if not exists:
            self.wave.plan(contact, campaign_id=campaign_id, **columns)

    def _close_a_wave(self) -> None:
        self.wave.open("post_purchase")
        self.people.execute(
            "insert into cf_ledger.wave (wave_id, campaign_id, wave_key, survey_id, survey_version, not_after, "
            "answer_until, opened_at, opened_by_run, purpose) "
            "select 'post_purchase/' || %(key)s, campaign_id, %(key)s, survey_id, survey_version, %(now)s, "
            "answer_until, opened_at, opened_by_run, purpose "
            "from cf_ledger.wave where wave_id = 'post_purchase/w'",
            {"key": CLOSED_WAVE, "now": NOW},
        )

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _hash(self, contact: UUID) -> bytes:
        [row] = self.people.warehouse.rows(
            "select address_hash from cf_ledger.contact where contact_key = %s", (contact,)
        )
        found: bytes = row["address_hash"]
        return found


@pytest.fixture
def crowd(wave: WaveToSend, programme: Programme, request: pytest.FixtureRequest) -> Crowd:
    programme(**RULES)
    made = Crowd(wave, Random(request.param))
    made.gather()
    return made


def rows_of(people: People, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in people.warehouse.rows(query)]


def assert_accounts_for(crowd: Crowd, summary: dict[str, Any], audience: set[Key] | None = None) -> None:
    """One verdict each, in the summary as in the ledger."""
    audience = crowd.audience if audience is None else audience
    asked = {
        (wave, contact, subject)
        for wave, contact, subject in rows_of(
            crowd.people,
            "select wave_id, contact_key, subject_id from cf_ledger.invitation "
            "where campaign_id = 'post_purchase' and wave_id <> 'post_purchase/w' and state <> 'cancelled'",
        )
    }
    excluded = {
        (wave, contact, subject): reason
        for wave, contact, subject, reason in rows_of(
            crowd.people, "select wave_id, contact_key, subject_id, reason from cf_ledger.exclusion"
        )
    }
    assert summary["candidates"] == len(audience)
    assert summary["planned"] + summary["already_planned"] == len(asked)
    assert not asked & excluded.keys()
    assert asked | excluded.keys() == crowd.audience
    now_excluded = Counter(reason for key, reason in excluded.items() if key in audience)
    assert summary["excluded"] == now_excluded
    [report] = rows_of(
        crowd.people,
        "select sum(audience_count) as audience, sum(planned) as asked, sum(excluded_count) as excluded "
        "from cf_kpi.v_wave_report where campaign = 'post_purchase' and wave <> 'post_purchase/w'",
    )
    assert report == (len(crowd.audience), len(asked), len(excluded))


def assert_nobody_is_asked_twice(people: People) -> None:
    """No person is asked by the plan twice, nor within the quiet period of another campaign's ask."""
    asks = rows_of(
        people,
        "select c.address_hash, i.campaign_id, i.state, coalesce(i.accepted_at, i.send_not_before) "
        "from cf_ledger.invitation as i inner join cf_ledger.contact as c using (contact_key) "
        "where i.state in ('planned', 'accepted')",
    )
    planned = Counter(person for person, campaign_id, *_ in asks if campaign_id == "post_purchase")
    planned -= Counter(person for person, campaign_id, state, _ in asks if (campaign_id, state) == OLD_ASK)
    assert set(planned.values()) == {1}
    for person, campaign_id, _, at in asks:
        if campaign_id != "post_purchase" and abs(at - NOW) < timedelta(days=10):
            assert person not in planned


def reasons(summaries: Iterable[dict[str, Any]]) -> set[str]:
    return {reason for summary in summaries for reason in summary["excluded"]}


@pytest.mark.parametrize("crowd", [1, 2, 3], indirect=True)
def test_each_of_a_random_crowd_has_one_verdict_also_after_a_second_plan_and_after_lifting(
    crowd: Crowd, plan: Plan
) -> None:
    first = plan()
    assert_accounts_for(crowd, first)
    assert_nobody_is_asked_twice(crowd.people)
    assert first["planned"] > 30
    assert reasons([first]) == set(Exclusion), "the crowd is large enough for each reason to occur"

    written = rows_of(crowd.people, "select * from cf_ledger.invitation order by 1")
    excluded = rows_of(crowd.people, "select * from cf_ledger.exclusion order by 1, 2, 4")
    second = plan(now=NOW + timedelta(minutes=1))
    assert_accounts_for(crowd, second)
    assert (second["planned"], second["already_planned"]) == (0, first["planned"])
    assert second["excluded"] == first["excluded"]
    assert rows_of(crowd.people, "select * from cf_ledger.invitation order by 1") == written
    assert rows_of(crowd.people, "select * from cf_ledger.exclusion order by 1, 2, 4") == excluded

    crowd.people.execute("update cf_core.fct_complaint set closed_at = %s", (NOW,))
    crowd.people.execute("delete from cf_ledger.suppression where reason = 'bounced'")
    crowd.people.execute("update cf_ledger.wave set is_stopped = true where campaign_id = 'annual'")
    lifted = plan(now=NOW + timedelta(hours=1))
    assert_accounts_for(crowd, lifted)
    assert lifted["already_planned"] == first["planned"]
    assert lifted["planned"] > 0
    gone = {Exclusion.OPEN_COMPLAINT, Exclusion.BOUNCED, Exclusion.RESERVED}
    assert reasons([lifted]) == set(Exclusion) - gone
