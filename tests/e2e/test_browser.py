"""Which browser the tests take, and what they say when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.browser import Chromium, NoBrowser, find_chromium


def program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_order(tmp_path: Path) -> None:
    named, of_system, of_playwright = (program(tmp_path, name) for name in ("mine", "chromium", "own"))
    nowhere = str(tmp_path / "none")
    system = {"PATH": str(tmp_path), "CF_NODE_MODULES": nowhere}
    assert find_chromium(system | {"CF_CHROMIUM": str(named)}, of_playwright) == Chromium(named)
    assert find_chromium(system, of_playwright) == Chromium(of_system)
    assert find_chromium(system | {"PATH": nowhere}, of_playwright) == Chromium(None)


def test_none(tmp_path: Path) -> None:
    nothing = {"PATH": str(tmp_path), "CF_NODE_MODULES": str(tmp_path)}
    with pytest.raises(NoBrowser, match=r"npm ci.*apt-get install chromium.*playwright install"):
        find_chromium(nothing, tmp_path / "none")
    with pytest.raises(NoBrowser, match="CF_CHROMIUM is '/none'"):
        find_chromium(nothing | {"CF_CHROMIUM": "/none"}, tmp_path / "none")
