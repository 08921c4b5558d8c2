"""Previews: the page as a customer would see it, and nothing kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cf_operators.domain.survey import version_of
from tests.web.conftest import Form
from tests.web.running_form import definition_of, preview_link
from tests.web.test_form_survey import COMPLETE, page_data


def test_a_registered_version_is_shown_and_takes_nothing(form: Form) -> None:
    definition = definition_of("annual") | {"title": "An older version"}
    form.invite(definition)
    link = preview_link("test", version_of(definition))
    page = form.client.get(link, headers={"Accept-Language": "de"})
    assert page.status_code == 200
    assert "Dies ist eine Vorschau." in page.text
    assert page_data(page)["definition"] == definition
    assert page_data(page)["variables"]["occasion"] == "Beispiel"
    reply = form.client.post(page_data(page)["post"], json={"answers": COMPLETE, "complete": True})
    assert (reply.status_code, reply.json()) == (
        200,
        {"status": "preview", "problem": "preview: nothing was kept"},
    )
    assert form.submissions() == []


def test_a_version_that_nobody_was_asked_yet_comes_from_the_programme(form: Form) -> None:
    version = version_of(definition_of("annual"))
    assert form.warehouse.rows("select 1 from cf_ledger.survey") == []
    assert form.client.get(preview_link("annual", version)).status_code == 200
    for survey_id, other in (("annual", "0" * 12), ("post_purchase", version), ("nothing", version)):
        assert form.client.get(preview_link(survey_id, other)).status_code == 404


def test_the_links_of_a_test_mail_do_nothing(form: Form) -> None:
    link = preview_link("annual", version_of(definition_of("annual")))
    form_encoded = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = form.client.post(link, content=b"List-Unsubscribe=One-Click", headers=form_encoded)
    assert (reply.status_code, "Preview: nothing was kept" in reply.text) == (200, True)
    assert form.warehouse.rows("select 1 from cf_ledger.consent") == []
    assert form.client.post(link, content=b"x" * 70_000).status_code == 413


def test_one_click_is_shown_as_in_the_mail(form: Form) -> None:
    link = preview_link("annual", version_of(definition_of("annual")))
    page = form.client.get(f"{link}?q=nps&v=7")
    assert "You chose 7." in page.text
    assert page_data(page)["answers"] == {"nps": 7}


def test_it_ends(form: Form) -> None:
    link = preview_link("annual", version_of(definition_of("annual")), datetime.now(UTC) - timedelta(hours=1))
    assert form.client.get(link).status_code == 410
    assert form.client.get("/v/x").status_code == 404
    assert form.client.post("/v/x").status_code == 404
