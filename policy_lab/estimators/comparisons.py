"""Comparisons of two levels of a choice, with the other choices at equal levels or on average over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

#: Which levels are compared: every two, or the first with the last.
ALL, ENDS = "all", "ends"


@dataclass(frozen=True)
class Comparison:
    """Two levels of a choice, the first and the second in their order, with the other choices at ``others``."""

    choice: str
    first: str
    second: str
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its name in the findings."""
        return "; ".join(
            [f"{self.choice}: {self.first} > {self.second}", *(f"{k} = {v}" for k, v in self.others.items())]
        )


def comparisons(
    levels: Mapping[str, Sequence[str]], pairs: str = ALL, at_equal: Sequence[str] = ()
) -> Iterator[Comparison]:
    """Pairs of levels of every choice: on average over the other choices, then at each combination of them.

    Args:
        levels: of each choice.
        pairs: ``ALL`` of them, or only the ``ENDS``.
        at_equal: choices that are compared at each combination of the others; all if empty.
    """
    for choice, keys in levels.items():
        others = {name: names for name, names in levels.items() if name != choice}
        for first, second in combinations(keys, 2) if pairs == ALL else [(keys[0], keys[-1])]:
            yield Comparison(choice, first, second)
            if others and (not at_equal or choice in at_equal):
                for at in product(*others.values()):
                    yield Comparison(choice, first, second, dict(zip(others, at, strict=True)))
