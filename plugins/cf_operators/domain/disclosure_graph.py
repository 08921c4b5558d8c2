"""Day boundaries that published numbers connect: what can be told of one series of counts by subtraction."""

from __future__ import annotations

from collections.abc import Iterable

Edge = tuple[int, int]
"""First day of a period, and the day after its last, as ordinals."""


class Boundaries:
    """Which day boundaries are connected by published periods, and which must never be.

    The count of a period [a, b) is C(b) - C(a), where C counts from the beginning. Adding and subtracting published
    periods gives C(b) - C(a) exactly when a chain of them leads from a to b. Without one some f is constant along
    each published period while f(a) differs from f(b), and C + f looks like C in all that is published.

    A union-find. Each component holds the hidden periods of which it has exactly one end, so two components may be
    joined unless they hold one in common; the smaller set is put into the larger.
    """

    def __init__(self, hidden: Iterable[Edge]) -> None:
        """``hidden``: the periods whose ends are kept apart."""
        self._parent: dict[int, int] = {}
        self._open: dict[int, set[Edge]] = {}
        for edge in hidden:
            for boundary in edge:
                self._open.setdefault(boundary, set()).add(edge)

    def join(self, start: int, end: int) -> bool:
        """Connect two boundaries; False, and nothing is changed, when that would tell a hidden period."""
        one, other = self._root(start), self._root(end)
        if one == other:
            return True
        few, many = self._open.get(one, set()), self._open.get(other, set())
        if not few.isdisjoint(many):
            return False
        if len(few) > len(many):
            one, other, few, many = other, one, many, few
        many |= few
        self._parent[one] = other
        self._open.pop(one, None)
        return True

    def _root(self, boundary: int) -> int:
        """The boundary that stands for the component; what lies on the way there is shortened."""
        root = boundary
        while root in self._parent:
            root = self._parent[root]
        while boundary != root:
            self._parent[boundary], boundary = root, self._parent[boundary]
        return root
