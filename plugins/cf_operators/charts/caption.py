"""The words around a chart: the question it answers above, where the numbers come from below."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import altair as alt

from cf_operators.charts.style import FONT, GREY, INK, look

CHARACTER = 6.3
"""Mean width in pixels of a character of 13 pixels."""


@dataclass(frozen=True, slots=True)
class Caption:
    """Title, what is drawn, what it shows, and where it comes from."""

    title: str
    lines: tuple[str, ...]
    footnote: str


def captioned(
    drawing: alt.LayerChart | alt.VConcatChart | alt.HConcatChart, caption: Caption, width: int
) -> alt.VConcatChart:
    """The finished chart: the drawing between its title and its footnote, in the look of the house.

    :param width: pixels that the words may take before they go on in the next line.
    """
    below = drawing.properties(
        title=alt.TitleParams(
            _wrapped([caption.footnote], width * 13 / 11),
            orient="bottom", anchor="start", frame="group", align="left", offset=14,
            font=FONT, fontSize=11, fontWeight="normal", color=GREY, lineHeight=15,
        )
    )  # fmt: skip
    above = alt.TitleParams(
        _wrapped([caption.title], width * 13 / 22),
        subtitle=_wrapped(caption.lines, width),
        anchor="start", frame="group", align="left", offset=18,
        font=FONT, fontSize=21, fontWeight="bold", color=INK, lineHeight=26,
        subtitleFont=FONT, subtitleFontSize=13, subtitleColor=GREY, subtitleLineHeight=18, subtitlePadding=8,
    )  # fmt: skip
    return alt.VConcatChart(vconcat=[below], title=above, config=look())


def _wrapped(sentences: tuple[str, ...] | list[str], width: float) -> list[str]:
    return [line for sentence in sentences for line in textwrap.wrap(sentence, int(width / CHARACTER))]
