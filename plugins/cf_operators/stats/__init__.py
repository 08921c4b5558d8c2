"""Stats: formulas over numbers and pandas frames, each with its source.

May import numpy, scipy, statsmodels, pandas and the domain. Knows no Airflow, SQL, files or network.
"""
