"""The way out: ``/u/{token}``, by the button on the page or by the one click of a mail program (RFC 8058)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from cf_operators.web.form_body import read_body
from cf_operators.web.form_hits import note
from cf_operators.web.form_link import NoSuchLink
from cf_operators.web.form_server import Server
from cf_operators.web.form_texts import best_language

router = APIRouter()


@router.api_route("/u/{token}", methods=["GET", "HEAD"])
async def show_unsubscribe(server: Server, request: Request, token: str) -> Response:
    """The page with the button. Opening it changes nothing, as mail scanners open every link."""
    link = server.open(request, "unsubscribe", token)
    visit = await server.visit(link)
    note(request, outcome="shown")
    wanted = [request.query_params.get("lang"), visit.form.language]
    language = best_language(wanted, server.texts.languages)
    return server.pages.unsubscribe(language, preferences=server.sibling("preferences", link))


@router.post("/u/{token}")
async def unsubscribe(server: Server, request: Request, token: str) -> Response:
    """Ends all surveys for the person, however often it is posted, also after the answering time is over.

    Whatever the body says, a post to this address has one meaning; RFC 8058 sends ``List-Unsubscribe=One-Click``.
    """
    link = server.open(request, "unsubscribe", token)
    visit = await server.visit(link)
    await read_body(request)
    if not await server.store.unsubscribe(link.invitation_id):
        raise NoSuchLink
    note(request, outcome="accepted")
    onward = server.sibling("preferences", link)
    return server.pages.message("unsubscribed", [visit.form.language], 200, onward=onward)
