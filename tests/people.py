"""People to ask in tests: contacts, orders and complaints, written to a test warehouse as a source would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from cf_operators.domain.identity import address_hash
from tests.conftest import Warehouse

NOW = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
"""A Monday morning."""


class People:
    """Writes rows that the ledger plans from, over one connection; a context manager that closes it."""

    def __init__(self, warehouse: Warehouse, now: datetime = NOW) -> None:
        self.warehouse = warehouse
        self.now = now
        self._number = 0
        self._connection = warehouse.connect()
        self._connection.autocommit = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def contact(
        self,
        email: str | None = "",
        *,
        segment: str = "home",
        region: str = "north",
        language: str | None = "en",
        name: str | None = None,
        consent: bool | None = None,
        time_zone: str | None = None,
        is_key_account: bool = False,
    ) -> UUID:
        """A contact; the empty address stands for one of its own, None for no address."""
        self._number += 1
        key = uuid4()
        address = f"person{self._number}@customers.example" if email == "" else email
        self._connection.execute(
            "insert into cf_ledger.contact (contact_key, source, external_id, email, address_hash, display_name, "
            "language, segment, region, updated_at, time_zone, is_key_account) "
            "values (%s, 'shop', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                key,
                f"c{self._number}",
                address,
                address_hash(address),
                name or f"Person {self._number}",
                language,
                segment,
                region,
                self.now,
                time_zone,
                is_key_account,
            ),
        )
        self._connection.execute(
            "insert into cf_core.dim_contact (contact_key, source, language, segment, region) "
            "values (%s, 'shop', %s, %s, %s)",
            (key, language, segment, region),
        )
        if consent is not None:
            self.consent(key, consent)
        return key

    def order(
        self,
        contact: UUID,
        *,
        days_ago: int | None = 5,
        ordered_days_ago: int | None = None,
        product: str = "Kitchen",
        status: str = "delivered",
    ) -> str:
        """An order, delivered this many days before now (None: not delivered)."""
        self._number += 1
        order_id = f"o{self._number:04d}"
        delivered = None if days_ago is None else self.now - timedelta(days=days_ago)
        ordered = self.now - timedelta(
            days=ordered_days_ago if ordered_days_ago is not None else (days_ago or 0) + 2
        )
        self._connection.execute(
            "insert into cf_core.fct_order (source, order_id, contact_key, segment, product, region, status, "
            "ordered_at, ordered_on, delivered_at, delivered_on) "
            "values ('shop', %s, %s, 'home', %s, 'north', %s, %s, %s, %s, %s)",
            (
                order_id,
                contact,
                product,
                status,
                ordered,
                ordered.date(),
                delivered,
                delivered.date() if delivered else None,
            ),
        )
        return order_id

    def complaint(self, contact: UUID, *, closed: bool = False, closed_at: datetime | None = None) -> str:
        """A complaint of two days ago, closed yesterday or at another time, or still open; its id."""
        self._number += 1
        complaint_id = f"k{self._number}"
        received = min(self.now, closed_at or self.now) - timedelta(days=2)
        self._connection.execute(
            "insert into cf_core.fct_complaint (source, complaint_id, contact_key, segment, product, region, "
            "category, received_at, received_on, closed_at) values ('crm', %s, %s, 'home', 'Kitchen', 'north', "
            "'delivery', %s, %s, %s)",
            (
                complaint_id,
                contact,
                received,
                received.date(),
                closed_at or (self.now - timedelta(days=1) if closed else None),
            ),
        )
        return complaint_id

    def consent(
        self, contact: UUID, is_granted: bool, at: datetime | None = None, purpose: str = "survey"
    ) -> None:
        """A word on being asked."""
        self._connection.execute(
            "insert into cf_ledger.consent (contact_key, purpose, is_granted, source, recorded_at) "
            "values (%s, %s, %s, 'test', %s)",
            (contact, purpose, is_granted, at or self.now),
        )

    def suppress(self, email: str, reason: str) -> None:
        """An address never to be written to."""
        self._connection.execute(
            "insert into cf_ledger.suppression (address_hash, reason, source, recorded_at) "
            "values (%s, %s, 'test', %s)",
            (address_hash(email), reason, self.now),
        )

    def execute(self, statement: str, parameters: Any = None) -> None:
        """Any statement, as the engine."""
        self._connection.execute(statement, parameters)

    def invitations(self) -> dict[UUID, dict[str, Any]]:
        """The invitations by contact (each contact of a test is asked once)."""
        rows = self.warehouse.rows("select * from cf_ledger.invitation")
        assert len({row["contact_key"] for row in rows}) == len(rows)
        return {row["contact_key"]: row for row in rows}

    def exclusions(self) -> dict[UUID, set[str]]:
        """The reasons by contact."""
        found: dict[UUID, set[str]] = {}
        for row in self.warehouse.rows("select contact_key, reason from cf_ledger.exclusion"):
            found.setdefault(row["contact_key"], set()).add(row["reason"])
        return found
