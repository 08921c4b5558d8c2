"""The way out: ``/u/{token}``, by the button on the page or by the one click of a mail program (RFC 8058)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from cf_operators.web.form_body import read_body
from cf_operators.web.form_server import NoSuchLink, Server
from cf_operators.web.form_texts import best_language

router = APIRouter()


@router.api_route("/u/{token}", methods=["GET", "HEAD"])
async def show_unsubscribe(server: Server, token: str, lang: str | None = None) -> Response:
    """The page with the button. Opening it changes nothing, as mail scanners open every link."""
    visit = await server.visit("unsubscribe", token)
    return server.pages.unsubscribe(best_language([lang, visit.form.language], server.texts.languages))


@router.post("/u/{token}")
async def unsubscribe(server: Server, request: Request, token: str) -> Response:
    """Ends all surveys for the person, however often it is posted, also after the answering time is over.

    Whatever the body says, a post to this address has one meaning; RFC 8058 sends ``List-Unsubscribe=One-Click``.
    """
    visit = await server.visit("unsubscribe", token)
    await read_body(request)
    if not await server.store.unsubscribe(visit.form.invitation_id):
        raise NoSuchLink
    return server.pages.message("unsubscribed", [visit.form.language], 200)
