"""What became of a wave, counted by the views and by hand over a ledger drawn at random."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.conftest import Warehouse
from tests.people import NOW, People

WAVES = ("annual/2026", "post_purchase/2026-03-11", "ad_hoc/w")
STATES = (
    "planned",
    "claimed",
    "accepted",
    "refused",
    "unknown",
    "bounced",
    "responded",
    "expired",
    "cancelled",
)
SUM = ("waiting", "claimed", "accepted", "refused", "bounced", "unknown", "cancelled_count", "not_sent", "expired",
       "responded")  # fmt: skip


@pytest.fixture
def ledger(warehouse: Warehouse) -> Iterator[Ledger]:
    with People(warehouse) as people:
        yield Ledger(people)


class Ledger:
    """Writes waves, asks, reminders, exclusions and submissions directly."""

    def __init__(self, people: People) -> None:
        self.people = people
        people.execute("insert into cf_ledger.survey values ('s', 'v', '{}', %s)", [NOW])
        for wave in WAVES:
            people.execute(
                "insert into cf_ledger.wave (wave_id, campaign_id, wave_key, survey_id, survey_version, not_after, "
                "answer_until, opened_at, opened_by_run) values (%s, %s, %s, 's', 'v', %s, %s, %s, 'test')",
                [wave, *wave.split("/"), NOW, NOW + timedelta(days=30), NOW],
            )

    def invitation(
        self,
        wave: str,
        contact: UUID,
        state: str,
        reason: str | None = None,
        was_sent: bool = False,
        subject: str = "",
        language: str = "en",
        first: UUID | None = None,
        number: int = 0,
    ) -> UUID:
        """A first ask, or a reminder of ``first``."""
        made = uuid4()
        self.people.execute(
            "insert into cf_ledger.invitation (invitation_id, wave_id, contact_key, language, state, state_reason, "
            "send_not_before, accepted_at, planned_at, subject_id, reminds_id, reminder_number, "
            "message_id, campaign_id, occasion) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, "
            "gen_random_uuid()::text, 'c', 'x')",
            [
                *(made, wave, contact, language, state, reason, NOW, NOW if was_sent else None, NOW),
                *(subject, first, number),
            ],
        )
        return made

    def exclude(self, wave: str, contact: UUID, reason: str, subject: str = "") -> None:
        self.people.execute(
            "insert into cf_ledger.exclusion (wave_id, contact_key, reason, subject_id, recorded_at) "
            "values (%s, %s, %s, %s, %s)",
            [wave, contact, reason, subject, NOW],
        )

    def submit(self, invitation: UUID, is_complete: bool) -> None:
        self.people.execute(
            "insert into cf_landing.form_submission (invitation_id, is_complete, answers, language, received_at) "
            "values (%s, %s, %s, 'en', %s)",
            [invitation, is_complete, Jsonb({}), NOW],
        )

    def report(self, wave: str) -> dict[str, Any]:
        [row] = self.people.warehouse.rows("select * from cf_kpi.v_wave_report where wave = %s", [wave])
        return row


@dataclass
class Tally:
    """What the report on a wave has to say, counted while the ledger is drawn."""

    audience: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)
    cancelled: Counter[str] = field(default_factory=Counter)


def draw_occasion(ledger: Ledger, draw: random.Random, wave: str, tally: Tally) -> None:
    """Somebody of the audience: left out, or asked; perhaps with another order that nobody asks about."""
    contact, subject = ledger.people.contact(), draw.choice(("", "o1"))
    tally.audience += 1
    if draw.random() < 0.3:
        reason = draw.choice(("no_consent", "asked_recently", "sampled_out"))
        ledger.exclude(wave, contact, reason, subject)
        tally.excluded[reason] += 1
        return
    draw_ask(ledger, draw, wave, tally, contact, subject)
    if draw.random() < 0.2:
        ledger.exclude(wave, contact, "asked_recently", "o2")
        tally.excluded["asked_recently"] += 1
        tally.audience += 1


def draw_ask(
    ledger: Ledger, draw: random.Random, wave: str, tally: Tally, contact: UUID, subject: str
) -> None:
    """A first ask in any state, with reminders and answers."""
    state, language = draw.choice(STATES), draw.choice(("en", "de"))
    was_sent = state in {"accepted", "responded", "bounced"} or (state == "expired" and draw.random() < 0.6)
    reason = draw.choice(("unsubscribed", "open_complaint")) if state == "cancelled" else "other"
    first = ledger.invitation(wave, contact, state, reason, was_sent, subject, language)
    outcome = {"planned": "waiting", "cancelled": "cancelled_count"}.get(state, state)
    tally.counts["not_sent" if state == "expired" and not was_sent else outcome] += 1
    if state == "cancelled":
        tally.cancelled[reason] += 1
        if draw.random() < 0.5:  # judged again later, and left out: still the same occasion
            ledger.exclude(wave, contact, "not_fresh", subject)
    arrived = was_sent and state != "bounced"
    reminders = [
        draw.choice(("planned", "accepted", "cancelled", "bounced")) for _ in range(draw.randint(0, 2))
    ]
    for number, how in enumerate(reminders if was_sent else [], start=1):
        is_out = how in {"accepted", "bounced"}
        ledger.invitation(wave, contact, how, None, is_out, subject, first=first, number=number)
        arrived |= how == "accepted"
    sent = sum(how in {"accepted", "bounced"} for how in reminders) if was_sent else 0
    is_partial = was_sent and state != "responded" and draw.random() < 0.3
    if state == "responded" or is_partial:
        ledger.submit(first, not is_partial)
    tally.counts.update(
        asked=arrived or is_partial, partial=is_partial, reminded=sent > 0, reminder_count=sent
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_numbers_of_a_random_ledger_add_up_and_equal_counting_by_hand(ledger: Ledger, seed: int) -> None:
    draw = random.Random(seed)
    tallies = {wave: Tally() for wave in WAVES[:2]}
    for _ in range(250):
        wave = draw.choice(WAVES[:2])
        draw_occasion(ledger, draw, wave, tallies[wave])
    for wave, tally in tallies.items():
        row = ledger.report(wave)
        assert row["audience_count"] == tally.audience == row["planned"] + row["excluded_count"]
        assert row["planned"] == sum(row[name] for name in SUM)
        assert row["excluded_count"] == sum(row["excluded"].values())
        assert row["cancelled_count"] == sum(row["cancelled"].values())
        assert (row["excluded"], row["cancelled"]) == (tally.excluded, tally.cancelled)
        for name in (*SUM, "asked", "partial", "reminded", "reminder_count"):
            assert row[name] == tally.counts[name] > 0, name
        assert row["response_rate"] == row["responded"] / row["asked"]
        languages = ledger.people.warehouse.rows(
            "select * from cf_kpi.v_wave_language where wave = %s", [wave]
        )
        for name in ("planned", "asked", "responded", "partial"):
            assert sum(each[name] for each in languages) == row[name]


def test_wave_without_anybody_has_zeros_and_no_rate(ledger: Ledger) -> None:
    row = ledger.report("ad_hoc/w")
    assert (row["audience_count"], row["planned"], row["asked"], row["reminder_count"]) == (0, 0, 0, 0)
    assert (row["excluded"], row["cancelled"], row["response_rate"]) == ({}, {}, None)
    assert (row["campaign"], row["channel"], row["is_stopped"]) == ("ad_hoc", "mail", False)


def test_asked_is_who_counts_in_the_response_rate(ledger: Ledger) -> None:
    """Bounced, but an answer or a reminder that arrived proves that the person was asked."""
    for proof in (None, "answer", "reminder"):
        contact = ledger.people.contact()
        first = ledger.invitation("ad_hoc/w", contact, "bounced", was_sent=True)
        if proof == "answer":
            ledger.submit(first, False)
        elif proof == "reminder":
            ledger.invitation("ad_hoc/w", contact, "expired", was_sent=True, first=first, number=1)
    row = ledger.report("ad_hoc/w")
    assert (row["bounced"], row["asked"], row["response_rate"]) == (3, 2, 0)


def test_complete_answer_that_is_not_collected_yet_is_not_partial(ledger: Ledger) -> None:
    first = ledger.invitation("ad_hoc/w", ledger.people.contact(), "accepted", was_sent=True)
    ledger.submit(first, False)
    assert ledger.report("ad_hoc/w")["partial"] == 1
    ledger.submit(first, True)
    row = ledger.report("ad_hoc/w")
    assert (row["partial"], row["responded"], row["asked"]) == (0, 0, 1)


def test_bi_reads_numbers_and_nobody_behind_them(ledger: Ledger) -> None:
    ledger.invitation("ad_hoc/w", ledger.people.contact(), "accepted", was_sent=True)
    with psycopg.connect(ledger.people.warehouse.bi_uri) as connection:
        row = connection.execute(
            "select accepted from cf_kpi.v_wave_report where wave = 'ad_hoc/w'"
        ).fetchone()
        assert row == (1,)
        assert connection.execute("select planned from cf_kpi.v_wave_language").fetchall() == [(1,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from cf_ledger.v_ask")
