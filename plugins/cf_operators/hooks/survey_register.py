"""Keeps every version of a questionnaire that is sent, so that an answer is read by the questions it was given to.

A version that gives an old question name another meaning is refused: its answers would be added to others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from cf_operators.domain.campaign import Survey
from cf_operators.domain.survey import languages, problems, questions, title_of, version_of
from cf_operators.domain.survey_change import changed_meanings
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.sql_text import sql_text


def register_surveys(
    connection: psycopg.Connection[Any], surveys: Iterable[Survey], now: datetime
) -> dict[str, str]:
    """Register surveys in the caller's transaction; all of them are looked at before one is refused.

    :returns: the version of each, by id.
    :raises ConfigurationError: see :func:`register_survey`; names everything that is wrong with any of them.
    """
    versions: dict[str, str] = {}
    refused: list[str] = []
    for survey in surveys:
        try:
            versions[survey.id] = register_survey(connection, survey, now)
        except ConfigurationError as error:
            refused.append(str(error))
    if refused:
        raise ConfigurationError("\n".join(refused))
    return versions


def register_survey(connection: psycopg.Connection[Any], survey: Survey, now: datetime) -> str:
    """Register the definition of a survey as it stands in its file, in the caller's transaction.

    :returns: its version, a hash of the definition. The same definition is registered once.
    :raises ConfigurationError: the file cannot be read, or what it holds cannot be asked, or a question in it means
        something else than in an earlier version.
    """
    definition = _read(survey)
    version = version_of(definition)
    _check_meaning(connection, survey, version, definition)
    connection.execute(
        sql_text("ledger/register_survey.sql").encode(),
        {
            "survey_id": survey.id,
            "version": version,
            "definition": Jsonb(definition),
            "now": now,
            "title": title_of(definition),
            "languages": " ".join(languages(definition)),
        },
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
                "title": question.title,
            },
        )
    return version


def _check_meaning(
    connection: psycopg.Connection[Any], survey: Survey, version: str, definition: dict[str, Any]
) -> None:
    with connection.cursor(row_factory=tuple_row) as cursor:
        statement = sql_text("ledger/survey_versions.sql").encode()
        earlier = cursor.execute(statement, {"survey_id": survey.id}).fetchall()
    if version in (known for known, _ in earlier):
        return
    if found := changed_meanings(earlier, definition):
        raise ConfigurationError(
            "\n".join(
                [
                    f'survey "{survey.id}": {survey.definition} changes what answers mean that were given before; give '
                    "these questions new names, and leave the old ones out or as they were:",
                    *(f"  {each}" for each in found),
                ]
            )
        )


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
