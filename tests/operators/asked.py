"""People who were asked: a survey, a wave and invitations in the ledger, written directly."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from tests.conftest import Warehouse

QUESTIONS = (("nps", "nps", 0, 10), ("csat", "csat", 1, 5))


def ask(warehouse: Warehouse, states: Iterable[str], segment: str | None = "business") -> list[UUID]:
    """Invite one person per state; the n-th invitation has the id n, and is about the order On."""
    invited = []
    with warehouse.connect() as connection:
        connection.execute(
            "insert into cf_ledger.survey values ('post_purchase', 'v1', %s, '2024-01-01Z') on conflict do nothing",
            [Jsonb({"pages": []})],
        )
        for question in QUESTIONS:
            connection.execute(
                "insert into cf_ledger.survey_question values ('post_purchase', 'v1', %s, %s, %s, %s) "
                "on conflict do nothing",
                question,
            )
        connection.execute(
            "insert into cf_ledger.wave values ('post_purchase/2024-05-01', 'post_purchase', '2024-05-01', "
            "'post_purchase', 'v1', '2100-01-01Z', '2100-01-01Z', '2024-05-01Z', 'run') on conflict do nothing"
        )
        for number, state in enumerate(states, start=1):
            key = connection.execute(
                "insert into cf_ledger.contact (source, external_id, segment, region, updated_at) "
                "values ('shop', %s, %s, 'West', '2024-05-01Z') returning contact_key",
                [f"C{number}", segment],
            ).fetchone()
            assert key is not None
            invited.append(UUID(int=number))
            connection.execute(
                """
                insert into cf_ledger.invitation (
                    invitation_id, wave_id, campaign_id, contact_key, occasion, order_source, order_id, product,
                    region, segment, language, message_id, state, send_not_before, accepted_at, planned_at
                ) values (
                    %s, 'post_purchase/2024-05-01', 'post_purchase', %s, 'Lamp', 'shop', %s, 'Lighting', 'North',
                    %s, 'de', %s, %s, '2024-05-01Z', '2024-05-01 09:00Z', '2024-05-01Z'
                )
                """,
                [invited[-1], key["contact_key"], f"O{number}", segment, f"<{number}@example.org>", state],
            )
    return invited


def answer(warehouse: Warehouse, invitation: UUID, is_complete: bool = True, **answers: object) -> str:
    """Post answers as the form server does; what it is told."""
    with psycopg.connect(warehouse.form_uri) as connection:
        return submit(connection, invitation, is_complete, **answers)


def submit(
    connection: psycopg.Connection, invitation: UUID, is_complete: bool = True, **answers: object
) -> str:
    """Post answers in an open transaction of the form server."""
    row = connection.execute(
        "select cf_ledger.form_submit(%s, 'v1', %s, %s, 'de', null)",
        [invitation, is_complete, Jsonb(answers)],
    ).fetchone()
    assert row is not None
    return str(row[0])
