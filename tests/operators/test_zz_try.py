import time, cProfile, pstats
from tests.operators.test_measure_kpis import *
def test_time(warehouse, measure):
    write(warehouse, rich_facts(11, size=250))
    p=cProfile.Profile(); p.enable(); measure(); p.disable()
    pstats.Stats(p).sort_stats("cumulative").print_stats(60)
