"""What somebody may ask for, and what a mistake in it is answered with."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from cf_operators.domain.ad_hoc_request import read_request, unknown_choices


def test_the_least_that_has_to_be_given_is_a_title() -> None:
    request = read_request({"title": "Packaging"})
    assert (request.segments, request.max_recipients, request.dry_run) == ((), None, False)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "title: is missing; add it"),
        ({"title": " "}, 'title: " " is empty'),
        ({"title": "a\nb"}, "holds a line break"),
        ({"title": "x" * 61}, "has 61 characters; 60 fit into the subject of a mail"),
        ({"title": "x", "segmets": ["a"]}, 'segmets: is not a known key; did you mean "segments"?'),
        ({"title": "x", "segments": "home"}, 'segments: "home" is not a list'),
        ({"title": "x", "max_recipients": 0}, "max_recipients: 0 is too small; the least is 1"),
        ({"title": "x", "max_recipients": "many"}, 'max_recipients: "many"'),
        ({"title": "x", "dry_run": "perhaps"}, 'dry_run: "perhaps"'),
    ],
)
def test_a_mistake_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        read_request(given)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(ValueError, match="titel: is not a known key") as caught:
        read_request({"titel": "x", "max_recipients": -1})
    assert len(str(caught.value).splitlines()) == 3


def test_values_that_nobody_has_are_named_with_the_nearest() -> None:
    request = read_request(
        {"title": "x", "segments": ["Home", "office"], "regions": ["nrth"], "products": ["Ships"]}
    )
    known = {"segments": {"home", "office"}, "regions": {"north", "south"}, "products": {"Beds", "Lamps"}}
    assert list(unknown_choices(request, known)) == [
        '  segments: "Home" does not occur; did you mean "home"?',
        '  regions: "nrth" does not occur; did you mean "north"?',
        '  products: "Ships" does not occur; there are: Beds, Lamps',
    ]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("New Packaging!", "new-packaging"),
        ("Über uns", "uber-uns"),
        ("日本", "wave"),
        ("a/b;c'--", "a-b-c"),
        ("x" * 60, "x" * 40),
    ],
)
def test_the_wave_is_named_after_title_and_moment(title: str, slug: str) -> None:
    moment = datetime(2026, 3, 16, 9, 30, 5, tzinfo=timezone(timedelta(hours=1)))
    assert read_request({"title": title}).wave_key(moment) == f"{slug}-20260316T083005Z"


def test_the_same_trigger_is_the_same_wave() -> None:
    moment = datetime(2026, 3, 16, tzinfo=UTC)
    request = read_request({"title": "Packaging"})
    assert request.wave_key(moment) == request.wave_key(moment)
    assert request.wave_key(moment) != request.wave_key(moment + timedelta(seconds=1))
