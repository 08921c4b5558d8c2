"""Decisions of people: they change what still waits, once, whoever clicks how often; and who decided is on record."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from cf_operators.hooks.decision_lists import DecisionLists
from cf_operators.hooks.decisions import Decisions, Outcome
from cf_operators.hooks.sql_text import sql_text
from tests.conftest import Warehouse
from tests.operators.asked import answer, ask

NOW = datetime(2024, 5, 3, 12, 0, tzinfo=UTC)
CLAIMED = NOW - timedelta(hours=5)
WAVE = "post_purchase/2024-05-01"


def invite(warehouse: Warehouse, *states: str, **columns: Any) -> list[UUID]:
    """Asks in these states; ``columns`` are set on all of them."""
    invited = ask(warehouse, states)
    values = {"claimed_at": CLAIMED, "claimed_by": "w1", "accepted_at": None, **columns}
    changes = ", ".join(f"{name} = %({name})s" for name in values)
    with warehouse.connect() as connection:
        connection.execute(f"update cf_ledger.invitation set {changes}", values)
    return invited


def row_of(warehouse: Warehouse, invitation: UUID) -> dict[str, Any]:
    (row,) = warehouse.rows("select * from cf_ledger.invitation where invitation_id = %s", [invitation])
    return row


def decided(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    rows = warehouse.rows("select * from cf_ledger.decision order by decision_id")
    return [
        (row["invitation_id"] or row["wave_id"], row["decision"], row["actor"], row["note"]) for row in rows
    ]


def settle(warehouse: Warehouse, decision: Any, ids: Iterable[UUID] = (), **how: Any) -> Outcome:
    with warehouse.connect() as connection:
        return Decisions(connection, "quality", NOW).settle(decision, invitation_ids=list(ids), **how)


def approve(warehouse: Warehouse, decision: Any, ids: Iterable[UUID] = (), **how: Any) -> Outcome:
    with warehouse.connect() as connection:
        return Decisions(connection, "quality", NOW).approve(decision, invitation_ids=list(ids), **how)


def test_sent_is_accepted_at_the_moment_it_was_claimed(warehouse: Warehouse) -> None:
    one, other = invite(warehouse, "unknown", "unknown")
    assert settle(warehouse, "sent", [one], note="seen in the server's log") == Outcome(1, 1)
    row = row_of(warehouse, one)
    assert (row["state"], row["accepted_at"]) == ("accepted", CLAIMED)
    assert row_of(warehouse, other)["state"] == "unknown"
    assert decided(warehouse) == [(one, "sent", "quality", "seen in the server's log")]


def test_sent_again_waits_for_the_next_run_with_the_same_message_id(warehouse: Warehouse) -> None:
    (one,) = invite(warehouse, "unknown")
    before = row_of(warehouse, one)
    assert settle(warehouse, "send_again", [one]) == Outcome(1, 1)
    row = row_of(warehouse, one)
    assert (row["state"], row["send_not_before"], row["accepted_at"]) == ("planned", NOW, None)
    assert (row["claimed_by"], row["claimed_at"], row["lease_until"]) == (None, None, None)
    assert row["message_id"] == before["message_id"]


def test_a_wave_at_once_leaves_what_is_settled(warehouse: Warehouse) -> None:
    states = ["unknown", "accepted", "unknown", "responded", "claimed", "bounced"]
    ids = invite(warehouse, *states)
    assert settle(warehouse, "sent", wave_id=WAVE) == Outcome(2, 2)
    now = [row_of(warehouse, each)["state"] for each in ids]
    assert now == ["accepted", "accepted", "accepted", "responded", "claimed", "bounced"]
    assert settle(warehouse, "send_again", wave_id=WAVE) == Outcome(0, 0)
    assert [row[0] for row in decided(warehouse)] == [ids[0], ids[2]]


def test_nothing_stale_and_nothing_answered_is_sent_again(warehouse: Warehouse) -> None:
    answered, open_ = invite(warehouse, "unknown", "unknown")
    assert answer(warehouse, answered, nps=9) == "accepted"
    assert settle(warehouse, "send_again", wave_id=WAVE) == Outcome(2, 1, answered=1)
    assert row_of(warehouse, answered)["state"] == "unknown"
    assert row_of(warehouse, open_)["state"] == "planned"


@pytest.mark.parametrize(("is_reminder", "sent_again"), [(False, 0), (True, 1)])
def test_after_the_last_moment_nothing_is_sent_again(
    warehouse: Warehouse, is_reminder: bool, sent_again: int
) -> None:
    """The last moment of a first mail is that of the wave; a reminder may go while there is a day left to answer."""
    first, mail = invite(warehouse, "accepted", "unknown")
    with warehouse.connect() as connection:
        connection.execute(
            "update cf_ledger.wave set not_after = %s, answer_until = %s",
            [NOW, NOW + timedelta(days=1, seconds=1)],
        )
        if is_reminder:
            connection.execute(
                "update cf_ledger.invitation set reminds_id = %s, reminder_number = 1 where invitation_id = %s",
                [first, mail],
            )
        (wave,) = DecisionLists(connection, NOW).unknown_waves()
    assert wave["sendable"] == sent_again
    assert settle(warehouse, "send_again", [mail]) == Outcome(1, sent_again, too_late=1 - sent_again)


def test_what_was_sent_was_sent_however_late_that_is_known(warehouse: Warehouse) -> None:
    (mail,) = invite(warehouse, "unknown")
    with warehouse.connect() as connection:
        connection.execute("update cf_ledger.wave set not_after = %s, answer_until = %s", [CLAIMED, CLAIMED])
    assert settle(warehouse, "sent", [mail]) == Outcome(1, 1)


def test_two_people_at_once_decide_once(warehouse: Warehouse) -> None:
    """The second waits for the first, looks again, and finds nothing to decide."""
    (one,) = invite(warehouse, "unknown")
    outcomes: list[Outcome] = []
    with warehouse.connect() as first:
        assert Decisions(first, "anna", NOW).settle("send_again", invitation_ids=[one]).changed == 1
        second = threading.Thread(target=lambda: outcomes.append(settle(warehouse, "sent", [one])))
        second.start()
        second.join(timeout=0.3)
        assert second.is_alive()
    second.join(timeout=60)
    assert outcomes == [Outcome(0, 0)]
    assert row_of(warehouse, one)["state"] == "planned"
    assert decided(warehouse) == [(one, "send_again", "anna", None)]


def test_key_accounts(warehouse: Warehouse) -> None:
    yes, no, nobody_asked, cancelled = invite(
        warehouse, "planned", "planned", "planned", "cancelled", approval="wanted"
    )
    with warehouse.connect() as connection:
        connection.execute(
            "update cf_ledger.invitation set approval = 'not_needed' where invitation_id = %s", [nobody_asked]
        )
    assert approve(warehouse, "approved", [yes, nobody_asked, cancelled]) == Outcome(1, 1)
    assert approve(warehouse, "not_approved", wave_id=WAVE, note="talks about the contract") == Outcome(1, 1)
    assert approve(warehouse, "approved", [no]) == Outcome(0, 0)
    rows = {each: row_of(warehouse, each) for each in (yes, no, nobody_asked, cancelled)}
    assert (rows[yes]["state"], rows[yes]["approval"]) == ("planned", "granted")
    assert (rows[no]["state"], rows[no]["state_reason"]) == ("cancelled", "not_approved")
    assert (rows[nobody_asked]["state"], rows[nobody_asked]["approval"]) == ("planned", "not_needed")
    assert decided(warehouse) == [
        (yes, "approved", "quality", None),
        (no, "not_approved", "quality", "talks about the contract"),
    ]


def test_an_approval_that_comes_too_late_changes_nothing(warehouse: Warehouse) -> None:
    (late,) = invite(warehouse, "planned", approval="wanted")
    with warehouse.connect() as connection:
        connection.execute("update cf_ledger.wave set not_after = %s", [NOW])
        assert DecisionLists(connection, NOW).open_counts() == {"unknown": 0, "approvals": 0}
    assert approve(warehouse, "approved", [late]) == Outcome(1, 0, too_late=1)
    assert approve(warehouse, "not_approved", [late]) == Outcome(1, 1)


def test_a_wave_is_stopped_and_goes_on(warehouse: Warehouse) -> None:
    invite(warehouse, "planned")
    with warehouse.connect() as connection:
        decisions = Decisions(connection, "quality", NOW)
        assert decisions.switch("resumed", WAVE) is False
        assert decisions.switch("stopped", WAVE, "wrong text") is True
        assert decisions.switch("stopped", WAVE) is False
        assert DecisionLists(connection, NOW).wave(WAVE)["is_stopped"] is True  # type: ignore[index]
        assert decisions.switch("resumed", WAVE) is True
        assert decisions.switch("stopped", "no/such wave") is False
    assert decided(warehouse) == [
        (WAVE, "stopped", "quality", "wrong text"),
        (WAVE, "resumed", "quality", None),
    ]


def test_the_brake_looks_at_what_came_after_the_wave_was_let_go_on(warehouse: Warehouse) -> None:
    """Else the first refusal after it would stop the wave again, for what was refused before."""
    ids = invite(warehouse, "refused", "refused", "accepted")

    def outcomes() -> list[tuple[int, int]]:
        values = {"wave_ids": [WAVE], "most": 100}
        rows = warehouse.rows(sql_text("ledger/recent_outcomes.sql"), values)
        return [(row["outcome_count"], row["refused_count"]) for row in rows]

    assert outcomes() == [(3, 2)]
    with warehouse.connect() as connection:
        decisions = Decisions(connection, "quality", NOW)
        decisions.switch("stopped", WAVE)
        decisions.switch("resumed", WAVE)
        connection.execute(
            "update cf_ledger.invitation set claimed_at = %s where invitation_id = %s",
            [NOW + timedelta(minutes=1), ids[2]],
        )
    assert outcomes() == [(1, 0)]


def test_lists_name_nobody(warehouse: Warehouse) -> None:
    """A customer number and a reply of the server without addresses is all that the page about unknown mails gets."""
    invite(warehouse, "unknown", "unknown", last_reply="421 busy")
    with warehouse.connect() as connection:
        connection.execute("update cf_ledger.contact set email = 'a@b.example', display_name = 'Ann'")
        lists = DecisionLists(connection, NOW)
        assert lists.open_counts() == {"unknown": 2, "approvals": 0}
        (wave,) = lists.unknown_waves()
        rows = lists.unknown(WAVE)
    assert (wave["wave_id"], wave["unknown"], wave["sendable"]) == (WAVE, 2, 2)
    assert [row["external_id"] for row in rows] == ["C1", "C2"]
    assert "a@b.example" not in repr(rows)
    assert "Ann" not in repr(rows)


def test_decisions_of_a_wave_are_told_together(warehouse: Warehouse) -> None:
    invite(warehouse, "unknown", "unknown", "planned")
    settle(warehouse, "sent", wave_id=WAVE, note="log")
    with warehouse.connect() as connection:
        Decisions(connection, "admin", NOW + timedelta(hours=1)).switch("stopped", WAVE)
        rows = DecisionLists(connection, NOW).wave_decisions(WAVE)
    told = [(row["decision"], row["actor"], row["note"], row["invitation_count"]) for row in rows]
    assert told == [("stopped", "admin", None, 0), ("sent", "quality", "log", 2)]


def test_waves_come_newest_first_by_page_and_campaign(warehouse: Warehouse) -> None:
    invite(warehouse, "accepted", "unknown")
    with warehouse.connect() as connection:
        connection.execute(
            "insert into cf_ledger.wave select 'annual/2024', 'annual', '2024', survey_id, survey_version, not_after, "
            "answer_until, opened_at + interval '1 day', 'run' from cf_ledger.wave"
        )
        lists = DecisionLists(connection, NOW)
        assert [row["wave"] for row in lists.waves(None, 10, 0)] == ["annual/2024", WAVE]
        assert [row["wave"] for row in lists.waves(None, 10, 1)] == [WAVE]
        (row,) = lists.waves("post_purchase", 10, 0)
        assert (row["audience_count"], row["accepted"], row["unknown"]) == (2, 1, 1)
        assert lists.wave("no/such wave") is None
        assert [each["language"] for each in lists.wave_languages(WAVE)] == ["de"]
