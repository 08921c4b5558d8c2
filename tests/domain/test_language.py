"""Which language a person is addressed in."""

from __future__ import annotations

import pytest

from cf_operators.domain.language import is_right_to_left, offered_language


@pytest.mark.parametrize(
    ("wanted", "offered", "chosen"),
    [
        ("de", ["en", "de"], "de"),
        ("de-AT", ["en", "de"], "de"),
        ("DE_at", ["en", "de"], "de"),
        ("pt-BR", ["en", "pt", "pt-BR"], "pt-BR"),
        ("pt-PT", ["en", "pt-BR"], "pt-BR"),
        ("fr", ["en", "de"], "en"),
        ("", ["en", "de"], "en"),
        (None, ["pt", "en"], "pt"),
        ("d", ["en", "de"], "en"),
        ("zh-Hant-TW", ["en", "zh-Hant"], "zh-Hant"),
    ],
)
def test_the_nearest_offered_language_is_chosen(wanted: str | None, offered: list[str], chosen: str) -> None:
    assert offered_language(wanted, offered) == chosen


def test_something_has_to_be_offered() -> None:
    with pytest.raises(ValueError, match="no language is offered"):
        offered_language("en", [])


@pytest.mark.parametrize(
    ("language", "expected"), [("ar", True), ("he-IL", True), ("ar-Latn", False), ("en", False)]
)
def test_the_direction_of_writing(language: str, expected: bool) -> None:
    assert is_right_to_left(language) is expected
