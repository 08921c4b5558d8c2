"""Interviews: the call list, a customer who calls, and the link by which an interviewer answers for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Query, Response

from cf_operators.domain.link import LONGEST_NAME
from cf_operators.hooks.form_links import FormLinks
from cf_operators.hooks.interviews import MOST_CALLS
from cf_operators.web.pages_access import INTERVIEW, acting, deciding, seeing
from cf_operators.web.pages_desk import DeskDep

LINK_TIME = timedelta(hours=12)
"""How long an interviewer's link works: a shift."""

router = APIRouter()


@router.get("/interviews", dependencies=seeing(INTERVIEW))
def interviews(
    desk: DeskDep,
    source: Annotated[str, Query(max_length=100)] = "",
    customer: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Whom to call, and what a customer who calls was asked."""
    may_decide = desk.may_decide(INTERVIEW)
    with desk.books() as books:
        listed = books.interviews.calls()
        asked = books.interviews.asked(source, customer.strip()) if customer and may_decide else None
        counts = books.lists.open_counts()
    return desk.page(
        "interviews.html",
        "interviews",
        counts,
        calls=listed,
        most=MOST_CALLS,
        sources=[each.id for each in desk.programme.sources if each.kind != "form"],
        source=source,
        customer=customer,
        asked=asked,
        may_decide=may_decide,
    )


@router.post("/interviews", dependencies=deciding(INTERVIEW))
def begin(desk: DeskDep, invitation: Annotated[UUID, Form()]) -> Response:
    """Begin an interview."""
    with desk.books() as books:
        call = books.interviews.begin(invitation, desk.programme.asking)
    if call.result == "begun":
        return desk.go("interview", invitation=invitation)
    return desk.go("interviews", done=call.result, reason=call.reason)


@router.get("/interview", dependencies=acting(INTERVIEW))
def interview(desk: DeskDep, invitation: UUID) -> Response:
    """The links of an interview that this user has begun."""
    with desk.books() as books:
        found = books.interviews.begun(invitation)
        counts = books.lists.open_counts()
    if found is None:
        raise HTTPException(404)
    links = FormLinks()
    until = min(found["answer_until"], desk.clock + LINK_TIME)
    return desk.page(
        "interview.html",
        "interviews",
        counts,
        interview=found,
        until=until,
        link=links.interview(invitation, desk.actor[:LONGEST_NAME], until),
        preferences=links.preferences(invitation, until),
    )
