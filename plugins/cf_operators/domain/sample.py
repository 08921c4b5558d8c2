"""How many of an audience are drawn by lot."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from cf_operators.domain.entry import Entry
from cf_operators.domain.value import Count

Share = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
"""More than nobody, fewer than all."""


class Sample(Entry):
    """A random sample of the audience: a share, a number, or as many as a wanted margin of error needs."""

    share: Share | None = Field(default=None, description="Ask this share of the audience, e.g. 0.25.")
    most: Count | None = Field(default=None, description="Ask this many people at most.")
    margin: Share | None = Field(
        default=None,
        description="Ask as many as give this margin of error for a share, e.g. 0.03 for plus or minus 3 points.",
    )
    confidence: Share = Field(default=0.95, description="Confidence of the margin of error.")
    response_rate: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = Field(
        default=0.2,
        description="Share of the people asked that is expected to answer; for the margin of error.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [name for name in ("share", "most", "margin") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"gives {' and '.join(given) or 'no size'}; give exactly one of share, most and margin"
            )
        return self
