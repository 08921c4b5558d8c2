"""A small web page over the caught mails: a list, and each mail with its HTML, text and headers.

A mail is foreign content: its HTML is shown in a sandboxed frame under a policy that allows no script and loads
nothing from anywhere.
"""

from __future__ import annotations

import re
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from local.mail_store import CaughtMail, MailStore

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'"
)
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
PER_PAGE = 100

templates = Jinja2Templates(Path(__file__).parent / "templates")


def create_inbox(store: MailStore) -> Starlette:
    """The inbox application: `/`, `/mail/<name>`, and its parts `/html` and `/source`."""

    def find(request: Request) -> CaughtMail:
        try:
            return store.read(request.path_params["name"])
        except FileNotFoundError as error:
            raise HTTPException(404, "There is no such mail.") from error

    def list_mails(request: Request) -> Response:
        names = store.names()[::-1]
        page = max(1, int(request.query_params.get("page", "1"))) if _is_number(request, "page") else 1
        mails = [store.read(name) for name in names[(page - 1) * PER_PAGE : page * PER_PAGE]]
        context = {
            "mails": mails,
            "total": len(names),
            "page": page,
            "is_last": page * PER_PAGE >= len(names),
        }
        return _page(request, "inbox.html", context)

    def show_mail(request: Request) -> Response:
        return _page(request, "mail.html", {"mail": find(request)})

    def show_html(request: Request) -> Response:
        html = find(request).html
        if html is None:
            raise HTTPException(404, "This mail has no HTML part.")
        return HTMLResponse(_open_links_outside(html), headers=_headers(MAIL_POLICY))

    def show_source(request: Request) -> Response:
        content = (store.folder / find(request).name).read_bytes()
        return PlainTextResponse(content, headers=_headers(PAGE_POLICY))

    return Starlette(
        routes=[
            Route("/", list_mails),
            Route("/mail/{name}", show_mail),
            Route("/mail/{name}/html", show_html),
            Route("/mail/{name}/source", show_source),
        ]
    )


def _page(request: Request, template: str, context: dict[str, object]) -> Response:
    return templates.TemplateResponse(request, template, context, headers=_headers(PAGE_POLICY))


def _headers(policy: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def _is_number(request: Request, name: str) -> bool:
    return request.query_params.get(name, "1").isdecimal()


def _open_links_outside(html: str) -> str:
    """Make links open in a new tab: inside the sandboxed frame the target page could not run."""
    return re.sub(r"(<head\b[^>]*>)", r'\1<base target="_blank">', html, count=1, flags=re.IGNORECASE)
