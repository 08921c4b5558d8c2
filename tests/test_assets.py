"""Assets: each stands for a table that exists, and no two are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import Asset

from cf_operators import assets

if TYPE_CHECKING:
    from tests.conftest import Warehouse

ALL = [value for value in vars(assets).values() if isinstance(value, Asset)]


def test_names_and_addresses_are_unique() -> None:
    assert len(ALL) == 7
    assert len({asset.name for asset in ALL}) == len({asset.uri for asset in ALL}) == 7


def test_each_asset_is_a_table_of_the_warehouse(warehouse: Warehouse) -> None:
    for asset in ALL:
        host, database, schema, table = asset.uri.removeprefix("postgres://").split("/")
        assert (host, database) == ("cf-warehouse:5432", "warehouse")
        found = warehouse.rows("select to_regclass(%(name)s)::text as name", {"name": f"{schema}.{table}"})
        assert found == [{"name": f"{schema}.{table}"}]
