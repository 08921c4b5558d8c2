"""What the objects of sources have in common that tell their changes by a time."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Overlap = Annotated[
    int,
    Field(
        ge=0,
        le=604_800,
        description="Changes of so many seconds before a run are read again by the next one. It has to be more than "
        "the longest transaction takes, and than the clocks differ: what is changed now may be seen late.",
    ),
]
OVERLAP_SECONDS = 3600
