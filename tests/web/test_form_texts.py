"""The words of the pages: complete in each shipped language, and a language for everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cf_operators.errors import ConfigurationError
from cf_operators.web.form_texts import TEXTS_FILE, FormTexts, accepted_languages, best_language, direction


def test_shipped_languages_are_complete() -> None:
    content = yaml.safe_load(TEXTS_FILE.read_text(encoding="utf-8"))
    assert {"en", "de", "pt"} <= set(content)
    for language, texts in content.items():
        assert set(texts) == set(content["en"]), language
        assert all(text.strip() for text in texts.values()), language


def test_a_missing_text_is_given_in_english_and_an_unknown_key_refused(tmp_path: Path) -> None:
    file = tmp_path / "texts.yml"
    file.write_text("en: {hello: Hello, bye: Bye}\nfr: {hello: Bonjour}\n")
    assert FormTexts(file).of("fr-CA") == {"hello": "Bonjour", "bye": "Bye"}
    assert FormTexts(file).of("sv") == {"hello": "Hello", "bye": "Bye"}
    file.write_text("en: {hello: Hello}\nfr: {helo: Bonjour}\n")
    with pytest.raises(ConfigurationError, match="fr: helo"):
        FormTexts(file)


@pytest.mark.parametrize(
    ("wanted", "offered", "best"),
    [
        (["pt-BR"], ["en", "pt"], "pt"),
        (["pt"], ["en", "pt-BR", "pt-PT"], "pt-BR"),
        (["PT-pt"], ["en", "pt-BR", "pt-PT"], "pt-PT"),
        ([None, "", "sv", "de"], ["en", "de"], "de"),
        (["sv"], ["de", "en"], "en"),
        (["sv"], ["de", "pt"], "de"),
        ([], ["de"], "de"),
    ],
)
def test_best_language(wanted: list[str | None], offered: list[str], best: str) -> None:
    assert best_language(wanted, offered) == best


def test_accepted_languages_by_weight() -> None:
    assert accepted_languages("en;q=0.5, de-AT, pt;q=0.9, *;q=0.1, broken;;") == ["de-AT", "pt", "en"]
    assert accepted_languages("") == []


def test_direction() -> None:
    assert [direction(language) for language in ("ar", "he-IL", "de", "en-US")] == [
        "rtl",
        "rtl",
        "ltr",
        "ltr",
    ]
