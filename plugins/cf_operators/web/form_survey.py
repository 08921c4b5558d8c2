"""The survey page and what it posts: ``/s/{token}``. Opening it changes nothing; only a post is an answer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from cf_operators.domain.one_click import chosen_value
from cf_operators.web.form_hits import note
from cf_operators.web.form_link import OpenedLink
from cf_operators.web.form_server import FormServer, Server, Visit
from cf_operators.web.form_submission import take_submission
from cf_operators.web.form_texts import best_language

router = APIRouter()

_PAGE_STATUS = {"answered": 200, "expired": 410, "closed": 410}


@router.api_route("/s/{token}", methods=["GET", "HEAD"])
async def show_survey(server: Server, request: Request, token: str) -> Response:
    """The questionnaire, or why it cannot be answered any more.

    ``?lang=`` asks for a language; ``?q=nps&v=9`` is the first answer that was chosen in the mail. It is filled in and
    kept when the person sends it; one that is off the scale is passed over.
    """
    link = server.open(request, "answer", token)
    return await show_form(server, request, link, f"{server.settings.base_path}/s/{token}")


@router.route("/s/{token}", methods=["POST"])
async def answer(request: Request) -> Response:
    """Keep a partial or complete submission that fits the questionnaire; a second complete one changes nothing.

    A plain route: the path that many people use at once does without the dependencies of FastAPI.
    """
    server: FormServer = request.app.state.form
    return await take_submission(
        server, request, server.open(request, "answer", request.path_params["token"])
    )


async def show_form(server: FormServer, request: Request, link: OpenedLink, post_to: str) -> Response:
    """The page of a link that answers, the customer's own or an interviewer's.

    :raises NoSuchLink: its invitation is gone.
    """
    visit = await server.visit(link)
    lang = request.query_params.get("lang")
    note(request, outcome="shown" if visit.status == "open" else visit.status)
    if visit.status != "open":
        return server.pages.message(visit.status, [lang, visit.form.language], _PAGE_STATUS[visit.status])
    wanted = [lang, visit.form.language, *server.settings.organisation.languages]
    language = best_language(wanted, visit.questionnaire.languages)
    return server.pages.survey(
        language=language,
        languages=visit.questionnaire.languages,
        survey=survey_data(server, request, visit, language) | {"post": post_to},
        interviewer=link.interviewer,
    )


def survey_data(server: FormServer, request: Request, visit: Visit, language: str) -> dict[str, Any]:
    """What the script of the page needs to know, but where it posts to."""
    answers = dict(visit.form.partial or {})
    question, value = (request.query_params.get(name, "") for name in ("q", "v"))
    chosen = chosen_value(visit.questionnaire.rules, question, value, answers)
    return {
        "definition": visit.form.definition,
        "version": visit.questionnaire.version,
        "saved": answers,
        "answers": answers if chosen is None else answers | {question: chosen},
        "chosen": None if chosen is None else question,
        "language": language,
        "variables": {
            "organisation": server.settings.organisation.name,
            "occasion": visit.form.occasion,
        },
    }
