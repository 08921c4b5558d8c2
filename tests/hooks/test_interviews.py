"""A call is checked like a mail at the moment it is made, and made once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from cf_operators.domain.organisation import Asking, Cap
from cf_operators.hooks.interviews import Call, Interviews
from tests.conftest import Warehouse
from tests.operators.asked import ask
from tests.people import NOW, People

ASKING = Asking(quiet_days=30, consent="opt_out", caps=(Cap(within_days=365, most=2),))
DAY = timedelta(days=1)


@pytest.fixture
def people(warehouse: Warehouse) -> Iterator[People]:
    ask(warehouse, [])  # the survey, and a wave by mail
    with People(warehouse) as made:
        made.execute(
            "insert into cf_ledger.wave (wave_id, campaign_id, wave_key, survey_id, survey_version, not_after, "
            "answer_until, opened_at, opened_by_run, channel, purpose, priority) values ('service/1', 'service', '1', "
            "'post_purchase', 'v1', %s, %s, %s, 'run', 'phone', 'service', 10)",
            [NOW + 10 * DAY, NOW + 30 * DAY, NOW - DAY],
        )
        yield made


def invite(people: People, contact: UUID, wave: str = "service/1", **columns: Any) -> UUID:
    made = uuid4()
    values = {
        "invitation_id": made,
        "wave_id": wave,
        "campaign_id": wave.partition("/")[0],
        "contact_key": contact,
        "occasion": "your last repair",
        "language": "en",
        "channel": "phone" if wave == "service/1" else "mail",
        "message_id": f"<{made}@mail.example>",
        "send_not_before": NOW - DAY,
        "planned_at": NOW - DAY,
        **columns,
    }
    places = ", ".join(["%s"] * len(values))
    people.execute(
        f"insert into cf_ledger.invitation ({', '.join(values)}) values ({places})", list(values.values())
    )
    return made


def begin(warehouse: Warehouse, invitation: UUID, actor: str = "ann") -> Call:
    with warehouse.connect() as connection:
        return Interviews(connection, actor, NOW).begin(invitation, ASKING)


def asked_by_mail(people: People, contact: UUID, days_ago: int, **columns: Any) -> None:
    people.execute(
        "insert into cf_ledger.wave select %(wave)s, 'post_purchase', %(wave)s, survey_id, survey_version, not_after, "
        "answer_until, opened_at, 'run', false, null, %(priority)s from cf_ledger.wave "
        "where campaign_id = 'post_purchase' limit 1",
        {"wave": f"post_purchase/{days_ago}", "priority": columns.pop("priority", 0)},
    )
    at = NOW - days_ago * DAY
    values = {"state": "accepted", "accepted_at": at} | columns
    invite(people, contact, f"post_purchase/{days_ago}", **values)


def test_a_call_begins_when_nothing_stands_against_it(warehouse: Warehouse, people: People) -> None:
    call = invite(people, people.contact())
    assert begin(warehouse, call) == Call("begun")
    (row,) = warehouse.rows("select state, accepted_at, attempt_count from cf_ledger.invitation")
    assert row == {"state": "accepted", "accepted_at": NOW, "attempt_count": 1}


@pytest.mark.parametrize(
    "reason",
    ["unsubscribed", "no_consent", "open_complaint", "asked_recently", "over_limit", "reserved"],
)
def test_what_has_come_up_since_the_plan_ends_the_call(
    warehouse: Warehouse, people: People, reason: str
) -> None:
    contact = people.contact("ann@customers.example")
    call = invite(people, contact)
    match reason:
        case "unsubscribed":
            people.suppress("ann@customers.example", "unsubscribed")
        case "no_consent":
            people.execute(
                "insert into cf_ledger.consent values (%s, 'service', false, 'test', %s)", [contact, NOW]
            )
        case "open_complaint":
            people.complaint(contact)
        case "asked_recently":
            asked_by_mail(people, contact, 29)
        case "over_limit":
            asked_by_mail(people, contact, 40)
            asked_by_mail(people, contact, 300)
        case "reserved":
            asked_by_mail(people, contact, 1, state="planned", accepted_at=None, priority=100)
    assert begin(warehouse, call) == Call("not_allowed", reason)
    (row,) = warehouse.rows(
        "select state, state_reason from cf_ledger.invitation where invitation_id = %s", [call]
    )
    assert row == {"state": "cancelled", "state_reason": reason}
    assert warehouse.rows("select * from cf_ledger.decision") == []
    assert begin(warehouse, call) == Call("gone")


def test_what_is_long_ago_or_lower_in_rank_does_not(warehouse: Warehouse, people: People) -> None:
    contact = people.contact()
    call = invite(people, contact)
    asked_by_mail(people, contact, 31)
    asked_by_mail(people, contact, 1, state="planned", accepted_at=None, priority=5)
    assert begin(warehouse, call) == Call("begun")


def test_two_interviewers_at_once_call_once(warehouse: Warehouse, people: People) -> None:
    """The second finds the interview begun; it is the same ask, so it may go on with it, and is on record too."""
    call = invite(people, people.contact())
    calls: list[Call] = []
    with warehouse.connect() as first:
        assert Interviews(first, "ann", NOW).begin(call, ASKING) == Call("begun")
        second = threading.Thread(target=lambda: calls.append(begin(warehouse, call, "bob")))
        second.start()
        second.join(timeout=0.3)
        assert second.is_alive()  # waits for the lock under which mails are claimed, too
    second.join(timeout=60)
    assert calls == [Call("begun")]
    rows = warehouse.rows(
        "select actor, attempt_count from cf_ledger.decision join cf_ledger.invitation using (invitation_id) order by 1"
    )
    assert rows == [{"actor": "ann", "attempt_count": 1}, {"actor": "bob", "attempt_count": 1}]


def test_an_interview_is_known_to_who_has_begun_it(warehouse: Warehouse, people: People) -> None:
    call = invite(people, people.contact(name="Ann Example"))
    begin(warehouse, call, "ann")
    with warehouse.connect() as connection:
        found = Interviews(connection, "ann", NOW).begun(call)
        assert found is not None
        assert (found["display_name"], found["language"]) == ("Ann Example", "en")
        assert Interviews(connection, "bob", NOW).begun(call) is None
        assert Interviews(connection, "ann", NOW + 31 * DAY).begun(call) is None
