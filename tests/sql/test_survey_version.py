"""Answers keep the definition they were given under: construct and scale are those of the version of their wave."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from cf_operators.domain.campaign import Survey
from cf_operators.hooks.survey_register import register_survey
from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.operators.collect_submissions import CollectSubmissionsOperator
from tests.conftest import Warehouse
from tests.operators.asked import ask
from tests.people import NOW


def rating(name: str, construct: str, low: int, high: int) -> dict[str, Any]:
    return {"type": "rating", "name": name, "cfConstruct": construct, "rateMin": low, "rateMax": high}


OLD = [rating("csat", "csat", 1, 5), rating("effort", "ease", 1, 5)]
NEW = [rating("csat", "csat", 1, 5), rating("ces", "ces", 1, 7)]


@pytest.fixture
def registered(warehouse: Warehouse, tmp_path: Path) -> list[str]:
    """Two versions of one survey: the second measures effort by a new question on another scale."""
    found = []
    for number, elements in enumerate((OLD, NEW)):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps({"pages": [{"elements": elements}]}))
        with warehouse.connect() as connection:
            survey = Survey(id="post_purchase", definition=path)
            found.append(register_survey(connection, survey, NOW + timedelta(days=number)))
    return found


def wave_of(warehouse: Warehouse, version: str, number: int, invitation: UUID) -> None:
    """A wave of the campaign that asks with a version, and takes over an invitation."""
    wave_id = f"post_purchase/wave-{number}"
    with warehouse.connect() as connection:
        connection.execute(
            "insert into cf_ledger.wave (wave_id, campaign_id, wave_key, survey_id, survey_version, not_after, "
            "answer_until, opened_at, opened_by_run) values (%s, 'post_purchase', %s, 'post_purchase', %s, "
            "'2100-01-01Z', '2100-01-01Z', '2024-05-01Z', 'run')",
            (wave_id, f"wave-{number}", version),
        )
        connection.execute(
            "update cf_ledger.invitation set wave_id = %s where invitation_id = %s", (wave_id, invitation)
        )


def submit(warehouse: Warehouse, invitation: UUID, version: str, **answers: int) -> str:
    with psycopg.connect(warehouse.form_uri) as connection:
        row = connection.execute(
            "select cf_ledger.form_submit(%s, %s, true, %s, 'en', null)",
            [invitation, version, Jsonb(answers)],
        ).fetchone()
    assert row is not None
    return str(row[0])


def test_two_versions_in_one_campaign(
    warehouse: Warehouse, registered: list[str], run_context: Callable[..., Any]
) -> None:
    invited = ask(warehouse, ["accepted", "accepted"])
    for number, (version, invitation) in enumerate(zip(registered, invited, strict=True)):
        wave_of(warehouse, version, number, invitation)
    everything = {"csat": 4, "effort": 5, "ces": 5}
    assert submit(warehouse, invited[0], registered[1], **everything) == "other_version"
    for version, invitation in zip(registered, invited, strict=True):
        assert submit(warehouse, invitation, version, **everything) == "accepted"
    CollectSubmissionsOperator(task_id="collect_form").execute(run_context())
    for _ in range(2):
        for stream in ("responses", "answers"):
            BuildModelOperator(task_id="model", stream=stream).execute(run_context())
        rows = warehouse.rows(
            "select response_id, question, construct, score, scale_min, scale_max from cf_core.fct_answer "
            "order by response_id, question"
        )
        assert [tuple(row.values()) for row in rows] == [
            (str(invited[0]), "csat", "csat", Decimal(4), Decimal(1), Decimal(5)),
            (str(invited[0]), "effort", "ease", Decimal(5), Decimal(1), Decimal(5)),
            (str(invited[1]), "ces", "ces", Decimal(5), Decimal(1), Decimal(7)),
            (str(invited[1]), "csat", "csat", Decimal(4), Decimal(1), Decimal(5)),
        ]
    surveys = warehouse.rows("select distinct survey_id, campaign_id from cf_core.fct_response")
    assert surveys == [{"survey_id": "post_purchase", "campaign_id": "post_purchase"}]
    given = {str(invitation): version for version, invitation in zip(registered, invited, strict=True)}
    for answers in (
        "select invitation_id::text as id, survey_version from cf_landing.form_submission",
        "select payload ->> 'invitation_id' as id, payload ->> 'survey_version' as survey_version "
        "from cf_landing.record",
        "select response_id as id, survey_version from cf_core.fct_response",
    ):
        assert {row["id"]: row["survey_version"] for row in warehouse.rows(answers)} == given
