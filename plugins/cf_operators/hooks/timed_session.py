"""An HTTP session whose requests end, whatever the other side does."""

from __future__ import annotations

from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter

TIMEOUT: Final = (10, 120)
"""Seconds to connect, and between two pieces of an answer."""


class _Timed(HTTPAdapter):
    def send(self, request: requests.PreparedRequest, *args: Any, **settings: Any) -> requests.Response:
        settings["timeout"] = settings.get("timeout") or TIMEOUT
        return super().send(request, *args, **settings)


def timed_session() -> requests.Session:
    """A session with the time limits of :data:`TIMEOUT`, and without retries that hide what the server says."""
    session = requests.Session()
    session.mount("https://", timed_adapter())
    session.mount("http://", timed_adapter())
    return session


def timed_adapter() -> HTTPAdapter:
    """What gives a session of others these limits, and takes its retries away."""
    return _Timed()
