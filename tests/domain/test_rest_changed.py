"""How fine a pattern tells moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cf_operators.domain.rest_changed import RestChanged, grain_of

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("written", "grain"),
    [
        ("iso", SECOND),
        ("naive", SECOND),
        ("seconds", SECOND),
        ("milliseconds", timedelta(milliseconds=1)),
        ("date", DAY),
        ("%Y-%m-%d %H:%M", MINUTE),
        ("%Y-%m-%dT%H:%M:%S%z", SECOND),
        ("%Y-%m-%dT%H:%M:%S.%fZ", timedelta(microseconds=1)),
        ("%d.%m.%Y", DAY),
        ("%-d/%-m/%Y", DAY),
        ("%Y%m%d%H", HOUR),
        ("%x", DAY),
        ("%c", SECOND),
        ("%%S %Y-%j", DAY),
        ("%G-%V", timedelta(days=7)),
        ("%Y-%m", timedelta(days=31)),
        ("%Y", timedelta(days=366)),
    ],
)
def test_the_grain_is_that_of_the_finest_part(written: str, grain: timedelta) -> None:
    assert RestChanged.model_validate({"format": written}).grain == grain


@pytest.mark.parametrize(
    "pattern", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H", "%Y-%m-%d", "%Y-%m", "%Y"]
)
def test_a_grain_earlier_is_another_text(pattern: str) -> None:
    """Else the source would be asked for the same moment, which it may leave out."""
    moments = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=7 * number) for number in range(3000)]
    for moment in moments:
        assert (moment - grain_of(pattern)).strftime(pattern) < moment.strftime(pattern)
