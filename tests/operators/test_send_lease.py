"""A worker that stood still past its lease sends nothing that somebody else may have settled meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import chain, repeat

import pytest

from cf_operators.errors import MailServerUnavailable
from cf_operators.hooks.decisions import Decisions
from cf_operators.hooks.invitation_mail import InvitationMail
from cf_operators.hooks.smtp_line import Parcel
from cf_operators.operators.send_invitations import SendInvitationsOperator
from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import CAMPAIGN, WaveToSend
from tests.people import NOW

LATER = NOW + timedelta(minutes=16)


def settled_and_sent_again(wave: WaveToSend) -> None:
    """Another worker finds the lease over, a person has the mails sent again, and they are."""
    assert wave.send(clock=LATER)["lapsed"] == 3
    with wave.people.warehouse.connect() as connection:
        decisions = Decisions(connection, "ana", LATER)
        settled = decisions.settle("send_again", wave_id="post_purchase/w", invitation_ids=[], note=None)
        assert settled.changed == 3
    assert wave.send(clock=LATER + timedelta(minutes=1))["accepted"] == 3


def test_what_was_lost_before_the_hand_over_is_not_handed_over(
    wave: WaveToSend, mail_catcher: MailCatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        wave.plan()
    render, stood_still = InvitationMail.parcel, threading.Event()

    def parcel(self: InvitationMail, *rest: object) -> Parcel | None:
        if not stood_still.is_set():
            stood_still.set()
            other = threading.Thread(target=settled_and_sent_again, args=[wave])
            other.start()
            other.join(60)
        return render(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(InvitationMail, "parcel", parcel)
    assert wave.send()["accepted"] == 0
    assert wave.states() == {"accepted": 3}
    assert set(mail_catcher.message_ids().values()) == {1}


def test_a_batch_is_not_handed_over_for_longer_than_its_lease(
    wave: WaveToSend, mail_catcher: MailCatcher
) -> None:
    for _ in range(6):
        wave.plan()

    slow = True

    def answer(stage: str, recipient: str) -> None:
        if slow and stage == "mail" and len(mail_catcher.caught) == 1:
            time.sleep(4.5)

    mail_catcher.answer = answer
    with pytest.raises(MailServerUnavailable, match="did not take 6 mails within most of the lease"):
        wave.send(batch=6, lines=1, lease=timedelta(seconds=4))
    slow = False
    assert (len(mail_catcher.caught), wave.states()) == (1, {"accepted": 1, "planned": 5})
    wave.send(clock=LATER)
    assert wave.states() == {"accepted": 6}
    assert set(mail_catcher.message_ids().values()) == {1}


@pytest.mark.parametrize(
    "change", ["is_stopped = true", "not_after = opened_at"], ids=["stopped", "past its last moment"]
)
def test_what_may_not_go_any_more_when_its_turn_comes_waits(
    wave: WaveToSend, mail_catcher: MailCatcher, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    for _ in range(3):
        wave.plan()
    render = InvitationMail.parcel

    def parcel(self: InvitationMail, *rest: object) -> Parcel | None:
        wave.people.execute(f"update cf_ledger.wave set {change}")
        return render(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(InvitationMail, "parcel", parcel)
    assert wave.send()["accepted"] == 0
    assert mail_catcher.caught == []
    assert wave.states() == {"planned": 3}


def test_a_mail_that_waits_for_its_turn_until_the_window_closes_waits_for_the_next(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Callable[..., None]
) -> None:
    """The window is open when the mails are claimed, and closed when they are to be handed over."""
    programme(sending={"window": {"from": "09:00", "until": "19:00"}})
    for _ in range(3):
        wave.plan(time_zone="UTC")
    closing = NOW.replace(hour=18, minute=59)
    times = chain([closing] * 3, repeat(closing + timedelta(minutes=2)))  # lapse, expire, claim
    operator = SendInvitationsOperator(task_id="send", campaign_id=CAMPAIGN, clock=lambda: next(times))
    summary = operator.execute(wave.context(now=NOW))  # type: ignore[arg-type]
    assert (summary["accepted"], summary["waiting"]["window"]) == (0, 3)
    assert mail_catcher.caught == []
    assert wave.states() == {"planned": 3}
