"""One request to the pages: who asks, what they may do, the way to the warehouse, and the page that answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import psycopg
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cf_operators.domain.programme import Programme
from cf_operators.hooks.decision_lists import DecisionLists
from cf_operators.hooks.decisions import Decisions
from cf_operators.hooks.interviews import Interviews
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.programme import load_programme
from cf_operators.web import pages_access as access
from cf_operators.web import pages_words as words

TEMPLATES = Path(__file__).resolve().parents[3] / "include" / "templates" / "pages"

TABS = (
    ("waves", "Waves", access.SETTLE),
    ("unknown", "To settle", access.SETTLE),
    ("approvals", "Key accounts", access.APPROVE),
    ("interviews", "Interviews", access.INTERVIEW),
    ("preview", "Mail preview", access.TRY_MAIL),
)
"""Path, title and DAG of each page, in the order of the navigation."""


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=1)
def asset_digest() -> str:
    """Changes with the style and the script, so that a browser does not keep old ones."""
    content = b"".join(path.read_bytes() for path in sorted((TEMPLATES / "assets").iterdir()))
    return hashlib.sha256(content).hexdigest()[:12]


@dataclass(frozen=True)
class Books:
    """The ledger as the pages use it: what waits, what this user decides, whom they call."""

    lists: DecisionLists
    decisions: Decisions
    interviews: Interviews


class Desk:
    """What a route works with."""

    def __init__(self, request: Request, user: GetUserDep) -> None:
        self.request = request
        self.user = user
        self.clock = datetime.now(UTC)

    @property
    def actor(self) -> str:
        """The name that decisions are kept under."""
        return str(self.user.get_name())

    @property
    def programme(self) -> Programme:
        """The programme as it is now."""
        return load_programme()

    def transaction(self) -> AbstractContextManager[psycopg.Connection[Any]]:
        """One transaction on the warehouse, kept when its block ends well."""
        return WarehouseHook().transaction()

    @contextmanager
    def books(self) -> Iterator[Books]:
        """The ledger, in one transaction."""
        with self.transaction() as connection:
            yield Books(
                DecisionLists(connection, self.clock),
                Decisions(connection, self.actor, self.clock),
                Interviews(connection, self.actor, self.clock),
            )

    def may_decide(self, dag_id: str) -> bool:
        """Whether to offer the buttons of a page."""
        return access.may_decide(self.user, dag_id)

    def page(self, template: str, tab: str, counts: dict[str, int], **values: Any) -> HTMLResponse:
        """A page with the navigation.

        :param counts: what waits, by tab; shown beside its title.
        """
        tabs = [
            (path, title, counts.get(path, 0))
            for path, title, dag_id in TABS
            if access.may_see(self.user, dag_id)
        ]
        return render(
            self.request,
            template,
            tab=tab,
            tabs=tabs,
            token=access.form_token(self.user),
            done=self.request.query_params.get("done"),
            reason=self.request.query_params.get("reason"),
            counted=_counted(self.request),
            time_zone=self.programme.organisation.time_zone,
            **values,
        )

    def go(self, path: str, **query: Any) -> RedirectResponse:
        """Answer to a POST: the page to look at next, so that loading it again presses no button again."""
        given = {key: value for key, value in query.items() if value is not None}
        where = f"{self.request.scope['root_path']}/{path}"
        return RedirectResponse(f"{where}?{urlencode(given)}" if given else where, status_code=303)


DeskDep = Annotated[Desk, Depends(Desk)]


def render(request: Request, template: str, status_code: int = 200, **values: Any) -> HTMLResponse:
    """One template. Whatever is put into it is escaped."""
    time_zone = values.get("time_zone", "UTC")
    page = (
        _templates()
        .get_template(template)
        .render(
            base=request.scope["root_path"],
            asset_digest=asset_digest(),
            word=words.word,
            reasons=words.known("reason"),
            number=words.number,
            percent=words.percent,
            moment=partial(words.moment, time_zone=time_zone),
            day=partial(words.day, time_zone=time_zone),
            **values,
        )
    )
    return HTMLResponse(page, status_code=status_code)


def _counted(request: Request) -> dict[str, int]:
    """The numbers of the message above a page; anything else in the address is left out."""
    return {
        key: int(value)
        for key, value in request.query_params.items()
        if key in {"changed", "answered", "too_late", "found"} and value.isdecimal() and len(value) < 10
    }
