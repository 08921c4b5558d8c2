"""How the sample of one wave is drawn from its frame, the people whom nothing stands against."""

from __future__ import annotations

from dataclasses import dataclass

from cf_operators.domain.sample import Sample
from cf_operators.domain.sample_size import people_to_ask


@dataclass(frozen=True, slots=True)
class Draw:
    """The draw of one wave, made once, when the wave is opened.

    :ivar frame_count: people that the sample is drawn from.
    :ivar size: how many of them are drawn; None: as many as the share gives, or all.
    :ivar inclusion_probability: chance of each of them; 1 divided by it is the design weight of their answers.
    """

    wave_key: str
    frame_count: int
    size: int | None
    inclusion_probability: float


def draw(wave_key: str, frame_count: int, sample: Sample | None, most: int | None = None) -> Draw:
    """The draw of a wave.

    A share is drawn person by person (Bernoulli), so that whoever is added later has the same chance; the number of
    people varies a little. A number, or the number that a margin of error needs, is drawn without replacement.

    *Worked:* 200 people, at most 50: each has a chance of 50 / 200 = 0.25. A share of 0.5, and 50 at most: 0.25 too,
    as the number binds.

    :param frame_count: people to draw from.
    :param most: a further limit on the number of people, of this one wave.
    """
    share = 1.0 if sample is None or sample.share is None else sample.share
    sizes = [size for size in (_size(frame_count, sample), most) if size is not None and size < frame_count]
    size = min(sizes, default=None)
    chance = share if size is None else min(share, size / frame_count)
    return Draw(wave_key, frame_count, size, chance)


def most_people(sample: Sample | None, most: int | None) -> int | None:
    """How many people a wave may ask over all its plans; None: as many as win in the draw."""
    given = (sample.most if sample else None, most)
    return min((number for number in given if number is not None), default=None)


def _size(frame_count: int, sample: Sample | None) -> int | None:
    if sample is None:
        return None
    if sample.margin is None:
        return sample.most
    return people_to_ask(frame_count, sample.margin, sample.confidence, sample.response_rate)
