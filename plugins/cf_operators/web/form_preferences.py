"""The preferences page, ``/p/{token}``: what a person wants to be asked about. A plain form: no script, no login."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from cf_operators.domain.organisation import EVERY_PURPOSE
from cf_operators.domain.preferences import Words, word_on, words_of
from cf_operators.web.form_body import BodyRefused, media_type, read_body
from cf_operators.web.form_hits import note
from cf_operators.web.form_link import NoSuchLink, OpenedLink
from cf_operators.web.form_server import FormServer, Server
from cf_operators.web.form_texts import best_language

router = APIRouter()

FORM = "application/x-www-form-urlencoded"
NO_TO_ALL = "no-to-all"
_SUMMARY = {True: "yes", False: "no", None: "nothing"}
_ANSWERS = {"yes": True, "no": False}
_MOST_FIELDS = 200


@dataclass(frozen=True)
class Choice:
    """One row of the page: a purpose, its title, and what the person has said about it."""

    purpose: str
    title: str
    word: bool | None


@router.api_route("/p/{token}", methods=["GET", "HEAD"])
async def show_preferences(server: Server, request: Request, token: str) -> Response:
    """What the person has said so far. Opening it changes nothing."""
    link = server.open(request, "preferences", token)
    said = await _said(server, link)
    note(request, outcome="shown")
    return await _page(server, request, link, said, "")


@router.post("/p/{token}")
async def save_preferences(server: Server, request: Request, token: str) -> Response:
    """Record a yes or no for each purpose that has one; what is left open stays as it is."""
    link = server.open(request, "preferences", token)
    seconds = server.link_limit.wait(str(link.invitation_id))
    if seconds:
        reply = await _page(server, request, link, await _said(server, link), "busy")
        reply.status_code, reply.headers["Retry-After"] = 429, str(seconds)
        return reply
    purposes = [purpose.id for purpose in server.settings.purposes]
    chosen = await _chosen(request, purposes or [EVERY_PURPOSE])
    said = await _said(server, link)
    if not chosen:
        note(request, outcome="refused")
        reply = await _page(server, request, link, said, "missing")
        reply.status_code = 422
        return reply
    if not await server.store.prefer(link.invitation_id, words_of(purposes, said, chosen)):
        raise NoSuchLink
    note(request, outcome="accepted")
    return await _page(server, request, link, await _said(server, link), "saved")


async def _said(server: FormServer, link: OpenedLink) -> Words:
    said = await server.store.preferences(link.invitation_id)
    if said is None:
        raise NoSuchLink
    return said


async def _chosen(request: Request, purposes: list[str]) -> Mapping[str, bool]:
    if media_type(request) != FORM:
        raise BodyRefused(415, f"only {FORM} is allowed")
    try:
        fields = dict(parse_qsl((await read_body(request)).decode(), max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise BodyRefused(400, "the body is no form") from None
    if NO_TO_ALL in fields:
        return {EVERY_PURPOSE: False}
    given = {purpose: fields[purpose] for purpose in purposes if purpose in fields}
    if any(answer not in _ANSWERS for answer in given.values()):
        raise BodyRefused(422, "expected yes or no for each purpose")
    return {purpose: _ANSWERS[answer] for purpose, answer in given.items()}


async def _page(server: FormServer, request: Request, link: OpenedLink, said: Words, event: str) -> Response:
    visit = await server.visit(link)
    wanted = [request.query_params.get("lang"), visit.form.language]
    language = best_language([*wanted, *server.settings.organisation.languages], server.texts.languages)
    choices = [
        Choice(
            purpose.id,
            purpose.title[best_language([language], list(purpose.title))],
            word_on(said, purpose.id),
        )
        for purpose in server.settings.purposes
    ] or [Choice(EVERY_PURPOSE, server.texts.of(language)["preferences_every"], said.get(EVERY_PURPOSE))]
    return server.pages.preferences(
        language,
        choices=choices,
        summary=_SUMMARY[said.get(EVERY_PURPOSE)] if EVERY_PURPOSE in said or not said else "some",
        event=event,
        unsubscribe=server.sibling("unsubscribe", link),
    )
