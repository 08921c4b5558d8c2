"""One trial in a process of its own: an Airflow home, a database and a folder that nothing else uses."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from local.ports import LOOPBACK
from local.settings import ROOT

SIGNING_KEY_LENGTH = 64


def run_trial(module: str, count: int, folder: Path, warehouse: str, smtp_port: int) -> dict[str, Any]:
    """Run ``python -m <module> <count>`` and read the JSON object that it prints last.

    :param folder: the Airflow home and the folder of the source's files; made here.
    :param warehouse: address of a fresh database.
    :raises SystemExit: the trial failed; its own words are on stderr.
    """
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", module, str(count)],
        env=os.environ | _environment(folder, warehouse, smtp_port),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{module} {count}: failed with exit code {done.returncode}; its words stand above")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def peak_memory() -> int:
    """Most bytes of memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # macOS counts bytes, Linux KiB


def _environment(folder: Path, warehouse: str, smtp_port: int) -> dict[str, str]:
    """What Airflow reads when it is imported."""
    form = {
        "conn_type": "http",
        "schema": "https",
        "host": "form.example",
        "password": "k" * SIGNING_KEY_LENGTH,
    }
    return {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder}/airflow.db",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW_CONN_CF_WAREHOUSE": warehouse.replace("postgresql://", "postgres://", 1),
        "AIRFLOW_CONN_CF_SMTP": f"smtp://{LOOPBACK}:{smtp_port}/?disable_ssl=true&disable_tls=true&timeout=30",
        "AIRFLOW_CONN_CF_FORM": json.dumps(form),
        "AIRFLOW_CONN_CF_SHOP": json.dumps({"conn_type": "fs", "extra": {"path": str(folder)}}),
        "CF_PROGRAMME": str(ROOT / "include" / "config" / "programme.yml"),
    }
