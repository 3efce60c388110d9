"""How two groups of factors share a variance: each by itself, and what depends on both together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

#: Estimates of one share that are farther apart than this, or so far outside of 0 to 1, say that the sample is too
#: small for so heavy a tail.
APART: Final = 0.1


@dataclass(frozen=True)
class Split:
    """Shares of a variance that add up to 1."""

    first: float
    second: float
    both: float


def split(first: tuple[float, float], second: tuple[float, float]) -> Split | None:
    """The split of a variance between two groups that together are all that varies; None where the sample cannot tell.

    With two groups each share has two estimates: a first-order index, and 1 less the other group's total index. The
    mean of both is taken, what is outside of 0 to 1 by chance is put to its end, and the rest depends on both.

    Args:
        first, second: first-order and total index of each group.
    """
    (s1, st1), (s2, st2) = first, second
    if not all(map(math.isfinite, (s1, st1, s2, st2))):
        return None
    if abs(s1 - (1 - st2)) > APART or abs(s2 - (1 - st1)) > APART:
        return None
    if not all(-APART <= index <= 1 + APART for index in (s1, st1, s2, st2)):
        return None
    one, other = (min(1.0, max(0.0, (a + 1 - b) / 2)) for a, b in ((s1, st2), (s2, st1)))
    whole = max(1.0, one + other)
    return Split(one / whole, other / whole, max(0.0, 1 - (one + other) / whole))
