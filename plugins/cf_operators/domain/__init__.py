"""Domain: the models and rules of asking, measuring and acting.

May import the standard library, pydantic and itself. Knows no Airflow, SQL, HTTP, files, environment or clock: what
it needs from outside is passed in, the time included.
"""
