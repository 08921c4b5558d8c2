"""What changes in the facts is noted with them: whatever writes, and however many write at once."""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from typing import Any

import psycopg

from tests.conftest import Warehouse
from tests.sql.facts import random_facts
from tests.sql.landed import CUSTOMER, ORDER, build, land

FACTS = ("answer", "order", "complaint", "ask", "customer")
TAKE = "delete from cf_core.change_customer returning contact_key, product, order_count, sign"
ALL = "select contact_key, product, order_count from cf_core.fct_customer"
Row = tuple[Any, ...]


def summed(warehouse: Warehouse, fact: str) -> list[dict[str, Any]]:
    """The rows to which all changes noted so far add up, each with how often it is there."""
    return warehouse.rows(
        f"select row_text, sum(sign)::int as times from ("
        f"select (to_jsonb(c) - 'sign')::text as row_text, c.sign from cf_core.change_{fact} as c) as c "
        f"group by row_text having sum(sign) <> 0 order by row_text"
    )


def rows(warehouse: Warehouse, fact: str) -> list[dict[str, Any]]:
    return warehouse.rows(
        f"select to_jsonb(f)::text as row_text, 1 as times from cf_core.fct_{fact} as f order by row_text"
    )


def check(warehouse: Warehouse) -> None:
    for fact in FACTS:
        assert summed(warehouse, fact) == rows(warehouse, fact), fact


def test_whatever_writes_the_changes_add_up_to_the_fact(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        random_facts(11, size=60).write(connection)
    check(warehouse)
    statements = (
        "update cf_core.fct_customer set product = 'Garden', order_count = order_count + 1 where orders_within_90 > 0",
        "update cf_core.fct_order set region = region where region = 'North'",
        "delete from cf_core.fct_complaint where category = 'late'",
        # To the answers by way of their response.
        "delete from cf_core.fct_response where channel = 'phone'",
        "insert into cf_core.fct_customer select gen_random_uuid(), segment, product, region, first_ordered_on, 0, "
        "0, 1 from cf_core.fct_customer",
        # New rows and changed ones in one statement.
        "insert into cf_core.fct_ask select wave_id || case when disposition = 'none' then 'x' else '' end, "
        "contact_key, case when disposition = 'none' then gen_random_uuid() else invitation_id end, campaign, channel, "
        "language, segment, product, region, asked_at, asked_on, 'complete' from cf_core.fct_ask "
        "on conflict (wave_id, contact_key) do update set disposition = excluded.disposition",
        "with gone as (delete from cf_core.fct_order where status = 'open' returning *) "
        "insert into cf_core.fct_order select * from gone where false",
        "merge into cf_core.fct_customer as t using (select contact_key, row_number() over () as n from "
        "cf_core.fct_customer) as s on t.contact_key = s.contact_key when matched and s.n % 2 = 0 then delete "
        "when matched then update set product = 'Lamp'",
    )
    for statement in statements:
        before = {fact: rows(warehouse, fact) for fact in FACTS}
        with warehouse.connect() as connection:
            connection.execute(statement.encode())
        if "region = region" not in statement:
            assert {fact: rows(warehouse, fact) for fact in FACTS} != before, statement
        check(warehouse)
    with warehouse.connect() as connection:
        connection.execute("truncate cf_core.fct_customer, cf_core.fct_answer")
    assert summed(warehouse, "customer") == summed(warehouse, "answer") == []
    check(warehouse)


def test_what_is_rolled_back_is_not_noted(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        random_facts(12, size=10).write(connection)
        connection.execute("delete from cf_core.fct_customer")
        connection.rollback()
    assert len(rows(warehouse, "customer")) == 10
    check(warehouse)


def test_a_changed_product_moves_its_case_and_a_second_run_notes_nothing(warehouse: Warehouse) -> None:
    def taken() -> list[tuple[str, int]]:
        with warehouse.connect() as connection:
            found = connection.execute("delete from cf_core.change_order returning product, sign").fetchall()
            connection.execute("delete from cf_core.change_customer")
        return sorted((row["product"], row["sign"]) for row in found)

    land("customers", CUSTOMER)
    land("orders", ORDER, ORDER | {"order_id": "O2", "product": "Lighting"})
    build()
    assert taken() == [("Kitchen", 1), ("Lighting", 1)]
    build()
    assert taken() == []
    assert warehouse.rows("select * from cf_core.change_customer") == []
    land("orders", ORDER | {"product": "Garden"})
    build()
    assert taken() == [("Garden", 1), ("Kitchen", -1)]


def test_a_change_table_is_like_its_fact(warehouse: Warehouse) -> None:
    """The trigger copies whole rows: a column added to one of the two only would break every write."""
    columns = (
        "select attname, atttypid from pg_attribute where attrelid = %s::regclass and attnum > 0 "
        "and not attisdropped and attname <> 'sign' order by attnum"
    )
    for fact in FACTS:
        of_fact = warehouse.rows(columns, [f"cf_core.fct_{fact}"])
        assert of_fact == warehouse.rows(columns, [f"cf_core.change_{fact}"]), fact
        assert of_fact


class Writer(threading.Thread):
    """Changes customers in many small transactions that commit in any order, some of which it takes back."""

    def __init__(self, uri: str, keys: list[uuid.UUID], seed: int) -> None:
        super().__init__()
        self.uri, self.keys, self.random = uri, keys, random.Random(seed)

    def run(self) -> None:
        with psycopg.connect(self.uri) as connection:
            for _ in range(80):
                for _ in range(self.random.randint(1, 4)):
                    self.write(connection)
                if self.random.random() < 0.3:
                    connection.execute("select pg_sleep(%s)", [self.random.random() / 50])
                (connection.rollback if self.random.random() < 0.2 else connection.commit)()

    def write(self, connection: psycopg.Connection[Any]) -> None:
        key, product = self.random.choice(self.keys), self.random.choice(("Sofa", "Lamp", "Rug"))
        if self.random.random() < 0.3:
            connection.execute("delete from cf_core.fct_customer where contact_key = %s", [key])
            return
        connection.execute(
            "insert into cf_core.fct_customer values (%s, 's', %s, 'r', '2025-01-01', 0, 0, %s) "
            "on conflict (contact_key) do update set product = excluded.product, order_count = excluded.order_count",
            [key, product, self.random.randint(1, 9)],
        )


def take(connection: psycopg.Connection[Any], kept: Counter[Row]) -> None:
    """As an incremental run does: what was committed is taken, what comes later waits for the next run."""
    for *row, sign in connection.execute(TAKE).fetchall():
        kept[tuple(row)] += sign
    connection.commit()


def rebuild(connection: psycopg.Connection[Any], kept: Counter[Row]) -> None:
    """As a full run does: the changes noted and the fact itself are read as of one moment."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.execute("delete from cf_core.change_customer")
    kept.clear()
    kept.update(tuple(row) for row in connection.execute(ALL).fetchall())
    connection.commit()
    connection.isolation_level = None


def test_nothing_is_lost_or_doubled_while_many_write_and_one_takes(warehouse: Warehouse) -> None:
    chance = random.Random(3)
    # Each writer has people of its own, so that they wait for nobody and commit out of order.
    writers = [
        Writer(warehouse.uri, [uuid.UUID(int=chance.getrandbits(128)) for _ in range(12)], seed)
        for seed in range(4)
    ]
    kept: Counter[Row] = Counter()
    takes = 0
    with psycopg.connect(warehouse.uri) as connection:
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            takes += 1
            (rebuild if takes % 7 == 0 else take)(connection, kept)
        for writer in writers:
            writer.join()
        assert takes > 14, "changes were taken while they were made"
        take(connection, kept)
        present = Counter(tuple(row) for row in connection.execute(ALL).fetchall())
    assert {row: count for row, count in kept.items() if count} == present
    assert len(present) > 10
