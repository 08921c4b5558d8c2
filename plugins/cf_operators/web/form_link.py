"""Reads the signed link that a request came by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from fastapi import Request

from cf_operators.domain.link import (
    LinkExpired,
    LinkInvalid,
    Preview,
    PreviewExpired,
    Purpose,
    read_interview,
    read_link,
    read_preview,
)
from cf_operators.web.form_hits import note

MAX_TOKEN = 700
"""Characters; the longest is that of an interview, with the interviewer's name."""


class NoSuchLink(Exception):
    """The link is not one of ours, or its invitation is gone."""


@dataclass(frozen=True)
class OpenedLink:
    """What a link says: for which invitation it is, whether its time is over, and by whom it is used."""

    invitation_id: UUID
    is_expired: bool = False
    interviewer: str | None = None


def open_link(request: Request, key: str, purpose: Purpose, token: str) -> OpenedLink:
    """What a customer's link of this purpose says.

    :raises NoSuchLink: it is not a link of this key and purpose.
    """
    try:
        link = OpenedLink(read_link(key, purpose, _short(token), datetime.now(UTC)))
    except LinkExpired as expired:
        link = OpenedLink(expired.invitation_id, is_expired=True)
    except LinkInvalid as error:
        raise NoSuchLink from error
    note(request, invitation_id=link.invitation_id)
    return link


def open_interview(request: Request, key: str, token: str) -> OpenedLink:
    """What an interviewer's link says.

    :raises NoSuchLink: it is not such a link of this key.
    """
    try:
        interview = read_interview(key, _short(token), datetime.now(UTC))
        link = OpenedLink(interview.invitation_id, interviewer=interview.interviewer)
    except LinkExpired as expired:
        link = OpenedLink(expired.invitation_id, is_expired=True, interviewer="")
    except LinkInvalid as error:
        raise NoSuchLink from error
    note(request, invitation_id=link.invitation_id)
    return link


def open_preview(key: str, token: str) -> Preview | None:
    """The version of a questionnaire that a link shows; None when its time is over.

    :raises NoSuchLink: it is not such a link of this key.
    """
    try:
        return read_preview(key, _short(token), datetime.now(UTC))
    except PreviewExpired:
        return None
    except LinkInvalid as error:
        raise NoSuchLink from error


def _short(token: str) -> str:
    if len(token) > MAX_TOKEN:
        raise NoSuchLink
    return token
