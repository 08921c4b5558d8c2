"""The measurements run from end to end, on sizes too small to mean anything."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT


def figures(output: str, title: str) -> list[dict[str, float]]:
    """The rows of the table under a title, by column name (names hold single spaces, columns are two apart)."""
    lines = iter(output.splitlines())
    next(line for line in lines if line.startswith(title))
    header = next(lines).split("  ")
    names = [name.strip() for name in header if name.strip()]
    found = []
    for line in lines:
        if not line.strip():
            break
        found.append(dict(zip(names, (float(cell.replace(",", "")) for cell in line.split()), strict=True)))
    return found


def test_both_tables_come_out_and_every_invitation_is_accepted() -> None:
    command = [sys.executable, "-m", "bench", "--invitations", "12", "--rows", "300"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    sending, [landing] = figures(done.stdout, "Sending:"), figures(done.stdout, "Landing:")
    assert [(row["invitations"], row["accepted"]) for row in sending] == [(12, 12), (60, 60)]
    assert all(row["mails/s"] > 0 and row["smtplib/s"] > 0 and row["peak MiB"] > 0 for row in sending)
    assert landing["rows"] == 300
    assert landing["rows/s"] > 0
    assert landing["COPY/s"] > 0
    assert landing["unchanged rows/s"] > 0
