"""What of an SQL text has a meaning to the database."""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"""
    (?P<quoted> [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ )
    | (?: \s | --[^\n]* | /\*.*?\*/ )+
    """,
    re.VERBOSE | re.DOTALL,
)


def sql_meaning(sql_text: str) -> str:
    """The statement on one line, without comments; text in quotes stays as it is.

    Two files that differ only in comments and layout are the same definition.
    """
    return _PIECE.sub(lambda found: found["quoted"] or " ", sql_text).strip()
