"""A desk with cases behind a local server, paged in each way that APIs have, and what its programme entry says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cf_operators.domain.rest_source import RestSource
from tests.rest_server import Asked, Reply

BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def stamp(seconds: float) -> str:
    """The time so many seconds after the first case, as the desk writes it."""
    return (BEGIN + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def case(number: int, seconds: float | None = None, **more: Any) -> dict[str, Any]:
    """A case; changed ``seconds`` after the first."""
    at = stamp(number if seconds is None else seconds)
    return {"id": number, "created_at": stamp(0), "updated_at": at, "kind": "late", "state": "open"} | more


class Desk:
    """Cases, and a list of them.

    :param size: rows of a page; a client may ask for fewer.
    :ivar before_page: called before each page is made, to change cases meanwhile.
    """

    def __init__(self, cases: list[dict[str, Any]], *, size: int = 2, is_ordered: bool = True) -> None:
        self.cases = {item["id"]: item for item in cases}
        self.size = size
        self.is_ordered = is_ordered
        self.pages = 0
        self.before_page: Callable[[int], None] = lambda number: None
        self.visible: Callable[[dict[str, Any]], bool] = lambda item: True

    def rows(self, since: str = "", until: str = "") -> list[dict[str, Any]]:
        found = [item for item in self.cases.values() if self.visible(item)]
        found = [item for item in found if since.rstrip("Z") <= item["updated_at"] <= (until or "9")]
        return sorted(found, key=lambda item: (item["updated_at"], item["id"])) if self.is_ordered else found

    def __call__(self, asked: Asked) -> Reply:
        """Page numbers, offsets, tokens, links in the body and in a header: all at once, as the path says."""
        self.pages += 1
        self.before_page(self.pages)
        params = asked.params
        rows = self.rows(params.get("since", ""), params.get("until", ""))
        size = min(int(params.get("limit", self.size)), self.size)
        start = int(params.get("offset") or params.get("after") or (int(params.get("page", 1)) - 1) * size)
        end = start + size
        document: dict[str, Any] = {"items": rows[start:end], "total": len(rows)}
        headers = {}
        if end < len(rows):
            query = "&".join(f"{name}={value}" for name, value in params.items() if name != "offset")
            link = f"http://{asked.headers['host']}{asked.path}?{query}&offset={end}"
            document |= {"next": {"after": str(end), "link": link}}
            headers["Link"] = f'<http://x/?page=1>; rel="first", <{link}>; rel="next"'
        return Reply(document, headers=headers)


PAGINGS: dict[str, Any] = {
    "page": {"kind": "page", "size_parameter": "limit", "size": 2},
    "offset": {"kind": "offset", "size_parameter": "limit", "size": 2},
    "cursor": {"kind": "cursor", "token": "next.after", "parameter": "after"},
    "next_link": {"kind": "next_link", "link": "next.link"},
    "link_header": "link_header",
}


def desk_source(paging: Any = "page", changed: Any = None, source: Any = None, **more: Any) -> RestSource:
    """The programme entry of a desk."""
    entry = {
        "stream": "complaints",
        "read": "/api/cases",
        "records": "items",
        "paging": PAGINGS[paging] if isinstance(paging, str) and paging in PAGINGS else paging,
        "key": ["id"],
        "map": {
            "shape": "complaint",
            "fields": {"received_at": "created_at", "closed_at": "closed_at", "category": "kind"},
        },
    } | more
    if changed is not None:
        entry["changed"] = {"path": "updated_at", "since": "since", "until": "until", "overlap": 0} | changed
    return RestSource.model_validate(
        {
            "id": "desk",
            "kind": "rest",
            "connection": "cf_desk",
            "time_zone": "UTC",
            "objects": {"cases": entry},
        }
        | (source or {})
    )
