"""The two parts of a mail as they go over the line: quoted-printable (RFC 2045, 6.7), so that any server takes them.

A part may be quoted in pieces: each piece begins on a line of its own, after a soft line break, which readers take away
again. So a piece that is the same in many mails is quoted once.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Iterable
from dataclasses import dataclass

from cf_operators.hooks.mail_template import Rendered

LONGEST_LINE = 76
"""Characters of a quoted line, with the sign of a soft line break."""

# Goes over the line as it is, and may be cut anywhere: links, and most names.
_PLAIN = re.compile(r"[!-<>-~]+(?: [!-<>-~]+)*")
_LEADING_DOTS = re.compile(rb"^\.+", re.MULTILINE)
# Whatever some program takes for the end of a line.
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class MailBody:
    """A mail without its headers; ``html`` and ``text`` are quoted and end in CRLF. No line begins with a dot."""

    subject: str
    html: bytes
    text: bytes


def mail_body(mail: Rendered) -> MailBody:
    """Quote a rendered mail."""
    return MailBody(mail.subject, joined([quoted(mail.html)]), joined([quoted(mail.text)]))


def quoted(text: str) -> bytes:
    """A piece of a part: whole lines, the last of which may end in a soft line break."""
    if not text:
        return b""
    if _PLAIN.fullmatch(text):
        return _without_dots(_in_lines(text.encode()))
    content = _LINE_END.sub("\r\n", text).encode("utf-8", "replace")
    if content.endswith(b"\r\n"):
        return _without_dots(b2a_qp(content))
    # Python breaks long lines as the first line ends, so there has to be one that ends in CRLF.
    lines = b2a_qp(content + b"\r\n")[:-2]
    if len(lines) - lines.rfind(b"\n") > LONGEST_LINE:
        end = -3 if lines[-3:-2] == b"=" else -1
        lines = lines[:end] + b"=\r\n" + lines[end:]
    return _without_dots(lines + b"=\r\n")


def _in_lines(content: bytes) -> bytes:
    longest = LONGEST_LINE - 1
    pieces = [content[start : start + longest] for start in range(0, len(content), longest)]
    return b"=\r\n".join([*pieces, b""])


def _without_dots(lines: bytes) -> bytes:
    """No line begins with a dot, so that nothing has to be doubled for SMTP (RFC 5321, 4.5.2) in each mail."""
    if lines.startswith(b".") or b"\n." in lines:
        return _LEADING_DOTS.sub(lambda dots: b"=2E=\r\n" * len(dots[0]), lines)
    return lines


def joined(pieces: Iterable[bytes]) -> bytes:
    """The pieces of a part, and the end of its last line."""
    part = b"".join(pieces)
    return part if part.endswith(b"\r\n") and not part.endswith(b"=\r\n") else part + b"\r\n"
