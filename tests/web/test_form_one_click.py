"""The first answer by one click in the mail: filled in, said in a sentence, and kept by sending only."""

from __future__ import annotations

import pytest

from tests.web.conftest import Form
from tests.web.test_form_survey import page_data


def test_the_chosen_answer_is_filled_in_and_said(form: Form) -> None:
    invitation = form.invite()
    page = form.client.get(invitation.survey + "?q=nps&v=9")
    assert "You chose 9. Please confirm by sending, or change it." in page.text
    data = page_data(page)
    assert (data["answers"], data["saved"], data["chosen"]) == ({"nps": 9}, {}, "nps")
    assert form.submissions() == []
    assert page_data(form.client.get(invitation.survey))["answers"] == {}


def test_what_was_saved_before_stays_for_other_questions(form: Form) -> None:
    invitation = form.invite(language="de")
    form.post(invitation, {"nps": 3, "csat": 2}, complete=False)
    page = form.client.get(invitation.survey + "?q=nps&v=0")
    assert "Sie haben 0 gewählt." in page.text
    data = page_data(page)
    assert (data["answers"], data["saved"]) == ({"nps": 0, "csat": 2}, {"nps": 3, "csat": 2})
    assert [row["answers"] for row in form.submissions()] == [{"nps": 3, "csat": 2}]


@pytest.mark.parametrize(
    "query",
    [
        "q=nps&v=11",
        "q=nps&v=-1",
        "q=nps",
        "v=9",
        "q=colour&v=9",
        "q=comment&v=9",
        "q=nps&v=<b>",
        "q=nps&v=",
        "q=&v=",
    ],
)
def test_anything_else_is_passed_over(form: Form, query: str) -> None:
    page = form.client.get(f"{form.invite().survey}?{query}")
    assert (page.status_code, page_data(page)["answers"], page_data(page)["chosen"]) == (200, {}, None)
    assert "You chose" not in page.text


def test_who_has_answered_is_told_so(form: Form) -> None:
    page = form.client.get(form.invite(state="responded").survey + "?q=nps&v=9")
    assert "You have already answered" in page.text
