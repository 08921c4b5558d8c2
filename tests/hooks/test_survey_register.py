"""Every version of a questionnaire that is sent is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cf_operators.domain.campaign import Survey
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.survey_register import register_survey
from tests.conftest import Warehouse
from tests.people import NOW

RATING = {
    "type": "rating",
    "name": "nps",
    "cfConstruct": "nps",
    "rateMin": 0,
    "rateMax": 10,
    "title": "Recommend?",
}


def survey(folder: Path, definition: Any) -> Survey:
    path = folder / "survey.json"
    path.write_text(definition if isinstance(definition, str) else json.dumps(definition))
    return Survey(id="s", definition=path)


def test_a_changed_definition_is_a_new_version_beside_the_old_one(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    versions = []
    for title in ("Recommend?", "Recommend?", "Would you recommend us?"):
        definition = {"pages": [{"elements": [RATING | {"title": title}]}]}
        with warehouse.connect() as connection:
            versions.append(register_survey(connection, survey(tmp_path, definition), NOW))
    assert versions[0] == versions[1] != versions[2]
    kept = warehouse.rows("select version, definition from cf_ledger.survey order by version")
    assert {row["version"] for row in kept} == set(versions)
    questions = warehouse.rows(
        "select question, construct, scale_min, scale_max from cf_ledger.survey_question"
    )
    assert questions == [{"question": "nps", "construct": "nps", "scale_min": 0, "scale_max": 10}] * 2


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("{", "cannot read .*survey.json"),
        ({"pages": []}, "has no questions"),
        ({"pages": [{"elements": [RATING | {"rateMax": 5}]}]}, r"defined on 0\.\.10 only"),
    ],
)
def test_a_definition_that_cannot_be_asked_is_not_registered(
    warehouse: Warehouse, tmp_path: Path, definition: Any, message: str
) -> None:
    with warehouse.connect() as connection, pytest.raises(ConfigurationError, match=message) as caught:
        register_survey(connection, survey(tmp_path, definition), NOW)
    assert 'survey "s"' in str(caught.value)
    assert warehouse.rows("select * from cf_ledger.survey") == []
