"""The questions of a survey on its platform, against those that the programme maps."""

from __future__ import annotations

from collections.abc import Mapping

from cf_operators.domain.problem import shown
from cf_operators.domain.rest_source import RestObject
from cf_operators.domain.rest_template import filled, filled_path
from cf_operators.errors import ConfigurationError, DataError
from cf_operators.hooks.rest_client import RestCall, RestClient


def check_structure(client: RestClient, source_id: str, name: str, declared: RestObject) -> None:
    """Make sure that each question of the survey is mapped or ignored, and that each mapped one is there.

    :raises ConfigurationError: lists all questions that are not.
    :raises DataError: the platform tells no questions.
    """
    structure, fields = declared.structure, declared.map
    if structure is None or fields is None or "*" in fields.ignore:
        return
    url = client.settings.url(filled_path(structure.read, declared.values))
    call = RestCall(url, params=filled(structure.params, declared.values))
    found = structure.find_questions.search(client.json(call).document)
    if not isinstance(found, list) or not all(
        isinstance(item, Mapping) and item.get("ref") for item in found
    ):
        raise DataError(
            f"{client.where(call)}: the answer has no questions at {structure.questions}; check structure.questions"
        )
    titles = {str(item["ref"]): item.get("title") for item in found}
    unknown = [
        f'"{ref}" ({shown(title)})' if title else f'"{ref}"'
        for ref, title in titles.items()
        if ref not in fields.questions and ref not in fields.ignore
    ]
    gone = [f'"{ref}"' for ref in fields.questions if ref not in titles]
    problems = []
    if unknown:
        problems.append(
            f"the survey has questions that are not mapped: {', '.join(unknown)}; give their construct and scale under "
            "map.questions, or name them under map.ignore"
        )
    if gone:
        problems.append(
            f"the survey has no question {', '.join(gone)}, which map.questions names; correct or remove it"
        )
    if problems:
        raise ConfigurationError(f'source "{source_id}", object "{name}": {"; ".join(problems)}')
