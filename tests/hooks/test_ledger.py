"""The ledger's own rules: who may settle a claim, and that code and schema know the same words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from cf_operators.domain.delivery import Delivery, settle
from cf_operators.domain.invitation import Candidate, Exclusion, State, identify
from cf_operators.domain.organisation import Asking
from cf_operators.hooks.ledger import Claim, Ledger
from tests.conftest import Warehouse
from tests.people import NOW, People

ASKING = Asking(quiet_days=30, consent="opt_out")
LEASE = timedelta(minutes=15)


@pytest.fixture
def people(warehouse: Warehouse) -> Iterator[People]:
    with People(warehouse) as made:
        made.execute("insert into cf_ledger.survey values ('s', 'v', '{}', %s)", (NOW,))
        made.execute(
            "insert into cf_ledger.wave values ('c/w', 'c', 'w', 's', 'v', %s, %s, %s, 'run')",
            (NOW + timedelta(days=9), NOW + timedelta(days=39), NOW),
        )
        yield made


def plan(people: People, count: int) -> list[UUID]:
    contacts = [people.contact() for _ in range(count)]
    for contact in contacts:
        made = identify(Candidate("w", contact, None), "c", ["en"], "example.org")
        people.execute(
            "insert into cf_ledger.invitation (invitation_id, wave_id, campaign_id, contact_key, occasion, language, "
            "message_id, send_not_before, planned_at) values (%s, 'c/w', 'c', %s, '', 'en', %s, %s, %s)",
            (made.invitation_id, contact, made.message_id, NOW, NOW),
        )
    return contacts


@pytest.fixture
def connection(warehouse: Warehouse) -> Iterator[psycopg.Connection[object]]:
    with psycopg.connect(warehouse.uri) as made:
        yield made


def ledger(connection: psycopg.Connection[object], worker: str) -> Ledger:
    return Ledger(connection, "c", ASKING, worker)


def record(worker: Ledger, claim: Claim, delivery: Delivery) -> int:
    return worker.record(
        [settle(each.invitation_id, 0, delivery, NOW) for each in claim.invitations], [], NOW
    )


def test_a_claim_is_seen_by_others_before_anything_is_sent(
    people: People, connection: psycopg.Connection[object]
) -> None:
    plan(people, 3)
    claim = ledger(connection, "one").claim(2, LEASE, NOW)
    assert len(claim.invitations) == 2
    states = [row["state"] for row in people.invitations().values()]
    assert sorted(states) == ["claimed", "claimed", "planned"]
    assert len(ledger(connection, "two").claim(9, LEASE, NOW).invitations) == 1
    assert ledger(connection, "two").claim(9, LEASE, NOW).is_empty


def test_only_the_worker_that_claimed_may_settle(
    people: People, connection: psycopg.Connection[object]
) -> None:
    plan(people, 2)
    one, two = ledger(connection, "one"), ledger(connection, "two")
    claim = one.claim(9, LEASE, NOW)
    assert record(two, claim, Delivery("accepted")) == 0
    assert record(one, claim, Delivery("accepted")) == 2
    assert record(one, claim, Delivery("refused")) == 0, "settled once is settled"
    assert {row["state"] for row in people.invitations().values()} == {"accepted"}


def test_a_worker_that_outlived_its_lease_may_still_say_what_happened(
    people: People, connection: psycopg.Connection[object]
) -> None:
    plan(people, 1)
    one = ledger(connection, "one")
    claim = one.claim(9, LEASE, NOW)
    assert ledger(connection, "two").lapse(NOW + LEASE) == 1
    assert record(one, claim, Delivery("accepted")) == 1
    assert [row["state"] for row in people.invitations().values()] == ["accepted"]


def test_rows_that_somebody_else_holds_are_passed_over(
    people: People, connection: psycopg.Connection[object], warehouse: Warehouse
) -> None:
    held, free = plan(people, 2)
    with warehouse.connect() as other:
        other.execute("select 1 from cf_ledger.invitation where contact_key = %s for share", (held,))
        claim = ledger(connection, "one").claim(9, LEASE, NOW)
    assert [each.invitation_id for each in claim.invitations] == [people.invitations()[free]["invitation_id"]]


def test_two_asks_to_one_address_are_not_claimed_in_one_batch(
    people: People, connection: psycopg.Connection[object]
) -> None:
    plan(people, 2)
    people.execute("update cf_ledger.contact set address_hash = 'same'")
    one = ledger(connection, "one")
    first, second = one.claim(9, LEASE, NOW), one.claim(9, LEASE, NOW)
    assert len(first.invitations) == 1
    assert (second.invitations, dict(second.cancelled)) == ([], {"duplicate_address": 1})


@pytest.mark.parametrize(
    ("constraint", "words"),
    [("invitation_state_check", set(State)), ("exclusion_reason_check", set(Exclusion))],
    ids=["states", "reasons"],
)
def test_code_and_schema_know_the_same_words(warehouse: Warehouse, constraint: str, words: set[str]) -> None:
    rows = warehouse.rows(
        "select pg_get_constraintdef(oid) as text from pg_constraint where conname = %s", (constraint,)
    )
    assert set(re.findall(r"'(\w+)'::text", " ".join(row["text"] for row in rows))) == words
