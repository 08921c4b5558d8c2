"""How long a busy server asks to wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_LONGEST = timedelta(days=1)


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """The time of the server when it answered, from its header ``Date``."""
    return _http_date(headers.get("date", ""))


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The wait that ``Retry-After`` asks for (RFC 9110, 10.2.3): seconds, or a date by the clock of the server.

    At most a day: more is a mistake of the server's, and would stop a source for good.

    :param headers: with names in lower case, or found in any case.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        wait = timedelta(seconds=float(text))
    except OverflowError:
        return _LONGEST
    except ValueError:
        moment = _http_date(text)
        if moment is None:
            return None
        wait = moment - (server_time(headers) or datetime.now(UTC))
    return min(max(wait, timedelta(0)), _LONGEST)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
