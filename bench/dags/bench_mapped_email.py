"""One mapped ``EmailOperator`` task per customer: how a mail per customer is sent with what Airflow brings along."""

from __future__ import annotations

from airflow.providers.smtp.operators.smtp import EmailOperator
from airflow.sdk import dag, get_current_context, task

HTML = "<p>How did we do?</p>\n" * 900
"""About as many bytes as an invitation has."""


@dag(dag_id="bench_mapped_email", schedule=None, params={"count": 1})
def bench_mapped_email() -> None:
    """Write to so many customers as the param ``count`` says."""

    @task
    def customers() -> list[str]:
        count = int(get_current_context()["params"]["count"])
        return [f"person{number}@customers.example" for number in range(count)]

    EmailOperator.partial(
        task_id="mail",
        conn_id="cf_smtp",
        from_email="care@meridian-home.example",
        subject="How did we do?",
        html_content=HTML,
    ).expand(to=customers())


bench_mapped_email()
