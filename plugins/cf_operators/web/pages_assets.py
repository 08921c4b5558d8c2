"""The style and the script of the pages. Behind the login like everything else."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Response

from cf_operators.web.pages_desk import TEMPLATES

_MEDIA_TYPES = {"pages.css": "text/css; charset=utf-8", "pages.js": "text/javascript; charset=utf-8"}

router = APIRouter()


@router.get("/assets/{name}")
def asset(name: str) -> Response:
    """One of the two files; nothing else of the folder is served."""
    if name not in _MEDIA_TYPES:
        raise HTTPException(404)
    content = (TEMPLATES / "assets" / name).read_bytes()
    headers = {"Cache-Control": "private, max-age=86400"}
    return Response(content, media_type=_MEDIA_TYPES[name], headers=headers)
