"""The name of a person as it may appear in a mail: one line of text and nothing else.

Names come from shops and CRM systems, so from whoever filled in a form. A name must not add a header, turn the
reading direction of the text around it, or carry an advertisement to an address that is not the writer's.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 80
"""Characters of a name that are shown."""

# Marks, embeddings, overrides and isolates of the bidirectional algorithm; joiners inside a name stay.
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ADVERTISEMENT = re.compile(r"://|www\.|@|\b[\w-]+\.(com|net|org|info|biz|xyz)\b", re.IGNORECASE)


def one_line(text: str, longest: int = 200) -> str:
    """Text without line breaks, control characters and direction marks, blanks folded, cut to a length."""
    if text.isprintable() and "  " not in text and len(text) <= longest:
        return text.strip()  # nearly every text, at a fraction of the cost
    plain = _DIRECTION.sub("", text)
    visible = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter for letter in plain
    )
    without_surrogates = visible.encode("utf-8", "replace").decode("utf-8")
    folded = " ".join(without_surrogates.split())
    return folded if len(folded) <= longest else folded[: longest - 1].rstrip() + "…"


def greeting_name(text: str | None) -> str:
    """The name to greet with; empty when there is none, or when it holds a web or mail address."""
    if not text or _ADVERTISEMENT.search(text):
        return ""
    return one_line(text, LONGEST)
