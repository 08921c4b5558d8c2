"""What customers read: every template in every language, and what a hostile name can do to it (nothing)."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from cf_operators.domain.first_question import FirstRating
from cf_operators.domain.language import is_right_to_left
from cf_operators.domain.organisation import Organisation
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.mail_template import MAIL_ROOT, Letter, MailTemplate
from cf_operators.programme import load_programme

LANGUAGES = ("en", "de", "pt", "ar")
ORGANISATION = load_programme().organisation.model_copy(update={"languages": LANGUAGES})
ANSWER = "https://feedback.example/s/answer-token"
UNSUBSCRIBE = "https://feedback.example/u/unsubscribe-token"
PREFERENCES = "https://feedback.example/p/preferences-token"
TEMPLATES = tuple(sorted(path.name for path in MAIL_ROOT.iterdir() if path.is_dir() and path.name != "frame"))
CSAT = FirstRating(
    "csat", "How satisfied with {occasion}, {organisation}?", (1, 2, 3, 4, 5), "Bad <1>", 'Good "5"'
)
NPS = FirstRating("nps", "How likely?", tuple(range(11)), "Not at all", "Extremely")


def letter(
    name: str | None = "Ana Souza",
    occasion: str = "Kitchen",
    rating: FirstRating | None = None,
    reminder_number: int = 0,
) -> Letter:
    return Letter(name, occasion, ANSWER, UNSUBSCRIBE, PREFERENCES, rating, reminder_number)


class Page(HTMLParser):
    """The elements, links and visible text of a mail."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.setdefault(tag, dict(attrs))
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"]:
            self.text += data


def words_of(template: str, language: str, key: str) -> str:
    """A text of the shipped files, its placeholders filled in."""
    files = [MAIL_ROOT / folder / f"{language}.yml" for folder in ("frame", template)]
    texts = {key: text for file in files for key, text in yaml.safe_load(file.read_text()).items()}
    return str(texts[key]).replace("{{ organisation.name }}", ORGANISATION.name)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_has_all_that_it_must_have(template: str, language: str) -> None:
    mail = MailTemplate(template, ORGANISATION).render(language, letter())
    page = Page(mail.html)
    assert page.links.count(ANSWER) == 2  # button and plain link
    assert page.links.count(UNSUBSCRIBE) == page.links.count(PREFERENCES) == 1
    assert page.links.count(ORGANISATION.complaints) == 1
    for part in (page.text, mail.text):
        assert "Ana Souza" in part
        assert ORGANISATION.name in part
        assert ORGANISATION.postal_address in part
        for key in ("reason", "unsubscribe", "preferences", "complain"):
            assert words_of(template, language, key) in part, key
    assert words_of(template, language, "preview") in page.text  # what mailboxes show behind the subject
    assert page.text.index(words_of(template, language, "preview")) < page.text.index("Ana Souza")
    for address in (ANSWER, UNSUBSCRIBE, PREFERENCES, ORGANISATION.complaints):
        assert address in mail.text.splitlines()
    assert page.attributes["html"]["lang"] == language
    assert page.attributes["html"]["dir"] == ("rtl" if is_right_to_left(language) else "ltr")
    assert 'name="color-scheme" content="light dark"' in mail.html
    assert len(mail.html) < 60_000
    assert mail.subject
    assert "{" not in mail.subject + mail.text


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_languages_differ(template: str) -> None:
    mails = [MailTemplate(template, ORGANISATION).render(language, letter()) for language in LANGUAGES]
    assert len({mail.subject for mail in mails}) == len(LANGUAGES)
    assert len({mail.text for mail in mails}) == len(LANGUAGES)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_mail_fetches_nothing(template: str) -> None:
    html = MailTemplate(template, ORGANISATION).render("en", letter()).html
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", html))
    own = {ANSWER, UNSUBSCRIBE, PREFERENCES, ORGANISATION.complaints}
    assert addresses == own | {"http://www.w3.org/1999/xhtml"}
    assert not {"script", "img", "link", "iframe"} & set(Page(html).tags)


def test_a_name_is_text_and_nothing_else() -> None:
    plain = MailTemplate("post_purchase", ORGANISATION).render("en", letter("X"))
    mail = MailTemplate("post_purchase", ORGANISATION).render(
        "en", letter('<b onclick="x">Ana</b> & "Bo"\r\n{{ 7 * 7 }}\u202e')
    )
    page = Page(mail.html)
    assert page.tags == Page(plain.html).tags
    assert 'Hello <b onclick="x">Ana</b> & "Bo" {{ 7 * 7 }},' in page.text
    assert 'Hello <b onclick="x">Ana</b> & "Bo" {{ 7 * 7 }},' in mail.text.splitlines()
    assert "\u202e" not in mail.html + mail.text


def test_a_product_is_text_and_nothing_else() -> None:
    mail = MailTemplate("post_purchase", ORGANISATION).render(
        "en", letter(occasion="<i>Pots & Pans</i>\nBcc: x")
    )
    assert mail.subject == "How did we do with your <i>Pots & Pans</i> Bcc: x order?"
    assert "i" not in Page(mail.html).tags


@pytest.mark.parametrize(
    "name", [None, "", "Win at https://evil.example", "ana@example.org", "www.evil.example"]
)
def test_without_a_usable_name_the_greeting_does_without(name: str | None) -> None:
    mail = MailTemplate("post_purchase", ORGANISATION).render("en", letter(name))
    assert "Hello," in mail.text.splitlines()
    assert "evil" not in mail.html


def test_an_order_of_an_unknown_product_reads_well() -> None:
    mail = MailTemplate("post_purchase", ORGANISATION).render("en", letter(occasion=""))
    assert mail.subject == "How did we do with your order?"
    assert "Your order reached you" in mail.text


def organisation(*languages: str) -> Organisation:
    return ORGANISATION.model_copy(update={"languages": languages})


def test_a_language_without_texts_is_written_in_the_first_one() -> None:
    template = MailTemplate("post_purchase", organisation("de", "fr"))
    assert template.missing_languages == ["fr"]
    assert template.render("fr", letter()) == template.render("de", letter())


def test_a_right_to_left_language_turns_the_mail_around() -> None:
    html = MailTemplate("annual", ORGANISATION).render("ar", letter(rating=NPS)).html
    assert Page(html).attributes["html"] == Page(html).attributes["html"] | {"lang": "ar", "dir": "rtl"}
    assert "text-align:right" in html
    assert "text-align:left;color" not in html
    assert "direction:rtl" in html
    assert "direction:ltr" not in html
    (scale,) = re.findall(r'<table class="cf-points"[^>]*>', html)
    assert 'dir="rtl"' in scale  # 0 stands where reading begins
    assert html.index(">0</a>") < html.index(">10</a>")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "post_purchase/en.yml",
            "{{ occasion }}",
            "{{ ocasion }}",
            r"{{ ocasion }} is not known; a text may use name,",
        ),
        ("post_purchase/en.yml", "{% endif %}", "{% endfi %}", "unknown tag 'endfi'"),
        ("post_purchase/en.yml", "button:", "buton:", "buton is not a known text"),
        ("frame/en.yml", "unsubscribe:", "#", "unsubscribe is None; it has to be a text"),
        ("frame/en.yml", "greeting: ", "greeting: [", "is not YAML"),
        (
            "frame/en.yml",
            "{{ subject }}",
            "{{ topic }}",
            r"reminder_subject: {{ topic }} is not known; .* subject",
        ),
        ("frame/en.yml", "Hello {{ name }}", "{{ subject }}", "greeting: {{ subject }} is not known"),
        ("frame/en.yml", "reminder_note:", "#", "reminder_note is None; it has to be a text"),
        ("post_purchase/en.yml", "reminder_paragraphs:", "reminder_note:", "it has to be a text"),
        ("invitation.mjml", "<mj-body", "<mj-boddy", "is not MJML"),
    ],
)
def test_a_broken_template_is_named(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    shutil.copytree(MAIL_ROOT, tmp_path, dirs_exist_ok=True)
    path = tmp_path / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ConfigurationError, match=message) as caught:
        MailTemplate("post_purchase", ORGANISATION, tmp_path)
    assert file in str(caught.value)


def test_a_template_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"no_such/en\.yml"):
        MailTemplate("no_such", ORGANISATION)
