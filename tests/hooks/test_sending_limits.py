"""Lanes follow addresses and limits, and a claim costs the same however many mails must wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from cf_operators.domain.organisation import Asking
from cf_operators.domain.sending import Limit
from cf_operators.hooks.ledger import Ledger
from cf_operators.hooks.sending_limits import SendingLimits
from tests.conftest import Warehouse
from tests.people import NOW, People

ASKING = Asking(quiet_days=30, consent="opt_out")
LEASE = timedelta(minutes=15)
GMAIL = {"domain:gmail.com": Limit(per_day=2)}


@pytest.fixture
def people(warehouse: Warehouse) -> Iterator[People]:
    with People(warehouse) as made:
        made.execute("insert into cf_ledger.survey values ('s', 'v', '{}', %s)", (NOW,))
        made.execute(
            "insert into cf_ledger.wave values ('c/w', 'c', 'w', 's', 'v', %s, %s, %s, 'run')",
            (NOW + timedelta(days=9), NOW + timedelta(days=39), NOW),
        )
        yield made


@pytest.fixture
def connection(warehouse: Warehouse) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(warehouse.uri) as made:
        yield made


def plan(people: People, email: str, state: str = "planned") -> UUID:
    contact = people.contact(email)
    people.execute(
        "insert into cf_ledger.invitation (invitation_id, wave_id, campaign_id, contact_key, occasion, language, "
        "message_id, state, send_not_before, planned_at) values (%s, 'c/w', 'c', %s, '', 'en', %s, %s, %s, %s)",
        (uuid4(), contact, f"<{contact}@x>", state, NOW, NOW),
    )
    return contact


def lanes(people: People) -> list[str]:
    return [
        row["lane"] for row in people.warehouse.rows("select lane from cf_ledger.invitation order by lane")
    ]


def open_lanes(connection: psycopg.Connection[Any], limits: dict[str, Limit]) -> SendingLimits:
    made = SendingLimits(connection, limits)
    with connection.transaction():
        made.open_lanes()
    return made


# --- lanes ------------------------------------------------------------------------------------------------------------


def test_planned_mails_are_in_the_lane_of_their_domain(
    people: People, connection: psycopg.Connection[Any]
) -> None:
    plan(people, "a@gmail.com")
    assert lanes(people) == [""]
    open_lanes(connection, GMAIL)
    assert lanes(people) == ["gmail.com"], "planned before there was a limit"
    for email in ("b@gmail.com", "c@mail.gmail.com", "d@others.example"):
        plan(people, email)
    assert lanes(people) == ["", "", "gmail.com", "gmail.com"]
    open_lanes(connection, {"domain:others.example": Limit(per_day=1)})
    assert lanes(people) == ["", "", "", "others.example"]
    open_lanes(connection, {})
    assert lanes(people) == [""] * 4


def test_a_lane_follows_the_address(people: People, connection: psycopg.Connection[Any]) -> None:
    open_lanes(connection, GMAIL)
    contact = plan(people, "a@others.example")
    for email, lane in [
        ("a@gmail.com", "gmail.com"),
        (None, ""),
        ("b@GMAIL.com", "gmail.com"),
        ("b@x.org", ""),
    ]:
        people.execute("update cf_ledger.contact set email = %s where contact_key = %s", (email, contact))
        assert lanes(people) == [lane]


def test_what_is_planned_again_finds_its_lane(people: People, connection: psycopg.Connection[Any]) -> None:
    contact = plan(people, "a@others.example", state="cancelled")
    open_lanes(connection, GMAIL)
    people.execute("update cf_ledger.contact set email = 'a@gmail.com' where contact_key = %s", (contact,))
    assert lanes(people) == [""], "nothing waits"
    people.execute("update cf_ledger.invitation set state = 'planned'")
    assert lanes(people) == ["gmail.com"]


def test_a_plan_that_is_being_written_is_waited_for(
    people: People, warehouse: Warehouse, connection: psycopg.Connection[Any]
) -> None:
    """Its rows have the lanes of before, and would keep them."""
    contact = people.contact("a@gmail.com")
    with warehouse.connect() as planner:
        planner.execute(
            "insert into cf_ledger.invitation (invitation_id, wave_id, campaign_id, contact_key, occasion, language, "
            "message_id, send_not_before, planned_at) values (%s, 'c/w', 'c', %s, '', 'en', 'm', %s, %s)",
            (uuid4(), contact, NOW, NOW),
        )
        connection.execute("set lock_timeout = '200ms'")
        connection.commit()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            open_lanes(connection, GMAIL)
    open_lanes(connection, GMAIL)
    assert lanes(people) == ["gmail.com"]


def test_limits_that_stay_the_same_lock_nothing(
    people: People, warehouse: Warehouse, connection: psycopg.Connection[Any]
) -> None:
    open_lanes(connection, GMAIL)
    plan(people, "a@gmail.com")
    with warehouse.connect() as planner:
        planner.execute("update cf_ledger.invitation set region = 'n'")
        connection.execute("set lock_timeout = '200ms'")
        connection.commit()
        open_lanes(connection, GMAIL)
    assert lanes(people) == ["gmail.com"]


# --- what a claim charges, and what it gets back ----------------------------------------------------------------------


def test_a_day_that_is_over_gets_nothing_back(people: People, connection: psycopg.Connection[Any]) -> None:
    limits = {"all": Limit(per_day=3)}
    of_today, of_tomorrow = SendingLimits(connection, limits), SendingLimits(connection, limits)
    one, two = uuid4(), uuid4()
    of_today.charge(of_today.read(NOW), {one: "", two: ""})
    tomorrow = of_tomorrow.read(NOW + timedelta(days=1))
    assert (tomorrow.day, tomorrow.most(9)) == (date(2026, 3, 17), 3)
    of_tomorrow.charge(tomorrow, {uuid4(): ""})
    of_today.settle([one, two], [one])
    assert of_today.read(NOW + timedelta(days=1)).most(9) == 2
    assert of_today.read(NOW).day == date(2026, 3, 17), (
        "a worker whose clock is behind counts to the day that has begun"
    )


def test_what_was_charged_once_is_given_back_once(
    people: People, connection: psycopg.Connection[Any]
) -> None:
    limits = SendingLimits(connection, {"all": Limit(per_day=9), **GMAIL})
    first, second, third = uuid4(), uuid4(), uuid4()
    limits.charge(limits.read(NOW), {first: "gmail.com", second: "gmail.com", third: ""})
    assert (limits.read(NOW).most(50), limits.read(NOW).lane_most()) == (6, {"gmail.com": 0})
    for _ in range(2):
        limits.settle([first, third], [first])
    assert (limits.read(NOW).most(50), limits.read(NOW).lane_most()) == (7, {"gmail.com": 1})


# --- the cost of a claim ----------------------------------------------------------------------------------------------


def test_the_longest_due_go_first_whatever_queue_they_are_in(
    people: People, connection: psycopg.Connection[Any]
) -> None:
    limits = open_lanes(connection, {"domain:gmail.com": Limit(per_day=3)})
    zones = ("UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York")
    contacts = [plan(people, f"p{n}@{'gmail.com' if n % 2 else 'others.example'}") for n in range(40)]
    for number, contact in enumerate(contacts):
        people.execute(
            "update cf_ledger.invitation set time_zone = %s, send_not_before = %s where contact_key = %s",
            (zones[number * 7 % 4], NOW - timedelta(minutes=40 - number), contact),
        )
    ledger, numbers = Ledger(connection, "c", ASKING, "one", limits), []
    for _ in range(4):
        claim = ledger.claim(6, LEASE, NOW)
        numbers.append(sorted(int(each.email[1:].partition("@")[0]) for each in claim.invitations))
    # Three of gmail.com go, then its lane waits and the others go on in their order.
    assert numbers == [
        [0, 1, 2, 3, 4, 5],
        [6, 8, 10, 12, 14, 16],
        [18, 20, 22, 24, 26, 28],
        [30, 32, 34, 36, 38],
    ]


def blocks_read(connection: psycopg.Connection[Any], ledger: Ledger) -> int:
    """Blocks that one claim of two mails reads, of all tables and indexes."""
    blocks = (
        "select coalesce(sum(pg_stat_get_xact_blocks_fetched(oid)), 0) from pg_class where relkind in ('r', 'i') "
        "and relnamespace = 'cf_ledger'::regnamespace"
    )
    with connection.transaction():
        [before] = connection.execute(blocks).fetchone() or [0]
        assert len(ledger.claim(2, LEASE, NOW).invitations) == 2
        [after] = connection.execute(blocks).fetchone() or [0]
    return int(after) - int(before)


def test_mails_that_must_wait_cost_the_others_nothing(
    people: People, connection: psycopg.Connection[Any]
) -> None:
    limits = open_lanes(connection, {"domain:gmail.com": Limit(per_day=1)})
    plan(people, "first@gmail.com")
    for number in range(20):
        plan(people, f"p{number}@others.example")
    ledger = Ledger(connection, "c", ASKING, "one", limits)
    assert len(ledger.claim(1, LEASE, NOW).invitations) == 1
    ledger.claim(1, LEASE, NOW)
    few = blocks_read(connection, ledger)
    people.execute(
        "insert into cf_ledger.contact (source, external_id, email, address_hash, updated_at) "
        "select 'many', g::text, g || '@gmail.com', sha256(g::text::bytea), %s from generate_series(1, 20000) as g",
        (NOW,),
    )
    people.execute(
        "insert into cf_ledger.invitation (invitation_id, wave_id, campaign_id, contact_key, occasion, language, "
        "message_id, send_not_before, planned_at) select gen_random_uuid(), 'c/w', 'c', contact_key, '', 'en', "
        "external_id, %s, %s from cf_ledger.contact where source = 'many'",
        (NOW - timedelta(days=1), NOW),
    )
    people.execute("analyze")
    ledger.claim(1, LEASE, NOW)  # the plan is made anew, and dead entries of the indexes are marked
    many = blocks_read(connection, ledger)
    assert many < few + 200, "20,000 mails in front, due for longer"
