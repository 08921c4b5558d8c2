"""An interviewer's link, ``/i/{token}``: the same survey, answered for the customer on the telephone.

It follows the rules of the customer's own link: one complete answer, and none after the time is over. The answer is
kept with the channel ``phone`` and the interviewer's name.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from cf_operators.web.form_link import OpenedLink, open_interview
from cf_operators.web.form_server import FormServer, Server
from cf_operators.web.form_submission import take_submission
from cf_operators.web.form_survey import show_form

router = APIRouter()


@router.api_route("/i/{token}", methods=["GET", "HEAD"])
async def show_interview(server: Server, request: Request, token: str) -> Response:
    """The questionnaire with a word to the interviewer."""
    link = _open(server, request, token)
    return await show_form(server, request, link, f"{server.settings.base_path}/i/{token}")


@router.post("/i/{token}")
async def record_interview(server: Server, request: Request, token: str) -> Response:
    """Keep what the customer said on the telephone."""
    return await take_submission(server, request, _open(server, request, token))


def _open(server: FormServer, request: Request, token: str) -> OpenedLink:
    return open_interview(request, server.settings.signing_key, token)
