"""Questions: what people may ask of a method on the page, and which boxes the method's own options need in a form.

A method says in ``QUESTIONS`` what it answers. The page makes its form from that: a new method needs nothing else.
``ask.KEY`` in the catalogue is the question in a policymaker's words, ``ask.KEY_how`` how it is answered, and
``ask.option.OPTION`` the label of an option's box.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LEVER, UNCERTAINTY = "lever", "uncertainty"

#: Boxes that an option can have in a form: rows of "outcome above or below a number in a year"; a share in percent; one
#: of the outcomes, or none; one scenario; some scenarios.
CONDITIONS, SHARE, OUTCOME, SCENARIO, SCENARIOS = "conditions", "share", "outcome", "scenario", "scenarios"


@dataclass(frozen=True)
class Size:
    """How thorough a study is.

    Attributes:
        size: base points, runs, trajectories or futures, as the method counts.
        options: of the method, that go with it: a stop rule, a number of generations.
    """

    size: int
    options: Mapping[str, Any] = field(default_factory=dict)


def sizes(quick: int, usual: int, thorough: int) -> dict[str, Size]:
    """Three sizes by the names that the form has for them."""
    return {"quick": Size(quick), "usual": Size(usual), "thorough": Size(thorough)}


@dataclass(frozen=True)
class Question:
    """What a method answers, as a form asks it.

    Attributes:
        key: its name in links, and of its texts.
        varies: kinds of factor that the study varies; none where the method knows by itself what differs.
        sizes: by the name of how thorough they are; the form begins with ``usual``, else the first.
        boxes: option of the method to the kind of its box.
        options: of the method, that the question settles.
        groups: of factors, as a study file has them; None takes each by itself.
        needs: tables that the model must have besides those of what varies: ``scenarios``, ``choices``.
    """

    key: str
    varies: tuple[str, ...]
    sizes: Mapping[str, Size]
    boxes: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    groups: str | None = None
    needs: tuple[str, ...] = ()

    @property
    def usual(self) -> str:
        """The size that the form begins with."""
        return "usual" if "usual" in self.sizes else next(iter(self.sizes))


#: What a study of every factor by itself needs at least; methods of several factors say so in their own words too.
LEAST_FACTORS: Final = 2
