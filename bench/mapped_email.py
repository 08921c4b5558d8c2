"""One task per mail: a mapped ``EmailOperator`` under a real scheduler, into the same mail server as all others."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from local.ports import LOOPBACK, Ports, find_free
from local.settings import ROOT, StackSettings
from local.stack import Stack

DAG_ID = "bench_mapped_email"
TIMEOUT = 900.0


def measure(folder: Path, smtp_port: int, count: int) -> dict[str, Any]:
    """Send so many mails by as many tasks.

    The stack is that of ``make up``: LocalExecutor, its scheduler looking for work ten times a second. What it takes to
    start, and the first task of the run, which lists the customers, do not count.

    :param folder: for the state of the stack; made here.
    :returns: ``seconds`` from the start of the first mapped task to the end of the last.
    :raises SystemExit: not every mail was sent.
    """
    with _stack(folder, smtp_port) as stack, stack.client() as client:
        client.pause(DAG_ID, False)
        run_id = client.trigger(DAG_ID, {"count": count})
        client.wait(DAG_ID, run_id, TIMEOUT)
        path = f"/api/v2/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances"
        tasks = [row for row in client.rows(path, "task_instances") if row["task_id"] == "mail"]
    if len(tasks) != count or {row["state"] for row in tasks} != {"success"}:
        raise SystemExit(f"sending: {count} mapped tasks should have sent a mail, {len(tasks)} ran")
    started = min(datetime.fromisoformat(row["start_date"]) for row in tasks)
    ended = max(datetime.fromisoformat(row["end_date"]) for row in tasks)
    return {"count": count, "seconds": (ended - started).total_seconds()}


@contextmanager
def _stack(folder: Path, smtp_port: int) -> Iterator[Stack]:
    smtp = {
        "conn_type": "smtp",
        "host": LOOPBACK,
        "port": smtp_port,
        "extra": {"disable_ssl": True, "disable_tls": True},
    }
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "CF_"))},
        "CF_STATE_DIR": str(folder),
        "AIRFLOW_CONN_CF_SMTP": json.dumps(smtp),
        "AIRFLOW_CONN_CF_FORM": json.dumps({"conn_type": "http", "host": "form.example"}),  # none is started
    }
    plugins = folder / "plugins"
    plugins.mkdir(parents=True)
    settings = replace(
        StackSettings.load("shop", environment, fast=True),
        environment=environment,
        ports=Ports(**{part.name: find_free() for part in fields(Ports)}),
        dags_folder=ROOT / "bench" / "dags",
        plugins_folder=plugins,
    )
    with Stack(settings) as stack:
        stack.ready([DAG_ID])
        yield stack
