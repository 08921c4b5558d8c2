"""Takes in what the survey page posts.

The usual post says which version of the questionnaire it answers. When that is known here, it is checked and kept in
one round trip to the warehouse, which looks whether the invitation is open and asks this very version. Every other
case takes a look at the invitation first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from cf_operators.web.form_body import Submission, read_submission
from cf_operators.web.form_hits import note
from cf_operators.web.form_link import OpenedLink
from cf_operators.web.form_questionnaire import Questionnaire
from cf_operators.web.form_server import FormServer
from cf_operators.web.form_store import FormSubmission
from cf_operators.web.form_texts import best_language

_STATUS = {"accepted": 200, "answered": 200, "expired": 410, "closed": 410, "unknown": 404}


async def take_submission(server: FormServer, request: Request, link: OpenedLink) -> JSONResponse:
    """Keep a submission that fits, else say what is wrong with it or why it comes too late.

    :raises BodyRefused: the body is no submission.
    :raises NoSuchLink: the invitation is gone.
    """
    seconds = server.link_limit.wait(str(link.invitation_id))
    if seconds:
        return JSONResponse({"status": "busy"}, status_code=429, headers={"Retry-After": str(seconds)})
    submission = await read_submission(request)
    outcome = await _take_fast(server, link, submission)
    if outcome is None:
        return await _take_carefully(server, request, link, submission)
    return _reply(request, outcome)


async def _take_fast(server: FormServer, link: OpenedLink, submission: Submission) -> str | None:
    """Keep what fits the version that the post names; None when that cannot be told without the invitation."""
    questionnaire, language = server.questionnaires.known(submission.version), submission.language
    if questionnaire is None or language not in questionnaire.languages or link.is_expired:
        return None
    if _problems(questionnaire, submission):
        return None
    outcome = await _keep(server, link, questionnaire, submission, language)
    return None if outcome == "other_version" else outcome


async def _take_carefully(
    server: FormServer, request: Request, link: OpenedLink, submission: Submission
) -> JSONResponse:
    """Look how the invitation stands, whatever the post says of it, and tell what is wrong in detail."""
    visit = await server.visit(link)
    if visit.status != "open":
        return _reply(request, visit.status)
    questionnaire = visit.questionnaire
    language = submission.language or best_language([visit.form.language], questionnaire.languages)
    errors = _problems(questionnaire, submission)
    if language not in questionnaire.languages:
        errors.append({"problem": f"language: {language!r} is none of {', '.join(questionnaire.languages)}"})
    if errors:
        return JSONResponse({"status": "invalid", "errors": errors}, status_code=422)
    return _reply(request, await _keep(server, link, questionnaire, submission, language))


async def _keep(
    server: FormServer, link: OpenedLink, questionnaire: Questionnaire, submission: Submission, language: str
) -> str:
    return await server.store.submit(
        FormSubmission(
            link.invitation_id,
            questionnaire.version,
            submission.answers,
            language,
            is_complete=submission.complete,
            interviewer=link.interviewer,
        )
    )


def _problems(questionnaire: Questionnaire, submission: Submission) -> list[Mapping[str, Any]]:
    return [
        {key: value for key, value in asdict(problem).items() if value}
        for problem in questionnaire.rules.problems(submission.answers, is_complete=submission.complete)
    ]


def _reply(request: Request, outcome: str) -> JSONResponse:
    note(request, outcome=outcome)
    return JSONResponse({"status": outcome}, status_code=_STATUS[outcome])
