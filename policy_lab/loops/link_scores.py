"""Link scores: how much of a variable's change comes through each of its inputs, at every step of a run.

The score of a link x -> z at a moment is the share of the change of z since the step before that the change of x alone
makes: z is computed again with x of now and every other input of the step before,

    |f(x now, others before) - z before| / |z now - z before|, signed as that change over the change of x.

For a stock the same is done with its net flow. Zero where z or its net flow does not change; NaN at the first step.

Schoenberg, Davidsen and Eberlein 2020, doi:10.1002/sdr.1658; in the form of Schoenberg, Hayward and Eberlein 2023,
doi:10.1002/sdr.1728, in which splitting or merging the flows of a stock changes nothing. Scores are relative and local
in time, say nothing at rest, and do not rank levers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from policy_lab import backends
from policy_lab.evaluate import values_with
from policy_lab.program import Expression, Program, names_in
from policy_lab.runs import Floats


@dataclass(frozen=True)
class LinkScores:
    """The score of every link of a model in one run.

    Attributes:
        links: cause and effect of each, as the Program names them, hidden parts of delays and smooths among them.
        time: every step of the run (the model's time unit).
        values: ``values[link, step]``.
    """

    links: tuple[tuple[str, str], ...]
    time: Floats
    values: Floats

    @cached_property
    def place(self) -> Mapping[tuple[str, str], int]:
        """Position of each link."""
        return {link: i for i, link in enumerate(self.links)}

    def of(self, cause: str, effect: str) -> Floats:
        """The scores of one link, ``[step]``; KeyError where no equation has it."""
        found: Floats = self.values[self.place[cause, effect]]
        return found


def link_scores(program: Program, constants: Mapping[str, float]) -> LinkScores:
    """The score of every link, from one run with Euler's method.

    Args:
        program: wholly translated, without discrete stocks between the links that matter: a link into one is NaN.
        constants: numbers that differ from the Program's own.
    """
    moving = [n for n, e in program.equations.items() if e.kind in ("stock", "auxiliary")]
    moments = np.array(program.clock.moments()[0])
    engine, _ = backends.choose(program, "euler")
    run = engine.run(program, constants, 1, moving, moments, program.clock.step, "euler")[0]
    fixed = {**program.clock.controls(), **program.constants, **constants}
    now: dict[str, Floats | float] = {**fixed, "Time": moments[1:], **dict(zip(moving, run[1:].T, strict=True))}
    before: dict[str, Floats | float] = {**fixed, "Time": moments[:-1], **dict(zip(moving, run[:-1].T, strict=True))}
    links, rows = [], []
    variables = set(moving)
    for effect in moving:
        equation = program.equations[effect]
        assert equation.expression is not None  # see kinds above
        causes = [name for name in dict.fromkeys(names_in(equation.expression)) if name in variables]
        scores = _scores(program, equation.expression, causes, now, before)
        links += [(cause, effect) for cause in causes]
        rows += [np.concatenate([[np.nan], np.full_like(s, np.nan) if equation.discrete else s]) for s in scores]
    return LinkScores(tuple(links), moments, np.array(rows).reshape(len(links), len(moments)))


def _scores(
    program: Program,
    expression: Expression,
    causes: list[str],
    now: Mapping[str, Floats | float],
    before: Mapping[str, Floats | float],
) -> list[Floats]:
    old, new = (values_with(expression, values, program.tables) for values in (before, now))
    change = new - old
    found = []
    for cause in causes:
        alone = values_with(expression, {**before, cause: now[cause]}, program.tables) - old
        moved = np.asarray(now[cause]) - np.asarray(before[cause])
        with np.errstate(all="ignore"):
            score = np.abs(alone / change) * np.sign(alone) * np.sign(moved)
        found.append(np.where((change == 0) | (moved == 0), 0.0, score))
    return found
