"""What a reply, or silence, means: the final dot divides what may be sent again from what may not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.delivery import (
    NOT_TRIED,
    Delivery,
    Stage,
    answered,
    is_refused_too_often,
    lost,
    outcome_word,
    retry_delay,
    settle,
    without_addresses,
)

CLOCK = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
INVITATION = UUID(int=7)


@given(st.sampled_from(Stage), st.integers(0, 999), st.text(max_size=50))
def test_a_mail_is_sent_again_only_when_the_server_certainly_has_not_got_it(
    stage: Stage, code: int, text: str
) -> None:
    delivery = answered(stage, code, text)
    if stage is Stage.DOT:
        wanted = {2: "accepted", 4: "planned", 5: "refused"}.get(code // 100, "unknown")
        assert delivery.result == wanted
    else:
        # A refusal of the sender is about us, not about this recipient.
        is_final = code // 100 == 5 and stage is not Stage.SENDER
        assert delivery.result == ("refused" if is_final else "planned")


@pytest.mark.parametrize("stage", [Stage.SENDER, Stage.RECIPIENT, Stage.DATA])
def test_what_is_lost_before_the_dot_is_tried_again(stage: Stage) -> None:
    assert lost(stage).result == "planned"


def test_what_is_lost_after_the_dot_is_unknown() -> None:
    assert lost(Stage.DOT).result == "unknown"


@pytest.mark.parametrize(
    ("stage", "code", "text", "is_bad"),
    [
        (Stage.RECIPIENT, 550, "5.1.1 no such user", True),
        (Stage.RECIPIENT, 550, "no such user", True),
        (Stage.RECIPIENT, 553, "mailbox name invalid", True),
        (Stage.RECIPIENT, 553, "mailbox name not allowed", False),
        (Stage.RECIPIENT, 550, "No such user here", True),
        (Stage.RECIPIENT, 550, "User unknown in virtual mailbox table", True),
        (Stage.RECIPIENT, 550, "relay not permitted", False),
        (Stage.RECIPIENT, 550, "blocked", False),
        (Stage.RECIPIENT, 550, "5.1.10 recipient not found", True),
        (Stage.RECIPIENT, 550, "5.1.8 bad sender's system", False),
        (Stage.RECIPIENT, 550, "5.7.1 policy", False),
        (Stage.RECIPIENT, 552, "5.2.2 full", False),
        (Stage.RECIPIENT, 554, "blocked", False),
        (Stage.RECIPIENT, 450, "4.1.1 maybe later", False),
        (Stage.SENDER, 550, "5.1.1 no such user", False),
        (Stage.DOT, 550, "5.1.1 no such user", False),
    ],
)
def test_only_a_recipient_that_does_not_exist_is_a_bad_address(
    stage: Stage, code: int, text: str, is_bad: bool
) -> None:
    assert answered(stage, code, text).is_address_bad is is_bad


def test_replies_are_kept_without_addresses_on_one_line() -> None:
    reply = answered(Stage.RECIPIENT, 550, "5.1.1 <Ana.Souza@example.org>\nno such user 'ana@x.y'").reply
    assert reply == "550 5.1.1 <[address]> no such user '[address]'"
    assert without_addresses("nobody@example.org: no") == "[address] no"


def test_a_mail_that_is_put_off_waits_longer_each_time() -> None:
    minutes = [retry_delay(attempt) / timedelta(minutes=1) for attempt in (1, 2, 3, 4, 5, 6, 7, 100)]
    assert minutes == [5, 10, 20, 40, 80, 160, 240, 240]


@pytest.mark.parametrize(
    ("outcomes", "refused", "is_too_often"),
    [(19, 19, False), (20, 4, False), (20, 5, True), (100, 20, False), (100, 21, True), (0, 0, False)],
)
def test_the_brake_is_pulled_above_a_fifth(outcomes: int, refused: int, is_too_often: bool) -> None:
    assert is_refused_too_often(outcomes, refused) is is_too_often


@pytest.mark.parametrize(
    ("delivery", "word", "wait", "accepted_at", "attempts"),
    [
        (Delivery("accepted", "250 ok"), "accepted", None, CLOCK, 1),
        (Delivery("refused", "550 no"), "refused", None, None, 1),
        (Delivery("unknown"), "unknown", None, None, 1),
        (Delivery("planned", "450 later"), "put_off", timedelta(minutes=20), None, 1),
        (NOT_TRIED, "not_tried", None, None, 0),
    ],
)
def test_each_delivery_is_settled_in_its_way(
    delivery: Delivery, word: str, wait: timedelta | None, accepted_at: datetime | None, attempts: int
) -> None:
    made = settle(INVITATION, 2, delivery, CLOCK)
    assert outcome_word(delivery) == word
    assert (made.state, made.accepted_at, made.attempts) == (delivery.result, accepted_at, attempts)
    assert made.send_not_before == (CLOCK + wait if wait else None)
