"""A link is good for one invitation, one purpose, one key and a limited time, and tells nothing about a person."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.link import (
    Interview,
    LinkExpired,
    LinkInvalid,
    Preview,
    PreviewExpired,
    Purpose,
    read_interview,
    read_link,
    read_preview,
    sign_interview,
    sign_link,
    sign_preview,
)

KEY = "a signing key of thirty-two chars"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
INVITATION = UUID("9d91bb96-6d08-4b2b-b9f3-4b6f9cc1a4a9")


@pytest.mark.parametrize("purpose", ["answer", "unsubscribe", "preferences"])
def test_a_token_leads_back_to_its_invitation(purpose: Purpose) -> None:
    assert read_link(KEY, purpose, sign_link(KEY, purpose, INVITATION, LATER), NOW) == INVITATION


READERS: dict[str, Callable[[str], object]] = {
    "answer": lambda token: read_link(KEY, "answer", token, NOW),
    "unsubscribe": lambda token: read_link(KEY, "unsubscribe", token, NOW),
    "preferences": lambda token: read_link(KEY, "preferences", token, NOW),
    "interview": lambda token: read_interview(KEY, token, NOW),
    "preview": lambda token: read_preview(KEY, token, NOW),
}
TOKENS = {
    "answer": sign_link(KEY, "answer", INVITATION, LATER),
    "unsubscribe": sign_link(KEY, "unsubscribe", INVITATION, LATER),
    "preferences": sign_link(KEY, "preferences", INVITATION, LATER),
    "interview": sign_interview(KEY, Interview(INVITATION, "Ada"), LATER),
    "preview": sign_preview(KEY, Preview("annual", "0123456789ab"), LATER),
}


@pytest.mark.parametrize(
    ("made_for", "used_for"), [pair for pair in product(TOKENS, READERS) if pair[0] != pair[1]]
)
def test_a_token_for_one_purpose_is_none_for_another(made_for: str, used_for: str) -> None:
    assert READERS[made_for](TOKENS[made_for])
    with pytest.raises(LinkInvalid):
        READERS[used_for](TOKENS[made_for])


def test_an_interview_names_the_interviewer() -> None:
    token = sign_interview(KEY, Interview(INVITATION, " Zoë Łuczak\n"), LATER)
    assert read_interview(KEY, token, LATER) == Interview(INVITATION, "Zoë Łuczak")
    with pytest.raises(LinkExpired) as expired:
        read_interview(KEY, token, LATER + timedelta(seconds=1))
    assert expired.value.invitation_id == INVITATION
    for name in (" ", "x" * 101):
        with pytest.raises(ValueError, match="expected 1 to 100"):
            sign_interview(KEY, Interview(INVITATION, name), LATER)
    assert len(sign_interview(KEY, Interview(INVITATION, "😀" * 100), LATER)) < 620


def test_a_preview_is_of_a_questionnaire_and_of_nobody() -> None:
    token = sign_preview(KEY, Preview("annual", "0123456789ab"), LATER)
    assert read_preview(KEY, token, LATER) == Preview("annual", "0123456789ab")
    with pytest.raises(PreviewExpired):
        read_preview(KEY, token, LATER + timedelta(seconds=1))


def test_a_token_of_another_key_is_invalid() -> None:
    token = sign_link(KEY, "answer", INVITATION, LATER)
    with pytest.raises(LinkInvalid):
        read_link(KEY[::-1], "answer", token, NOW)


def test_a_token_is_good_up_to_its_last_second() -> None:
    token = sign_link(KEY, "answer", INVITATION, LATER)
    assert read_link(KEY, "answer", token, LATER) == INVITATION
    with pytest.raises(LinkExpired) as expired:
        read_link(KEY, "answer", token, LATER + timedelta(seconds=1))
    assert expired.value.invitation_id == INVITATION


@given(st.data())
def test_no_changed_token_is_accepted(data: st.DataObject) -> None:
    token = sign_link(KEY, "answer", INVITATION, LATER)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda other: other != token[place]))
    changed = token[:place] + letter + token[place + 1 :]
    try:
        assert read_link(KEY, "answer", changed, NOW) == INVITATION, "another invitation was reached"
        # The last letter of a base64 text may hold two bits that mean nothing.
        assert place == len(token) - 1
    except LinkInvalid:
        pass


@given(st.text(max_size=90))
def test_any_other_text_is_invalid(text: str) -> None:
    with pytest.raises(LinkInvalid):
        read_link(KEY, "answer", text, NOW)


def test_a_token_is_short_safe_in_a_url_and_different_for_each_invitation() -> None:
    tokens = {sign_link(KEY, "answer", uuid4(), LATER) for _ in range(50)}
    assert len(tokens) == 50
    for token in tokens:
        assert len(token) < 80
        assert all(letter.isalnum() or letter in "-_." for letter in token)


def test_a_token_holds_the_id_and_the_expiry_alone() -> None:
    payload = sign_link(KEY, "answer", INVITATION, LATER).partition(".")[0]
    plain = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    assert plain == INVITATION.bytes + int(LATER.timestamp()).to_bytes(5, "big")


def test_a_weak_key_and_a_time_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="has 5 characters; it needs 32"):
        sign_link("short", "answer", INVITATION, LATER)
    with pytest.raises(ValueError, match="no time zone"):
        sign_link(KEY, "answer", INVITATION, LATER.replace(tzinfo=None))
