"""An HTTP answer, read within bounds: a server that drips, or that never ends, holds no worker."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

MEGABYTE: Final = 1_000_000


class AnswerTooLarge(Exception):
    """The body is larger than it may be. Who reads says what to do about it."""


class AnswerTooSlow(Exception):
    """The body has not come in time."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What came back.

    :ivar headers: with names in lower case.
    :ivar is_whole: False when the body breaks off, or cannot be unpacked.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool = True


def bounded(pieces: Iterable[bytes], largest: int, deadline: float) -> Iterator[bytes]:
    """The pieces of a body, as long as they keep within the bounds.

    :param pieces: each is given as soon as anything has come; who waits for a whole block of them looks at no clock.
    :param largest: bytes of the whole body, unpacked.
    :param deadline: by ``time.monotonic``.
    :raises AnswerTooLarge: there is more.
    :raises AnswerTooSlow: the deadline is over.
    """
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > largest:
            raise AnswerTooLarge
        if time.monotonic() > deadline:
            raise AnswerTooSlow
        yield piece
