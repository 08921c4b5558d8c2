"""Hard from soft, and to which ask a report belongs."""

from __future__ import annotations

from uuid import UUID

import pytest

from cf_operators.domain.bounce import Kind, Notice, Report, kind_of, match, status_of

ONE, TWO = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("action", "status", "words", "kind"),
    [
        ("failed", "5.1.1", "", "hard"),
        ("failed", "5.1.0", "", "hard"),
        ("failed", "5.1.2", "", "hard"),
        ("failed", "5.1.10", "", "hard"),
        ("failed", "5.1.7", "", "soft"),  # about the sender's address
        ("failed", "5.1.8", "", "soft"),
        ("failed", "5.2.1", "", "hard"),
        ("failed", "5.2.2", "", "soft"),
        ("failed", "5.2.3", "", "soft"),
        ("failed", "5.3.0", "", "soft"),
        ("failed", "5.4.4", "", "soft"),
        ("failed", "5.5.0", "", "soft"),
        ("failed", "5.7.1", "", "soft"),
        ("failed", "4.1.1", "", "soft"),
        ("failed", "4.2.2", "", "soft"),
        ("failed", "4.4.7", "", "soft"),
        ("FAILED ", "5.1.1", "", "hard"),
        ("failed", "2.0.0", "", "soft"),
        ("failed", None, "", "soft"),
        ("failed", "5.0.0", "smtp; 550 no such user", "hard"),
        ("failed", None, "smtp; 550 no such user", "hard"),
        ("failed", "5.0.0", "smtp; 550 relaying denied", "soft"),
        ("failed", "5.0.0", "smtp; 450 no such user yet", "soft"),
        ("failed", "5.0.0", "smtp; 554 user unknown", "soft"),
        ("delayed", "4.2.2", "", "delayed"),
        ("delayed", "5.1.1", "", "delayed"),
        ("delivered", "2.0.0", "", "delivered"),
        ("relayed", None, "", "delivered"),
        ("expanded", "5.1.1", "", "delivered"),
        ("", "5.1.1", "", "hard"),
        ("gave up", "5.2.2", "", "soft"),
        ("", "4.2.2", "", "delayed"),
        ("", "2.1.5", "", "delivered"),
        ("", None, "550 no such user", "unreadable"),
    ],
)
def test_hard_from_soft(action: str, status: str | None, words: str, kind: str) -> None:
    assert kind_of(action, status, words) == kind


@pytest.mark.parametrize(
    ("field", "words", "status"),
    [
        ("5.1.1", "", "5.1.1"),
        ("5.1.1 (user unknown)", "smtp; 550 5.7.1 x", "5.1.1"),
        ("5.0.0", "smtp; 550 5.1.1 x", "5.1.1"),
        ("5.0.0", "smtp; 550 x", "5.0.0"),
        ("", "smtp; 550-5.1.10 x", "5.1.10"),
        ("", "host 5.1.1.7 said 550", None),
        ("", "host 10.4.2.1 said 550", None),
        ("", "", None),
        ("9.1.1", "", None),
        ("5.1", "", None),
    ],
)
def test_the_code_that_says_most(field: str, words: str, status: str | None) -> None:
    assert status_of(field, words) == status


def report(kind: Kind, **fields: object) -> Report:
    return Report((Notice(kind, recipient="r"),), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("read", "kind", "invitation_id"),
    [
        (report(Kind.HARD, addressed_to=("t1",)), "hard", ONE),
        (report(Kind.HARD, addressed_to=("none", "t1"), returned_ids=("<2@x>",)), "hard", ONE),
        (report(Kind.HARD, addressed_to=("none",), returned_ids=("<9@x>", "<2@x>")), "hard", TWO),
        (report(Kind.HARD, addressed_to=("unknown",), returned_ids=("<2@x>",)), "hard", TWO),
        (report(Kind.HARD, addressed_to=("unknown",)), "unmatched", None),
        (report(Kind.SOFT), "unmatched", None),
        (report(Kind.COMPLAINT), "unmatched", None),
        (report(Kind.DELAYED), "delayed", None),
        (report(Kind.AUTO_REPLY, returned_ids=("<1@x>",)), "auto_reply", ONE),
        (report(Kind.UNREADABLE, returned_ids=("<1@x>",)), "unreadable", ONE),
        (report(Kind.AUTO_REPLY, own_id="<1@x>"), "loop", ONE),
        (report(Kind.UNREADABLE, own_id="<1@x>"), "loop", ONE),
        (report(Kind.HARD, own_id="<1@x>"), "unmatched", None),  # a report is not the mail it is about
    ],
)
def test_to_which_ask_a_report_belongs(read: Report, kind: str, invitation_id: UUID | None) -> None:
    tokens = {"t1": ONE, "unknown": UUID(int=9)}
    [found] = match(read, tokens, {"<1@x>": ONE, "<2@x>": TWO}, {ONE, TWO})
    assert (found.kind, found.invitation_id) == (kind, invitation_id)


def test_a_return_address_may_stand_in_the_field_of_the_recipient() -> None:
    [found] = match(report(Kind.SOFT), {"r": TWO}, {}, {TWO})
    assert (found.kind, found.invitation_id) == ("soft", TWO)
