"""The SQL of KPIs and of the model stays in what sqlglot carries to Spark, Snowflake, BigQuery and DuckDB."""

from __future__ import annotations

from typing import Any

import pytest
import sqlglot
from sqlglot import ErrorLevel, exp

from cf_operators.domain.kpi import Kpi
from cf_operators.domain.shape import OPTIONAL, SHAPES
from cf_operators.hooks.kpi_sql import case_sql, definition_of
from cf_operators.hooks.mart_sql import mart_sql
from cf_operators.hooks.sql_text import SQL_ROOT
from cf_operators.operators.build_model import MODELS
from cf_operators.programme import load_programme
from tests.conftest import Warehouse
from tests.sql.portable import ENGINES, carried, parsed, refused

KPIS = {kpi.id: kpi for kpi in load_programme().kpis}
KPI_FILES = sorted(path.name for path in (SQL_ROOT / "kpi").glob("*.sql"))
MARTS = sorted(path.stem for path in (SQL_ROOT / "marts").glob("*.sql"))
OFFERS = {
    "two sources with everything": {
        shape: {source: tuple(columns) for source in ("shop", "form")} for shape, columns in SHAPES.items()
    },
    "one source without what it may leave out": {
        shape: {"shop": tuple(columns.keys() - OPTIONAL.get(shape, frozenset()))}
        for shape, columns in SHAPES.items()
    },
    "no source": {},
}
ORGANISATION = {"time_zone": load_programme().organisation.time_zone}


def kpis_of(file: str) -> list[Kpi]:
    return [kpi for kpi in KPIS.values() if kpi.sql == SQL_ROOT / "kpi" / file]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("file", KPI_FILES)
def test_every_kpi_file_is_carried(file: str, engine: str) -> None:
    assert kpis_of(file), "a KPI of the programme uses the file"
    for kpi in kpis_of(file):
        for mode in ("all", "changes"):
            query = parsed(case_sql(kpi, mode).text, definition_of(kpi).parameters())
            assert refused(query) == [], (kpi.id, mode)
            assert carried(query, engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("offers", OFFERS)
@pytest.mark.parametrize("mart", MARTS)
def test_every_model_is_carried(mart: str, offers: str, engine: str) -> None:
    query = parsed(mart_sql(mart, OFFERS[offers]), ORGANISATION)
    assert refused(query) == []
    assert carried(query, engine)


def test_a_model_gives_all_columns_of_its_table(warehouse: Warehouse) -> None:
    """No less and no more: the table says what is written, so that one more would be lost in silence."""
    assert set(MARTS) == {name for name in MODELS["orders"] if name.startswith(("fct_", "dim_"))}
    for mart in MARTS:
        query = parsed(mart_sql(mart, OFFERS["no source"]), ORGANISATION)
        with warehouse.connect() as connection:
            cursor = connection.execute(f"select * from cf_core.{mart} limit 0")
            table = [column.name for column in cursor.description or ()]
        assert sorted(query.named_selects) == sorted(table)


@pytest.mark.parametrize(
    "construct",
    [
        "select a from t where b ~ '^x'",
        "select payload ->> 'a' as a from t",
        "select payload #>> '{a, b}' as a from t",
        "select payload ? 'a' as a from t",
        "select payload @> '{}' as a from t",
        "select distinct on (a) a, b from t",
        "select a from t where row(a, b) is not distinct from row(b, a)",
        "select a from t where b = any(cast('{1}' as integer []))",
        "select '{2025-01-01}'::date[] as days from t",
        "select cast(a as jsonb) as a from t",
        "select cast(a as bytea) as a from t",
        "select cast(a as regclass) as a from t",
        "select extract(epoch from a) as a from t",
        "select date_part('epoch', a) as a from t",
        "select age(a, b) as a from t",
        "select to_char(a, 'YYYY') as a from t",
        "select percentile_cont(0.5) within group (order by a) as a from t",
        "select count(*) filter (where a) as a from t",
        "select cf_core.own_function(a) as a from t",
        "select unknown_function(a) as a from t",
        "select now() as a from t",
        "select transaction_timestamp() as a from t",
        "select gen_random_uuid() as a from t",
        "select xmin from t",
        "select cast(null as text) as a where false",
        "select a from t left join lateral (select b from u where u.a = t.a limit 1) as u on true",
        "with w as materialized (select a from t) select a from w",
        "with w as (delete from t returning a) select a from w",
        "with w as (insert into t (a) select 1 on conflict (a) do nothing returning a) select a from w",
        "with recursive w as (select 1 as a union all select a + 1 from w) select a from w",
        "select a from t for update skip locked",
        "select a from t join u using (a)",
        "select a + interval '1 month' as a from t",
        "select generate_series(1, a) as a from t",
        "select 1 from t where a operator(pg_catalog.=) 2",
    ],
)
def test_what_is_of_postgresql_alone_is_refused(construct: str) -> None:
    assert refused(parsed(construct, {})) != []


@pytest.mark.parametrize(
    "statement",
    [
        "insert into t (a) select 1 on conflict (a) do nothing",
        "update t set a = 1",
        "delete from t returning a",
        "create temporary table t (a text) on commit drop",
        "lock table t in share mode",
        "copy t (a) from stdin",
        "select 1 as a; select 2 as a",
    ],
)
def test_whatever_is_not_one_query_is_refused(statement: str) -> None:
    with pytest.raises(ValueError, match="not one query"):
        parsed(statement, {})


def test_sqlglot_alone_would_have_passed_much_of_it() -> None:
    """Why there is a list of what is carried: no engine but one takes this, and sqlglot raises nothing."""
    for text in (
        "select extract(epoch from a) as a from t",
        "select a where false",
        "select age(a, b) from t",
    ):
        query = parsed(text, {})
        assert query.sql("bigquery", unsupported_level=ErrorLevel.RAISE)
        assert refused(query)


@pytest.mark.parametrize(
    ("engine", "text"), [("bigquery", "select age(a) as a from t"), ("spark", "select f(a) from t")]
)
def test_a_function_that_an_engine_does_not_know_is_named(engine: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"{engine} does not know: (age|F)"):
        carried(parsed(text, {}), engine)


def test_what_an_engine_has_nothing_like_is_an_error() -> None:
    query: Any = sqlglot.parse_one("select a from t for update skip locked", read="postgres")
    for engine in ENGINES:
        with pytest.raises(sqlglot.errors.UnsupportedError):
            carried(query, engine)


def test_a_parameter_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        parsed("select %(unknown)s as a", {})
    filled = parsed("select %(known)s as a", {"known": "it's"})
    assert filled.find(exp.Literal) is not None
    assert filled.sql("bigquery") == "SELECT 'it\\'s' AS a"
