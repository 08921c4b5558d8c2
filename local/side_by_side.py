"""Runs command lines side by side: `python -m local.side_by_side COMMAND...`, each a line for the shell.

As many run at a time as there are processors, in the order given, so the longest should come first. What a command
prints is shown in one piece when it ends, whether it succeeded or not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed


def outcome(command: str) -> tuple[int, float, str]:
    """The exit code of a command, the seconds it took, and all it printed."""
    began = time.monotonic()
    ended = subprocess.run(
        command,
        shell=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return ended.returncode, time.monotonic() - began, ended.stdout


def main(commands: list[str]) -> int:
    """Run all commands to their end; the exit code is 1 if one failed or none was given."""
    failed = []
    with ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as running:
        commands_of = {running.submit(outcome, command): command for command in commands}
        for future in as_completed(commands_of):
            code, seconds, printed = future.result()
            verdict = f"exit code {code}, " if code else ""
            print(f"{commands_of[future]}  ({verdict}{seconds:.1f} s)\n{printed.rstrip()}", flush=True)
            if code:
                failed.append(commands_of[future])
    for command in failed:
        print(f"failed: {command}", file=sys.stderr)
    return 1 if failed or not commands else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
