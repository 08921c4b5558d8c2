"""What importance and performance together ask for."""

from __future__ import annotations

QUADRANTS = {
    "improve_first": "Improve first",
    "keep_up": "Keep up",
    "low_priority": "Low priority",
    "possible_overkill": "Possibly more than needed",
}
