"""`python -m local up|down|status|sql|connections [--pack NAME]`: the local stack from the command line."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

from local.connections import airflow_connections
from local.console import query
from local.credentials import Credentials
from local.errors import StackError
from local.postgres import EmbeddedPostgres
from local.settings import StackSettings
from local.shutdown import stop_on_signals
from local.stack import PREPARE_WAREHOUSE, Stack
from local.supervisor import Record
from local.teardown import bring_down


def say(line: str) -> None:
    """Progress and errors go to standard error: standard output is for results."""
    print(line, file=sys.stderr, flush=True)


def up(settings: StackSettings, _: argparse.Namespace) -> None:
    """Start all, show where it is, and stay until Ctrl-C or until a part fails."""
    with stop_on_signals():
        settings.remember()
        with Stack(settings, say) as stack:
            stack.ready([PREPARE_WAREHOUSE])
            stack.prepare()
            say(addresses(stack))
            while True:
                stack.check()
                time.sleep(1)


def addresses(stack: Stack) -> str:
    """What to open and how to log in."""
    passwords = stack.credentials.accounts
    lines = [
        "",
        f"The stack of pack {stack.settings.pack!r} is up. Ctrl-C stops it.",
        "",
        f"  Airflow      {stack.airflow_url}",
        f"                 administrator     admin    {passwords['admin']}",
        f"                 quality manager   quality  {passwords['quality']}",
        f"                 viewer            viewer   {passwords['viewer']}",
    ]
    lines.append(f"  Pages        {stack.pages_url}")
    if not stack.replaced.mail:
        lines.append(f"  Caught mail  {stack.inbox_url}")
    if not stack.replaced.form:
        lines.append(f"  Survey form  {stack.form_url}  (opened by the links in the mails)")
    lines += [
        "  Results      make sql Q='select * from cf_kpi.v_kpi_latest'",
        f"  Logs         {stack.settings.log_folder}",
    ]
    return "\n".join([*lines, ""])


def down(settings: StackSettings, _: argparse.Namespace) -> None:
    """Stop the stack of the pack, also one whose supervisor was killed."""
    ended = bring_down(settings)
    say(f"Stopped: {', '.join(ended)}." if ended else f"Nothing of pack {settings.pack!r} was running.")


def status(settings: StackSettings, _: argparse.Namespace) -> None:
    """Say which processes of the pack run."""
    record = Record.read(settings.state)
    marks = [record.supervisor, *record.processes] if record else []
    for mark in marks:
        print(f"{mark.name:<14} {'running' if mark.is_running() else 'gone':<8} pid {mark.pid}")
    server = EmbeddedPostgres(settings.state / "postgres", settings.ports.postgres, password="")
    print(f"{'postgres':<14} {'running' if server.is_running() else 'stopped':<8} port {server.port}")


def sql(settings: StackSettings, arguments: argparse.Namespace) -> None:
    """Run one query as the role cf_bi."""
    query(settings, arguments.statement or os.environ.get("CF_SQL", ""))


def connections(settings: StackSettings, _: argparse.Namespace) -> None:
    """Print the Airflow connections as lines for a shell or a `.env` file; they hold passwords."""
    credentials = Credentials.load(settings.state, settings.environment)
    server = EmbeddedPostgres(settings.state / "postgres", settings.ports.postgres, credentials.postgres)
    for name, value in airflow_connections(settings, credentials, server).items():
        print(f"{name}='{value}'")


COMMANDS: dict[str, Callable[[StackSettings, argparse.Namespace], None]] = {
    "up": up,
    "down": down,
    "status": status,
    "sql": sql,
    "connections": connections,
}


def main() -> int:
    """Run one command; errors of the stack are shown as they are, with exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--pack", help="the pack to use instead of the one last used")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        part = commands.add_parser(name, help=command.__doc__)
        if name == "sql":
            part.add_argument(
                "statement", nargs="?", help="the statement; else the environment variable CF_SQL"
            )
    arguments = parser.parse_args()
    try:
        COMMANDS[arguments.command](StackSettings.load(arguments.pack), arguments)
    except StackError as error:
        say(str(error))
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has seen enough
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
