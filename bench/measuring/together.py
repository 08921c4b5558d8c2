"""Everything that a measurement does: rollups, estimates, disclosure, revisions, changes, control charts, checks.

``python -m bench.measuring.together full|refresh NUMBER``: NUMBER tells the runs apart.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from datetime import timedelta
from typing import Any

from bench.measuring.programme import NOW, measured_programme
from bench.trial import peak_memory
from cf_operators.hooks.measuring_upkeep import clear_away
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.operators.measurement import Measurement


def measure(number: int, *, is_full: bool) -> dict[str, Any]:
    """Publish what has changed, as the task does.

    :param is_full: count and compute everything anew.
    """
    counts: Counter[str] = Counter()
    programme, now = measured_programme(), NOW + timedelta(minutes=number)
    started = time.perf_counter()
    with WarehouseHook().transaction() as connection:
        measurement = Measurement(connection, programme, f"bench-{number}", now)
        for definition in measurement.definitions:
            counts.update(measurement.measure(definition, is_anew=is_full))
        measurement.finish(counts)
    clear_away(WarehouseHook().connection_uri())
    seconds = time.perf_counter() - started
    if not counts["new_revisions"]:
        raise SystemExit("everything together: nothing was published")
    return {"seconds": seconds, "memory": peak_memory(), "counts": dict(counts)}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[2]), is_full=sys.argv[1] == "full")))
