"""Key accounts: whom a wave would ask, and whether it may."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Response

from cf_operators.domain.decision import Approval
from cf_operators.hooks.decision_lists import MOST_ROWS
from cf_operators.web.pages_access import APPROVE, deciding, seeing
from cf_operators.web.pages_desk import DeskDep

router = APIRouter()


@router.get("/approvals", dependencies=seeing(APPROVE))
def approvals(desk: DeskDep, wave: str = "") -> Response:
    """The waves with key accounts that wait, and those of one wave."""
    with desk.books() as books:
        counts = books.lists.open_counts()
        waves = books.lists.approval_waves()
        # A wave with nothing left to decide makes room for the next one.
        chosen = next((each for each in waves if each["wave_id"] == wave), waves[0] if waves else None)
        rows = books.lists.approvals(chosen["wave_id"]) if chosen else []
    return desk.page(
        "approvals.html",
        "approvals",
        counts,
        waves=waves,
        wave=chosen,
        rows=rows,
        most=MOST_ROWS,
        may_decide=desk.may_decide(APPROVE),
    )


@router.post("/approvals", dependencies=deciding(APPROVE))
def approve(
    desk: DeskDep,
    wave: Annotated[str, Form()],
    decision: Annotated[Approval, Form()],
    invitation: Annotated[UUID | None, Form()] = None,
    note: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Decide about one key account, or, without an invitation, about all of a wave."""
    if not wave:
        raise HTTPException(400)
    with desk.books() as books:
        outcome = books.decisions.approve(
            decision,
            wave_id=None if invitation else wave,
            invitation_ids=[invitation] if invitation else [],
            note=note.strip() or None,
        )
    return desk.go("approvals", wave=wave, done=decision, **asdict(outcome))
