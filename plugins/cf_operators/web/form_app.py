"""The public form server: an ASGI application of its own, with its own database role and nothing of Airflow.

    uvicorn --factory cf_operators.web.form_app:create_app --host 127.0.0.1 --port 8090 --no-server-header

It asks for CF_FORM_DATABASE, CF_FORM_SIGNING_KEY and CF_FORM_PUBLIC_URL, and takes CF_PROGRAMME, CF_FORM_RATE,
CF_FORM_LINK_RATE, CF_FORM_HIT_LOG and CF_NODE_MODULES.
"""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from cf_operators.errors import ConfigurationError, WarehouseUnavailable
from cf_operators.web import (
    form_assets,
    form_interview,
    form_preferences,
    form_preview,
    form_status,
    form_survey,
    form_unsubscribe,
)
from cf_operators.web.form_body import JSON, BodyRefused, media_type
from cf_operators.web.form_gate import FormGate, keep_tokens_out_of_the_log
from cf_operators.web.form_link import NoSuchLink
from cf_operators.web.form_rate import RateLimit
from cf_operators.web.form_server import FormServer
from cf_operators.web.form_settings import FormSettings
from cf_operators.web.form_texts import accepted_languages

log = logging.getLogger(__name__)

_RETRY_SECONDS = 10
_ROUTES = (
    form_survey, form_unsubscribe, form_preferences, form_interview, form_preview, form_status, form_assets,
)  # fmt: skip
_PAGES = {404: "not_found", 408: "refused", 413: "refused", 429: "busy", 500: "failed", 503: "unavailable"}


def create_app(settings: FormSettings | None = None) -> ASGIApp:
    """The application; without settings they are read from the environment, and wrong ones end the program."""
    try:
        server = FormServer.of(settings or FormSettings.from_environment(os.environ))
    except ConfigurationError as error:
        if settings is not None:
            raise
        raise SystemExit(str(error)) from None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await server.store.start()
        yield
        await server.store.stop()
        server.hits.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.form = server
    for module in _ROUTES:
        app.include_router(module.router)
    _handle_errors(app)
    keep_tokens_out_of_the_log()
    # Around everything, so that a page about an error of ours has the headers too.
    return FormGate(
        app,
        limit=RateLimit(server.settings.requests_per_minute),
        refuse=partial(_too_many, server),
        hits=server.hits,
        is_https=server.settings.is_https,
    )


def _handle_errors(app: FastAPI) -> None:
    """Every error becomes a page that a customer can read, or JSON for the script of the survey page."""

    @app.exception_handler(NoSuchLink)
    async def no_such_link(request: Request, _error: NoSuchLink) -> Response:
        return _reply(request, 404, "unknown")

    @app.exception_handler(BodyRefused)
    async def body_refused(request: Request, error: BodyRefused) -> Response:
        return _reply(request, error.status_code, "refused", error.problem)

    @app.exception_handler(WarehouseUnavailable)
    async def unavailable(request: Request, error: WarehouseUnavailable) -> Response:
        log.error("%s", error)
        reply = _reply(request, 503, "unavailable")
        reply.headers["Retry-After"] = str(_RETRY_SECONDS)
        return reply

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        reply = _reply(
            request, error.status_code, "unknown" if error.status_code == 404 else "refused", error.detail
        )
        reply.headers.update(error.headers or {})
        return reply

    @app.exception_handler(Exception)
    async def failed(request: Request, _error: Exception) -> Response:
        return _reply(request, 500, "failed")


def _too_many(server: FormServer, request: Request, seconds: int) -> Response:
    reply = server.pages.message("busy", accepted_languages(request.headers.get("accept-language", "")), 429)
    reply.headers["Retry-After"] = str(seconds)
    return reply


def _reply(request: Request, status_code: int, status: str, problem: str | None = None) -> Response:
    is_script = request.url.path.startswith(("/s/", "/i/")) or media_type(request) == JSON
    if request.method == "POST" and is_script:
        errors = {"errors": [{"problem": problem}]} if problem else {}
        return JSONResponse({"status": status, **errors}, status_code=status_code)
    server: FormServer = request.app.state.form
    wanted = [
        request.query_params.get("lang"),
        *accepted_languages(request.headers.get("accept-language", "")),
    ]
    return server.pages.message(_PAGES.get(status_code, "refused"), wanted, status_code)
