import time
from tests.operators.test_measure_kpis import *
def test_time(warehouse, measure):
    write(warehouse, rich_facts(11, size=250))
    t=time.time(); print(measure()); print("first", time.time()-t)
    t=time.time(); print(measure(NOW+timedelta(minutes=5), run_id="run_2")); print("second", time.time()-t)
