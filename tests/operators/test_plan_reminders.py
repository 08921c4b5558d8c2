"""Who is reminded, when, and when an ask is closed: planned on a real PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from cf_operators.domain.identity import invitation_id
from cf_operators.operators.collect_submissions import CollectSubmissionsOperator
from cf_operators.operators.plan_reminders import PlanRemindersOperator
from tests.conftest import ROOT, Warehouse
from tests.operators.reminded import END, WAVE, asked, reminders, sent, submit, wave
from tests.people import NOW, People

RunContext = Callable[..., dict[str, Any]]
Remind = Callable[..., dict[str, Any]]


@pytest.fixture
def people(warehouse: Warehouse) -> Iterator[People]:
    with People(warehouse) as made:
        made.execute("insert into cf_ledger.survey values ('annual', 'v', '{}', %s)", [NOW])
        wave(made, WAVE)
        yield made


@pytest.fixture
def remind(run_context: RunContext, warehouse: Warehouse) -> Remind:
    """Plans reminders: ``remind(days=10)`` so many days after NOW; checks that the counts add up."""

    def execute(
        campaign_id: str = "annual", days: float = 0, now: datetime | None = None, **params: Any
    ) -> dict[str, Any]:
        operator = PlanRemindersOperator(task_id="remind", campaign_id=campaign_id)
        moment = now or NOW + timedelta(days=days)
        summary = operator.execute(run_context(now=moment, params=params))  # type: ignore[arg-type]
        assert summary["due"] == summary["planned"] + sum(summary["excluded"].values())
        return summary

    return execute


def ledger(people: People) -> list[dict[str, Any]]:
    return people.warehouse.rows("select * from cf_ledger.invitation order by invitation_id")


# --- when ---------------------------------------------------------------------------------------------------


def test_reminder_is_the_same_ask_once_more(people: People, remind: Remind) -> None:
    contact = people.contact()
    first = asked(people, contact)
    summary = remind(days=10)
    assert summary == {
        "campaign": "annual", "due": 1, "planned": 1, "excluded": {}, "cancelled": {}, "expired": 0, "dry_run": False
    }  # fmt: skip
    [row] = reminders(people)
    assert row["invitation_id"] == invitation_id("annual", "2026", contact, 1)
    assert row["message_id"] == f"<{row['invitation_id']}@meridian-home.example>"
    assert (row["reminds_id"], row["wave_id"], row["contact_key"]) == (first, WAVE, contact)
    assert (row["state"], row["approval"], row["send_not_before"]) == (
        "planned",
        "not_needed",
        NOW + timedelta(days=10),
    )
    [ask] = [each for each in ledger(people) if each["reminds_id"] is None]
    for name in ("occasion", "product", "region", "segment", "subject_source", "subject_id", "language", "time_zone",
                 "channel", "inclusion_probability", "campaign_id"):  # fmt: skip
        assert row[name] == ask[name], name


def test_planning_again_changes_nothing(people: People, remind: Remind) -> None:
    asked(people)
    asked(people, people.contact(consent=False))
    assert remind(days=10)["planned"] == 1
    before = ledger(people)
    again = remind(days=10.1)
    assert (again["planned"], again["excluded"]) == (0, {"no_consent": 1})
    assert ledger(people) == before


@pytest.mark.parametrize(
    ("time_zone", "asked_at", "now", "is_due"),
    [
        # Ten calendar days where the person lives: the hour of the first mail does not count.
        ("Europe/Berlin", "2026-03-16 22:50", "2026-03-25 22:50", False),
        ("Europe/Berlin", "2026-03-16 22:50", "2026-03-25 23:00", True),
        # Summer time begins in Berlin on 29 March: midnight moves from 23:00 to 22:00 UTC.
        ("Europe/Berlin", "2026-03-20 22:50", "2026-03-29 21:59", False),
        ("Europe/Berlin", "2026-03-20 22:50", "2026-03-29 22:00", True),
        # Winter time begins in New York on 1 November: midnight moves from 4:00 to 5:00 UTC.
        ("America/New_York", "2026-10-23 04:00", "2026-11-02 04:59", False),
        ("America/New_York", "2026-10-23 04:00", "2026-11-02 05:00", True),
        # The same moments are another day on the other side of the world.
        ("Pacific/Auckland", "2026-03-16 10:59", "2026-03-25 10:59", False),
        ("Pacific/Auckland", "2026-03-16 10:59", "2026-03-25 11:00", True),
        ("Asia/Kolkata", "2026-03-16 18:29", "2026-03-25 18:30", True),
        ("Asia/Kolkata", "2026-03-16 18:30", "2026-03-25 18:30", False),
        # A zone that nobody knows counts as that of the organisation, Berlin.
        ("Mars/Olympus", "2026-03-16 22:50", "2026-03-25 22:50", False),
        ("Mars/Olympus", "2026-03-16 22:50", "2026-03-25 23:00", True),
    ],
)
def test_days_are_those_of_the_calendar_where_the_person_lives(
    people: People, remind: Remind, time_zone: str, asked_at: str, now: str, is_due: bool
) -> None:
    people.execute("update cf_ledger.wave set answer_until = '2027-01-01Z'")
    asked(people, at=datetime.fromisoformat(f"{asked_at}Z"), time_zone=time_zone)
    assert remind(now=datetime.fromisoformat(f"{now}Z"))["planned"] == (1 if is_due else 0)


def test_each_reminder_goes_once_and_no_more_than_the_campaign_says(people: People, remind: Remind) -> None:
    first = asked(people)
    planned = {}
    for day in range(40):
        if count := remind(days=day)["planned"]:
            planned[day] = count
            sent(people, first, len(planned), NOW + timedelta(days=day))
    assert planned == {10: 1, 20: 1}
    assert [row["reminder_number"] for row in reminders(people)] == [1, 2]


def test_scheduler_that_was_down_sends_late_reminders_one_by_one(people: People, remind: Remind) -> None:
    first = asked(people)
    assert remind(days=25)["planned"] == 1  # both are due by now
    assert remind(days=26)["planned"] == 0, "the first one waits to be sent"
    sent(people, first, 1, NOW + timedelta(days=27))
    assert remind(days=36)["planned"] == 0, "as many days apart as the campaign says: 10"
    assert remind(days=37)["planned"] == 1
    assert [row["reminder_number"] for row in reminders(people)] == [1, 2]


def test_reminder_of_unknown_fate_counts_as_sent(people: People, remind: Remind) -> None:
    first = asked(people)
    remind(days=10)
    people.execute(
        "update cf_ledger.invitation set state = 'unknown', claimed_at = %s where reminds_id = %s",
        [NOW + timedelta(days=12), first],
    )
    assert remind(days=21)["planned"] == 0
    assert remind(days=22)["planned"] == 1


@pytest.mark.parametrize(("hours_left", "is_planned"), [(25, True), (24, False)])
def test_last_day_of_answering_is_too_late(
    people: People, remind: Remind, hours_left: int, is_planned: bool
) -> None:
    asked(people)
    assert remind(now=END - timedelta(hours=hours_left))["planned"] == is_planned


# --- whom ---------------------------------------------------------------------------------------------------


def test_only_who_was_reached_by_mail_and_has_not_answered_is_reminded(
    people: People, remind: Remind
) -> None:
    for state in ("planned", "claimed", "refused", "unknown", "bounced", "responded", "cancelled", "expired"):
        asked(people, state=state)
    asked(people, channel="phone")
    wave(people, "post_purchase/w")
    asked(people, wave_id="post_purchase/w")
    wave(people, "annual/stopped")
    asked(people, wave_id="annual/stopped")
    people.execute("update cf_ledger.wave set is_stopped = true where wave_id = 'annual/stopped'")
    submit(people, asked(people))  # not collected yet
    partial = asked(people)
    submit(people, partial, is_complete=False)
    assert remind(days=10)["due"] == 1
    assert [row["reminds_id"] for row in reminders(people)] == [partial]


def test_campaign_without_reminders_plans_none(people: People, remind: Remind) -> None:
    wave(people, "ad_hoc/w")
    asked(people, wave_id="ad_hoc/w")
    assert remind("ad_hoc", days=20)["due"] == 0


def test_whoever_may_not_be_written_to_is_left_out_with_the_reason(people: People, remind: Remind) -> None:
    complained, unsubscribed = people.contact(), people.contact("left@customers.example")
    asks = {asked(people, complained): "open_complaint", asked(people, unsubscribed): "unsubscribed"}
    asks[asked(people, people.contact(consent=False))] = "no_consent"
    asks[asked(people, uuid4())] = "no_address"  # erased since
    people.complaint(complained)
    people.suppress("left@customers.example", "unsubscribed")
    assert remind(days=10)["excluded"] == Counter(asks.values())
    assert {row["reminds_id"]: (row["state"], row["state_reason"]) for row in reminders(people)} == {
        first: ("cancelled", reason) for first, reason in asks.items()
    }
    assert people.exclusions() == {}, "the plan of the first asks is left alone"


def test_no_to_the_purpose_of_the_wave_is_a_no(people: People, remind: Remind) -> None:
    for purpose in ("relationship", "purchases"):
        people.execute(
            "insert into cf_ledger.consent (contact_key, purpose, is_granted, source, recorded_at) "
            "values ((select contact_key from cf_ledger.invitation where invitation_id = %s), %s, false, 'test', %s)",
            [asked(people), purpose, NOW],
        )
    assert remind(days=10)["excluded"] == {"no_consent": 1}


def test_reason_that_is_lifted_gives_the_reminder_back(people: People, remind: Remind) -> None:
    contact = people.contact()
    first = asked(people, contact)
    people.complaint(contact)
    assert remind(days=10)["excluded"] == {"open_complaint": 1}
    people.execute("update cf_core.fct_complaint set closed_at = %s", [NOW + timedelta(days=24)])
    assert remind(days=25)["planned"] == 1
    [row] = reminders(people, first)
    assert (row["reminder_number"], row["state"], row["state_reason"]) == (1, "planned", None)
    assert row["send_not_before"] == NOW + timedelta(days=25)
    sent(people, first, 1, NOW + timedelta(days=25))
    assert remind(days=34)["due"] == 0
    assert remind(days=35)["planned"] == 1


def test_reminder_that_a_person_took_back_stays_so(people: People, remind: Remind) -> None:
    first = asked(people)
    remind(days=10)
    people.execute(
        "update cf_ledger.invitation set state = 'cancelled', state_reason = 'by hand' where reminds_id = %s",
        [first],
    )
    assert remind(days=30)["due"] == 0


def programme_with(asking: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped programme with other rules of asking."""
    shipped = (ROOT / "include/config/programme.yml").read_text()
    start, end = shipped.index("asking:\n"), shipped.index("purposes:")
    config = ROOT / "include" / "config"
    text = shipped[:start] + f"asking:\n{asking}\n" + shipped[end:]
    changed = tmp_path / "programme.yml"
    changed.write_text(text.replace("../", f"{config.parent}/"))
    monkeypatch.setenv("CF_PROGRAMME", str(changed))


def test_caps_count_and_the_quiet_period_does_not(
    people: People, remind: Remind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = "  quiet_days: 90\n  consent: opt_out\n  caps: [{within_days: 30, most: 2}]"
    programme_with(rules, tmp_path, monkeypatch)
    wave(people, "ad_hoc/w")
    free, full = people.contact(), people.contact()
    first = asked(people, free)
    asked(people, full)
    asked(people, full, at=NOW + timedelta(days=5), wave_id="ad_hoc/w")
    found = remind(days=10)
    assert (found["planned"], found["excluded"]) == (1, {"over_limit": 1})
    sent(people, first, 1, NOW + timedelta(days=10))
    assert remind(days=20)["excluded"] == {"over_limit": 2}, "the reminder counts as well"
    # The first mails are more than 30 days ago; full has had one since, free one.
    assert remind(days=31)["planned"] == 2


# --- when it is over ----------------------------------------------------------------------------------------


def test_waiting_reminders_of_who_answered_or_was_not_reached_are_taken_back(
    people: People, remind: Remind
) -> None:
    answered, collected, bounced, silent = (asked(people) for _ in range(4))
    assert remind(days=10)["planned"] == 4
    submit(people, answered)
    for first, state in ((collected, "responded"), (bounced, "bounced")):
        people.execute("update cf_ledger.invitation set state = %s where invitation_id = %s", [state, first])
    assert remind(days=11)["cancelled"] == {"answered": 2, "bounced": 1}
    assert {row["reminds_id"]: (row["state"], row["state_reason"]) for row in reminders(people)} == {
        answered: ("cancelled", "answered"),
        collected: ("cancelled", "answered"),
        bounced: ("cancelled", "bounced"),
        silent: ("planned", None),
    }
    assert remind(days=30)["cancelled"] == {}


def test_ask_without_an_answer_expires_at_the_end_of_its_wave(people: People, remind: Remind) -> None:
    silent, partial, in_time, responded = (asked(people) for _ in range(4))
    remind(days=10)
    sent(people, silent, 1, NOW + timedelta(days=10))
    sent(people, responded, 1, NOW + timedelta(days=10))
    people.execute(
        "update cf_ledger.invitation set state = 'responded' where invitation_id = %s", [responded]
    )
    submit(people, partial, is_complete=False)
    submit(people, in_time, at=END - timedelta(minutes=1))  # not collected yet
    assert remind(now=END - timedelta(microseconds=1))["expired"] == 0
    assert remind(now=END)["expired"] == 2
    rows = {
        (row["reminds_id"] or row["invitation_id"], row["reminder_number"]): row for row in ledger(people)
    }
    for key in ((silent, 0), (silent, 1), (partial, 0)):
        assert (rows[key]["state"], rows[key]["state_reason"]) == ("expired", "not answered in time")
        assert rows[key]["accepted_at"] is not None
    assert rows[in_time, 0]["state"] == "accepted"
    assert rows[responded, 1]["state"] == "accepted", "the mail went out, and the ask was answered"
    assert remind(now=END + timedelta(days=1))["expired"] == 0


def test_answer_in_time_that_is_collected_late_still_counts(
    people: People, remind: Remind, run_context: RunContext
) -> None:
    first = asked(people)
    remind(now=END)
    submit(people, first, at=END - timedelta(seconds=1))  # was under way when the wave was closed
    collected = CollectSubmissionsOperator(task_id="collect").execute(run_context())  # type: ignore[arg-type]
    assert collected["responded"] == 1
    [row] = ledger(people)
    assert (row["state"], row["responded_at"]) == ("responded", END - timedelta(seconds=1))


def test_other_campaigns_are_left_alone(people: People, remind: Remind) -> None:
    asked(people)
    assert remind("post_purchase", now=END + timedelta(days=1))["expired"] == 0


def test_dry_run_does_nothing(people: People, remind: Remind) -> None:
    asked(people)
    before = ledger(people)
    assert remind(days=61, dry_run=True)["dry_run"] is True
    assert ledger(people) == before


def test_large_wave_is_written_in_several_batches(people: People, remind: Remind) -> None:
    first = asked(people)
    people.execute(
        "insert into cf_ledger.contact (contact_key, source, external_id, address_hash, updated_at) "
        "select gen_random_uuid(), 'shop', 'many' || n, sha256(cast(n as text)::bytea), now() "
        "from generate_series(1, 10000) as n"
    )
    people.execute(
        "insert into cf_ledger.invitation (invitation_id, wave_id, campaign_id, contact_key, occasion, language, "
        "message_id, state, send_not_before, accepted_at, planned_at) select gen_random_uuid(), "
        "i.wave_id, i.campaign_id, c.contact_key, 'x', 'en', c.external_id, 'accepted', i.accepted_at, i.accepted_at, "
        "i.planned_at "
        "from cf_ledger.contact as c cross join cf_ledger.invitation as i "
        "where c.external_id like 'many%%' and i.invitation_id = %s",
        [first],
    )
    assert remind(days=10)["planned"] == 10_001
    assert len({row["message_id"] for row in reminders(people)}) == 10_001
