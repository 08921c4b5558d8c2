"""The front page, for whoever comes without a link, and the health of the server, for whoever watches it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from cf_operators.errors import WarehouseUnavailable
from cf_operators.web.form_server import Server
from cf_operators.web.form_texts import accepted_languages

router = APIRouter()


@router.api_route("/", methods=["GET", "HEAD"])
async def front_page(server: Server, request: Request) -> Response:
    """Says whose server this is and where links come from."""
    return server.pages.message("front", accepted_languages(request.headers.get("accept-language", "")), 200)


@router.api_route("/health", methods=["GET", "HEAD"])
async def health(server: Server) -> Response:
    """200 when the warehouse answers, else 503."""
    try:
        await server.store.check()
    except WarehouseUnavailable:
        return JSONResponse({"status": "warehouse unavailable"}, status_code=503)
    return JSONResponse({"status": "ok"})
