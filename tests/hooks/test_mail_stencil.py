"""A mail from a stencil is the mail that would have been rendered, byte for byte where it is read."""

from __future__ import annotations

import shutil
from binascii import a2b_qp
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.domain.first_question import FirstRating
from cf_operators.hooks.mail_body import MailBody, mail_body
from cf_operators.hooks.mail_stencil import MailStencils, Stencil
from cf_operators.hooks.mail_template import MAIL_ROOT, Letter, MailTemplate
from cf_operators.programme import load_programme

ORGANISATION = load_programme().organisation
TEMPLATES = {
    path.name: MailTemplate(path.name, ORGANISATION)
    for path in sorted(MAIL_ROOT.iterdir())
    if path.is_dir() and path.name != "frame"
}
STENCILS = {name: MailStencils(template) for name, template in TEMPLATES.items()}
RATINGS = (
    None,
    FirstRating("csat", "How was {occasion} of {organisation}?", (1, 2, 3, 4, 5), "Bad <1>", 'Good "5"'),
    FirstRating("nps", "How likely?", tuple(range(11)), "", ""),
)
TOKENS = st.text(alphabet="abcXYZ019-_.", min_size=1, max_size=120)
LETTERS = st.builds(
    Letter,
    display_name=st.none() | st.text(max_size=100),
    occasion=st.text(max_size=250),
    answer_url=TOKENS.map("https://form.example/s/".__add__),
    unsubscribe_url=TOKENS.map("https://form.example:8443/a/u/".__add__),
    preferences_url=TOKENS.map("https://form.example/p/".__add__),
    rating=st.sampled_from(RATINGS),
    reminder_number=st.sampled_from([0, 1, 2]),
)


def read(body: MailBody) -> tuple[str, bytes, bytes]:
    return body.subject, a2b_qp(body.html), a2b_qp(body.text)


@given(
    template=st.sampled_from(sorted(TEMPLATES)),
    language=st.sampled_from([*ORGANISATION.languages, "xx"]),
    letter=LETTERS,
)
@settings(max_examples=300, deadline=None)
def test_the_mail_is_the_one_that_is_rendered(template: str, language: str, letter: Letter) -> None:
    body = STENCILS[template].body(language, letter)
    assert read(body) == read(mail_body(TEMPLATES[template].render(language, letter)))
    assert b"\n." not in body.html + body.text


def test_the_shipped_templates_are_rendered_once_per_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the mails would still be right, but ten times as slow."""
    rendered = []
    plain = MailTemplate.render

    def counted(self: MailTemplate, language: str, letter: Letter) -> object:
        rendered.append(letter)
        return plain(self, language, letter)

    monkeypatch.setattr(MailTemplate, "render", counted)
    for template in TEMPLATES.values():
        stencils = MailStencils(template)
        rendered.clear()
        for number in range(20):
            stencils.body(
                "en", Letter(f"Ana {number}", f"O{number}", f"s{number}", f"u{number}", f"p{number}")
            )
        assert len(rendered) == 3  # with marks, with the longest values and with the shortest


@pytest.mark.parametrize(
    "text",
    [
        "{{ occasion|upper }}",
        "{{ occasion[0] }}x",
        "{% if occasion == 'Lamp' %}About a lamp{% else %}About {{ occasion }}{% endif %}",
        "{% if occasion|length > 3 %}long{% else %}short{% endif %}",
        "{% set x = occasion %}{{ x.replace('a', 'o') }}",
    ],
)
def test_a_text_that_does_more_than_put_values_in_is_rendered_for_each(text: str, tmp_path: Path) -> None:
    root = tmp_path / "mail"
    shutil.copytree(MAIL_ROOT, root)
    path = root / "post_purchase" / "en.yml"
    heading = f'heading: "{text}"'
    lines = path.read_text().splitlines()
    path.write_text("\n".join(heading if line.startswith("heading:") else line for line in lines))
    template = MailTemplate("post_purchase", ORGANISATION, root)
    stencils = MailStencils(template)
    for occasion in ("Lamp", "table", "Oak", "banana"):
        letter = Letter("Ana", occasion, "s", "u", "p")
        assert read(stencils.body("en", letter)) == read(mail_body(template.render("en", letter)))


def test_a_stencil_gives_each_person_their_own_values() -> None:
    marked = Letter("\U000f5a01", "\U000f5a02", "\U000f5a03", "\U000f5a04", "\U000f5a05")
    stencil = Stencil.of(TEMPLATES["post_purchase"].render("en", marked))
    first = stencil.fill(("Ana", "Lamp", "https://a.example/s", "https://a.example/u", "https://a.example/p"))
    second = stencil.fill(
        ("Bo", "<Sofa>", "https://b.example/s", "https://b.example/u", "https://b.example/p")
    )
    assert b"Ana" in first.html
    assert b"Ana" not in second.html + second.text
    assert b"a.example" not in second.html + second.text
    assert b"&lt;Sofa&gt;" in second.html
    assert b"<Sofa>" in second.text
