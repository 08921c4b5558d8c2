"""The measurements run from end to end, on sizes too small to mean anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.memory import memory_folder


def tables(page: str) -> list[list[dict[str, str]]]:
    """The rows of each table of a page, by column name."""
    found: list[list[dict[str, str]]] = []
    header: list[str] = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            header = []
        elif not header:
            header = cells
            found.append([])
        elif not cells[0].startswith("--"):
            found[-1].append(dict(zip(header, cells, strict=True)))
    return found


def number(cell: str) -> float:
    return float(cell.replace(",", ""))


def run(page: Path, *sections: str) -> str:
    command = [sys.executable, "-m", "bench", *sections, "--quick", "--report", str(page)]
    place = {"TMPDIR": str(folder)} if (folder := memory_folder()) else {}
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | place, capture_output=True, text=True, timeout=560, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_sending_and_landing_are_measured_and_written_down(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    printed = run(page, "sending", "landing")
    speed, [mapped], [landing], [parquet], [of_copy, memory] = tables(page.read_text())
    assert tables(printed) == [speed, [mapped], [landing], [parquet], [of_copy, memory]]
    sizes = [(number(row["invitations"]), row["workers"]) for row in speed]
    assert sizes == [(200, "1"), (200, "2"), (1000, "1")]
    for row in speed:
        ratio = number(row["mails/s"]) / number(row["smtplib mails/s"])
        assert abs(number(row["ratio"]) - ratio) < 0.02
        assert number(row["peak MB of a worker"]) > 20
    assert mapped["mapped tasks"] == "5"
    ratio = number(speed[0]["mails/s"]) / number(mapped["EmailOperator mails/s"])
    assert number(mapped["one worker mails/s"]) == number(speed[0]["mails/s"])
    assert abs(number(mapped["ratio"]) / ratio - 1) < 0.05
    assert "a difference of" in page.read_text()
    assert landing["rows"] == "300"
    assert all(number(landing[name]) > 0 for name in ("rows/s", "COPY rows/s", "ratio", "unchanged rows/s"))
    assert parquet["responses"] == "400"
    assert all(number(parquet[name]) > 0 for name in ("rows/s", "COPY rows/s", "ratio", "peak MiB"))
    assert abs(float(of_copy["measured"]) - number(parquet["ratio"])) < 0.01
    assert (memory["wanted"], memory[""]) == ("at most 500", "met")


def test_the_model_is_measured_on_two_sizes(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    run(page, "model")
    [small, large], [growth, memory] = tables(page.read_text())
    assert [row["responses"] for row in (small, large)] == ["400", "900"]
    assert [row["changed"] for row in (small, large)] == ["100", "100"]
    assert small["to the first"] == "1.00"
    assert abs(float(growth["measured"]) - number(large["to the first"])) < 0.01
    assert (growth["wanted"], memory["wanted"]) == ("at most 1.5", "at most 500")
    assert all(0 < number(row["seconds"]) < 30 and number(row["peak MiB"]) > 20 for row in (small, large))


def test_the_form_is_measured_beside_bare_routes(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    run(page, "form")
    ([form, insert, nothing],) = tables(page.read_text())
    assert "300 complete answers" in page.read_text()
    assert [row["route"].partition(" ")[0] for row in (form, insert, nothing)] == ["the", "bare", "bare"]
    assert form["ratio"] == "1.00"
    for row in (form, insert, nothing):
        ratio = number(form["requests/s"]) / number(row["requests/s"])
        assert abs(number(row["ratio"]) - ratio) < 0.02
        assert 0 < number(row["p50 ms"]) <= number(row["p99 ms"])
