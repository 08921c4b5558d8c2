"""Reminders: each says that it is one, in every template and language, and that nothing is needed after an answer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from cf_operators.hooks.mail_template import MAIL_ROOT, MailTemplate
from tests.hooks.test_mail_template import LANGUAGES, NPS, ORGANISATION, TEMPLATES, Page, letter

WORDS = {"en": "Reminder: ", "de": "Erinnerung: ", "pt": "Lembrete: ", "ar": "تذكير: "}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_reminder_says_so_first(template: str, language: str) -> None:
    mail = MailTemplate(template, ORGANISATION)
    first = mail.render(language, letter(rating=NPS))
    again = mail.render(language, letter(rating=NPS, reminder_number=2))
    note = yaml.safe_load((MAIL_ROOT / "frame" / f"{language}.yml").read_text(encoding="utf-8"))[
        "reminder_note"
    ]
    assert again.subject == WORDS[language] + first.subject
    assert note not in first.text + first.html
    assert again.text.split("\n\n")[2] == note  # below the heading and the greeting
    assert Page(again.html).text.count(note) == 2  # the preview that inboxes show, and the first sentence
    assert Page(again.html).links == Page(first.html).links


def test_a_template_may_have_its_own_words_for_reminders(tmp_path: Path) -> None:
    shutil.copytree(MAIL_ROOT, tmp_path, dirs_exist_ok=True)
    with (tmp_path / "annual" / "en.yml").open("a", encoding="utf-8") as file:
        file.write('reminder_subject: "{{ name }}: still {{ subject }}"\nreminder_note: "Only a reminder."\n')
        file.write('reminder_paragraphs: ["Once more."]\n')
    mail = MailTemplate("annual", ORGANISATION, tmp_path).render("en", letter(reminder_number=1))
    assert mail.subject == f"Ana Souza: still {ORGANISATION.name}: your view of the year Kitchen"
    assert mail.text.split("\n\n")[2:4] == ["Only a reminder.", "Once more."]
    assert "Once a year we ask the people" not in mail.text


def test_what_was_a_few_days_ago_is_not_said_again() -> None:
    mail = MailTemplate("post_purchase", ORGANISATION)
    assert "a few days ago" in mail.render("en", letter()).text
    assert "a few days ago" not in mail.render("en", letter(reminder_number=1)).text
