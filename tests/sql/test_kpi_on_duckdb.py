"""The SQL of KPIs gives the same cases on DuckDB as on PostgreSQL."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from cf_operators.domain.kpi import Kpi
from cf_operators.hooks.kpi_sql import FACTS, case_sql, definition_of
from cf_operators.hooks.rollup import NEEDED
from cf_operators.programme import load_programme
from tests.conftest import Warehouse
from tests.sql.facts import Facts
from tests.sql.second_engine import SecondEngine
from tests.sql.test_kpi import rich_facts

HOUR, MICROSECOND = timedelta(hours=1), timedelta(microseconds=1)


def at_the_edge(facts: Facts, seed: int) -> Facts:
    """The same facts, many of them with times that are equal or lie just beside each other, and scores in between."""
    draw = random.Random(seed)

    def beside(moment: datetime) -> datetime:
        return moment + draw.choice((-HOUR, -MICROSECOND, timedelta(0), MICROSECOND, 499_999 * MICROSECOND))

    for number, each in enumerate(facts.complaints):
        if number % 3 == 0:
            reopened = draw.choice((None, beside(each.received_at)))
            facts.complaints[number] = replace(
                each,
                acknowledged_at=draw.choice((None, beside(each.received_at))),
                first_resolved_at=draw.choice((None, beside(each.received_at))),
                reopened_at=reopened,
                closed_at=draw.choice((None, beside(reopened or each.received_at))),
                contact_count=draw.choice((None, 0, 1, 2)),
                reopen_count=draw.choice((0, 1)),
            )
    for number, order in enumerate(facts.orders):
        if number % 3 == 0:
            days = [draw.choice((None, order.ordered_on, order.ordered_on + timedelta(1))) for _ in range(4)]
            facts.orders[number] = replace(
                order,
                delivered_on=days[0],
                promised_on=days[1],
                requested_on=days[2],
                first_promised_on=days[3],
            )
    scores = [replace(each, score=each.score + 0.5) for each in facts.answers[::11] if each.score < 9]
    facts.answers += [replace(each, question=f"{each.question} halved") for each in scores]
    return facts


def rows_of(kpi: Kpi, mode: Any, engines: SecondEngine) -> Counter[Any]:
    """The cases of a KPI, the same ones on both."""
    wanted, found = engines.both(case_sql(kpi, mode).text, definition_of(kpi).parameters())
    assert found == wanted, (kpi.id, mode)
    return found


@contextmanager
def both_engines(warehouse: Warehouse) -> Iterator[SecondEngine]:
    """The facts of the warehouse, and the changes noted in them, on both."""
    with warehouse.connect() as connection:
        for fact in FACTS:
            connection.execute(
                f"create temporary table cf_changes_{fact} as select * from cf_core.change_{fact}"
            )
        yield SecondEngine(connection)


@pytest.mark.parametrize("seed", [1])
def test_every_kpi_gives_the_same_cases(warehouse: Warehouse, seed: int) -> None:
    """Of whole facts, and of what changed in them: rows that came, went and were written anew."""
    with warehouse.connect() as connection:
        at_the_edge(rich_facts(seed), seed).write(connection)
        for fact in FACTS:
            connection.execute(f"update cf_core.fct_{fact} set region = 'West' where region = 'North'")
            connection.execute(f"delete from cf_core.fct_{fact} where region = 'South'")
    with both_engines(warehouse) as engines:
        for kpi in load_programme().kpis:
            query = case_sql(kpi, "all").text
            names = engines.names(query, definition_of(kpi).parameters())
            for mode in ("all", "changes"):
                rows = rows_of(kpi, mode, engines)
                for needed in NEEDED[kpi.family]:
                    values = {row[names.index(needed)] for row in rows}
                    assert any(values), f"{kpi.id}, {mode}: a case counts"
                    assert len(values) > 1 or needed in {"denominator"}, (
                        f"{kpi.id}, {mode}: and not all alike"
                    )
            signs = {row[names.index("sign")] for row in rows}
            assert signs == {1, -1}, f"{kpi.id}: cases that came and cases that went"
