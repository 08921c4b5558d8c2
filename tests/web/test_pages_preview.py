"""The preview of a mail, and a test mail to oneself: as a customer gets it, and without a trace in the ledger."""

from __future__ import annotations

from html import unescape

import pytest

from cf_operators.domain.link import read_preview
from tests.web.asking import NOW, WAVE, Pages, words_of
from tests.web.running_airflow import FORM
from tests.web.running_form import KEY

TABLES = ("wave", "invitation", "decision", "contact", "survey", "suppression", "consent")


def counts(pages: Pages) -> list[int]:
    """Rows of the ledger, table by table."""
    return [pages.rows(f"select count(*) as n from cf_ledger.{table}")[0]["n"] for table in TABLES]


def test_every_campaign_in_every_language_to_a_sample_person(pages: Pages) -> None:
    assert "Choose a campaign" in pages.says("preview")
    for campaign in ("post_purchase", "annual", "ad_hoc"):
        for language in ("en", "de", "pt"):
            said = pages.says("preview", campaign=campaign, language=language)
            assert "Message-ID" in said
            assert "List-Unsubscribe-Post" in said
            html = pages.get("preview/mail", campaign=campaign, language=language)
            assert html.status_code == 200
            assert f'lang="{language}"' in html.text
            assert "Alex Example" in html.text
    assert counts(pages) == [0] * len(TABLES)


def test_the_html_stands_in_a_frame_that_runs_nothing(pages: Pages) -> None:
    page = pages.get("preview", campaign="annual").text
    frame = page[page.index("<iframe") : page.index("</iframe>")]
    assert " sandbox title=" in frame
    html = pages.get("preview/mail", campaign="annual")
    policy = html.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none';")
    assert html.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_all_links_lead_to_the_preview_of_the_questionnaire(pages: Pages) -> None:
    html = unescape(pages.get("preview/mail", campaign="post_purchase").text)
    tokens = {part.split('"')[0].split("?")[0].split("<")[0] for part in html.split(f"{FORM}/v/")[1:]}
    assert tokens
    for token in tokens:
        assert read_preview(KEY, token, NOW).survey_id == "post_purchase"
    assert f"{FORM}/s/" not in html
    assert f"{FORM}/u/" not in html


def test_the_first_question_is_in_the_mail_and_a_reminder_says_so(pages: Pages) -> None:
    html = unescape(pages.get("preview/mail", campaign="annual").text)
    assert "?q=nps&v=10" in html
    first, reminder = (pages.says("preview", campaign="annual", language="en", reminder=n) for n in (0, 1))
    assert "Reminder:" in reminder
    assert "Reminder:" not in first


def test_a_contact_in_their_language_about_what_they_were_asked_last(pages: Pages) -> None:
    pages.wave()
    pages.invite("responded", name="Jörg <b>Weiß</b>", occasion='Desk "Oslo"')
    pages.execute("update cf_ledger.contact set language = 'de-AT'")
    number = pages.rows("select external_id from cf_ledger.contact")[0]["external_id"]
    whom = {"campaign": "post_purchase", "source": "shop", "customer": f" {number} "}
    said = pages.says("preview", **whom)
    assert 'Desk "Oslo"' in said
    assert "Guten Tag" in said
    assert "customers.example" in said
    assert "person" not in said.split("Headers")[1].split("Message-ID")[0]  # the address stays where it is
    html = pages.get("preview/mail", **whom).text
    assert "<b>Weiß" not in html
    assert "Jörg &lt;b&gt;Weiß" in html
    assert "Hello" in pages.says("preview", **whom, language="en")
    assert "There is no customer nobody of the source shop" in pages.says(
        "preview", campaign="post_purchase", source="shop", customer="nobody"
    )
    # A viewer may look at mails, and not at customers.
    assert "Jörg" not in pages.get("preview/mail", "viewer", **whom).text


def test_a_test_mail_goes_to_oneself_and_into_no_ledger(pages: Pages) -> None:
    pages.wave()
    pages.invite("accepted", name="Ann Example")
    number = pages.rows("select external_id from cf_ledger.contact")[0]["external_id"]
    before = counts(pages)
    fields = {"campaign": "post_purchase", "language": "pt", "source": "shop", "customer": number}
    said = pages.presses("preview", **fields, to=" Quality@Firm.example ")
    assert "The test mail is on its way" in said
    (mail,) = pages.mail.caught
    assert mail.recipient == "Quality@firm.example"
    assert "Ann Example" in str(mail.message["To"])
    assert mail.message["List-Unsubscribe"].startswith(f"<{FORM}/v/")
    known = {row["message_id"] for row in pages.rows("select message_id from cf_ledger.invitation")}
    assert mail.message_id not in known
    assert counts(pages) == before


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example"]
)
def test_what_is_no_address_gets_no_mail(pages: Pages, to: str) -> None:
    assert "This is no mail address" in pages.presses("preview", campaign="annual", to=to)
    assert pages.mail.caught == []


def test_a_server_that_refuses_is_quoted(pages: Pages) -> None:
    pages.mail.answer = lambda stage, _recipient: "550 5.7.1 <b>not</b> you" if stage == "rcpt" else None
    try:
        reply = pages.post("preview", campaign="annual", to="me@firm.example")
    finally:
        pages.mail.answer = lambda stage, recipient: None
    assert reply.status_code == 200
    assert "It said: 550 5.7.1 <b>not</b> you" in words_of(reply)
    assert "<b>not" not in reply.text


def test_a_viewer_sends_nothing(pages: Pages) -> None:
    fields = {"token": pages.token("viewer"), "campaign": "annual", "to": "me@firm.example"}
    assert pages.user("viewer").post("/cf/preview", data=fields).status_code == 403
    assert pages.mail.caught == []


def test_a_mail_of_no_campaign_is_not_there(pages: Pages) -> None:
    assert pages.get("preview/mail", campaign="no").status_code == 404
    assert pages.get("preview/mail", campaign="annual", source="shop", customer=WAVE).status_code == 404
    assert pages.get("preview", campaign="annual", reminder="99").status_code == 422
