"""How fast the package is, as a ratio to the barest program that does the same on the same machine.

``python -m bench`` prints the tables; nothing here asserts on time. Each trial runs in a process of its own, so that
its peak memory is its own.
"""

from __future__ import annotations

import sys

from local.settings import ROOT

# Airflow puts its plugins folder on the path by itself; here the package is used without Airflow.
if str(ROOT / "plugins") not in sys.path:
    sys.path.append(str(ROOT / "plugins"))
