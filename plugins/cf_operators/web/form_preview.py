"""A questionnaire to look at, ``/v/{token}``: where all links of a test mail lead. Nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from cf_operators.domain.link import Preview
from cf_operators.domain.one_click import chosen_value
from cf_operators.domain.survey import version_of
from cf_operators.web.form_body import JSON, media_type, read_body
from cf_operators.web.form_hits import note
from cf_operators.web.form_link import NoSuchLink, open_preview
from cf_operators.web.form_server import FormServer, Server
from cf_operators.web.form_texts import accepted_languages, best_language

router = APIRouter()


@router.api_route("/v/{token}", methods=["GET", "HEAD"])
async def show_preview(server: Server, request: Request, token: str) -> Response:
    """The page as a customer would see it, with a word that it is a preview."""
    preview = open_preview(server.settings.signing_key, token)
    wanted = _languages(request)
    if preview is None:
        note(request, outcome="expired")
        return server.pages.message("expired", wanted, 410)
    definition = await server.store.preview(preview.survey_id, preview.version) or _of_file(server, preview)
    if definition is None:
        raise NoSuchLink
    questionnaire = server.questionnaires.of(preview.version, definition)
    language = best_language([*wanted, *server.settings.organisation.languages], questionnaire.languages)
    question, value = (request.query_params.get(name, "") for name in ("q", "v"))
    chosen = chosen_value(questionnaire.rules, question, value, {})
    note(request, outcome="shown")
    return server.pages.survey(
        language=language,
        languages=questionnaire.languages,
        survey={
            "definition": definition,
            "version": preview.version,
            "saved": {},
            "answers": {} if chosen is None else {question: chosen},
            "chosen": None if chosen is None else question,
            "language": language,
            "variables": {
                "organisation": server.settings.organisation.name,
                "occasion": server.texts.of(language)["preview_occasion"],
            },
            "post": f"{server.settings.base_path}/v/{token}",
        },
        is_preview=True,
    )


@router.post("/v/{token}")
async def keep_nothing(server: Server, request: Request, token: str) -> Response:
    """Say that nothing was kept: to the survey page, to a mail program's one click, to any form."""
    open_preview(server.settings.signing_key, token)
    await read_body(request)
    note(request, outcome="preview")
    if media_type(request) == JSON:
        return JSONResponse({"status": "preview", "problem": "preview: nothing was kept"})
    return server.pages.message("preview_kept", _languages(request), 200)


def _of_file(server: FormServer, preview: Preview) -> Mapping[str, Any] | None:
    """The definition in the programme's own file, for a campaign that has asked nobody yet."""
    for survey in server.settings.surveys:
        if survey.id == preview.survey_id:
            try:
                definition: dict[str, Any] = json.loads(survey.definition.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                return None
            return definition if version_of(definition) == preview.version else None
    return None


def _languages(request: Request) -> list[str | None]:
    return [
        request.query_params.get("lang"),
        *accepted_languages(request.headers.get("accept-language", "")),
    ]
