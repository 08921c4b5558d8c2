"""Collecting what the form took in: nothing twice, and nothing lost however late it commits."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from cf_operators.operators.collect_submissions import CollectSubmissionsOperator
from tests.conftest import Warehouse
from tests.operators.asked import answer, ask, submit

Collect = Callable[[], dict[str, Any]]


@pytest.fixture
def collect(warehouse: Warehouse, run_context: Callable[..., Any]) -> Collect:
    operator = CollectSubmissionsOperator(task_id="collect_form")
    return lambda: operator.execute(run_context())


def counts(summary: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in summary.items() if name != "positions"}


def states(warehouse: Warehouse) -> list[str]:
    found = warehouse.rows("select state from cf_ledger.invitation order by invitation_id")
    return [row["state"] for row in found]


def test_submissions_land_once_and_mark_their_invitations(warehouse: Warehouse, collect: Collect) -> None:
    first, second = ask(warehouse, ["accepted", "accepted"])
    answer(warehouse, first, nps=9, csat=5)
    answer(warehouse, second, is_complete=False, nps=3)
    expected = {
        "fetched": 2,
        "new": 2,
        "changed": 0,
        "unchanged": 0,
        "deleted": 0,
        "quarantined": 0,
        "responded": 1,
    }
    assert counts(collect()) == expected
    assert counts(collect()) == dict.fromkeys(expected, 0)
    records = warehouse.rows(
        "select source, object, external_id, version, payload from cf_landing.record order by 3"
    )
    assert [(row["source"], row["object"], row["external_id"], row["version"]) for row in records] == [
        ("form", "submissions", "1", 1),
        ("form", "submissions", "2", 1),
    ]
    assert records[0]["payload"]["answers"] == {"nps": 9, "csat": 5}
    assert states(warehouse) == ["responded", "accepted"], "a partial answer leaves the form open"
    (times,) = warehouse.rows(
        "select i.responded_at = f.received_at as is_same from cf_ledger.invitation as i "
        "inner join cf_landing.form_submission as f using (invitation_id) where i.state = 'responded'"
    )
    assert times["is_same"]


def test_a_partial_is_followed_by_the_complete_answer(warehouse: Warehouse, collect: Collect) -> None:
    (invitation,) = ask(warehouse, ["accepted"])
    answer(warehouse, invitation, is_complete=False, nps=3)
    assert collect()["responded"] == 0
    answer(warehouse, invitation, nps=3, csat=2)
    assert collect()["responded"] == 1
    assert answer(warehouse, invitation, nps=10) == "answered"


def test_an_answer_settles_what_became_of_the_mail(warehouse: Warehouse, collect: Collect) -> None:
    asked = ask(warehouse, ["accepted", "unknown", "claimed", "bounced", "refused", "responded"])
    for invitation in asked:
        answer(warehouse, invitation, nps=8)
    assert collect()["responded"] == 5
    assert states(warehouse) == ["responded"] * 6


def test_an_empty_form_gives_nothing(collect: Collect) -> None:
    assert set(counts(collect()).values()) == {0}


def test_the_summary_tells_where_it_began_and_how_far_it_got(warehouse: Warehouse, collect: Collect) -> None:
    (invitation,) = ask(warehouse, ["accepted"])
    answer(warehouse, invitation, nps=9)
    first = collect()["positions"]["submissions"]
    assert first["before"] is None
    (kept,) = warehouse.rows("select position::text as xid from cf_ledger.watermark")
    assert first["after"] == {"landed_xid": kept["xid"]}
    second = collect()["positions"]["submissions"]
    assert second["before"] == first["after"]
    assert int(second["after"]["landed_xid"]) > int(first["after"]["landed_xid"])


def test_a_submission_that_commits_late_is_read_later(warehouse: Warehouse, collect: Collect) -> None:
    slow, quick, quickest = ask(warehouse, ["accepted"] * 3)
    with psycopg.connect(warehouse.form_uri) as late:
        assert submit(late, slow, nps=1) == "accepted"  # written first, not committed
        answer(warehouse, quick, nps=2)
        answer(warehouse, quickest, nps=3)
        assert collect()["new"] == 0, "nothing above an open transaction is taken"
    assert collect()["new"] == 3
    assert states(warehouse) == ["responded"] * 3


def test_a_submission_that_is_rolled_back_holds_nothing_up(warehouse: Warehouse, collect: Collect) -> None:
    slow, quick = ask(warehouse, ["accepted"] * 2)
    with psycopg.connect(warehouse.form_uri) as late:
        submit(late, slow, nps=1)
        answer(warehouse, quick, nps=2)
        late.rollback()
    assert collect()["new"] == 1


def test_a_failure_behind_the_rows_moves_nothing(warehouse: Warehouse, collect: Collect) -> None:
    (invitation,) = ask(warehouse, ["accepted"])
    answer(warehouse, invitation, nps=9)
    with warehouse.connect() as connection:
        connection.execute("alter table cf_ledger.watermark add constraint closed check (false)")
    with pytest.raises(psycopg.errors.CheckViolation):
        collect()
    assert warehouse.rows("select * from cf_landing.record") == []
    assert states(warehouse) == ["accepted"]
    with warehouse.connect() as connection:
        connection.execute("alter table cf_ledger.watermark drop constraint closed")
    assert collect()["responded"] == 1


def test_no_submission_is_lost_while_many_write_and_two_collect(
    warehouse: Warehouse, collect: Collect
) -> None:
    writers, each = 6, 15
    asked = ask(warehouse, ["accepted"] * (writers * each))
    failures: list[BaseException] = []
    is_writing = threading.Event()
    is_writing.set()
    landed: list[int] = []

    def write(number: int) -> None:
        chance = random.Random(number)
        try:
            with psycopg.connect(warehouse.form_uri) as connection:
                for invitation in asked[number::writers]:
                    assert submit(connection, invitation, nps=number) == "accepted"
                    time.sleep(chance.random() * 0.03)  # commits come in another order than the rows
                    connection.commit()
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    def read() -> None:
        try:
            while is_writing.is_set():
                landed.append(collect()["new"])
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    threads = [threading.Thread(target=write, args=[number]) for number in range(writers)]
    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in (*threads, *readers):
        thread.start()
    for thread in threads:
        thread.join(60)
    is_writing.clear()
    for thread in readers:
        thread.join(60)
    assert failures == []
    assert sum(1 for count in landed if count) > 1, "collecting went on while others wrote"
    landed.append(collect()["new"])
    assert sum(landed) == len(asked)
    assert warehouse.rows(
        "select count(*) as n, count(distinct external_id) as k from cf_landing.record"
    ) == [{"n": len(asked), "k": len(asked)}]
    assert set(states(warehouse)) == {"responded"}
