"""The database goes away while mails go out: what the mail server has said of them is not forgotten."""

from __future__ import annotations

import pytest

from cf_operators.errors import WarehouseUnavailable
from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import WaveToSend

CUT = (
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = user and pid <> pg_backend_pid()"
)


@pytest.mark.parametrize("batch", [6, 60])
def test_a_mail_that_was_taken_is_accepted_also_when_the_line_to_the_database_is_lost(
    wave: WaveToSend, mail_catcher: MailCatcher, batch: int
) -> None:
    for _ in range(6):
        wave.plan()
    cuts: list[str] = []

    def answer(stage: str, recipient: str) -> None:
        if stage == "dot" and len(mail_catcher.caught) == 3 and not cuts:
            cuts.append(recipient)
            wave.people.execute(CUT)

    mail_catcher.answer = answer
    with pytest.raises(WarehouseUnavailable, match="the transaction was given up"):
        wave.send(batch=batch, lines=1)
    assert cuts
    assert wave.states() == {"accepted": 6}
    assert wave.send()["accepted"] == 0
    assert set(mail_catcher.message_ids().values()) == {1}
