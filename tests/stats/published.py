"""Published worked examples, beside those of the shared folder: number, tolerance and source stand together."""

from __future__ import annotations

NPS = [
    # detractors, passives, promoters, score, standard error in points
    ("R package NPS, tests", (1, 2, 3), 33.3333, 30.4290),
    ("R package NPS, tests", (1, 0, 1), 0.0, 70.7107),
    ("R package NPS, tests", (0, 1, 1), 50.0, 35.3553),
]

WILSON = [
    # numerator, denominator, confidence, low, high
    ("UKHSA PHEindicatormethods test sheet", 65, 100, 0.95, 0.552544429, 0.736357518),
    ("UKHSA PHEindicatormethods test sheet", 65, 100, 0.998, 0.495494657, 0.778354061),
    ("UKHSA PHEindicatormethods test sheet", 1, 100, 0.95, 0.001767432, 0.054486197),
    ("R binom, in statsmodels tests", 18, 20, 0.95, 0.698966355, 0.972133519),
]

POISSON = [
    # count, low, high
    ("UKHSA; Byar from 10 events on", 65, 50.1631877, 82.8491385),
    ("UKHSA; exact chi-square below 10 events", 5, 1.6234864, 11.6683321),
    ("Pearson and Hartley, Biometrika Tables; exact", 0, 0.0, 3.6888795),
]

KAPLAN_MEIER = [
    # durations, is ended, median
    ("R survival, in statsmodels tests", [3, 1, 2, 3, 2, 1, 5, 3], [0, 1, 1, 1, 0, 0, 1, 0], 5),
    (
        "Freireich et al. 1963, weeks of remission on 6-MP; Collett, Modelling Survival Data",
        [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
        [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
        23,
    ),
    (
        "Freireich et al. 1963, weeks of remission on placebo",
        [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23],
        [1] * 21,
        8,
    ),
]
