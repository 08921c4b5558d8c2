"""The application behind the pages in the Airflow UI, mounted by the plugin into the API server."""

from __future__ import annotations

import logging

from airflow.api_fastapi.core_api.security import get_user
from airflow.exceptions import AirflowNotFoundException
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from cf_operators.errors import CfError
from cf_operators.web import (
    pages_access,
    pages_approvals,
    pages_assets,
    pages_interviews,
    pages_preview,
    pages_unknown,
    pages_waves,
)
from cf_operators.web.pages_desk import TABS, render
from cf_operators.web.pages_gate import PagesGate

log = logging.getLogger(__name__)

_MESSAGES = {400: "bad", 401: "login", 403: "forbidden", 404: "missing", 405: "bad", 422: "bad"}


def create_app() -> ASGIApp:
    """The application. Each route asks for a login; there is no description of the routes to be had."""
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(get_user)],
    )
    for module in (
        pages_waves,
        pages_unknown,
        pages_approvals,
        pages_interviews,
        pages_preview,
        pages_assets,
    ):
        app.include_router(module.router)

    @app.get("/")
    def start(request: Request) -> Response:
        return RedirectResponse(f"{request.scope['root_path']}/{TABS[0][0]}", status_code=303)

    _handle_errors(app)
    return PagesGate(app)


def _handle_errors(app: FastAPI) -> None:
    """Every error becomes a page that says what to do."""

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        message = (
            "stale" if error.detail == pages_access.STALE else _MESSAGES.get(error.status_code, "failed")
        )
        return render(request, "message.html", error.status_code, message=message, detail=None)

    @app.exception_handler(RequestValidationError)
    async def misread(request: Request, _error: RequestValidationError) -> Response:
        return render(request, "message.html", 422, message="bad", detail=None)

    @app.exception_handler(CfError)
    async def ours(request: Request, error: CfError) -> Response:
        log.error("%s: %s", request.url.path, error)
        message, status = ("unavailable", 503) if error.is_retriable else ("setup", 500)
        return render(request, "message.html", status, message=message, detail=str(error))

    @app.exception_handler(AirflowNotFoundException)
    async def no_connection(request: Request, error: AirflowNotFoundException) -> Response:
        log.error("%s: %s", request.url.path, error)
        return render(request, "message.html", 500, message="setup", detail=str(error))

    @app.exception_handler(Exception)
    async def failed(request: Request, _error: Exception) -> Response:
        return render(request, "message.html", 500, message="failed", detail=None)
