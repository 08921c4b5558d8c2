"""The demo: a small shop with a planted problem, a crowd that answers its mails, and a scoreboard.

``python -m demo`` walks through the whole house on a real Airflow; ``demo.walk`` tells the steps.
"""

from __future__ import annotations

import sys

from local.settings import ROOT

# Airflow puts its plugins folder on the path by itself; here the package is used without Airflow.
if str(ROOT / "plugins") not in sys.path:
    sys.path.append(str(ROOT / "plugins"))
