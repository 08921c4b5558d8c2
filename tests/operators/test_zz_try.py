import time, cProfile, pstats
from tests.operators.test_measure_kpis import *
def test_time(warehouse, measure):
    write(warehouse, rich_facts(11, size=250))
    t=time.time(); c=time.process_time(); print(measure()); print("first", time.time()-t, time.process_time()-c)
    write(warehouse, Facts(responses=[replace(random_facts(99).responses[0], response_id="x1", source="q")]))
    t=time.time(); c=time.process_time();print(measure(NOW+timedelta(minutes=5), run_id="run_2")); print("second", time.time()-t, time.process_time()-c)
