"""People in the ledger: their addresses, what they said about being asked, and who is only known by an order."""

from __future__ import annotations

from typing import Any

from cf_operators.domain.identity import address_hash
from tests.conftest import Warehouse
from tests.sql.landed import CUSTOMER, NOTHING, ORDER, build, land


def contacts(warehouse: Warehouse) -> list[dict[str, Any]]:
    return warehouse.rows("select * from cf_ledger.contact order by external_id")


def consent(warehouse: Warehouse) -> list[tuple[bool, str]]:
    found = warehouse.rows("select is_granted, source from cf_ledger.consent order by recorded_at")
    return [(row["is_granted"], row["source"]) for row in found]


def newest_word(warehouse: Warehouse) -> bool:
    (row,) = warehouse.rows("select is_granted from cf_ledger.v_consent")
    return bool(row["is_granted"])


def test_a_contact_is_what_its_source_says(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER)
    assert build()["contact"] == {"inserted": 1, "updated": 0, "deleted": 0}
    (contact,) = contacts(warehouse)
    assert contact["source"] == "shop"
    assert (contact["external_id"], contact["email"], contact["display_name"]) == (
        "C1",
        "ana@example.org",
        "Ana Sá",
    )
    assert (contact["language"], contact["time_zone"]) == ("pt", "Europe/Lisbon")
    assert (contact["segment"], contact["region"], contact["is_key_account"]) == ("consumer", "North", False)
    assert contact["address_hash"] == address_hash("ana@example.org")
    assert warehouse.rows("select * from cf_core.dim_contact") == [
        {
            "contact_key": contact["contact_key"],
            "source": "shop",
            "language": "pt",
            "segment": "consumer",
            "region": "North",
        }
    ]


def test_spellings_of_one_mailbox_have_one_hash(warehouse: Warehouse) -> None:
    land(
        "customers",
        CUSTOMER | {"customer_id": "C1", "email": " Ana@Bücher.example "},
        CUSTOMER | {"customer_id": "C2", "email": "ana@xn--bcher-kva.EXAMPLE"},
    )
    build()
    one, other = contacts(warehouse)
    assert one["email"] == "Ana@xn--bcher-kva.example"
    assert one["address_hash"] == other["address_hash"] == address_hash("ana@bücher.example")


def test_a_text_that_is_no_address_leaves_the_contact_without_one(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER | {"email": "ana(at)example.org"})
    build()
    (contact,) = contacts(warehouse)
    assert (contact["email"], contact["address_hash"]) == (None, None)


def test_a_second_run_writes_nothing_even_where_addresses_are_cleaned(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER | {"email": " Ana@EXAMPLE.org", "consent": "true"})
    land("orders", ORDER)
    build()
    before = warehouse.rows("select xmin::text, * from cf_ledger.contact")
    assert all(changes == NOTHING for changes in build().values())
    assert warehouse.rows("select xmin::text, * from cf_ledger.contact") == before


def test_a_changed_contact_keeps_its_key(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER)
    build()
    (before,) = contacts(warehouse)
    land("customers", CUSTOMER | {"email": "ana@new.example", "region": ""} | {"region": "South"})
    assert build()["contact"] == {"inserted": 0, "updated": 1, "deleted": 0}
    (after,) = contacts(warehouse)
    assert after["contact_key"] == before["contact_key"]
    assert (after["email"], after["address_hash"]) == ("ana@new.example", address_hash("ana@new.example"))
    assert after["updated_at"] > before["updated_at"]


def test_an_address_that_is_taken_away_is_gone(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER)
    build()
    land("customers", CUSTOMER | {"email": ""})
    build()
    (contact,) = contacts(warehouse)
    assert (contact["email"], contact["address_hash"]) == (None, None)


def test_whoever_is_only_known_by_an_order_is_a_contact_without_address(warehouse: Warehouse) -> None:
    land("orders", ORDER | {"customer_id": "C9"})
    assert build()["buyer"] == {"inserted": 1, "updated": 0, "deleted": 0}
    (contact,) = contacts(warehouse)
    assert (contact["source"], contact["external_id"], contact["email"]) == ("shop", "C9", None)
    (order,) = warehouse.rows("select contact_key, segment, region from cf_core.fct_order")
    assert order == {"contact_key": contact["contact_key"], "segment": "unknown", "region": "unknown"}
    land("customers", CUSTOMER | {"customer_id": "C9"})
    changes = build()
    assert changes["contact"] == changes["fct_order"] == {"inserted": 0, "updated": 1, "deleted": 0}
    assert contacts(warehouse)[0]["contact_key"] == contact["contact_key"]


def test_a_word_is_written_only_when_it_changes(warehouse: Warehouse) -> None:
    for word in ("", "true", "true", "false", "", "yes"):
        land("customers", CUSTOMER | {"consent": word})
        build()
    assert consent(warehouse) == [(True, "shop"), (False, "shop"), (True, "shop")]


def test_an_old_yes_of_the_shop_does_not_undo_an_unsubscribe(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER | {"consent": "true"})
    build()
    with warehouse.connect() as connection:
        connection.execute(
            "insert into cf_ledger.consent select contact_key, 'survey', false, 'unsubscribe link', clock_timestamp() "
            "from cf_ledger.contact"
        )
    land("customers", CUSTOMER | {"consent": "true", "region": "South"})
    build()
    assert newest_word(warehouse) is False
    assert len(consent(warehouse)) == 2
