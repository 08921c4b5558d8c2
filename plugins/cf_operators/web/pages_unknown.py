"""To settle: mails of which nobody knows whether they arrived, and the two things a person can say about them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Response

from cf_operators.domain.decision import Settlement
from cf_operators.hooks.decision_lists import MOST_ROWS
from cf_operators.web.pages_access import SETTLE, deciding, seeing
from cf_operators.web.pages_desk import DeskDep

router = APIRouter()


@router.get("/unknown", dependencies=seeing(SETTLE))
def unknown(desk: DeskDep, wave: str = "") -> Response:
    """The waves that have such mails, and those of one wave."""
    with desk.books() as books:
        counts = books.lists.open_counts()
        waves = books.lists.unknown_waves()
        # A wave with nothing left to decide makes room for the next one.
        chosen = next((each for each in waves if each["wave_id"] == wave), waves[0] if waves else None)
        rows = books.lists.unknown(chosen["wave_id"]) if chosen else []
    return desk.page(
        "unknown.html",
        "unknown",
        counts,
        waves=waves,
        wave=chosen,
        rows=rows,
        most=MOST_ROWS,
        may_decide=desk.may_decide(SETTLE),
    )


@router.post("/unknown", dependencies=deciding(SETTLE))
def settle(
    desk: DeskDep,
    wave: Annotated[str, Form()],
    decision: Annotated[Settlement, Form()],
    invitation: Annotated[UUID | None, Form()] = None,
    note: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Settle one mail, or, without an invitation, all of a wave."""
    if not wave:
        raise HTTPException(400)
    with desk.books() as books:
        outcome = books.decisions.settle(
            decision,
            wave_id=None if invitation else wave,
            invitation_ids=[invitation] if invitation else [],
            note=note.strip() or None,
        )
    return desk.go("unknown", wave=wave, done=decision, **asdict(outcome))
