"""The kinds of value of the programme: what each admits, at its boundaries."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from cf_operators.domain import value

ACCEPTED: list[tuple[Any, Any]] = [
    (value.Slug, "a"),
    (value.Slug, "post_purchase_2"),
    (value.Slug, "a" * 40),
    (value.Line, "Meridian Home GmbH, Straße 1"),
    (value.TimeZone, "America/Sao_Paulo"),
    (value.TimeZone, "UTC"),
    (value.Language, "en"),
    (value.Language, "pt-BR"),
    (value.Language, "zh-Hant-TW"),
    (value.Language, "es-419"),
    (value.EmailAddress, "care@meridian-home.example"),
    (value.EmailAddress, "o'neil+tag@mail.example.org"),
    (value.WayToComplain, "https://example.org/complaints?x=1"),
    (value.WayToComplain, "mailto:care@example.org"),
    (value.ConnectionId, "cf_shop"),
    (value.Days, 0),
    (value.Days, 3650),
    (value.SomeDays, 1),
    (value.Count, 1),
]

REFUSED: list[tuple[Any, Any]] = [
    (value.Slug, ""),
    (value.Slug, "a" * 41),
    (value.Slug, "2nd"),
    (value.Slug, "Post"),
    (value.Slug, "a-b"),
    (value.Slug, "a\n"),
    (value.Line, ""),
    (value.Line, "   "),
    (value.Line, "one\ntwo"),
    (value.Line, "Care\r\nBcc: someone@example.org"),
    (value.Line, 7),
    (value.TimeZone, "Europe/Berln"),
    (value.TimeZone, "Europe"),
    (value.TimeZone, "../../etc/passwd"),
    (value.TimeZone, ""),
    (value.Language, "english"),
    (value.Language, "EN"),
    (value.Language, "pt_BR"),
    (value.Language, "pt-br"),
    (value.Language, False),
    (value.EmailAddress, "care"),
    (value.EmailAddress, "care@localhost"),
    (value.EmailAddress, "a b@example.org"),
    (value.EmailAddress, "a@b@example.org"),
    (value.EmailAddress, "care@example.org\n"),
    (value.WayToComplain, "ftp://example.org"),
    (value.WayToComplain, 'https://example.org/"onclick'),
    (value.WayToComplain, "javascript:alert(1)"),
    (value.ConnectionId, "cf shop"),
    (value.Days, -1),
    (value.Days, 3651),
    (value.Days, True),
    (value.Days, "3"),
    (value.Days, 3.0),
    (value.SomeDays, 0),
    (value.Count, 0),
]


@pytest.mark.parametrize(("kind", "given"), ACCEPTED, ids=[repr(given) for _, given in ACCEPTED])
def test_accepted_as_it_is(kind: Any, given: Any) -> None:
    assert TypeAdapter(kind).validate_python(given) == given


@pytest.mark.parametrize(("kind", "given"), REFUSED, ids=[repr(given) for _, given in REFUSED])
def test_refused(kind: Any, given: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(given)


def test_blanks_around_a_line_do_not_count() -> None:
    assert TypeAdapter(value.Line).validate_python("  Customer Care ") == "Customer Care"


def test_a_mistyped_time_zone_gets_a_suggestion() -> None:
    with pytest.raises(ValidationError, match='did you mean "Europe/Berlin"'):
        TypeAdapter(value.TimeZone).validate_python("Europe/Berln")
