"""Participants of a survey of LimeSurvey, each known by a token of ours and by nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cf_operators.errors import DataError
from cf_operators.hooks.limesurvey_client import LimeSurveyClient, NothingThere


@dataclass(frozen=True, slots=True)
class Participant:
    """A person who may answer; LimeSurvey is told neither name nor address.

    :ivar valid_until: in the time zone of LimeSurvey's server.
    """

    token: str
    language: str
    valid_until: datetime


def create_participants(client: LimeSurveyClient, survey: str, wanted: Sequence[Participant]) -> int:
    """Let LimeSurvey know these participants; those whom it knows already are left as they are.

    So it does no harm when it is done again after a crash, or twice at the same time.

    :returns: how many were new.
    :raises DataError: LimeSurvey refuses a participant.
    """
    missing = _missing(client, survey, wanted)
    if not missing:
        return 0
    rows = [
        {
            "token": each.token,
            "language": each.language,
            "validuntil": f"{each.valid_until:%Y-%m-%d %H:%M:%S}",
        }
        for each in missing
    ]
    made: Any = client.ask(
        f"participants of survey {survey}",
        lambda api: api.add_participants(int(survey), participant_data=rows, create_tokens=False),
    )
    refused = [each for each in made if each.get("errors")]
    # One that somebody else has created meanwhile is refused, too, as its token is taken.
    left = _missing(client, survey, missing)
    if left:
        said = next((str(each["errors"]) for each in refused), "nothing")
        raise DataError(
            f'connection "{client.conn_id}", survey {survey}: LimeSurvey did not create {len(left)} of {len(missing)} '
            f"participants; it says {said[:200]}"
        )
    return len(missing) - len(refused)


def _missing(client: LimeSurveyClient, survey: str, wanted: Sequence[Participant]) -> list[Participant]:
    tokens = [each.token for each in wanted]
    try:
        found = client.ask(
            f"participants of survey {survey}",
            lambda api: api.list_participants(
                int(survey), start=0, limit=len(tokens) + 1, conditions={"token": ["IN", *tokens]}
            ),
        )
    except NothingThere:
        return list(wanted)
    known = {each.get("token") for each in found}
    return [each for each in wanted if each.token not in known]
