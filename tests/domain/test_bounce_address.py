"""Return addresses that name an invitation: they fit, survive what mail servers do to them, and cannot be forged."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.bounce_address import TOKEN_LETTERS, bounce_address, read_bounce_address

KEY = "a signing key for tests, long enough"
ID = UUID("2f1f36c8-8c0f-5c5c-9a3c-0d9f6c4f7a11")


@given(st.uuids(), st.text(min_size=32, max_size=60))
def test_what_is_written_is_read(invitation_id: UUID, key: str) -> None:
    address = bounce_address("bounces@example.org", invitation_id, key)
    assert read_bounce_address(address, key) == invitation_id
    assert read_bounce_address(address.upper(), key) == invitation_id
    assert read_bounce_address(address.swapcase(), key) == invitation_id


def test_shape_of_an_address() -> None:
    address = bounce_address("bounces@example.org", ID, KEY)
    local, _, domain = address.partition("@")
    assert domain == "example.org"
    assert local.startswith("bounces+")
    assert len(local) == len("bounces+") + TOKEN_LETTERS == 48
    assert local.removeprefix("bounces+").isalnum()
    assert address == address.lower()


@pytest.mark.parametrize("length", [1, 23])
def test_a_part_before_the_at_of_23_letters_is_the_longest(length: int) -> None:
    local = bounce_address("b" * length + "@example.org", ID, KEY).partition("@")[0]
    assert len(local) <= 64


def test_one_letter_more_is_refused_with_the_number_that_fits() -> None:
    with pytest.raises(ValueError, match=r"has 24 characters.* take 23 at most"):
        bounce_address("b" * 24 + "@example.org", ID, KEY)


@pytest.mark.parametrize(
    "form",
    [
        "<{}>",
        '"Bounces" <{}>',
        "rfc822;{}",
        "somebody@example.org, {}",
        "SRS0=HHHH=TT=example.org={local}@forwarder.example",
        "SRS1=HHHH=forwarder.example==HHHH=TT=example.org={local}@second.example",
        "prvs=1234567890={}",
        "{local}@another-domain.example",
    ],
)
def test_a_token_is_found_in_what_forwarders_make_of_the_address(form: str) -> None:
    address = bounce_address("bounces@example.org", ID, KEY)
    assert read_bounce_address(form.format(address, local=address.partition("@")[0]), KEY) == ID


@given(st.integers(0, TOKEN_LETTERS - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_token_with_one_letter_changed_leads_nowhere(place: int, letter: str) -> None:
    address = bounce_address("b@example.org", ID, KEY)
    at = len("b+") + place
    forged = address[:at] + letter + address[at + 1 :]
    assert read_bounce_address(forged, KEY) == (ID if forged == address else None)


@pytest.mark.parametrize(
    "text", ["", "bounces@example.org", "x+" + "a" * 40 + "@y", "x+" + "a" * 41 + "@y", "@" * 9]
)
def test_other_addresses_lead_nowhere(text: str) -> None:
    assert read_bounce_address(text, KEY) is None


def test_a_token_of_another_key_leads_nowhere() -> None:
    assert read_bounce_address(bounce_address("b@example.org", ID, "k" * 32), KEY) is None


@given(st.text(max_size=300))
def test_any_text_may_be_looked_into(text: str) -> None:
    assert read_bounce_address(text, KEY) is None
