"""Reads what was posted, within limits of size and time."""

from __future__ import annotations

import asyncio
import json
import math
import re
from typing import Annotated, Any, NoReturn

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

JSON = "application/json"
MAX_BYTES = 64 * 1024
READ_TIMEOUT = 15.0  # seconds; a phone on a bad line sends 64 kB in less

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class BodyRefused(Exception):
    """The body cannot be taken. ``status_code`` is that of HTTP; the message says what is allowed."""

    def __init__(self, status_code: int, problem: str) -> None:
        super().__init__(problem)
        self.status_code = status_code
        self.problem = problem


class Submission(BaseModel):
    """The body of one post of the survey page. ``version`` is that of the questionnaire which the page shows."""

    model_config = ConfigDict(strict=True, extra="forbid")

    answers: dict[str, Any]
    complete: bool
    language: Annotated[str | None, Field(max_length=35)] = None
    version: Annotated[str | None, Field(max_length=64)] = None


def media_type(request: Request) -> str:
    """The content type of a request without its parameters, in small letters; empty when it gives none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request) -> bytes:
    """The whole body.

    :raises BodyRefused: 413 when it is longer than 64 kB, 408 when it does not arrive in time.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(READ_TIMEOUT):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise BodyRefused(413, f"the body is too long; at most {MAX_BYTES} bytes are allowed")
    except TimeoutError:
        raise BodyRefused(408, f"the body did not arrive within {READ_TIMEOUT:.0f} seconds") from None
    return bytes(body)


async def read_submission(request: Request) -> Submission:
    """The submission of a post with a JSON body.

    :raises BodyRefused: also 415 for another content type, 400 for a body that is no JSON, and 422 for JSON of
        another shape.
    """
    if (given := media_type(request)) != JSON:
        raise BodyRefused(415, f'the content type is "{given}"; only {JSON} is allowed')
    body = await read_body(request)
    try:
        content = _storable(json.loads(body, parse_constant=_no_number, parse_float=_finite))
    except (ValueError, RecursionError):
        raise BodyRefused(400, "the body is not JSON") from None
    try:
        return Submission.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the body"
        raise BodyRefused(
            422,
            f'{place}: {first["msg"]}; expected {{"answers": {{...}}, "complete": true or false, "language": "en"}}',
        ) from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too great")
    return number


def _storable(value: Any) -> Any:
    """The value with characters that PostgreSQL cannot keep replaced, so that the rest of a text is not lost."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value
