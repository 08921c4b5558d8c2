"""`python -m demo.kpi_docs [--pack NAME] [--into FILE]`: the KPI dictionary with worked examples of a pack.

The warehouse is started for it when it is not up; when there is none, the worked examples stay as they are.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import psycopg

from cf_operators import kpi_dictionary
from cf_operators.errors import ConfigurationError
from local.bi_warehouse import bi_warehouse
from local.errors import StackError
from local.settings import StackSettings


def write(settings: StackSettings, into: Path) -> None:
    """Write the dictionary with the examples of a pack; those in the file stay when the pack has no warehouse."""
    try:
        with bi_warehouse(settings) as uri:
            kpi_dictionary.write_dictionary(settings.programme, into, uri)
    except StackError as reason:
        print(f"The worked examples stay as they are.  {reason}", file=sys.stderr, flush=True)
        kpi_dictionary.write_dictionary(settings.programme, into, None)


def main(given: list[str] | None = None) -> int:
    """0 when the file was written, 1 with the reason when it was not."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.kpi_docs",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--pack", help="the pack to use instead of the one last used")
    parser.add_argument("--into", type=Path, default=kpi_dictionary.SHIPPED, metavar="FILE")
    arguments = parser.parse_args(given)
    try:
        write(StackSettings.load(arguments.pack), arguments.into)
    except (StackError, ConfigurationError, psycopg.Error) as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    print(arguments.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
