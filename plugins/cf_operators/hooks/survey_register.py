"""Keeps every version of a questionnaire that is sent, so that an answer is read by the questions it was given to."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from cf_operators.domain.campaign import Survey
from cf_operators.domain.survey import problems, questions, version_of
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.sql_text import sql_text


def register_survey(connection: psycopg.Connection[Any], survey: Survey, now: datetime) -> str:
    """Register the definition of a survey as it stands in its file, in the caller's transaction.

    :returns: its version, a hash of the definition. The same definition is registered once.
    :raises ConfigurationError: the file cannot be read, or what it holds cannot be asked.
    """
    definition = _read(survey)
    version = version_of(definition)
    connection.execute(
        sql_text("ledger/register_survey.sql").encode(),
        {"survey_id": survey.id, "version": version, "definition": Jsonb(definition), "now": now},
    )
    for question in questions(definition):
        connection.execute(
            sql_text("ledger/register_question.sql").encode(),
            {
                "survey_id": survey.id,
                "version": version,
                "question": question.name,
                "construct": question.construct,
                "scale_min": question.scale_min,
                "scale_max": question.scale_max,
            },
        )
    return version


def _read(survey: Survey) -> dict[str, Any]:
    try:
        definition: dict[str, Any] = json.loads(survey.definition.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f'survey "{survey.id}": cannot read {survey.definition}: {error}; '
            "it has to be a SurveyJS definition in JSON"
        ) from error
    if found := problems(definition):
        raise ConfigurationError(
            "\n".join(
                [f'survey "{survey.id}": {survey.definition} cannot be asked:', *(f"  {p}" for p in found)]
            )
        )
    return definition
