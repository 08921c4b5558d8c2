"""`python -m demo [--input DIR] [--pack NAME]`: one walk through the whole house, and a scoreboard at its end.

Without `--input`: a small shop is made up, its customers are asked and answer, and the planted problem turns into an
improvement task. With `--input`: the same DAGs run over the files of DIR by the example pack that fits them; the
warehouse starts empty and nobody is written to.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cf_operators.errors import ConfigurationError
from demo.history import run_history
from demo.shop_run import run_shop
from local.errors import StackError
from local.shutdown import stop_on_signals

INTERRUPTED = 130


def main() -> int:
    """Run the demo; 0 only if everything succeeded and showed what the demo claims."""
    parser = argparse.ArgumentParser(
        prog="python -m demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--input", type=Path, metavar="DIR", help="a folder with the files of an example pack"
    )
    parser.add_argument("--pack", metavar="NAME", help="the pack for --input when several fit")
    arguments = parser.parse_args()
    outcome: list[list[str]] = []
    try:
        with stop_on_signals():
            if arguments.input is not None:
                outcome.append(run_history(arguments.input.expanduser().resolve(), arguments.pack))
            else:
                outcome.append(run_shop(arguments.pack))
    except (StackError, ConfigurationError) as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1
    for broken in outcome:
        for claim in broken:
            print(f"WRONG: {claim}", file=sys.stderr, flush=True)
        return 1 if broken else 0
    print("\nInterrupted.", file=sys.stderr, flush=True)
    return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
