"""Which addresses are one mailbox, and that the same ask always has the same id."""

from __future__ import annotations

import hashlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.identity import (
    address_hash,
    clean_address,
    invitation_id,
    message_id,
    normalise_address,
)

ANA = UUID("00000000-0000-4000-8000-000000000001")


@pytest.mark.parametrize(
    ("text", "written_to", "compared_by"),
    [
        ("ana@example.org", "ana@example.org", "ana@example.org"),
        ("  Ana.Souza@Example.ORG ", "Ana.Souza@example.org", "ana.souza@example.org"),
        ("ana@müller.de", "ana@xn--mller-kva.de", "ana@xn--mller-kva.de"),
        ("ana@MÜLLER.de", "ana@xn--mller-kva.de", "ana@xn--mller-kva.de"),
        ("ana@straße.de", "ana@xn--strae-oqa.de", "ana@xn--strae-oqa.de"),  # not strasse.de: another domain
        ("zoe\u0308@example.org", "zoë@example.org", "zoë@example.org"),  # decomposed and composed are one
        ("\u200bana@example.org\u202c", "ana@example.org", "ana@example.org"),
        ("ana+shop@example.org", "ana+shop@example.org", "ana+shop@example.org"),
        ("ana@example.org.", "ana@example.org", "ana@example.org"),
    ],
)
def test_an_address_is_cleaned_and_normalised(text: str, written_to: str, compared_by: str) -> None:
    assert clean_address(text) == written_to
    assert normalise_address(text) == compared_by
    assert address_hash(text) == hashlib.sha256(compared_by.encode()).digest()


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "   ",
        "n/a",
        "ana",
        "ana@",
        "@example.org",
        "ana@localhost",
        "ana@@example.org",
        "ana@example.org, bo@example.org",
        "ana@example.org\nBcc: all@example.org",
        "an a@example.org",
        "Ana <ana@example.org>",
        "ana@-example.org",
        "ana@example..org",
        "ana@" + "a" * 64 + ".org",
        "a" * 65 + "@example.org",
        "ana@xn--\u2603\u2603.",
    ],
)
def test_what_is_not_one_plain_address_has_no_hash(text: str | None) -> None:
    assert clean_address(text) is None
    assert normalise_address(text) is None
    assert address_hash(text) is None


@given(st.emails())
def test_normalising_twice_is_normalising_once(address: str) -> None:
    once = normalise_address(address)
    assert once is None or normalise_address(once) == once


@given(st.text(max_size=40))
def test_whatever_comes_out_is_safe_in_a_mail_dialogue(text: str) -> None:
    address = clean_address(text)
    assert address is None or (address.isprintable() and not set(address) & set(' <>"\r\n'))


def test_an_invitation_id_never_changes() -> None:
    # Written down once: another value here would mean that everybody could be asked again.
    assert str(invitation_id("annual", "2026", ANA, 0)) == "f3d06deb-3095-5f3d-a892-2949def49101"


def test_every_part_makes_another_invitation() -> None:
    ids = {
        invitation_id("annual", "2026", ANA, 0),
        invitation_id("annual", "2026", ANA, 1),
        invitation_id("annual", "2027", ANA, 0),
        invitation_id("annual2", "026", ANA, 0),
        invitation_id("ad_hoc", "2026", ANA, 0),
        invitation_id("annual", "2026", UUID(int=ANA.int + 1), 0),
    }
    assert len(ids) == 6


def test_a_message_id_is_the_invitation_at_the_senders_domain() -> None:
    assert message_id(ANA, "example.org") == f"<{ANA}@example.org>"
    assert message_id(ANA, "müller.de") == f"<{ANA}@xn--mller-kva.de>"
