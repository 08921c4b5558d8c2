"""A mail as it is the same for many people, with gaps for what is their own.

Of the fifteen kilobytes of a mail some four hundred bytes differ from person to person. So a mail is rendered once per
language and kind (with or without a name, a first mail or a reminder, ...) with a mark in the place of each value, and
cut at the marks. Each mail is then put together from pieces that are escaped and quoted already.

That is only done where it gives the same mail: where texts and layout put values in, or ask whether there is one, and
do nothing else with them, and where mails with the longest and the shortest values came out as if they were rendered.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import escape

from cf_operators.domain.greeting_name import LONGEST, greeting_name, one_line
from cf_operators.hooks.mail_body import MailBody, joined, mail_body, quoted
from cf_operators.hooks.mail_template import Letter, MailTemplate, Rendered

MARKS = ("\U000f5a01", "\U000f5a02", "\U000f5a03", "\U000f5a04", "\U000f5a05")
"""Name, occasion, and the three links. Characters for private use, which no text of ours has."""

MOST_KINDS = 1000
"""Stencils that are kept; there are as many as languages, questionnaires and kinds of mail."""

_AT_MARKS = re.compile(f"([{''.join(MARKS)}])")

# What is escaped in HTML.
_SPECIAL = re.compile("[&<>\"']")

Cut = tuple[tuple[bytes, int], ...]
"""Quoted pieces, each with the number of the value that comes after it; -1 after the last."""


@dataclass(frozen=True, slots=True)
class Stencil:
    """A rendered mail, cut at its marks."""

    subject: tuple[str, ...]
    html: Cut
    text: Cut

    @classmethod
    def of(cls, marked: Rendered) -> Stencil:
        """Cut a mail that was rendered with marks."""
        return cls(tuple(_AT_MARKS.split(marked.subject)), _cut(marked.html), _cut(marked.text))

    def fill(self, values: Sequence[str]) -> MailBody:
        """The mail with these values, in the order of the marks."""
        plain, html = [], []
        for value in values:
            piece = quoted(value)
            plain.append(piece)
            html.append(quoted(str(escape(value))) if _SPECIAL.search(value) else piece)
        subject = self.subject
        if len(subject) > 1:
            subject = tuple(values[MARKS.index(part)] if part in MARKS else part for part in subject)
        return MailBody("".join(subject), _filled(self.html, html), _filled(self.text, plain))


class MailStencils:
    """Writes the mails of a template: from a stencil where that gives the same mail, else each by itself."""

    def __init__(self, template: MailTemplate) -> None:
        self._template = template
        self._stencils: dict[object, Stencil | None] = {}

    def body(self, language: str, letter: Letter) -> MailBody:
        """The mail of one person, as :meth:`~cf_operators.hooks.mail_template.MailTemplate.render` writes it."""
        values = _values(letter)
        name, occasion, *_ = values
        kind = (language, letter.rating, letter.reminder_number > 0, name == "", occasion == "")
        if kind not in self._stencils:
            if len(self._stencils) >= MOST_KINDS:
                self._stencils.clear()
            self._stencils[kind] = self._stencil(language, letter)
        stencil = self._stencils[kind]
        return stencil.fill(values) if stencil else mail_body(self._template.render(language, letter))

    def _stencil(self, language: str, letter: Letter) -> Stencil | None:
        if not self._template.inserts_only(language):
            return None
        stencil = Stencil.of(self._template.render(language, _with(letter, MARKS)))
        for tried in (_LONGEST_VALUES, _SHORTEST_VALUES):
            probe = _with(letter, tried)
            rendered = self._template.render(language, probe)
            if not _is_same(stencil.fill(_values(probe)), rendered):
                return None
        return stencil


_LONGEST_VALUES = (
    "Bo <b>&amp; \"Q\" 'ß' ".ljust(LONGEST, "x"),
    "Oc <i>&lt; \"q\" 'Ü' ".ljust(200, "y"),
    *(f"https://form.example/{kind}/{'aZ9-_.' * 20}" for kind in "sup"),
)
_SHORTEST_VALUES = ("é", "a", "b", "c", "d")


def _values(letter: Letter) -> tuple[str, ...]:
    """What differs from person to person, as the template shows it."""
    name, occasion = greeting_name(letter.display_name), one_line(letter.occasion)
    return (name, occasion, letter.answer_url, letter.unsubscribe_url, letter.preferences_url)


def _with(letter: Letter, values: Sequence[str]) -> Letter:
    """The letter with other values; what it has not, it does not get."""
    name, occasion, *_ = _values(letter)
    return replace(
        letter,
        display_name=values[0] if name else None,
        occasion=values[1] if occasion else "",
        answer_url=values[2],
        unsubscribe_url=values[3],
        preferences_url=values[4],
    )


def _cut(text: str) -> Cut:
    *pieces, last = _AT_MARKS.split(text)
    cut = [(quoted(piece), MARKS.index(mark)) for piece, mark in zip(pieces[::2], pieces[1::2], strict=True)]
    return (*cut, (joined([quoted(last)]), -1))


def _filled(cut: Cut, values: Sequence[bytes]) -> bytes:
    by_number = (*values, b"")
    return b"".join([part for piece, number in cut for part in (piece, by_number[number])])


def _is_same(body: MailBody, rendered: Rendered) -> bool:
    wanted = mail_body(rendered)
    return (
        body.subject == wanted.subject
        and a2b_qp(body.html) == a2b_qp(wanted.html)
        and a2b_qp(body.text) == a2b_qp(wanted.text)
    )
