"""Charts for people who decide: frames of published values in, Vega-Lite charts out.

A chart knows no warehouse, no file and no programme; what it has to say about a KPI is handed in as a ``Subject``.
"""
