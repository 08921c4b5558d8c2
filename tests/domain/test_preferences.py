"""What a choice on the preferences page means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.preferences import Words, word_on, words_of

PURPOSES = ("purchases", "service", "relationship")
NO_TO_ALL = {"purchases": False, "service": False, "relationship": False, "survey": False}


@pytest.mark.parametrize(
    ("said", "chosen", "recorded"),
    [
        ({}, {"purchases": True}, {"purchases": True}),
        ({}, {"purchases": True, "service": False}, {"purchases": True, "service": False}),
        ({"purchases": True}, {"service": False}, {"service": False}),
        ({}, {}, {}),
        # a no to all
        ({}, {"survey": False}, {"survey": False}),
        ({}, {"survey": False, "purchases": True}, {"survey": False}),
        ({}, {"purchases": False, "service": False, "relationship": False}, NO_TO_ALL),
        ({"survey": False}, {"purchases": False, "service": False, "relationship": False}, NO_TO_ALL),
        ({"relationship": False}, {"purchases": False, "service": False}, {"purchases": False, "service": False}),
        # back again
        (
            {"survey": False},
            {"service": True},
            {"purchases": False, "service": True, "relationship": False, "survey": True},
        ),
        ({"survey": False, "purchases": True}, {"service": False}, {"service": False}),
        ({"survey": False}, {"unknown": True}, {}),
    ],
)  # fmt: skip
def test_words_of_a_choice(said: Words, chosen: Words, recorded: Words) -> None:
    assert words_of(PURPOSES, said, chosen) == recorded


@pytest.mark.parametrize(
    ("said", "chosen", "recorded"),
    [
        ({}, {"survey": True}, {"survey": True}),
        ({"survey": False}, {"survey": True}, {"survey": True}),
        ({"survey": True}, {"survey": False}, {"survey": False}),
    ],
)
def test_a_programme_without_purposes_has_one_question(said: Words, chosen: Words, recorded: Words) -> None:
    assert words_of((), said, chosen) == recorded


def test_a_no_to_all_is_a_no_to_each() -> None:
    said = {"survey": False, "purchases": True}
    assert [word_on(said, purpose) for purpose in ("purchases", "service", "survey")] == [False] * 3
    assert [word_on({"survey": True, "service": False}, purpose) for purpose in PURPOSES] == [
        None,
        False,
        None,
    ]


CHOICE = st.dictionaries(st.sampled_from(PURPOSES), st.booleans(), max_size=3)


@given(said=st.dictionaries(st.sampled_from((*PURPOSES, "survey")), st.booleans()), chosen=CHOICE)
def test_what_was_chosen_holds_afterwards_and_nothing_else_opens(said: Words, chosen: Words) -> None:
    after = {**said, **words_of(PURPOSES, said, chosen)}
    for purpose in PURPOSES:
        if purpose in chosen:
            assert word_on(after, purpose) is chosen[purpose]
        elif word_on(after, purpose) is not word_on(said, purpose):
            assert word_on(after, purpose) is False
    assert words_of(PURPOSES, after, chosen).items() <= after.items(), (
        "choosing the same again changes something"
    )
