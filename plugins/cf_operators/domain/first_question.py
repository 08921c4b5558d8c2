"""The first question of a survey, as a mail can show it: a row of ratings, each a link to the form.

Choosing one in the mail opens the form with the answer filled in; it counts when the person sends it, never by opening
the link, which mail scanners do too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote

from cf_operators.domain.survey_tree import Definition, in_language, nodes

MOST_POINTS = 11
"""Points of a scale that fit beside each other on a phone; 0 to 10 has as many."""


_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class FirstRating:
    """A rating question in one language: what it asks, and what the ends of its scale mean.

    ``values`` are in order. Texts may hold the placeholders ``{organisation}`` and ``{occasion}``.
    """

    name: str
    title: str
    values: tuple[int, ...]
    low: str
    high: str

    def link(self, answer_url: str, value: int) -> str:
        """Where a click on a value leads."""
        return f"{answer_url}?q={quote(self.name)}&v={value}"

    def meaning(self, value: int) -> str:
        """A value with what it stands for, if it is an end of the scale."""
        end = {self.values[0]: self.low, self.values[-1]: self.high}.get(value)
        return f"{value}: {end}" if end else str(value)

    def filled(self, **placeholders: str) -> FirstRating:
        """The same with texts in which placeholders are filled in; those that are not given stay."""
        title, low, high = (
            _PLACEHOLDER.sub(lambda found: placeholders.get(found[1], found[0]), text)
            for text in (self.title, self.low, self.high)
        )
        return replace(self, title=title, low=low, high=high)


def first_rating(definition: Definition, language: str) -> FirstRating | None:
    """The first question if everybody sees it and it is a rating in whole steps of at most 11 points; else None.

    :param language: of the texts; those that are not given in it are taken from the default of the definition.
    """
    for node in nodes(definition):
        content = node.content
        if content.get("visibleIf") or content.get("visible") is False:
            return None
        if not node.is_question or content.get("type") == "html":
            continue
        if content.get("type") != "rating" or content.get("rateValues") or content.get("rateStep", 1) != 1:
            return None
        low, high = content.get("rateMin", 1), content.get("rateMax", 5)
        if not isinstance(low, int) or not isinstance(high, int) or not 1 < high - low + 1 <= MOST_POINTS:
            return None
        title = in_language(content.get("title", content["name"]), language)
        ends = (in_language(content.get(f"{end}RateDescription", ""), language) for end in ("min", "max"))
        return FirstRating(content["name"], title, tuple(range(low, high + 1)), *ends)
    return None
