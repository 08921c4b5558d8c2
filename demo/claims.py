"""What the demo claims to show, checked against what it really left behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from demo.scoreboard.results import Results

PLANTED = ("on_time_delivery", "region=North")


def sent_once(message_ids: Sequence[str], ledger_ids: Collection[str]) -> list[str]:
    """No caught mail twice, and none that the ledger does not know."""
    twice = [message_id for message_id, times in Counter(message_ids).items() if times > 1]
    unknown = sorted(set(message_ids) - set(ledger_ids))
    broken = []
    if twice:
        broken.append(f"{len(twice)} mails were sent twice, among them {twice[0]}.")
    if unknown:
        broken.append(f"{len(unknown)} caught mails are not in the ledger, among them {unknown[0]}.")
    return broken


def found_planted_problem(results: Results, is_first_run: bool) -> list[str]:
    """The planted problem has a task; on the first run nothing else has."""
    tasks = {(task["kpi"], task["slice"]) for task in results.tasks}
    broken = []
    if PLANTED not in tasks:
        broken.append(f"The planted problem was not found: there is no task for {' of '.join(PLANTED)}.")
    others = sorted(tasks - {PLANTED})
    if is_first_run and others:
        names = ", ".join(" of ".join(task) for task in others)
        broken.append(f"Tasks were opened without a problem behind them: {names}.")
    return broken


def nobody_mailed(mails_sent: int, results: Results) -> list[str]:
    """A history of real data is measured; its people are not written to."""
    invited = sum(row["invitations"] for row in results.invitations)
    if mails_sent or invited:
        return [f"{mails_sent} mails and {invited} invitations went to people of a past long gone."]
    return []
