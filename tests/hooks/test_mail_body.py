"""Quoted-printable in pieces: whatever is in a text arrives, in lines that every server takes."""

from __future__ import annotations

from binascii import a2b_qp

from hypothesis import example, given
from hypothesis import strategies as st

from cf_operators.hooks.mail_body import joined, quoted

TEXTS = st.text(alphabet="ab. =-ü日\n", max_size=250)


@given(pieces=st.lists(TEXTS, max_size=5))
@example(pieces=["x" * 75])
@example(pieces=["x" * 74 + " "])
@example(pieces=["." * 75 + "x"])
@example(pieces=["x" * 72 + "ü"])
@example(pieces=["a b ", " c", "\n", "", ".", "..\n."])
def test_pieces_are_one_text_again_when_they_are_read(pieces: list[str]) -> None:
    part = joined(map(quoted, pieces))
    assert a2b_qp(part).decode().removesuffix("\r\n") == "".join(pieces).replace("\n", "\r\n").removesuffix(
        "\r\n"
    )
    assert part.endswith(b"\r\n")
    assert not part.endswith(b"=\r\n")
    assert part.isascii()
    assert b"\n" not in part.replace(b"\r\n", b"")
    assert not any(line.startswith(b".") for line in part.split(b"\r\n"))
    # Python writes a blank at the end of a full line as =20, which makes it longer by two.
    assert max(map(len, part.split(b"\r\n"))) <= 78
