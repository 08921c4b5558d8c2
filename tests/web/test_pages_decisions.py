"""What the pages show and what their buttons do, over the network, in Airflow's own API server."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from uuid import uuid4

from cf_operators.domain.link import read_interview, read_link
from tests.web.asking import DAY, NOW, WAVE, Pages, words_of
from tests.web.running_airflow import FORM
from tests.web.running_form import KEY


def test_empty_pages_say_what_would_stand_there(pages: Pages) -> None:
    assert "There is no wave yet" in pages.says("waves")
    assert "Nothing is to be settled" in pages.says("unknown")
    assert "No key account waits" in pages.says("approvals")
    assert "Nobody is to be called" in pages.says("interviews")
    assert pages.get("wave", id="no/such").status_code == 404


def test_the_numbers_of_waves(pages: Pages) -> None:
    pages.wave()
    pages.wave("annual/2026", opened_at=NOW)
    states = ["accepted"] * 3 + ["responded"] + ["refused", "bounced", "unknown", "planned"]
    for state in states:
        pages.invite(state)
    pages.execute(
        "insert into cf_ledger.exclusion (wave_id, contact_key, reason, recorded_at) "
        "select %s, gen_random_uuid(), 'open_complaint', now() from generate_series(1, 1234)",
        [WAVE],
    )
    said = pages.says("waves")
    assert said.index("annual/2026") < said.index(WAVE)
    # audience, left out, waiting, asked, failed, unknown, reminded, answered, rate
    assert f"{WAVE} {(NOW - DAY):%-d %b %Y} 1,242 1,234 1 4 2 1 0 1 25.0 %" in said
    assert WAVE not in pages.says("waves", campaign="annual")
    detail = pages.says("wave", id=WAVE)
    assert "has an open complaint 1,234" in detail
    assert "Sent, not answered yet 3 Answered 1" in detail
    assert "en 8 4 1 25.0 %" in detail


def test_waves_are_shown_page_by_page(pages: Pages) -> None:
    for number in range(30):
        pages.wave(f"post_purchase/w{number:02}", opened_at=NOW - number * DAY)
    first, second = pages.says("waves"), pages.says("waves", page=2)
    assert "w24" in first
    assert "w25" not in first
    assert "w25" in second
    assert ("Older" in first, "Newer" in first, "Older" in second, "Newer" in second) == (
        True,
        False,
        False,
        True,
    )


def test_a_wave_is_stopped_and_goes_on(pages: Pages) -> None:
    pages.wave()
    assert "The wave is stopped" in pages.presses("wave", wave=WAVE, decision="stopped", note="wrong text")
    assert pages.rows("select is_stopped from cf_ledger.wave") == [{"is_stopped": True}]
    said = pages.presses("wave", "admin", wave=WAVE, decision="stopped")
    assert "Nothing was changed" in said
    assert "quality wave stopped wrong text" in said
    assert "The wave goes on" in pages.presses("wave", "admin", wave=WAVE, decision="resumed")
    assert pages.decided() == [("stopped", "quality", "wrong text"), ("resumed", "admin", None)]


def test_one_mail_is_settled_by_the_form_on_the_page(pages: Pages) -> None:
    pages.wave()
    mail = pages.invite("unknown", last_reply="451 4.3.0 busy", name="Ann Example")
    page = pages.get("unknown")
    assert "451 4.3.0 busy" in words_of(page)
    assert "Ann Example" not in page.text
    assert "customers.example" not in page.text
    token = pages.token_on("unknown")
    fields = {"token": token, "wave": WAVE, "invitation": str(mail), "decision": "sent"}
    reply = pages.user().post("/cf/unknown", data=fields)
    assert reply.status_code == 303
    assert reply.headers["Location"].startswith("/cf/unknown?")
    assert "1 mail settled: sent." in words_of(pages.user().get(reply.headers["Location"]))
    again = pages.user().post("/cf/unknown", data=fields, follow_redirects=True)
    assert "Nothing was changed" in words_of(again)
    assert (pages.state(mail), pages.decided()) == ("accepted", [("sent", "quality", None)])


def test_all_of_a_wave_at_once(pages: Pages) -> None:
    pages.wave()
    pages.wave("annual/2026")
    mails = [pages.invite("unknown") for _ in range(3)]
    other = pages.invite("unknown", "annual/2026")
    said = pages.presses("unknown", wave=WAVE, decision="send_again", note="lost in the crash")
    assert "3 mails will be sent again" in said
    assert [pages.state(each) for each in (*mails, other)] == ["planned"] * 3 + ["unknown"]
    assert pages.decided() == [("send_again", "quality", "lost in the crash")] * 3


def test_nothing_stale_is_offered_to_be_sent_again(pages: Pages) -> None:
    pages.wave(not_after=NOW - DAY)
    mail = pages.invite("unknown")
    page = pages.get("unknown").text
    assert re.search(r'value="send_again" disabled', page)
    said = pages.presses("unknown", wave=WAVE, invitation=mail, decision="send_again")
    assert "No mail will be sent again. 1 left as they are, because nothing of the wave may be sent" in said
    assert pages.state(mail) == "unknown"


def test_two_people_press_at_once(pages: Pages) -> None:
    pages.wave()
    mails = [pages.invite("unknown") for _ in range(20)]
    for user in ("quality", "admin"):
        pages.user(user).get("/cf/unknown")
    with ThreadPoolExecutor(2) as both:
        said = list(
            both.map(
                lambda press: pages.presses("unknown", press[0], wave=WAVE, decision=press[1]),
                [("quality", "sent"), ("admin", "send_again")],
            )
        )
    assert sorted("Nothing was changed" in each for each in said) == [False, True]
    assert len({pages.state(each) for each in mails}) == 1
    assert len(set(pages.decided())) == 1
    assert len(pages.decided()) == 20


def test_key_accounts(pages: Pages) -> None:
    pages.wave()
    yes, no = (pages.invite("planned", approval="wanted", name=name) for name in ("Big One", "Big Two"))
    assert "Big One" in pages.says("approvals")
    assert "1 key account approved" in pages.presses(
        "approvals", wave=WAVE, invitation=yes, decision="approved"
    )
    said = pages.presses("approvals", wave=WAVE, decision="not_approved", note="contract talks")
    assert "1 key account will not be asked" in said
    assert (pages.state(yes), pages.state(no)) == ("planned", "cancelled")
    assert pages.decided() == [("approved", "quality", None), ("not_approved", "quality", "contract talks")]
    assert "Nothing was changed" in pages.presses("approvals", wave=WAVE, invitation=no, decision="approved")


def test_what_is_not_in_the_form_is_refused(pages: Pages) -> None:
    pages.wave()
    mail = pages.invite("unknown")
    for wrong in (
        {"decision": "delete"},
        {"decision": "sent", "invitation": "1 or 1=1"},
        {"decision": "sent", "note": "x" * 1001},
        {"decision": "sent", "wave": ""},
    ):
        reply = pages.post("unknown", **{"wave": WAVE, **wrong})
        assert reply.status_code in {400, 422}
        assert "could not be understood" in words_of(reply)
    assert pages.state(mail) == "unknown"
    reply = pages.post("unknown", wave="no/such' wave", decision="sent")
    assert "Nothing was changed" in words_of(reply)


def links_on(page: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'href="([^"]+)"[^>]* data-open', page)]


def test_a_call_is_taken_once_and_names_the_interviewer(pages: Pages) -> None:
    pages.wave("service/1", channel="phone")
    call = pages.invite("planned", "service/1", channel="phone", name="Ann Example")
    assert "Ann Example" in pages.says("interviews")
    reply = pages.post("interviews", invitation=call)
    assert reply.url.path == "/cf/interview"
    interview, preferences = links_on(reply.text)
    assert interview.startswith(f"{FORM}/i/")
    found = read_interview(KEY, interview.rpartition("/")[2], NOW)
    assert (found.invitation_id, found.interviewer) == (call, "quality")
    assert read_link(KEY, "preferences", preferences.rpartition("/")[2], NOW) == call
    row = pages.rows("select state, channel, accepted_at from cf_ledger.invitation")[0]
    assert (row["state"], row["channel"]) == ("accepted", "phone")
    assert row["accepted_at"] >= NOW
    assert "Nobody is to be called" in pages.says("interviews")
    # Somebody else does not see the link without beginning the interview themselves.
    assert pages.get("interview", "admin", invitation=str(call)).status_code == 404
    assert pages.post("interviews", invitation=call).url.path == "/cf/interview"
    assert pages.decided() == [("called", "quality", None)]


def test_a_call_that_is_not_allowed_any_more_is_taken_off(pages: Pages) -> None:
    pages.wave("service/1", channel="phone")
    call = pages.invite("planned", "service/1", channel="phone")
    pages.execute(
        "insert into cf_ledger.suppression select address_hash, 'unsubscribed', 'test', now() from cf_ledger.contact"
    )
    said = pages.presses("interviews", invitation=call)
    assert "may not be called any more: unsubscribed" in said
    assert (pages.state(call), pages.decided()) == ("cancelled", [])


def test_only_calls_that_are_due_are_taken(pages: Pages) -> None:
    pages.wave("service/1", channel="phone")
    pages.wave("service/stopped", channel="phone", is_stopped=True)
    pages.wave("service/over", channel="phone", not_after=NOW - DAY)
    waiting = [
        pages.invite("planned", "service/1", channel="phone", send_not_before=NOW + DAY),
        pages.invite("planned", "service/1", channel="phone", approval="wanted"),
        pages.invite("planned", "service/stopped", channel="phone"),
        pages.invite("planned", "service/over", channel="phone"),
        pages.invite("planned", "service/1"),
    ]
    assert "Nobody is to be called" in pages.says("interviews")
    for each in (*waiting, uuid4()):
        assert "This interview cannot begin" in pages.presses("interviews", invitation=each)
    assert {pages.state(each) for each in waiting} == {"planned"}


def test_a_customer_on_the_line_answers_what_they_were_asked_by_mail(pages: Pages) -> None:
    pages.wave()
    pages.wave("annual/over", answer_until=NOW - DAY)
    asked = pages.invite("accepted", name="Ann Example")
    number = pages.rows("select external_id from cf_ledger.contact")[0]["external_id"]
    over = pages.invite("accepted", "annual/over")
    answered = pages.invite("accepted")
    pages.execute(
        "insert into cf_landing.form_submission (invitation_id, is_complete, answers, language, channel, received_at) "
        "values (%s, true, '{}', 'en', 'web', now())",
        [answered],
    )
    assert "Ann Example" in pages.says("interviews", source="shop", customer=f" {number} ")
    assert "has nothing to answer" in pages.says("interviews", source="shop", customer="nobody")
    assert "Ann Example" not in pages.says("interviews", "viewer", source="shop", customer=number)
    reply = pages.post("interviews", invitation=asked)
    assert read_interview(KEY, links_on(reply.text)[0].rpartition("/")[2], NOW).invitation_id == asked
    assert pages.state(asked) == "accepted"
    for each in (over, answered):
        assert "This interview cannot begin" in pages.presses("interviews", invitation=each)
    assert pages.decided() == [("called", "quality", None)]


def test_a_warehouse_that_does_not_answer_is_said_so(pages: Pages) -> None:
    database = pages.server.warehouse.uri.rpartition("/")[2]
    with pages.superuser() as connection:
        connection.execute(f"alter database {database} allow_connections false")
        try:
            reply = pages.get("waves")
        finally:
            connection.execute(f"alter database {database} allow_connections true")
    assert reply.status_code == 503
    assert "The warehouse does not answer" in words_of(reply)
    assert "Waves" in pages.says("waves")
