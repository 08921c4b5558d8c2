"""A warehouse with facts of the revision before gets the new columns filled, and its facts noted as changes."""

from __future__ import annotations

from datetime import UTC, date, datetime

from alembic import command
from alembic.config import Config

from cf_operators.hooks.migrations import SCRIPTS, migrate, sqlalchemy_url
from tests.conftest import WarehouseServer

FACTS = """
insert into cf_core.fct_order values
('shop', 'O1', gen_random_uuid(), 's', 'p', 'r', 'open', '2024-05-01Z', '2024-05-01', '2024-05-04', null, null),
('shop', 'O2', gen_random_uuid(), 's', 'p', 'r', 'open', '2024-05-01Z', '2024-05-01', null, null, null);
insert into cf_core.fct_complaint (source, complaint_id, segment, product, region, category, received_at, received_on)
values ('shop', 'K1', 's', 'p', 'r', 'c', '2024-05-01Z', '2024-05-01');
insert into cf_core.fct_response values
('form', 'R1', null, null, null, 'annual', 'annual', 'web', 'de', 's', 'p', 'r', true, '2024-05-02 23:00Z',
'2024-05-03');
insert into cf_core.fct_answer values
('form', 'R1', 'a', 'nps', 11, 0, 10), ('form', 'R1', 'b', 'nps', 9, 0, 10), ('form', 'R1', 'c', 'nps', 8, 0, 10),
('form', 'R1', 'd', 'nps', 5, 1, 5)
"""


def test_facts_of_the_revision_before(warehouse_server: WarehouseServer) -> None:
    made = warehouse_server.create("with_older_facts", "template0")
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["url"] = sqlalchemy_url(made.uri)
    try:
        command.upgrade(config, "0013_requests")
        with made.connect() as connection:
            connection.execute(FACTS)
        migrate(made.uri)
        orders = made.rows("select first_promised_on, requested_on from cf_core.fct_order order by order_id")
        assert [tuple(row.values()) for row in orders] == [(date(2024, 5, 4), None), (None, None)]
        (complaint,) = made.rows("select channel, language, reopen_count from cf_core.fct_complaint")
        assert tuple(complaint.values()) == ("unknown", "unknown", 0)
        (answer,) = made.rows("select * from cf_core.fct_answer where question = 'b'")
        assert (answer["campaign"], answer["channel"], answer["language"]) == ("annual", "web", "de")
        assert (answer["submitted_at"], answer["submitted_on"]) == (
            datetime(2024, 5, 2, 23, tzinfo=UTC),
            date(2024, 5, 3),
        )
        (response,) = made.rows("select survey_id, survey_version from cf_core.fct_response")
        assert tuple(response.values()) == ("annual", "unknown")
        first = made.rows("select question from cf_core.fct_answer where is_first order by question")
        assert [row["question"] for row in first] == ["b", "d"], "a is off its scale"
        for fact in ("answer", "order", "complaint"):
            noted = made.rows(
                f"select to_jsonb(c) - 'sign' as fact from cf_core.change_{fact} as c where sign = 1"
            )
            present = made.rows(f"select to_jsonb(f) as fact from cf_core.fct_{fact} as f")
            assert sorted(map(str, noted)) == sorted(map(str, present)) != []
    finally:
        warehouse_server.drop("with_older_facts")
