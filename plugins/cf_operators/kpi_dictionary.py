"""Writes the KPI dictionary: what each KPI of the programme means, who is counted, and a worked example.

``python -m cf_operators.kpi_dictionary [PROGRAMME] [--into FILE]`` writes FILE (default: docs/kpi.md). Worked examples
come from the warehouse whose address as ``cf_bi`` stands in CF_BI_DATABASE; without it, those in FILE stay.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import psycopg

from cf_operators.errors import ConfigurationError
from cf_operators.hooks.kpi_dictionary import kpi_dictionary, measured_examples, written_examples
from cf_operators.programme import load_programme

SHIPPED = Path(__file__).resolve().parents[2] / "docs" / "kpi.md"


def write_dictionary(programme_file: Path | None, into: Path, warehouse: str | None) -> None:
    """Write the dictionary of a programme.

    :param programme_file: as of ``load_programme``.
    :param into: its file; worked examples in it stay where the warehouse has none.
    :param warehouse: address of the warehouse for a role that reads ``cf_kpi``; None to leave the examples as they are.
    :raises ConfigurationError: the programme is wrong, or the header of an SQL file is not whole.
    """
    programme = load_programme(programme_file)
    examples = written_examples(into.read_text(encoding="utf-8")) if into.exists() else {}
    if warehouse is not None:
        with psycopg.connect(warehouse) as connection:
            examples |= measured_examples(connection, programme)
    into.write_text(kpi_dictionary(programme, examples), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Command line: 0 when the file was written, 1 with the reason when not."""
    parser = argparse.ArgumentParser(
        prog="python -m cf_operators.kpi_dictionary",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("programme", nargs="?", type=Path, help="default: CF_PROGRAMME, else the shipped one")
    parser.add_argument("--into", type=Path, default=SHIPPED, metavar="FILE", help="file of the dictionary")
    chosen = parser.parse_args(arguments)
    try:
        write_dictionary(chosen.programme, chosen.into, os.environ.get("CF_BI_DATABASE"))
    except (ConfigurationError, psycopg.Error, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{chosen.into}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
