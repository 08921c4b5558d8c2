"""What a person has said about being asked, and what their choice on the preferences page adds to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cf_operators.domain.organisation import EVERY_PURPOSE

Words = Mapping[str, bool]
"""Yes or no by purpose; the purpose ``survey`` stands for all of them. What was never said is missing."""


def word_on(said: Words, purpose: str) -> bool | None:
    """What the person has said about one purpose; a no to all surveys is a no to each. None: nothing yet."""
    return False if said.get(EVERY_PURPOSE) is False else said.get(purpose)


def words_of(purposes: Sequence[str], said: Words, chosen: Words) -> dict[str, bool]:
    """The words to record when a person chooses.

    A no to every purpose is a no to all surveys, those that are not thought of yet included. Who comes back after
    such a no is asked about what they say yes to now, and about nothing else: each other purpose gets a no of its own.

    :param purposes: ids of the programme's purposes.
    :param said: what the person has said so far.
    :param chosen: what they choose now, for some purposes or for ``survey``.
    """
    if chosen.get(EVERY_PURPOSE) is False:
        return {EVERY_PURPOSE: False}
    words = {purpose: chosen[purpose] for purpose in (*purposes, EVERY_PURPOSE) if purpose in chosen}
    if purposes and all(words.get(purpose) is False for purpose in purposes):
        return words | {EVERY_PURPOSE: False}
    if any(words.values()) and said.get(EVERY_PURPOSE) is False:
        return {purpose: words.get(purpose, False) for purpose in purposes} | {EVERY_PURPOSE: True}
    return words
