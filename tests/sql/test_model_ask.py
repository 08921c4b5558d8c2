"""From the ledger to asks: what came of each, in the words of AAPOR."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from cf_operators.operators.build_model import MODELS
from cf_operators.operators.collect_submissions import CollectSubmissionsOperator
from tests.conftest import Warehouse
from tests.operators.asked import answer, ask
from tests.sql.landed import NOTHING, build


def say(warehouse: Warehouse, statement: str, *values: object) -> None:
    with warehouse.connect() as connection:
        connection.execute(statement.encode(), values)


def remind(warehouse: Warehouse, first: UUID, state: str, accepted_at: datetime | None) -> None:
    say(
        warehouse,
        "insert into cf_ledger.invitation (invitation_id, wave_id, campaign_id, contact_key, occasion, language, "
        "message_id, state, send_not_before, accepted_at, planned_at, reminds_id, reminder_number) "
        "select gen_random_uuid(), wave_id, campaign_id, contact_key, occasion, language, 'again ' || message_id, %s, "
        "send_not_before, %s, planned_at, invitation_id, 1 from cf_ledger.invitation where invitation_id = %s",
        state,
        accepted_at,
        first,
    )


def unsubscribe(warehouse: Warehouse, invitation: UUID, at: str) -> None:
    """By the link in the mail, at a moment."""
    say(warehouse, "select cf_ledger.form_unsubscribe(%s)", invitation)
    say(
        warehouse,
        "update cf_ledger.consent set recorded_at = %s where recorded_at > now() - interval '1 hour'",
        at,
    )


def dispositions(warehouse: Warehouse) -> dict[int, str]:
    build("responses")
    rows = warehouse.rows("select invitation_id, disposition from cf_core.fct_ask order by invitation_id")
    return {row["invitation_id"].int: row["disposition"] for row in rows}


def test_what_came_of_each_ask(warehouse: Warehouse, run_context: Any) -> None:
    states = ["accepted", "accepted", "accepted", "expired", "refused", "bounced", "unknown"]
    never = ["planned", "claimed", "cancelled", "expired"]
    people = ask(warehouse, [*states, *never])
    without_mail = [*people[4:5], *people[6:]]
    say(
        warehouse,
        "update cf_ledger.invitation set accepted_at = null where invitation_id = any(%s)",
        without_mail,
    )
    say(
        warehouse,
        "update cf_ledger.invitation set claimed_at = '2024-05-02 08:00Z' where state in ('refused', 'unknown')",
    )
    answer(warehouse, people[0], nps=9)
    answer(warehouse, people[1], is_complete=False, nps=2)
    CollectSubmissionsOperator(task_id="collect_form").execute(run_context())
    assert dispositions(warehouse) == {
        1: "complete", 2: "partial", 3: "none", 4: "none", 5: "refused", 6: "bounced", 7: "unknown",
    }  # fmt: skip
    asked = warehouse.rows(
        "select asked_on, count(*)::int as asks from cf_core.fct_ask group by asked_on order by 1"
    )
    assert asked == [
        {"asked_on": date(2024, 5, 1), "asks": 5},
        {"asked_on": date(2024, 5, 2), "asks": 2},
    ]
    assert build("responses") == dict.fromkeys(MODELS["responses"], NOTHING)


def test_an_answer_proves_that_the_mail_arrived(warehouse: Warehouse, run_context: Any) -> None:
    bounced, unknown = ask(warehouse, ["bounced", "unknown"])
    say(warehouse, "update cf_ledger.invitation set accepted_at = null where invitation_id = %s", unknown)
    for person in (bounced, unknown):
        answer(warehouse, person, nps=9)
    CollectSubmissionsOperator(task_id="collect_form").execute(run_context())
    assert dispositions(warehouse) == {1: "complete", 2: "complete"}


def test_a_person_is_asked_once_with_their_reminders(warehouse: Warehouse) -> None:
    first, second = ask(warehouse, ["accepted", "bounced"])
    remind(warehouse, first, "accepted", datetime(2024, 5, 8, tzinfo=UTC))
    remind(warehouse, second, "accepted", datetime(2024, 5, 8, tzinfo=UTC))
    assert dispositions(warehouse) == {1: "none", 2: "none"}, "the reminder of the second arrived"
    days = warehouse.rows("select distinct asked_at from cf_core.fct_ask")
    assert days == [{"asked_at": datetime(2024, 5, 1, 9, tzinfo=UTC)}], "when first asked"


@pytest.mark.parametrize(
    ("said_at", "expected"),
    [
        ("2024-04-30Z", {1: "none", 2: "none"}),  # before they were asked
        ("2024-05-03Z", {1: "unsubscribed", 2: "none"}),
        ("2024-06-02Z", {1: "none", 2: "unsubscribed"}),  # of the two asks, the later was too much
    ],
)
def test_a_no_after_the_ask_is_a_refusal_of_the_last_ask_before_it(
    warehouse: Warehouse, said_at: str, expected: dict[int, str]
) -> None:
    first, _ = ask(warehouse, ["accepted", "accepted"])
    say(
        warehouse,
        "insert into cf_ledger.wave (wave_id, campaign_id, wave_key, survey_id, survey_version, not_after, "
        "answer_until, opened_at, opened_by_run) select 'post_purchase/2024-06-01', campaign_id, '2024-06-01', "
        "survey_id, survey_version, not_after, answer_until, opened_at, opened_by_run from cf_ledger.wave",
    )
    # The second ask is to the same person, a month later.
    say(
        warehouse,
        "update cf_ledger.invitation set wave_id = 'post_purchase/2024-06-01', accepted_at = '2024-06-01Z', "
        "contact_key = (select contact_key from cf_ledger.invitation where invitation_id = %s) "
        "where invitation_id <> %s",
        first,
        first,
    )
    unsubscribe(warehouse, first, said_at)
    assert dispositions(warehouse) == expected


def test_who_answered_and_then_unsubscribed_has_answered(warehouse: Warehouse, run_context: Any) -> None:
    (person,) = ask(warehouse, ["accepted"])
    answer(warehouse, person, nps=0)
    CollectSubmissionsOperator(task_id="collect_form").execute(run_context())
    unsubscribe(warehouse, person, "2024-05-03Z")
    assert dispositions(warehouse) == {1: "complete"}


def test_a_no_to_another_purpose_is_none_to_this_ask(warehouse: Warehouse) -> None:
    (person,) = ask(warehouse, ["accepted"])
    for purpose, expected in (("relationship", "none"), ("purchases", "unsubscribed")):
        say(warehouse, "update cf_ledger.wave set purpose = 'purchases'")
        say(
            warehouse,
            "insert into cf_ledger.consent select contact_key, %s, false, 'preferences page', '2024-05-03Z' "
            "from cf_ledger.invitation where invitation_id = %s",
            purpose,
            person,
        )
        assert dispositions(warehouse) == {1: expected}
