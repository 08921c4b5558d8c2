"""What every request and every answer of the form server passes: rate limit, security headers, log of hits."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cf_operators.web.form_hits import LINKS, FormHits
from cf_operators.web.form_rate import RateLimit, client_key

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src data:",  # the icons within the style of SurveyJS
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}

_TOKEN = re.compile(rf"/([{''.join(LINKS)}])/[^/?\s]+")

Refusal = Callable[[Request, int], ASGIApp]


class FormGate:
    """ASGI middleware. ``refuse(request, seconds)`` makes the reply to a client that calls too often."""

    def __init__(
        self, app: ASGIApp, limit: RateLimit, refuse: Refusal, hits: FormHits, is_https: bool
    ) -> None:
        self._app = app
        self._limit = limit
        self._hits = hits
        self._refuse = refuse
        headers = _HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if is_https else {})
        self._headers = Headers(headers).raw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        hit, status_code = self._hits.begin(scope), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status_code
            if message["type"] == "http.response.start":
                status_code = message["status"]
                headers = message["headers"] = [*message["headers"], *self._headers]
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
            await send(message)

        client = scope.get("client")
        seconds = self._limit.wait(client_key(client[0] if client else None))
        app = self._refuse(Request(scope, receive), seconds) if seconds else self._app
        try:
            await app(scope, receive, send_with_headers)
        finally:
            if hit is not None:
                self._hits.write(hit, scope, status_code)


class WithoutTokens(logging.Filter):
    """Keeps signed links out of the access log: whoever reads the log must not be able to answer for a customer."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _TOKEN.sub(r"/\1/...", argument) if isinstance(argument, str) else argument
                for argument in record.args
            )
        return True


def keep_tokens_out_of_the_log() -> None:
    """Put the filter on the access log of uvicorn, once."""
    access_log = logging.getLogger("uvicorn.access")
    if not any(isinstance(present, WithoutTokens) for present in access_log.filters):
        access_log.addFilter(WithoutTokens())
