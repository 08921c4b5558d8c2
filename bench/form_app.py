"""The application that is measured: the public form, and beside it in the same process the barest routes there are."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from cf_operators.web.form_app import create_app

PREFIX = "/bare"


class Bare(BaseModel):
    """What the route that writes takes in: the same body as the form, of which it keeps the answers."""

    answers: dict[str, Any]
    complete: bool
    language: str
    version: str


def bare_app() -> FastAPI:
    """Two routes without links, limits, checks or headers: one does nothing, one writes one row."""
    pool = AsyncConnectionPool(
        os.environ["CF_BENCH_DATABASE"], kwargs={"autocommit": True}, min_size=1, max_size=10, open=False
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await pool.open()
        yield
        await pool.close()

    app = FastAPI(lifespan=lifespan)

    @app.post(f"{PREFIX}/nothing")
    async def nothing() -> dict[str, str]:
        return {"status": "accepted"}

    @app.post(f"{PREFIX}/insert/{{invitation_id}}")
    async def insert(invitation_id: UUID, body: Bare) -> dict[str, str]:
        async with pool.connection() as connection:
            await connection.execute(
                "insert into bare_submission (invitation_id, is_complete, answers, language) values (%s, %s, %s, %s)",
                [invitation_id, body.complete, Jsonb(body.answers), body.language],
            )
        return {"status": "accepted"}

    return app


def create() -> ASGIApp:
    """Both applications, told apart by the path; each gets the start and the end of the server."""
    form, bare = create_app(), bare_app()

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await (bare if scope["path"].startswith(PREFIX) else form)(scope, receive, send)
            return
        async with bare.router.lifespan_context(bare):
            await form(scope, receive, send)

    return dispatch
