"""Measuring: daily rollups and everything that is published from them, against the barest ways to the same numbers."""
