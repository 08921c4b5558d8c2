"""How many of a wave are drawn, and with which chance."""

from __future__ import annotations

import pytest

from cf_operators.domain.draw import draw, most_people
from cf_operators.domain.sample import Sample


@pytest.mark.parametrize(
    ("frame_count", "sample", "most", "size", "chance"),
    [
        (200, None, None, None, 1.0),
        (200, None, 50, 50, 0.25),
        (200, None, 200, None, 1.0),
        (200, Sample(share=0.5), None, None, 0.5),
        (200, Sample(share=0.5), 50, 50, 0.25),  # the number binds
        (200, Sample(share=0.1), 50, 50, 0.1),  # the share binds
        (200, Sample(most=20), None, 20, 0.1),
        (200, Sample(most=20), 10, 10, 0.05),
        (1000, Sample(margin=0.05, response_rate=0.4), None, 695, 0.695),
        (1000, Sample(margin=0.05, response_rate=0.4), 100, 100, 0.1),
        (1000, Sample(margin=0.05, response_rate=0.2), None, None, 1.0),  # too few to answer: all are asked
        (0, Sample(most=20), 10, None, 1.0),
        (0, Sample(share=0.2), None, None, 0.2),
    ],
)
def test_the_smallest_size_binds(
    frame_count: int, sample: Sample | None, most: int | None, size: int | None, chance: float
) -> None:
    drawn = draw("w", frame_count, sample, most)
    assert (drawn.wave_key, drawn.frame_count, drawn.size) == ("w", frame_count, size)
    assert drawn.inclusion_probability == pytest.approx(chance)


@pytest.mark.parametrize(
    ("sample", "most", "people"),
    [
        (None, None, None),
        (None, 5, 5),
        (Sample(most=7), None, 7),
        (Sample(most=7), 5, 5),
        (Sample(share=0.5), None, None),
        (Sample(margin=0.05), 5, 5),
    ],
)
def test_a_number_binds_over_all_plans_of_a_wave(
    sample: Sample | None, most: int | None, people: int | None
) -> None:
    assert most_people(sample, most) == people
