"""What became of a wave, in numbers: the facts that a report puts into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LanguageCount:
    """People asked in one language, and those of them who answered completely."""

    language: str
    asked: int
    responded: int


@dataclass(frozen=True, slots=True)
class WaveCounts:
    """One row of ``cf_kpi.v_wave_report``; what each number counts stands in the comments there."""

    campaign: str
    wave: str
    channel: str
    opened_at: datetime
    not_after: datetime
    answer_until: datetime
    is_stopped: bool
    audience_count: int
    excluded: dict[str, int]
    planned: int
    waiting: int
    claimed: int
    accepted: int
    refused: int
    bounced: int
    unknown: int
    cancelled: dict[str, int]
    not_sent: int
    expired: int
    responded: int
    asked: int
    partial: int
    reminded: int
    reminder_count: int
    frame_count: int | None
    sample_count: int | None
    inclusion_probability: float

    @property
    def population(self) -> int:
        """The people that those who answered stand for: the frame of a sample, else the whole audience."""
        frame = self.frame_count if self.is_sample else None
        return max(frame or self.audience_count, self.responded)

    @property
    def is_sample(self) -> bool:
        """Whether only a part of the frame was drawn."""
        return self.inclusion_probability < 1

    def is_over(self, now: datetime) -> bool:
        """Whether no answer is taken any more."""
        return self.answer_until <= now
