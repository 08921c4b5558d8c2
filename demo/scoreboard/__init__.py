"""The scoreboard: what the warehouse holds after the walk, as text for a terminal and as JSON."""
