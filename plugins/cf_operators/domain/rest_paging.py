"""How a REST source gives a long list in pages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from cf_operators.domain.entry import Entry
from cf_operators.domain.field_map import Expression
from cf_operators.domain.value import Count, Line


class SinglePage(Entry):
    """Everything comes at once."""

    kind: Literal["none"] = Field(description="none: one answer holds everything.")


class _Paged(Entry):
    size_parameter: Line | None = Field(
        default=None, description="Parameter for the number of rows of a page."
    )
    size: Count | None = Field(default=None, description="Rows of a page, at most what the source allows.")
    more: Expression | None = Field(
        default=None,
        description="JMESPath in the answer that is true while there are more pages, e.g. meta.has_more; "
        "without it the paging tells by itself.",
    )


class PageNumberPaging(_Paged):
    """Pages are counted. Without ``more`` an empty page is the end: a short one may be the source's own limit."""

    kind: Literal["page"] = Field(description="page: pages are counted.")
    parameter: Line = Field(default="page", description="Parameter for the number of the page.")
    first: Annotated[int, Field(ge=0)] = Field(default=1, description="Number of the first page.")


class OffsetPaging(_Paged):
    """Rows are counted. The next page begins behind the rows that came, whatever number was asked for."""

    kind: Literal["offset"] = Field(description="offset: rows are counted.")
    parameter: Line = Field(default="offset", description="Parameter for the number of rows to leave out.")


class CursorPaging(_Paged):
    """Each answer holds the token of the next page."""

    kind: Literal["cursor"] = Field(description="cursor: each answer holds the token of the next page.")
    token: Expression = Field(
        description="JMESPath to the token in the answer, e.g. paging.next.after; nothing there is the end."
    )
    parameter: Line = Field(description="Parameter for the token.")
    first: str | None = Field(
        default=None, description="The token of the first page, where one has to be given."
    )
    is_lasting: bool = Field(
        default=False,
        alias="lasting",
        description="The token of the last page stays good: the next run goes on from there.",
    )


class NextLinkPaging(_Paged):
    """Each answer holds the address of the next page."""

    kind: Literal["next_link"] = Field(
        description="next_link: each answer holds the address of the next page."
    )
    link: Expression = Field(description="JMESPath to the address in the answer, e.g. links.next.")


class LinkHeaderPaging(_Paged):
    """The address of the next page stands in the header ``Link`` with ``rel="next"`` (RFC 8288)."""

    kind: Literal["link_header"] = Field(description='link_header: the header Link with rel="next".')


def _short_form(value: object) -> object:
    return {"kind": value} if isinstance(value, str) else value


RestPaging = Annotated[
    SinglePage | PageNumberPaging | OffsetPaging | CursorPaging | NextLinkPaging | LinkHeaderPaging,
    Field(discriminator="kind"),
    BeforeValidator(_short_form),
]
"""A kind of paging; a text alone is its kind."""
