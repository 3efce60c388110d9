"""Shapley wedges: how much of what a package of levers does is owed to each of them, and how much to their company.

The package is a scenario, ``package``; it is compared with the study's own scenario. Everything the two set apart is
a player: each lever with its timing, and events and assumptions together as one more; ``groups = "group"``
takes the levers of a heading together. All 2^k mixes are run, so nothing is estimated. For each outcome and time

- ``alone``: what a player does by itself; ``last``: what is lost when it is taken out of the whole package;
- ``Shapley``: its fair share, the mean of what it adds over all orders of joining (Shapley 1953); shares add up to
- ``package`` (factor ``(outcome)``), the whole effect, of which
- ``together`` is what the players do only in company: the package less the sum of ``alone``.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import factorial
from typing import Any, Final

import numpy as np

from policy_lab.ensemble.designs import Points
from policy_lab.ensemble.factors import Factor
from policy_lab.ensemble.findings import WHOLE, Findings, Result, Statement, grid_rows
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.questions import SCENARIO, Question, Size
from policy_lab.ensemble.runner import Ensemble
from policy_lab.errors import StudyError
from policy_lab.messages import Language, Message, Name
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Panel, Picture
from policy_lab.runs import Floats

DEFAULT_SIZE: Final = 1
OPTIONS: Final[Mapping[str, Any]] = {"package": ""}
MOST_PLAYERS: Final = 14
QUESTIONS: Final = (Question("shapley", (), {"usual": Size(1)}, {"package": SCENARIO}, needs=("scenarios",)),)
CIRCUMSTANCES: Final = "events and assumptions"


def check(plan: Plan) -> None:
    """Refuse a package that is missing, equal to the base, or too large for all its mixes to be run."""
    if not plan.options["package"]:
        raise StudyError("error.study.shapley_package", scenarios=list(plan.model.scenarios))
    plan.model.scenario(plan.options["package"])
    if plan.study.groups not in (None, "group"):
        raise StudyError("error.study.shapley_groups")
    if plan.study.settings:
        raise StudyError("error.study.shapley_settings")
    names = players(plan)
    if len(names) < 2:
        raise StudyError("error.study.shapley_few", package=plan.options["package"])
    if len(names) > MOST_PLAYERS:
        raise StudyError("error.study.shapley_many", levers=len(names), most=MOST_PLAYERS)


def inputs(plan: Plan) -> Mapping[str, Any]:
    """What each player decides, in the base and in the package."""
    return {"players": players(plan)}


def players(plan: Plan) -> dict[str, dict[str, tuple[float, float]]]:
    """Player to the constants it decides, each with its value in the base and in the package."""
    model = plan.model
    defaults = model.program.constants
    base, package = dict(plan.base), model.constants_of(plan.options["package"], None)
    owner = {}
    for lever in model.levers.values():
        for constant in lever.constants:
            if constant not in owner:
                owner[constant] = lever.group if plan.study.groups == "group" else lever.name
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for constant in sorted({*base, *package}, key=lambda c: list(defaults).index(c)):
        before, after = (values.get(constant, defaults[constant]) for values in (base, package))
        if before != after:
            found.setdefault(owner.get(constant, CIRCUMSTANCES), {})[constant] = (before, after)
    return found


def runs(plan: Plan) -> tuple[int, int]:
    """Runs of the model: at first, and at most."""
    mixes = 2 ** len(players(plan))
    return mixes, mixes


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Run every mix of the players and share out the effect."""
    decided = players(plan)
    names = list(decided)
    # Whatever a player decides is a factor of two values, the first half of the unit interval for the base.
    equations, defaults = plan.model.program.equations, plan.model.program.constants
    factors = tuple(
        Factor(
            constant,
            min(pair),
            max(pair),
            "discrete",
            values=pair,
            group=player,
            kind="lever",
            unit=equations[constant].unit,
            default=defaults[constant],
        )
        for player, constants in decided.items()
        for constant, pair in constants.items()
    )
    joined = np.arange(2 ** len(names))[:, None] >> np.arange(len(names)) & 1
    column = np.repeat(np.arange(len(names)), [len(c) for c in decided.values()])
    unit = np.asarray(0.25 + 0.5 * joined[:, column], dtype=np.float64)
    values = ensemble.run(Points(unit), factors=factors).all()
    parts = []
    for index, grid in wedges(values, len(names)).items():
        who = (WHOLE,) if len(grid) == 1 else names
        parts.append(grid_rows(plan.outcomes, plan.times, who, index, grid))
    return Result(parts, [], {"size": len(values), "package": plan.options["package"], "players": names}, factors)


def wedges(values: Floats, count: int) -> dict[str, Floats]:
    """Shares of every player.

    Args:
        values: ``values[mix, …]``; bit i of a mix's number says whether player i has joined.
        count: number of players.

    Returns:
        ``Shapley``, ``alone`` and ``last`` as ``[player, …]``, ``package`` and ``together`` as ``[1, …]``.
    """
    mixes = np.arange(2**count)
    size = np.array([int(m).bit_count() for m in mixes])
    weight = np.array([factorial(s) * factorial(count - s - 1) / factorial(count) for s in range(count)])
    shares, alone, last = [], [], []
    for player in range(count):
        without = mixes[(mixes >> player & 1) == 0]
        added = values[without | 1 << player] - values[without]
        shares.append(np.tensordot(weight[size[without]], added, axes=1))
        alone.append(added[0])
        last.append(added[-1])
    package = (values[-1] - values[0])[None]
    together = package - np.sum(alone, axis=0)[None]
    found = {"Shapley": shares, "alone": alone, "last": last}
    return {**{k: np.stack(v) for k, v in found.items()}, "package": package, "together": together}


def statements(plan: Plan, findings: Findings) -> list[Statement]:
    """What the package does at the last time, whose doing it is, and what only company does."""
    last = float(plan.times[-1])
    said = []
    for outcome in plan.outcomes:
        whole = float(findings.of("package", outcome, last)["value"].iloc[0])
        together = float(findings.of("together", outcome, last)["value"].iloc[0])
        rows = findings.of("Shapley", outcome, last)
        if rows["value"].isna().any():
            said.append(Statement(Message("study.shapley.broken", {"time": last}), outcome))
            continue
        rows = rows.reindex(rows["value"].abs().sort_values(ascending=False).index)
        top = [
            Message(
                "study.shapley.player",
                {"player": _player(plan, r.factor), "share": plan.change(outcome, r.value, bare=True)},
            )
            for r in rows.head(3).itertuples()
        ]
        effect = plan.change(outcome, whole)
        said.append(Statement(Message("study.shapley.changed", {"time": last, "effect": effect, "top": top}), outcome))
        if abs(together) > 0.1 * max(abs(whole), float(rows["value"].abs().max())):
            said.append(Statement(_in_company(whole, together), outcome))
    return said


def _player(plan: Plan, name: str) -> Name | Message:
    if name == CIRCUMSTANCES:
        return Message("study.shapley.circumstances")
    return Name(name, "group" if plan.study.groups else "variable")


def _in_company(whole: float, together: float) -> Message:
    """What the players do to each other: how far their sum alone falls short of the package, or goes beyond it."""
    if whole * together > 0:
        return Message("study.shapley.only_together", {"change": together})
    key = "study.shapley.hindered_more" if together < 0 else "study.shapley.hindered_less"
    return Message(key, {"sum": whole - together, "difference": abs(together)})


def draw(plan: Plan, findings: Findings, words: Language) -> dict[str, Picture]:
    """Shares of each outcome at the last time, beside what each player does alone."""
    last = float(plan.times[-1])

    def panel(number: int, outcome: str) -> Panel:
        def paint(axes: Axes) -> None:
            rows = findings.of("Shapley", outcome, last)
            rows = rows.reindex(rows["value"].abs().sort_values().index).tail(plots.BARS)
            alone = findings.of("alone", outcome, last).set_index("factor")["value"]
            where = plots.name_rows(axes, [words.shown(_player(plan, str(f))) for f in rows["factor"]])
            plots.bars(axes, where, rows["value"], plots.MAIN, words.texts["study.shapley.share"])
            dots = [alone[f] for f in rows["factor"]]
            axes.plot(dots, where, "D", color=plots.OTHER, ms=4, label=words.texts["study.shapley.alone"])
            axes.axvline(0, color=plots.MUTED, lw=0.8)
            axes.set_xlabel(words.in_words(plan.axis(outcome, last)))
            if number == 0:
                axes.legend(loc="best")

        return Panel(words.shown(plan.named(outcome)), paint, outcome)

    panels = [panel(n, outcome) for n, outcome in enumerate(plan.outcomes[: plots.PANELS])]
    return {"wedges": Picture(panels, words.texts["study.shapley.key"], height=3.4, label=plots.NAMES)}
