"""``python -m bench``: each thing that has to be fast, beside the barest program that does the same."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.report import REPORT, machine, write_section
from bench.sections import SECTIONS
from bench.trial import Trials
from bench.warehouse import warehouse_server


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure section after section; print each, and put it on the page of figures."""
    chosen = _chosen(arguments)
    print(f"{machine()}\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="cf-bench-") as name:
        folder = Path(name)
        with warehouse_server(folder) as server:
            pictures = chosen.report.parent if chosen.report else None
            trials = Trials(folder, server, chosen.quick, pictures)
            for word in chosen.sections or SECTIONS:
                section = SECTIONS[word]
                body = section.measure(trials)
                print(f"## {section.title}\n\n{body}\n", flush=True)
                if chosen.report:
                    write_section(section.title, body, chosen.report)


def _chosen(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = ", ".join(SECTIONS)
    parser.add_argument("sections", nargs="*", type=_section, help=f"of {names}; default: all of them")
    parser.add_argument("--quick", action="store_true", help="small sizes, whose figures mean little")
    parser.add_argument(
        "--report",
        type=Path,
        help="page to write the sections to; default: docs/benchmarks.md, with --quick none",
    )
    chosen = parser.parse_args(arguments)
    if chosen.report is None and not chosen.quick:
        chosen.report = REPORT
    return chosen


def _section(word: str) -> str:
    if word not in SECTIONS:
        raise argparse.ArgumentTypeError(f"{word!r} is not measured; there are {', '.join(SECTIONS)}")
    return word


if __name__ == "__main__":
    main()
