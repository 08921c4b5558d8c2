"""Staging views on a real warehouse: made, left alone, made again, and refused when they do not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cf_operators.domain.any_source import Source
from cf_operators.domain.shape import SHAPES
from cf_operators.domain.source import FilesSource
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.staging_views import StagingViews
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.programme import load_programme
from tests.conftest import Warehouse

ANSWER = """
create or replace view cf_landing.stg_{{ source.id }}_answer as
select
    external_id as response_id, 'q'::text as question, 'csat'::text as construct,
    1::numeric as score, 1::numeric as scale_min, 5::numeric as scale_max
from cf_landing.v_record where source = '{{ source.id }}';
"""
COMPLAINT = """
create or replace view cf_landing.stg_{{ source.id }}_complaint as
select
    external_id as complaint_id, null::text as contact_source, null::text as contact_external_id,
    null::text as order_id, null::text as category, null::integer as severity, null::varchar(9)::text as channel,
    null::timestamptz as received_at, null::timestamptz as acknowledged_at, null::timestamptz as first_resolved_at,
    null::timestamptz as closed_at, '{{ time_zone }}'::text as more
from cf_landing.v_record where source = '{{ source.id }}';
"""
Write = Callable[[str], FilesSource]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Makes a source ``crm`` with this staging file."""

    def make(text: str) -> FilesSource:
        path = tmp_path / "crm.sql"
        path.write_text(text)
        shop = load_programme().source("shop")
        assert isinstance(shop, FilesSource)
        objects = {name: declared for name, declared in shop.objects.items() if declared.map is None}
        return shop.model_copy(update={"id": "crm", "staging": path, "objects": objects})

    return make


def refresh(source: Source) -> dict[str, tuple[str, ...]]:
    with WarehouseHook().transaction() as connection:
        return StagingViews(connection).refresh(source)


def views(warehouse: Warehouse) -> dict[str, str]:
    found = warehouse.rows("select oid::text, relname from pg_class where relname like 'stg_crm_%'")
    return {row["relname"].removeprefix("stg_crm_"): row["oid"] for row in found}


def test_the_shipped_sources_offer_their_shapes(warehouse: Warehouse) -> None:
    programme = load_programme()
    for source in programme.sources:
        offered = refresh(source)
        built_in = {"form": {"response", "answer"}, "by_hand": {"feedback"}}
        assert set(offered) == built_in.get(source.id, set(SHAPES))


def test_a_file_that_has_not_changed_leaves_its_views_alone(warehouse: Warehouse, write: Write) -> None:
    assert set(refresh(write(ANSWER + COMPLAINT))) == {"answer", "complaint"}
    before = views(warehouse)
    assert set(refresh(write(ANSWER + COMPLAINT))) == {"answer", "complaint"}
    assert views(warehouse) == before


def test_a_view_may_change_its_columns_and_a_shape_may_go(warehouse: Warehouse, write: Write) -> None:
    refresh(write(ANSWER + COMPLAINT))
    changed = write(COMPLAINT.replace("null::text as order_id", "'x'::text as first, null::text as order_id"))
    assert set(refresh(changed)) == {"complaint"}
    assert set(views(warehouse)) == {"complaint"}
    changed_zone = write(COMPLAINT).model_copy(update={"time_zone": "Asia/Tokyo"})
    refresh(changed_zone)
    (row,) = warehouse.rows("select pg_get_viewdef('cf_landing.stg_crm_complaint'::regclass) as definition")
    assert "Asia/Tokyo" in row["definition"]


def test_views_may_stand_on_each_other(warehouse: Warehouse, write: Write) -> None:
    stacked = ANSWER + COMPLAINT.replace(
        "cf_landing.v_record where source = '{{ source.id }}'",
        "(select response_id as external_id from cf_landing.stg_{{ source.id }}_answer) as a",
    )
    refresh(write(stacked))
    assert set(refresh(write(stacked + "-- changed"))) == {"answer", "complaint"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select 1;", r"crm\.sql: creates no staging view; it may create cf_landing\.stg_crm_contact"),
        (ANSWER.replace("select", "selekt"), r'crm\.sql: syntax error at or near "selekt"'),
        (
            ANSWER.replace("v_record", "v_records"),
            r'crm\.sql: relation "cf_landing\.v_records" does not exist',
        ),
        (
            ANSWER.replace("source.id", "sauce.id"),
            r"crm\.sql: 'sauce' is undefined; a staging file knows the names",
        ),
        (ANSWER.replace("{{ source.id }}", "{{ source.id"), r"crm\.sql: "),
        (
            ANSWER.replace("'q'::text as question, ", "").replace("1::numeric as score", "1 as score"),
            r"stg_crm_answer: column question \(text\) is missing; "
            r"cf_landing\.stg_crm_answer: column score is integer and has to be numeric",
        ),
    ],
)
def test_a_file_that_is_wrong_is_named(warehouse: Warehouse, write: Write, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        refresh(write(text))
    assert views(warehouse) == {}


def test_a_view_that_others_stand_on_is_not_dropped_behind_their_back(
    warehouse: Warehouse, write: Write
) -> None:
    refresh(write(ANSWER))
    with warehouse.connect() as connection:
        connection.execute("create view cf_landing.mine as select * from cf_landing.stg_crm_answer")
    with pytest.raises(
        ConfigurationError, match=r"view cf_landing\.mine depends on view cf_landing\.stg_crm_answer"
    ):
        refresh(write(ANSWER + COMPLAINT))
