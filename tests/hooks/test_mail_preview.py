"""Looking at a campaign's mail, and writing a test mail: as in a wave, and the warehouse is only read."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from cf_operators.domain.link import read_preview
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.mail_preview import Reader, find_reader, preview_mail
from cf_operators.programme import load_programme
from tests.conftest import Warehouse
from tests.people import NOW, People

KEY = "k" * 32
FORM = "https://feedback.example"
PROGRAMME = load_programme()


@pytest.fixture(autouse=True)
def form(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {"conn_type": "http", "host": FORM, "password": KEY}
    monkeypatch.setenv("AIRFLOW_CONN_CF_FORM", json.dumps(connection))


def everything(warehouse: Warehouse) -> dict[str, Any]:
    """All rows of all tables of all our schemas, as one hash per table."""
    tables = warehouse.rows(
        "select table_schema || '.' || table_name as name from information_schema.tables "
        "where table_schema like 'cf\\_%%' and table_type = 'BASE TABLE'",
        (),
    )
    assert len(tables) > 20
    return {
        row["name"]: warehouse.rows(
            f"select md5(string_agg(t::text, '|' order by t::text)) from {row['name']} as t"
        )
        for row in tables
    }


@pytest.mark.parametrize("reminder", [0, 1])
@pytest.mark.parametrize("language", PROGRAMME.organisation.languages)
@pytest.mark.parametrize("campaign", PROGRAMME.campaigns, ids=lambda campaign: campaign.template)
def test_any_campaign_in_any_language_and_its_reminder(campaign: Any, language: str, reminder: int) -> None:
    mail = preview_mail(PROGRAMME, campaign, Reader(), NOW, language=language, reminder_number=reminder)
    assert mail.language == language
    assert f'lang="{language}"' in mail.html
    assert "Alex Example" in mail.text
    note = {"en": "This is a reminder", "de": "Dies ist eine Erinnerung", "pt": "Este é um lembrete"}[
        language
    ]
    assert (note in mail.text) is (note in mail.html) is (reminder == 1)
    assert not mail.subject.startswith("[Test]")
    addresses = re.findall(rf"{FORM}/[^\s\"<>]+", unescape(mail.html) + mail.text + str(mail.headers))
    for address in addresses:
        assert address.startswith(f"{FORM}/v/")
        token = address.removeprefix(f"{FORM}/v/").partition("?")[0]
        assert read_preview(KEY, token, NOW).survey_id == campaign.survey
    assert sum("?q=" in address for address in addresses) == 2 * {"annual": 11}.get(campaign.survey, 5)


def test_a_test_mail_says_that_it_is_one_and_goes_where_it_is_told() -> None:
    campaign = PROGRAMME.campaign("annual")
    mail = preview_mail(PROGRAMME, campaign, Reader("Ann"), NOW, address="me@firm.example", reminder_number=1)
    assert mail.subject == "[Test] Reminder: Meridian Home: your view of the year 2026"
    assert mail.parcel.recipient == "me@firm.example"
    assert dict(mail.headers)["To"] == "Ann <me@firm.example>"
    with pytest.raises(ConfigurationError, match="none that can be written to"):
        preview_mail(PROGRAMME, campaign, Reader(), NOW, address="nobody")


def test_no_mail_of_a_preview_is_like_another_or_like_one_of_a_wave() -> None:
    mails = [preview_mail(PROGRAMME, PROGRAMME.campaign("annual"), Reader(), NOW) for _ in range(2)]
    assert mails[0].parcel.invitation_id != mails[1].parcel.invitation_id
    assert dict(mails[0].headers)["Message-ID"] != dict(mails[1].headers)["Message-ID"]


def test_the_warehouse_is_the_same_before_and_after(warehouse: Warehouse) -> None:
    with People(warehouse) as people:
        people.order(people.contact(name="Jörg <b>Weiß</b>\r\nBcc: x@y.example", language="de-AT"))
    before = everything(warehouse)
    (row,) = warehouse.rows("select source, external_id from cf_ledger.contact")
    for campaign in PROGRAMME.campaigns:
        with warehouse.connect() as connection:
            reader = find_reader(connection, campaign.id, row["source"], row["external_id"])
            assert find_reader(connection, campaign.id, "shop", "nobody") is None
        assert reader is not None
        mail = preview_mail(PROGRAMME, campaign, reader, NOW, address="me@firm.example", reminder_number=1)
        assert mail.language == "de"
        assert "Jörg <b>Weiß</b> Bcc: x@y.example" not in mail.text  # holds an address: nobody is greeted so
        assert "Guten Tag," in mail.text
        assert "Bcc" not in dict(mail.headers)
    assert everything(warehouse) == before
