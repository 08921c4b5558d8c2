"""Whoever says no between the claim and the sending is not sent to."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from cf_operators.hooks.invitation_mail import InvitationMail
from cf_operators.hooks.ledger import Claimed
from cf_operators.hooks.smtp_line import Parcel
from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import WaveToSend
from tests.people import NOW


def unsubscribe(wave: WaveToSend, invitation: UUID) -> None:
    """As the form server does, when somebody clicks in an older mail."""
    with psycopg.connect(wave.people.warehouse.form_uri) as connection:
        [done] = connection.execute("select cf_ledger.form_unsubscribe(%s)", (invitation,)).fetchone() or [
            None
        ]
    assert done is True


def test_unsubscribed_between_claim_and_send_is_not_sent_to(
    wave: WaveToSend, mail_catcher: MailCatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = [wave.plan() for _ in range(5)]
    render = InvitationMail.parcel
    seen: list[Claimed] = []

    def parcel(self: InvitationMail, invitation: Claimed, *rest: object) -> Parcel | None:
        if not seen:  # the batch is claimed; its first mail is being written
            assert wave.states() == {"claimed": 5}
            unsubscribe(wave, planned[3])
        seen.append(invitation)
        return render(self, invitation, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(InvitationMail, "parcel", parcel)
    summary = wave.send()
    assert (summary["accepted"], summary["cancelled"], summary["not_tried"]) == (4, {"unsubscribed": 1}, 0)
    row = wave.row(planned[3])
    assert (row["state"], row["state_reason"], row["claimed_by"]) == ("cancelled", "unsubscribed", None)
    assert row["message_id"] not in mail_catcher.message_ids()


def test_what_changes_while_a_batch_is_handed_over_counts_from_the_next_one_on(
    wave: WaveToSend, mail_catcher: MailCatcher
) -> None:
    """The time that is left: a mail may go to somebody who says no while the mails of its batch are handed over."""
    planned = sorted((wave.plan() for _ in range(6)), key=str)

    def answer(stage: str, recipient: str) -> None:
        if stage == "mail" and not mail_catcher.caught:
            for invitation in planned[2:4]:
                unsubscribe(wave, invitation)

    mail_catcher.answer = answer
    summary = wave.send(batch=3, lines=1)
    assert (summary["accepted"], summary["cancelled"]) == (5, {"unsubscribed": 1})
    assert wave.row(planned[2])["state"] == "accepted"
    assert wave.row(planned[3])["state"] == "cancelled"


@pytest.mark.parametrize(
    "what", ["bounced", "complained", "said no to the purpose", "was erased", "answered"]
)
def test_whatever_speaks_against_it_is_seen(
    wave: WaveToSend, mail_catcher: MailCatcher, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    contact = wave.people.contact("ada@customers.example")
    first = wave.plan(contact, state="accepted", claimed_at=NOW, accepted_at=NOW)
    later = NOW + timedelta(days=10)
    reminder = wave.plan(contact, reminds_id=first, send_not_before=later)
    render = InvitationMail.parcel

    def parcel(self: InvitationMail, *rest: object) -> Parcel | None:
        people = wave.people
        if what == "bounced":
            people.suppress("ada@customers.example", "bounced")
        elif what == "complained":
            people.complaint(contact)
        elif what == "said no to the purpose":
            people.execute(
                "insert into cf_ledger.consent values (%s, 'purchases', false, 'test', %s)", (contact, later)
            )
        elif what == "was erased":
            people.execute("delete from cf_ledger.contact where contact_key = %s", (contact,))
        else:
            people.execute(
                "update cf_ledger.invitation set state = 'responded' where invitation_id = %s", (first,)
            )
        return render(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(InvitationMail, "parcel", parcel)
    summary = wave.send(clock=later)
    reason = {
        "bounced": "bounced", "complained": "open_complaint", "said no to the purpose": "no_consent",
        "was erased": "no_address", "answered": "answered",
    }[what]  # fmt: skip
    assert (summary["accepted"], summary["cancelled"]) == (0, {reason: 1})
    assert (wave.row(reminder)["state"], mail_catcher.caught) == ("cancelled", [])
