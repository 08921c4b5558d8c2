"""The weights of one wave: design, then non-response, then trimming."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cf_operators.stats.interval import Floats
from cf_operators.stats.raking import rake
from cf_operators.stats.weighting import (
    Population,
    design_weights,
    n_effective,
    normalised,
    thousandths,
    trim,
)

CHANCE = "inclusion_probability"


@dataclass(frozen=True)
class WaveWeights:
    """What each response of a wave counts.

    :param design: one over the probability of having been asked.
    :param thousandths: weights in thousandths of the mean of the wave.
    :param margins: the dimensions whose proportions they restore.
    """

    design: Floats
    thousandths: NDArray[np.int64]
    margins: tuple[str, ...]

    @property
    def effective_n(self) -> float | None:
        """Kish's effective number of responses; None without any."""
        return n_effective(self.thousandths) if self.thousandths.size else None


def wave_weights(answers: pd.DataFrame, margins: Mapping[str, Population], most: float) -> WaveWeights:
    """Weights by which those who answered stand for those who were asked, and these for the frame.

    The margins are raked together. When no weights can meet all of them, because nobody answered where two of them
    cross, the last is left out, and so on: one alone can always be met. Weights above ``most`` times their mean are
    cut.

    :param answers: one row per response, with a column for each margin and ``inclusion_probability``.
    :param margins: per dimension, the people of the frame by value, the most important dimension first.
    """
    design = design_weights(answers[CHANCE])
    if answers.empty:
        return WaveWeights(design, np.zeros(0, dtype=np.int64), ())
    weights: Floats = normalised(design)
    kept = tuple(margins)
    while kept:
        try:
            weights = np.asarray(rake(answers, {name: margins[name] for name in kept}, design).weights)
            break
        except ValueError:
            if len(kept) == 1:
                raise
            kept = kept[:-1]
    return WaveWeights(design, thousandths(trim(weights, most, of="mean")), kept)
