"""Published control charts: the data and what their source makes of them stand together."""

from __future__ import annotations

NIST_FLOW_RATE = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
"""NIST/SEMATECH e-Handbook, 6.3.2.2: mean 50.81, mean moving range 1.8778, limits 45.8159 and 55.8041."""

MONTGOMERY_ORANGE_JUICE = [
    12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6,
]  # fmt: skip
"""Montgomery, Introduction to Statistical Quality Control, frozen orange juice cans, nonconforming of 50 each: centre
0.2313, limits 0.0524 and 0.4102, samples 15 and 23 out of control."""

MONTGOMERY_COMPUTERS = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5]
"""Montgomery, nonconformities of 5 personal computers each: centre 1.93, limits 0.07 and 3.79, in control."""

NIST_WAFERS = [
    16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13,
]  # fmt: skip
"""NIST/SEMATECH e-Handbook, 6.3.3.1, defects of a wafer: centre 16, limits 4 and 28; one wafer of 31 lies outside."""
