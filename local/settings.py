"""Where one pack of the local stack keeps its state, which ports it uses, and what replaces its embedded parts.

A *pack* is a programme file with the connections of its sources. Each pack has a state directory of its own
(PostgreSQL data, Airflow home, caught mail, logs, secrets), so that the example shop and a try with real data
never mix.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from dotenv import dotenv_values

from local.errors import StackError
from local.ports import Ports

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_PACK = "shop"
PACK_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def read_environment(root: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The process environment over the KEY=VALUE lines of the checkout's `.env` file, if there is one."""
    env_file = root / ".env"
    lines = dotenv_values(env_file, interpolate=False) if env_file.is_file() else {}
    from_file = {key: value for key, value in lines.items() if value is not None}
    # Settings of another Airflow on this machine must not leak in; in our own .env they are meant for us.
    own = {key: value for key, value in environ.items() if not key.startswith(("AIRFLOW__", "AIRFLOW_HOME"))}
    return {**from_file, **own}


@dataclass(frozen=True)
class StackSettings:
    """All that the parts of the stack need to know; made by `load`, changed by the `with_...` methods."""

    root: Path
    pack: str
    state: Path
    programme: Path
    ports: Ports
    environment: Mapping[str, str] = field(repr=False)
    connections: Mapping[str, str] = field(default_factory=dict, repr=False)
    dags_folder: Path = ROOT / "dags"
    plugins_folder: Path = ROOT / "plugins"
    fast: bool = False

    @classmethod
    def load(
        cls,
        pack: str | None = None,
        environ: Mapping[str, str] = os.environ,
        *,
        root: Path = ROOT,
        fast: bool = False,
    ) -> StackSettings:
        """Settings of `pack`, or of the pack last used by demo or up, or of the example shop.

        `fast` lets the scheduler look for work ten times a second, and DAG files be read once and not again and again:
        right for a demo or a test.
        Raises `StackError` for a bad pack name, a pack without programme file, or a bad port.
        """
        environment = read_environment(root, environ)
        var = Path(environment.get("CF_STATE_DIR") or root / "var")
        var = (root / var).resolve()
        name = pack or _current_pack(var) or DEFAULT_PACK
        if not PACK_NAME.fullmatch(name):
            raise StackError(
                f"{name!r} is no pack name: use lower case letters, digits, '-' and '_', starting with a letter."
            )
        remembered = _remembered(var / name)
        return cls(
            root=root,
            pack=name,
            state=var / name,
            programme=_programme_of(name, root),
            ports=Ports.load(environment),
            environment=environment,
            connections=remembered or _default_connections(name, var / name),
            dags_folder=root / "dags",
            plugins_folder=root / "plugins",
            fast=fast,
        )

    def with_connections(self, **connections: str) -> StackSettings:
        """These settings with more source connections: connection id = Airflow connection URI or JSON."""
        return replace(self, connections={**self.connections, **connections})

    def remember(self) -> None:
        """Make this pack the current one, and keep its source connections for the next start."""
        self.state.mkdir(parents=True, exist_ok=True)
        if self.pack == DEFAULT_PACK:
            (self.state / "input").mkdir(
                exist_ok=True
            )  # empty until the demo fills it: no orders, but no error
        _write_privately(
            self.state / "pack.json", json.dumps({"connections": dict(self.connections)}, indent=1)
        )
        (self.state.parent / "current").write_text(self.pack + "\n")

    @property
    def mail_folder(self) -> Path:
        """Where the mail catcher puts one .eml file per mail."""
        return self.state / "mail"

    @property
    def log_folder(self) -> Path:
        """Where each process of the stack writes `<name>.log`."""
        return self.state / "log"

    def given(self, variable: str) -> str | None:
        """The value of an environment variable or `.env` entry; empty counts as not given."""
        return self.environment.get(variable) or None


def files_connection(folder: Path) -> str:
    """The Airflow connection, as JSON, of a `files` source that reads `folder`."""
    return json.dumps({"conn_type": "fs", "extra": {"path": str(folder)}})


def _current_pack(var: Path) -> str | None:
    current = var / "current"
    return current.read_text().strip() if current.is_file() else None


def _programme_of(pack: str, root: Path) -> Path:
    if pack == DEFAULT_PACK:
        return root / "include" / "config" / "programme.yml"
    programme = root / "examples" / pack / "programme.yml"
    if not programme.is_file():
        found = sorted(path.parent.name for path in root.glob("examples/*/programme.yml"))
        raise StackError(
            f"There is no pack {pack!r}: {programme} does not exist. Packs: {', '.join([DEFAULT_PACK, *found])}."
        )
    return programme


def _default_connections(pack: str, state: Path) -> dict[str, str]:
    """The example shop reads the files that the demo writes; other packs are told where their data is."""
    return {"cf_shop": files_connection(state / "input")} if pack == DEFAULT_PACK else {}


def _remembered(state: Path) -> dict[str, str]:
    remembered = state / "pack.json"
    if not remembered.is_file():
        return {}
    return dict(json.loads(remembered.read_text())["connections"])


def _write_privately(path: Path, text: str) -> None:
    """Write a file that only its owner may read: connections can hold passwords."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
