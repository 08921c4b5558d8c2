"""Every version of a questionnaire that is sent is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cf_operators.domain.campaign import Survey
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.survey_register import register_survey, register_surveys
from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.programme import load_programme
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


def test_a_changed_meaning_under_an_old_name_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    moods = [{"name": "mood", "cfConstruct": "mood", "rateMin": low, "rateMax": 5} for low in (1, 1, 0)]
    for number, mood in enumerate(moods[:2]):
        with warehouse.connect() as connection:
            definition = {"title": f"Version {number}", "pages": [{"elements": [RATING | mood]}]}
            register_survey(connection, survey(tmp_path, definition), NOW + timedelta(days=number))
    before = warehouse.rows("select * from cf_ledger.survey order by version")
    changed = {"pages": [{"elements": [RATING | moods[2]]}]}
    with warehouse.connect() as connection, pytest.raises(ConfigurationError) as refused:
        register_survey(connection, survey(tmp_path, changed), NOW + timedelta(days=2))
    first, second = str(refused.value).splitlines()
    assert first.startswith(
        f'survey "s": {tmp_path / "survey.json"} changes what answers mean that were given before'
    )
    assert "give these questions new names" in first
    assert second.startswith('  question "mood" was answered on 1..5, now on 0..5 (as in version ')
    assert warehouse.rows("select * from cf_ledger.survey order by version") == before
    renamed = {"pages": [{"elements": [RATING | moods[2] | {"name": "mood_from_zero"}]}]}
    with warehouse.connect() as connection:
        register_survey(connection, survey(tmp_path, renamed), NOW + timedelta(days=2))


def test_going_back_to_an_earlier_version_is_fine(warehouse: Warehouse, tmp_path: Path) -> None:
    definitions = [
        {"pages": [{"elements": [RATING | {"title": title}]}]} for title in ("One?", "Two?", "One?")
    ]
    with warehouse.connect() as connection:
        versions = [
            register_survey(connection, survey(tmp_path, definition), NOW + timedelta(days=number))
            for number, definition in enumerate(definitions)
        ]
    assert versions[0] == versions[2]
    assert len(warehouse.rows("select * from cf_ledger.survey")) == 2


def test_all_surveys_of_a_programme_are_looked_at_before_one_is_refused(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    surveys = []
    for name, definition in (("a", "{"), ("b", {"pages": [{"elements": [RATING]}]}), ("c", {"pages": []})):
        (tmp_path / name).mkdir()
        surveys.append(survey(tmp_path / name, definition).model_copy(update={"id": name}))
    with warehouse.connect() as connection, pytest.raises(ConfigurationError) as refused:
        register_surveys(connection, surveys, NOW)
    assert 'survey "a"' in str(refused.value)
    assert 'survey "b"' not in str(refused.value)
    assert 'survey "c"' in str(refused.value)
    with warehouse.connect() as connection:
        assert register_surveys(connection, surveys[1:2], NOW).keys() == {"b"}


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


def test_the_words_of_surveys_and_questions_stand_in_the_model(warehouse: Warehouse) -> None:
    programme = load_programme()
    with warehouse.connect() as connection:
        register_surveys(connection, programme.surveys, datetime(2026, 1, 1, tzinfo=UTC))
        # A version that was registered before its words were kept.
        connection.execute("update cf_ledger.survey set title = null, languages = ''")
        register_surveys(connection, programme.surveys, datetime(2026, 2, 1, tzinfo=UTC))
    for stream in ("responses", "answers"):
        BuildModelOperator(task_id="model", stream=stream).execute({})
    surveys = {row["survey_id"]: row for row in warehouse.rows("select * from cf_core.dim_survey")}
    assert set(surveys) == {survey.id for survey in programme.surveys}
    assert surveys["post_purchase"]["languages"].split()[0] == "en"
    assert all(row["title"] for row in surveys.values())
    (nps,) = warehouse.rows(
        "select * from cf_core.dim_question where survey_id = 'post_purchase' and construct = 'nps'"
    )
    assert (nps["scale_min"], nps["scale_max"]) == (0, 10)
    assert nps["title"] != nps["question"], "what is asked, and not the name"
