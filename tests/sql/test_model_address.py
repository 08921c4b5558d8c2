"""People who are known by an address alone: who is meant, and what happens when they become known later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cf_operators.errors import DataError
from tests.conftest import ROOT, Warehouse
from tests.sql.landed import CUSTOMER, NOTHING, ORDER, build, land
from tests.sql.voices import add_voices

CASE = {"id": "1", "email": "Ana@Example.org", "person": "", "order": "", "at": "2024-05-01 10:00:00", "wish": "refund",
        "happy": "false"}  # fmt: skip


@pytest.fixture(autouse=True)
def voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_voices(tmp_path, monkeypatch)


def person(warehouse: Warehouse, table: str = "fct_complaint") -> str | None:
    (row,) = warehouse.rows(
        f"select c.external_id from cf_core.{table} as k left join cf_ledger.contact as c using (contact_key)"
    )
    found: str | None = row["external_id"]
    return found


def known(number: int, **changes: Any) -> None:
    land("customers", CUSTOMER | {"customer_id": f"C{number}", "email": "ana@example.org"} | changes)


def test_a_complaint_is_of_whom_the_address_names_as_soon_as_they_are_known(warehouse: Warehouse) -> None:
    land("cases", CASE, source_id="voices")
    build("orders")
    assert person(warehouse) is None
    known(1, segment="business")
    assert build("orders")["fct_complaint"] == NOTHING | {"updated": 1}
    assert person(warehouse) == "C1"
    (complaint,) = warehouse.rows(
        "select segment, region, remedy_sought, is_satisfied from cf_core.fct_complaint"
    )
    assert complaint == {
        "segment": "business",
        "region": "North",
        "remedy_sought": "refund",
        "is_satisfied": False,
    }
    known(1, email="other@example.org")
    build("orders")
    assert person(warehouse) is None


def test_of_several_with_one_address_the_one_who_has_ordered_is_meant(warehouse: Warehouse) -> None:
    for number in (1, 2, 3):
        known(number)
    land("reviews", CASE | {"stars": "4"}, source_id="voices")
    build("orders")
    keys = warehouse.rows("select external_id from cf_ledger.contact order by contact_key")
    assert person(warehouse, "fct_feedback") == keys[0]["external_id"]
    last = keys[-1]["external_id"]
    land("orders", ORDER | {"customer_id": last})
    build("orders")
    assert person(warehouse, "fct_feedback") == last


def test_an_id_goes_before_an_address(warehouse: Warehouse) -> None:
    known(1)
    land("cases", CASE | {"person": "C9"}, source_id="voices")
    build("orders")
    assert person(warehouse) == "C1"
    known(9, email="")
    build("orders")
    assert person(warehouse) == "C9"


def test_a_view_whose_key_is_no_entity_is_refused_unless_it_says_so(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging = (ROOT / "include" / "sql" / "staging" / "shop.sql").read_text()
    changed = staging.replace("external_id as order_id", "'order ' || external_id as order_id")
    (tmp_path / "shop.sql").write_text(changed)
    path = tmp_path / "programme.yml"
    path.write_text(
        path.read_text().replace(f"{ROOT}/include/sql/staging/shop.sql", str(tmp_path / "shop.sql"))
    )
    land("customers", CUSTOMER)
    land("orders", ORDER)
    with pytest.raises(
        DataError, match="stg_shop_order: gives 1 rows whose order_id is the entity_key of no landed"
    ):
        build("orders")
    (tmp_path / "shop.sql").write_text("-- Increments: none. Made of several things.\n" + changed)
    build("orders")
    land("orders", ORDER | {"product": "Garden"})
    build("orders")
    assert warehouse.rows("select order_id, product from cf_core.fct_order") == [
        {"order_id": "order O1", "product": "Garden"}
    ]


def test_a_changed_view_makes_its_tables_as_a_whole(warehouse: Warehouse, tmp_path: Path) -> None:
    land("customers", CUSTOMER)
    land("orders", ORDER)
    build("orders")
    staging = (ROOT / "include" / "sql" / "staging" / "shop.sql").read_text()
    (tmp_path / "shop.sql").write_text(
        staging.replace("payload ->> 'product' as product", "'Sofa'::text as product")
    )
    path = tmp_path / "programme.yml"
    path.write_text(
        path.read_text().replace(f"{ROOT}/include/sql/staging/shop.sql", str(tmp_path / "shop.sql"))
    )
    assert build("orders")["fct_order"] == NOTHING | {"updated": 1}
    assert build("orders")["fct_order"] == NOTHING
