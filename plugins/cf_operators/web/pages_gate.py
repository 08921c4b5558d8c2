"""What every request and every answer of the pages passes: a limit on bodies, and the security headers."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 64 * 1024
"""A form of ours is much smaller. The body is read before anybody knows who sends it."""

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "frame-src 'self'",  # the preview of a mail
        "frame-ancestors 'self'",  # the Airflow UI shows the pages in a frame
        "base-uri 'none'",
    ]
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
}


class PagesGate:
    """ASGI middleware around the whole application. A header that a route has set itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        app = self._app if _is_body_small(scope) else PlainTextResponse("The form is too large.", 413)
        await app(scope, receive, send_with_headers)


def _is_body_small(scope: Scope) -> bool:
    if scope["method"] in {"GET", "HEAD"}:
        return True
    # Without a length the server cannot know when to stop; every browser sends one with a form.
    length = Headers(scope=scope).get("content-length", "")
    return length.isdecimal() and int(length) <= MOST_BYTES
