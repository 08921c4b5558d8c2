"""The log of hits: every request on a link, one JSON line each, kept apart from the answers.

A GET writes nothing to the warehouse, so whoever wants to know how many people opened a link, and how many scanners,
reads this log. A line holds no address, no token and nothing of the body:

    {"at": "2026-03-16T08:00:00.123Z", "link": "answer", "method": "GET", "invitation": "9d91bb96-...", "status": 200,
     "client": "browser", "outcome": "shown"}

``link`` is answer, unsubscribe, preferences, interview or preview; ``client`` what the program calls itself (browser,
mail program, scanner, unknown); ``outcome`` is accepted for a POST that was taken in, shown for a page that can be
answered, else why not: answered, expired, closed, refused.

A person is told from a scanner by what is done: a person posts an accepted answer (those stand in
``cf_landing.form_submission`` too). Signs of a scanner are a client of that kind, HEAD, several links of one
invitation within a second or two, the unsubscribe link without a POST, and a GET within seconds of the mail.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from starlette.requests import HTTPConnection
from starlette.types import Scope

from cf_operators.domain.client_kind import client_kind
from cf_operators.errors import ConfigurationError

log = logging.getLogger(__name__)

STANDARD_ERROR, OFF = "stderr", "off"

LINKS = {"s": "answer", "u": "unsubscribe", "p": "preferences", "i": "interview", "v": "preview"}
"""What a link is for, by the first part of its path."""


@dataclass
class Hit:
    """One request on a link; the route notes what it found out."""

    link: str
    invitation_id: UUID | None = None
    outcome: str | None = None


class FormHits:
    """Writes the log.

    :param place: a file, ``stderr`` or ``off``. A file that is moved away (logrotate) is made anew within a second.
    """

    def __init__(self, place: str) -> None:
        """:raises ConfigurationError: the file cannot be written."""
        self.is_on = place != OFF
        self._file = None if place in {STANDARD_ERROR, OFF} else Path(place)
        self._handle = sys.stderr.fileno() if self._file is None else self._open(self._file)
        self._looked_at = time.monotonic()
        self._lines: list[str] = []

    def close(self) -> None:
        """Write what is left and close the file."""
        self._flush()
        if self._file is not None:
            os.close(self._handle)

    def begin(self, scope: Scope) -> Hit | None:
        """The hit of a request, for its route to fill in; None when it is not on a link."""
        path: str = scope["path"]
        link = LINKS.get(path[1:2]) if path[2:3] == "/" else None
        if not self.is_on or link is None:
            return None
        hit = Hit(link)
        scope.setdefault("state", {})["hit"] = hit
        return hit

    def write(self, hit: Hit, scope: Scope, status_code: int) -> None:
        """Write the line of a request that has been answered."""
        agent = next((value for name, value in scope["headers"] if name == b"user-agent"), b"")
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "link": hit.link,
            "method": scope["method"],
            "invitation": hit.invitation_id and str(hit.invitation_id),
            "status": status_code,
            "client": client_kind(agent[:500].decode("latin-1")),
            "outcome": hit.outcome or "refused",
        }
        self._lines.append(json.dumps(line) + "\n")
        if len(self._lines) == 1:
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        """Write the lines of all requests that were answered at this moment, at the end of the file in one call."""
        lines, self._lines = self._lines, []
        if not lines:
            return
        try:
            self._follow()
            os.write(self._handle, "".join(lines).encode())
        except OSError as error:  # a full disk must not cost anybody an answer
            log.warning("the log of hits cannot be written: %s", error.strerror)

    def _follow(self) -> None:
        """Open the file anew when it was moved away."""
        if self._file is None or time.monotonic() < self._looked_at + 1:
            return
        self._looked_at = time.monotonic()
        try:
            is_ours = os.path.samestat(self._file.stat(), os.fstat(self._handle))
        except FileNotFoundError:
            is_ours = False
        if not is_ours:
            os.close(self._handle)
            self._handle = self._open(self._file)

    @staticmethod
    def _open(file: Path) -> int:
        try:
            return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        except OSError as error:
            raise ConfigurationError(
                f"CF_FORM_HIT_LOG: cannot write {file} ({error.strerror}); give a file that the form server may "
                f"write, {STANDARD_ERROR} or {OFF}"
            ) from error


def note(request: HTTPConnection, invitation_id: UUID | None = None, outcome: str | None = None) -> None:
    """Add to the hit of a request what its route has found out."""
    hit: Hit | None = request.scope.get("state", {}).get("hit")
    if hit is not None:
        hit.invitation_id = invitation_id or hit.invitation_id
        hit.outcome = outcome or hit.outcome
