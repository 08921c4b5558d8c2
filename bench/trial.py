"""One trial in a process of its own: an Airflow home, a database and a folder that nothing else uses."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.ports import LOOPBACK
from local.settings import ROOT

if TYPE_CHECKING:  # each trial is a process that imports this module, and migrates nothing
    from bench.warehouse import WarehouseServer

SIGNING_KEY_LENGTH = 64
NO_SMTP = 25


@dataclass(frozen=True)
class Trials:
    """Where the trials of one run of the benchmarks take place.

    ``is_quick``: sizes are to be small; the figures mean little then. ``pictures``: the folder of the page, where
    charts are put; None: no page is written.
    """

    folder: Path
    server: WarehouseServer
    is_quick: bool = False
    pictures: Path | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def run(
        self,
        module: str,
        *arguments: int | str | Path,
        smtp_port: int = NO_SMTP,
        warehouse: str | None = None,
    ) -> dict[str, Any]:
        """Run ``python -m <module> <arguments>``, and read the JSON object that it prints last.

        :param warehouse: address of a database that several trials share; None: a fresh one.
        :raises SystemExit: the trial failed; its own words are on stderr.
        """
        numbers = [str(argument) for argument in arguments if isinstance(argument, int)]
        place = "_".join([module.rpartition(".")[2], *numbers, str(next(self._numbers))])
        address = warehouse or self.server.create(place)
        return run_trial(module, arguments, self.folder / place, address, smtp_port)


def run_trial(
    module: str, arguments: Sequence[int | str | Path], folder: Path, warehouse: str, smtp_port: int
) -> dict[str, Any]:
    """Run a trial; see :meth:`Trials.run`.

    :param folder: the Airflow home and the folder of the source's files; made here.
    :param warehouse: address of a fresh database.
    """
    folder.mkdir()
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(
        command,
        env=os.environ | _environment(folder, warehouse, smtp_port),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        what = " ".join(command[2:])
        raise SystemExit(f"{what}: failed with exit code {done.returncode}; its words stand above")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def peak_memory() -> int:
    """Most bytes of memory that this process has held so far.

    Linux hands ``ru_maxrss`` on to whatever a process starts: a small trial of a large parent would be told the peak of
    the parent. VmHWM is the program's own.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # macOS counts bytes, Linux KiB


def rates(trial: Mapping[str, Any]) -> tuple[float, float, float]:
    """Ours per second, the baseline per second, and ours as a share of the baseline."""
    ours = trial["count"] / trial["seconds"]
    bare = trial.get("bare_count", trial["count"]) / trial["bare_seconds"]
    return ours, bare, ours / bare


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
