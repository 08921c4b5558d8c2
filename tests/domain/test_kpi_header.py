"""What the SQL file of a KPI says about itself."""

from __future__ import annotations

import pytest

from cf_operators.domain.kpi_header import KpiHeader

TEXT = """\
-- share: whether a thing
--   is red.
-- Numerator: red things.
-- Denominator: things.
-- Excluded: none; see also: nothing.
-- Grain: one row per thing, by the day it was made on.
-- Reads: things. Rerun: reads only.
select 1 -- Numerator: not this
"""


def test_fields_go_on_until_the_next_one() -> None:
    header = KpiHeader.of("share", TEXT)
    assert header.what == "whether a thing is red"
    assert header.numerator == "red things"
    assert header.excluded == "none; see also: nothing"
    assert header.reads == "things. Rerun: reads only"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (TEXT.replace("-- Denominator: things.\n", ""), "share, Numerator, Excluded, Grain, Reads"),
        (TEXT.replace(" things.\n-- Excluded", "\n-- Excluded"), "a text each"),
        (TEXT.replace("-- share:", "-- other:"), "other, Numerator"),
        ("select 1", "fields none;"),
    ],
)
def test_header_that_is_not_whole_is_refused(wrong: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        KpiHeader.of("share", wrong)
