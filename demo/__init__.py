"""The demo: a small shop with a planted problem, a crowd that answers its mails, and a scoreboard.

``python -m demo`` walks through the whole house on a real Airflow; ``demo.walk`` tells the steps.
"""
