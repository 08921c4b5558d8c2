"""The demo on files of a real shop: its history is measured from an empty warehouse, and nobody is written to."""

from __future__ import annotations

import shutil
from pathlib import Path

from demo import claims
from demo.ending import Ending
from demo.errors import DemoError
from demo.pack import pack_for
from demo.progress import Progress
from demo.running import is_up, running_stack
from demo.walk import Walk
from local.mail_store import MailStore
from local.settings import ROOT, StackSettings


def run_history(folder: Path, pack_name: str | None) -> list[str]:
    """Walk over the files of a folder; returns what the demo claims and did not show."""
    progress = Progress()
    pack = pack_for(folder, ROOT / "examples", pack_name)
    settings = StackSettings.load(pack.name, fast=True)
    for variable in ("AIRFLOW_CONN_CF_WAREHOUSE", "AIRFLOW_CONN_CF_SMTP"):
        if settings.given(variable):
            raise DemoError(
                f"{variable} names a server of your own; the demo on files starts from an empty warehouse and catches "
                "all mail, so it runs on its own servers only: unset it."
            )
    _empty(settings, progress)
    settings = settings.with_connections(**pack.connections(folder))
    with running_stack(settings, progress) as stack:
        walk = Walk(stack, pack.programme, progress)
        progress.headline(f"Collect, measure, act: {folder}")
        walk.prepare()
        walk.collect()
        progress.headline("Ask about fresh deliveries")
        walk.send_post_purchase()
        sent = len(MailStore(settings.mail_folder).names())
        results = Ending(walk, mails_sent=sent, stays_up=False, with_months=True).show()
        return claims.nobody_mailed(sent, results)


def _empty(settings: StackSettings, progress: Progress) -> None:
    """Remove the state of an earlier run; raises `DemoError` while something still uses it."""
    if not settings.state.exists():
        return
    if is_up(settings):
        raise DemoError(
            f"The stack of pack {settings.pack!r} is up, and the demo on files starts from an empty warehouse: stop it "
            f"first with `make down PACK={settings.pack}`."
        )
    progress.say(f"Removing the earlier state of pack {settings.pack!r}: {settings.state}")
    shutil.rmtree(settings.state)
