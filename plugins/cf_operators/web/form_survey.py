"""The survey page and what it posts: ``/s/{token}``. Opening it changes nothing; only a post is an answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from cf_operators.web.form_body import read_submission
from cf_operators.web.form_server import FormServer, Server, Visit
from cf_operators.web.form_texts import best_language

router = APIRouter()

_PAGE_STATUS = {"answered": 200, "expired": 410, "closed": 410}
_POST_STATUS = {"accepted": 200, "answered": 200, "expired": 410, "closed": 410, "unknown": 404}


@router.api_route("/s/{token}", methods=["GET", "HEAD"])
async def show_survey(server: Server, token: str, lang: str | None = None) -> Response:
    """The questionnaire in the language asked for, else the customer's; or why it cannot be answered any more."""
    visit = await server.visit("answer", token)
    if visit.status != "open":
        return server.pages.message(visit.status, [lang, visit.form.language], _PAGE_STATUS[visit.status])
    wanted = [lang, visit.form.language, *server.settings.organisation.languages]
    language = best_language(wanted, visit.languages)
    return server.pages.survey(
        language=language, languages=visit.languages, survey=_survey_data(server, visit, language, token)
    )


def _survey_data(server: FormServer, visit: Visit, language: str, token: str) -> dict[str, Any]:
    """What the script of the page needs to know."""
    return {
        "definition": visit.form.definition,
        "answers": visit.form.partial or {},
        "language": language,
        "variables": {
            "organisation": server.settings.organisation.name,
            "occasion": visit.form.occasion,
        },
        "post": f"{server.settings.base_path}/s/{token}",
        "texts": {key: text for key, text in server.texts.of(language).items() if key.startswith("send_")},
    }


@router.post("/s/{token}")
async def take_submission(server: Server, request: Request, token: str) -> Response:
    """Keep a partial or complete submission that fits the questionnaire; a second complete one changes nothing."""
    visit = await server.visit("answer", token)
    seconds = server.link_limit.wait(str(visit.form.invitation_id))
    if seconds:
        return JSONResponse({"status": "busy"}, status_code=429, headers={"Retry-After": str(seconds)})
    if visit.status != "open":
        return _reply(visit.status)
    submission = await read_submission(request)
    language = submission.language or best_language([visit.form.language], visit.languages)
    errors = [
        {key: value for key, value in asdict(problem).items() if value}
        for problem in server.rules(visit.form).problems(submission.answers, is_complete=submission.complete)
    ]
    if language not in visit.languages:
        errors.append({"problem": f"language: {language!r} is none of {', '.join(visit.languages)}"})
    if errors:
        return JSONResponse({"status": "invalid", "errors": errors}, status_code=422)
    outcome = await server.store.submit(
        visit.form.invitation_id, submission.answers, language, is_complete=submission.complete
    )
    return _reply(outcome)


def _reply(outcome: str) -> JSONResponse:
    return JSONResponse({"status": outcome}, status_code=_POST_STATUS[outcome])
