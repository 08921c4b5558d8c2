"""What somebody asks for who triggers the ad hoc campaign: whom, with which survey, about what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field, ValidationError

from cf_operators.domain.entry import Entry
from cf_operators.domain.problem import problems_of, shown
from cf_operators.domain.value import Line


def _short(title: str) -> str:
    if len(title) > LONGEST_TITLE:
        raise ValueError(f"has {len(title)} characters; {LONGEST_TITLE} fit into the subject of a mail")
    return title


Choice = Annotated[tuple[Line, ...], Field(max_length=200)]

LONGEST_TITLE = 60

CHOICES = ("segments", "regions", "products", "languages")
"""The fields that choose among values of the model. An empty choice chooses all."""


class AdHocRequest(Entry):
    """The parameters of one ad hoc wave, as they stand in the trigger form."""

    title: Annotated[Line, AfterValidator(_short)] = Field(
        description="What the customers are asked about. They read it in the mail."
    )
    survey: str | None = Field(default=None, description="Id of the survey; none: that of the campaign.")
    segments: Choice = Field(default=(), description="Segments to ask; none: all.")
    regions: Choice = Field(default=(), description="Regions to ask; none: all.")
    products: Choice = Field(default=(), description="Ask buyers of these products; none: all contacts.")
    languages: Choice = Field(default=(), description="Languages to ask; none: all.")
    max_recipients: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Ask this many at most, drawn by lot; none: all."
    )
    note: Annotated[str, Field(max_length=1000)] | None = Field(
        default=None, description="Why this wave is sent. Kept with the wave; customers do not read it."
    )
    dry_run: bool = Field(default=False, description="Only count who would be asked.")

    def wave_key(self, triggered_at: datetime) -> str:
        """Name of the wave: the title and the moment of the trigger, so that a run done again is the same wave."""
        ascii_title = unicodedata.normalize("NFKD", self.title).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", ascii_title)[:40].strip("-") or "wave"
        return f"{slug}-{triggered_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


class TriggeredRequest(Entry):
    """A request and when it was triggered: all that a later plan needs to find the same wave and the same audience."""

    request: AdHocRequest
    triggered_at: AwareDatetime


def read_request(given: Mapping[str, Any]) -> AdHocRequest:
    """The request in the parameters of a run.

    :raises ValueError: lists everything that is wrong at once, unknown parameters included.
    """
    try:
        return AdHocRequest.model_validate(dict(given))
    except ValidationError as error:
        problems = problems_of(error, given, AdHocRequest.model_json_schema())
        raise ValueError("\n".join(f"  {problem.path}: {problem.message}" for problem in problems)) from error


def unknown_choices(request: AdHocRequest, known: Mapping[str, set[str]]) -> Iterator[str]:
    """One sentence for each chosen value that does not occur in the model, with the nearest one that does.

    A value that nobody has would quietly ask nobody.
    """
    for field in CHOICES:
        there_are = known.get(field, set())
        for value in getattr(request, field):
            if value not in there_are:
                yield f"  {field}: {shown(value)} does not occur; {_suggestion(value, there_are)}"


def _suggestion(value: str, there_are: set[str]) -> str:
    folded = {each.casefold(): each for each in there_are}
    near = get_close_matches(value.casefold(), folded, n=1, cutoff=0.7)
    if near:
        return f"did you mean {shown(folded[near[0]])}?"
    some = ", ".join(sorted(there_are)[:10])
    return f"there are: {some}{', ...' if len(there_are) > 10 else ''}" if some else "there is none yet"
