"""The demo on the made-up shop: customers are asked and answer, and the planted problem becomes a task."""

from __future__ import annotations

from cf_operators.programme import load_programme
from demo import claims
from demo.ending import Ending
from demo.errors import DemoError
from demo.progress import Progress
from demo.running import is_up, running_stack
from demo.walk import Walk
from demo.warehouse import engine_address, message_ids
from local.mail_store import MailStore
from local.settings import DEFAULT_PACK, StackSettings


def run_shop(pack: str | None) -> list[str]:
    """Walk, show the scoreboard, and return what the demo claims and did not show; empty when all is well."""
    if pack not in (None, DEFAULT_PACK):
        raise DemoError(
            f"The pack {pack!r} reads files of yours: give their folder too, with --input (INPUT=)."
        )
    progress = Progress()
    settings = StackSettings.load(DEFAULT_PACK, fast=True)
    if settings.given("AIRFLOW_CONN_CF_SMTP"):
        raise DemoError(
            "AIRFLOW_CONN_CF_SMTP names a mail server of your own, but the customers of the demo are made up: "
            "unset it, so that their mail is caught instead of sent."
        )
    programme = load_programme(settings.programme)
    stays_up = is_up(settings)
    with running_stack(settings, progress) as stack:
        walk = Walk(stack, programme, progress)
        mails = MailStore(settings.mail_folder)
        mails_before = set(mails.names())
        progress.headline("A small shop")
        is_first_run = walk.make_files(settings.state / "input")
        progress.headline("Collect, measure, act")
        walk.prepare()
        walk.collect()
        progress.headline("Ask customers")
        walk.send()
        progress.headline("Customers answer")
        walk.answer()
        progress.headline("Collect their answers, measure, act")
        walk.collect_answers()
        sent = len(set(mails.names()) - mails_before)
        results = Ending(walk, mails_sent=sent, stays_up=stays_up).show()
        ids = [str(mail.message["Message-ID"]).strip() for mail in mails.mails()]
        broken = claims.sent_once(ids, message_ids(engine_address(stack)))
        return broken + claims.found_planted_problem(results, is_first_run)
