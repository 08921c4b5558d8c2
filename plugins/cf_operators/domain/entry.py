"""An entry of the programme: immutable once read, and without keys that nobody knows."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Entry(BaseModel):
    """What every mapping of the programme file is read into."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)
