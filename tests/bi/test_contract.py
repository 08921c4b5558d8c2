"""The surface for BI tools: its columns stay, all of it is explained, and cf_bi reads all of it and nothing else."""

from __future__ import annotations

import psycopg
import pytest

from cf_operators.hooks.kpi_store import WIDE_KEYS, KpiStore
from tests.conftest import ROOT, Warehouse

CONTRACT = ROOT / "docs" / "bi" / "columns.txt"
RELATIONS = """
    select c.relname as relation, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
        col_description(c.oid, a.attnum) as told, obj_description(c.oid) as told_of_relation
    from pg_class as c
    inner join pg_namespace as s on c.relnamespace = s.oid
    inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where s.nspname = 'cf_kpi' and c.relkind in ('r', 'v', 'm', 'p', 'f')
    order by c.relname, a.attnum
"""
KPIS = ["nps", "csat"]


@pytest.fixture
def measured(warehouse: Warehouse) -> Warehouse:
    """A warehouse with all relations, also the one that a measurement makes."""
    with warehouse.connect() as connection:
        KpiStore(connection).widen(KPIS)
    return warehouse


def lines_of(warehouse: Warehouse) -> list[str]:
    return [f"{row['relation']}.{row['name']}: {row['type']}" for row in warehouse.rows(RELATIONS)]


def test_no_column_is_removed_or_changes_its_type(measured: Warehouse) -> None:
    kept = [line for line in CONTRACT.read_text().splitlines() if line and not line.startswith("#")]
    found = lines_of(measured)
    wide = {f"v_kpi_wide.{name}" for kpi in KPIS for name in (kpi, f"{kpi}_n")}
    found = [line for line in found if line.partition(":")[0] not in wide]
    assert [line for line in kept if line not in found] == [], (
        "BI tools read these: add columns, never change one"
    )
    assert [line for line in found if line not in kept] == [], (
        f"new columns: promise them in {CONTRACT.name} too"
    )
    assert len(set(kept)) == len(kept)


def test_wide_view_has_a_value_and_a_number_of_cases_of_each_kpi(measured: Warehouse) -> None:
    columns = [
        line.removeprefix("v_kpi_wide.") for line in lines_of(measured) if line.startswith("v_kpi_wide.")
    ]
    assert [line.partition(":")[0] for line in columns[: len(WIDE_KEYS)]] == list(WIDE_KEYS)
    assert columns[len(WIDE_KEYS) :] == [
        f"{name}: {kind}"
        for kpi in KPIS
        for name, kind in ((kpi, "double precision"), (f"{kpi}_n", "bigint"))
    ]


def test_every_relation_and_column_is_explained(measured: Warehouse) -> None:
    rows = measured.rows(RELATIONS)
    assert len({row["relation"] for row in rows}) >= 20
    assert [row for row in rows if not row["told"] or not row["told_of_relation"]] == []


def test_bi_reads_every_relation(measured: Warehouse) -> None:
    relations = {row["relation"] for row in measured.rows(RELATIONS)}
    with psycopg.connect(measured.bi_uri, autocommit=True) as connection:
        for relation in sorted(relations):
            found = connection.execute(f"select * from cf_kpi.{relation} limit 1".encode())
            assert found.description, relation


def test_bi_has_no_right_to_anything_else(measured: Warehouse) -> None:
    """By the catalogue: outside ``cf_kpi`` it reads nothing, and nowhere it writes, makes or calls anything."""
    with psycopg.connect(measured.bi_uri) as connection:
        open_relations = connection.execute(
            """
            select s.nspname || '.' || c.relname
            from pg_class as c
            inner join pg_namespace as s on c.relnamespace = s.oid
            where s.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
            and case
                when c.relkind in ('r', 'v', 'm', 'p', 'f')
                then (s.nspname <> 'cf_kpi' and has_table_privilege(c.oid, 'select'))
                    or has_table_privilege(c.oid, 'insert, update, delete, truncate, references, trigger')
                when c.relkind = 'S' then has_sequence_privilege(c.oid, 'usage, select, update')
                else false
            end
            """
        ).fetchall()
        open_schemas = connection.execute(
            "select nspname from pg_namespace where nspname like 'cf%%' and has_schema_privilege(oid, 'usage, create')"
        ).fetchall()
        may_create = connection.execute(
            "select nspname from pg_namespace where has_schema_privilege(oid, 'create') "
            "union all select datname from pg_database where datname = current_database() "
            "and has_database_privilege(oid, 'create')"
        ).fetchall()
        open_functions = connection.execute(
            "select p.oid::regprocedure from pg_proc as p inner join pg_namespace as s on p.pronamespace = s.oid "
            "where s.nspname like 'cf%%' and has_function_privilege(p.oid, 'execute') "
            "and has_schema_privilege(s.oid, 'usage')"
        ).fetchall()
    assert open_relations == []
    assert open_schemas == [("cf_kpi",)]
    assert may_create == []
    assert open_functions == []
