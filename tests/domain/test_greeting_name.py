"""A name in a mail is one line of text and nothing else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.greeting_name import greeting_name, one_line


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("Ana Souza", "Ana Souza"),
        ("  Ana \t Souza\n", "Ana Souza"),
        ("Ana\r\nBcc: all", "Ana Bcc: all"),
        ("\u202eazuoS\u202c", "azuoS"),
        ("O'Brien-Łuka <3", "O'Brien-Łuka <3"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # a joiner inside a word belongs to it
        ("Anna St.John", "Anna St.John"),
        ("see https://evil.example", ""),
        ("WWW.evil.example", ""),
        ("bargains.com", ""),
        ("ana@example.org", ""),
        (None, ""),
        ("", ""),
        ("   ", ""),
    ],
)
def test_a_name_is_shown_as_text(given_name: str | None, shown: str) -> None:
    assert greeting_name(given_name) == shown


def test_a_long_name_is_cut() -> None:
    shown = greeting_name("Ana " * 100)
    assert len(shown) <= 80
    assert shown.endswith("…")


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_whatever_is_given_one_line_is_shown(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 200
    assert line == line.strip()
    assert not any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in line)
    assert one_line(line) == line
