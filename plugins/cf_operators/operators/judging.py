"""The steps that every plan of invitations takes, whether it opens a wave or comes back to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg

from cf_operators.domain.audience import Audience
from cf_operators.domain.campaign import Campaign
from cf_operators.domain.draw import draw, most_people
from cf_operators.domain.invitation import Identity, identify
from cf_operators.domain.programme import Programme
from cf_operators.hooks.invitation_plan import InvitationPlan


def judge(
    connection: psycopg.Connection[Any],
    programme: Programme,
    campaign: Campaign,
    audience: Audience,
    now: datetime,
) -> tuple[InvitationPlan, dict[str, Any]]:
    """Judge an audience as of now, in the caller's transaction. Nothing of the ledger is changed.

    :returns: the plan, which the caller may write, and its counts, see :func:`counts_of`.
    :raises ConfigurationError: the audience cannot be used.
    """
    plan = InvitationPlan(connection, campaign, programme.asking, now, programme.organisation.time_zone)
    plan.judge(audience)
    if campaign.sample or audience.most:
        frames = plan.frames().items()
        draws = [draw(wave_key, count, campaign.sample, audience.most) for wave_key, count in frames]
        plan.draw(draws, campaign.sample.share if campaign.sample else None)
    verdicts, awaiting = plan.verdicts(most_people(campaign.sample, audience.most))
    return plan, counts_of(verdicts, awaiting, plan.waves())


def identities(plan: InvitationPlan, campaign: Campaign, programme: Programme) -> Iterator[Identity]:
    """The ids, languages and time zones of the planned invitations, as a stream."""
    domain = programme.organisation.sender.address.rpartition("@")[2]
    languages, home = programme.organisation.languages, programme.organisation.time_zone
    zones = plan.known_zones()
    for candidate in plan.askable():
        yield identify(candidate, campaign.id, languages, domain, home, zones)


def counts_of(verdicts: Mapping[str, int], awaiting: int = 0, waves: Sequence[str] = ()) -> dict[str, Any]:
    """The counts of a plan for its summary; planned, already planned and excluded add up to the candidates.

    :param verdicts: candidates by verdict.
    :param awaiting: those of the planned who wait for approval.
    :param waves: ids of the waves that get new invitations.
    """
    return {
        "candidates": sum(verdicts.values()),
        "planned": verdicts.get("planned", 0),
        "already_planned": verdicts.get("already_planned", 0),
        "awaiting_approval": awaiting,
        "excluded": {
            verdict: count
            for verdict, count in verdicts.items()
            if verdict not in {"planned", "already_planned"}
        },
        "waves": list(waves),
    }
