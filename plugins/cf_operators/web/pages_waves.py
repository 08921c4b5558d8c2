"""Waves: what became of each, and the switch that stops one."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Query, Response

from cf_operators.domain.decision import Switch
from cf_operators.web.pages_access import SETTLE, deciding, seeing
from cf_operators.web.pages_desk import DeskDep

PER_PAGE = 25

router = APIRouter()


@router.get("/waves", dependencies=seeing(SETTLE))
def waves(desk: DeskDep, campaign: str = "", page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
    """The newest waves, of one campaign or of all."""
    with desk.books() as books:
        rows = books.lists.waves(campaign or None, PER_PAGE + 1, (page - 1) * PER_PAGE)
        counts = books.lists.open_counts()
    return desk.page(
        "waves.html",
        "waves",
        counts,
        waves=rows[:PER_PAGE],
        campaigns=[each.id for each in desk.programme.campaigns],
        campaign=campaign,
        page=page,
        has_more=len(rows) > PER_PAGE,
    )


@router.get("/wave", dependencies=seeing(SETTLE))
def wave(desk: DeskDep, id: str) -> Response:  # noqa: A002  # as it stands in the address
    """One wave with all its numbers."""
    with desk.books() as books:
        found = books.lists.wave(id)
        if found is None:
            raise HTTPException(404)
        languages, decided, counts = (
            books.lists.wave_languages(id),
            books.lists.wave_decisions(id),
            books.lists.open_counts(),
        )
    return desk.page(
        "wave.html",
        "waves",
        counts,
        wave=found,
        languages=languages,
        decided=decided,
        is_over=found["not_after"] <= desk.clock,
        may_decide=desk.may_decide(SETTLE),
    )


@router.post("/wave", dependencies=deciding(SETTLE))
def switch(
    desk: DeskDep,
    wave: Annotated[str, Form()],
    decision: Annotated[Switch, Form()],
    note: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Stop a wave or let it go on."""
    with desk.books() as books:
        is_changed = books.decisions.switch(decision, wave, note.strip() or None)
    done: Literal["stopped", "resumed", "nothing"] = decision if is_changed else "nothing"
    return desk.go("wave", id=wave, done=done)
