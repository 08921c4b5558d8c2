"""What the extra fields of the mail server's connection say about return addresses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cf_operators.errors import ConfigurationError
from cf_operators.hooks.smtp_settings import SmtpSettings


def settings(monkeypatch: pytest.MonkeyPatch, **extra: Any) -> SmtpSettings:
    connection = {"conn_type": "smtp", "host": "smtp.example", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", json.dumps(connection))
    return SmtpSettings.of()


@pytest.mark.parametrize(("value", "is_verp"), [(True, True), ("true", True), (False, False), ("no", False)])
def test_each_mail_has_a_return_address_of_its_own_if_so_wanted(
    monkeypatch: pytest.MonkeyPatch, value: object, is_verp: bool
) -> None:
    made = settings(monkeypatch, from_email="bounces@example.org", verp=value)
    assert (made.envelope_sender, made.is_verp) == ("bounces@example.org", is_verp)
    assert not settings(monkeypatch, from_email="bounces@example.org").is_verp


def test_a_return_address_needs_a_mailbox(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match=r'connection "cf_smtp": verp needs .* from_email'):
        settings(monkeypatch, verp=True)
