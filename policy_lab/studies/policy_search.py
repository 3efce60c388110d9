"""Policy search: the levers that meet targets at least cost, over futures nobody can choose between.

The factors of the study are decided; the model's uncertainties (``uncertain`` names fewer of them) make ``size``
futures, the same Sobol' points for every policy. A policy is good enough if all ``targets`` are met together in at
least ``share`` of them. Among those, differential evolution (Storn and Price 1997, doi:10.1023/A:1008202821328) with
the rules of Deb (2000, doi:10.1016/S0045-7825(99)00389-8) for what is not good enough seeks the one of least ``cost``:
an outcome at the last studied time, its mean over the futures; or, if none is named, the sum of how far levers are
moved, each as a share of its range. In the end every lever goes back as far as the targets allow, all the way if it
turns out not to be needed; so none of the levers found can be moved noticeably less by itself.

What was found is then tried on four times as many other futures, since a search fits itself to those it has seen.
Findings, of ``(policy)``: ``setting``, ``before`` and ``moved`` (share of the range) of each factor; ``cost``,
``share met`` in the other futures with its interval (Wilson 1927), the same ``before``, and ``share met in the
search``. Of each outcome and time: ``mean`` with the range of nine futures in ten, of the policy and before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats

from policy_lab.ensemble import option_checks
from policy_lab.ensemble.designs import Points, sobol_points
from policy_lab.ensemble.factors import Factor, factor_from, uncertainty_factors
from policy_lab.ensemble.findings import ALL_TIMES, WHOLE, Findings, Result, Statement, grid_rows, rows
from policy_lab.ensemble.plan import DIMENSIONLESS, Plan
from policy_lab.ensemble.quantity import amount
from policy_lab.ensemble.questions import CONDITIONS, LEVER, OUTCOME, SHARE, Question, Size
from policy_lab.ensemble.runner import Ensemble
from policy_lab.errors import StudyError
from policy_lab.estimators import least_cost
from policy_lab.messages import Language, Message, Name
from policy_lab.progress import SEARCHING
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Panel, Picture
from policy_lab.runs import Floats

DEFAULT_SIZE: Final = 32
OPTIONS: Final[Mapping[str, Any]] = {
    "targets": [],
    "share": 0.9,
    "cost": "",
    "uncertain": None,
    "population": 6,
    "generations": 60,
    "confidence": 0.95,
}
POLICY: Final = "(policy)"
BEFORE: Final = "(before)"
#: Other futures that the policy found is tried on, for each one of the search.
TRIED_ON: Final = 4
#: A lever that is moved by less of its range is said to stay where it is.
NOTICED: Final = 0.01
#: Searches that end within minutes: few futures, few generations; what is found is tried on others in any case.
QUESTIONS: Final = (
    Question(
        "policy_search",
        (LEVER,),
        {
            "quick": Size(16, {"population": 2, "generations": 20}),
            "usual": Size(32, {"population": 3, "generations": 40}),
            "thorough": Size(64, {"population": 4, "generations": 100}),
        },
        {"targets": CONDITIONS, "share": SHARE, "cost": OUTCOME},
    ),
)


@dataclass(frozen=True)
class Target:
    """What an outcome must reach at a time: ``sign * (value - limit) >= 0``."""

    outcome: int
    time: int
    sign: float
    limit: float

    def margin(self, values: Floats) -> Floats:
        """By how much ``values[run, time, outcome]`` pass, as a share of the limit."""
        gap = self.sign * (values[:, self.time, self.outcome] - self.limit)
        return np.nan_to_num(gap / (abs(self.limit) or 1.0), nan=-least_cost.TOO_LITTLE)


def check(plan: Plan) -> None:
    """Refuse targets that cannot be understood, a cost that is not studied, and levers that are choices of words."""
    options = plan.options
    option_checks.power_of_two(plan)
    if not (0 < options["share"] <= 1 and 0 < options["confidence"] < 1):
        raise StudyError("error.study.search_share")
    if options["population"] < 2 or options["generations"] < 1:
        raise StudyError("error.study.search_population")
    if plan.grouped:
        raise StudyError("error.study.search_groups")
    discrete = [f.name for f in plan.factors if f.distribution == "discrete"]
    if discrete:
        raise StudyError("error.study.discrete", factor=discrete[0])
    if options["cost"]:
        option_checks.studied(plan, options["cost"], "cost")
    _targets(plan)
    _uncertain(plan)


def inputs(plan: Plan) -> Mapping[str, Any]:
    """What makes the futures, where it comes from the model's table."""
    return {"uncertain": [repr(f) for f in _uncertain(plan)]}


def _targets(plan: Plan) -> list[Target]:
    given = plan.options["targets"]
    if not given:
        raise StudyError("error.study.search_targets")
    return [_target(plan, entry) for entry in given]


def _target(plan: Plan, entry: Any) -> Target:
    possible = ("outcome", "above", "below", "time")
    sides = [s for s in ("above", "below") if isinstance(entry, Mapping) and s in entry]
    if not isinstance(entry, Mapping) or "outcome" not in entry or len(sides) != 1 or set(entry) - set(possible):
        raise StudyError("error.study.search_target", entry=repr(entry))
    limit, time = entry[sides[0]], entry.get("time", float(plan.times[-1]))
    if any(isinstance(x, bool) or not isinstance(x, int | float) for x in (limit, time)):
        raise StudyError("error.study.search_number", name=entry["outcome"], values=[repr(limit), repr(time)])
    name = option_checks.studied(plan, str(entry["outcome"]), "targets")
    where = np.flatnonzero(np.abs(plan.times - time) < 1e-6)
    if not len(where):
        raise StudyError("error.study.search_time", name=name, time=float(time))
    return Target(plan.outcomes.index(name), int(where[0]), 1.0 if sides[0] == "above" else -1.0, float(limit))


def _uncertain(plan: Plan) -> tuple[Factor, ...]:
    """What makes the futures; nothing that is decided."""
    asked = plan.options["uncertain"]
    if asked is None:
        found = uncertainty_factors(plan.model)
    elif isinstance(asked, Mapping):
        found = tuple(factor_from(plan.model, name, entry) for name, entry in asked.items())
    else:
        raise StudyError("error.study.search_uncertain")
    decided = {f.name for f in plan.factors}
    return tuple(f for f in found if f.name not in decided)


@dataclass(frozen=True)
class Search:
    """What policies are judged by; a policy is ``[lever]``, positions within the ranges."""

    plan: Plan
    ensemble: Ensemble

    @cached_property
    def levers(self) -> tuple[Factor, ...]:
        """What is decided."""
        return tuple(f.evenly() for f in self.plan.factors)

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """What is decided and what is not."""
        return (*self.levers, *_uncertain(self.plan))

    @cached_property
    def own(self) -> Floats:
        """The policy before: every lever where the study's world has it."""
        base = self.plan.base
        return np.array([f.position(base.get(f.name, f.default)) for f in self.levers])

    @cached_property
    def targets(self) -> list[Target]:
        """What must be met."""
        return _targets(self.plan)

    def futures(self, count: int, seed: int) -> Floats:
        """``[future, uncertainty]`` in the unit cube; one future if nothing is uncertain."""
        uncertain = len(self.factors) - len(self.levers)
        return sobol_points(count, uncertain, seed) if uncertain else np.empty((1, 0))

    def points(self, policies: Floats, futures: Floats) -> Floats:
        """Runs of every policy in every future, policy by policy."""
        decided = np.repeat(policies, len(futures), axis=0)
        return np.concatenate([decided, np.tile(futures, (len(policies), 1))], axis=1)

    def judge(self, policies: Floats, futures: Floats) -> Floats:
        """Cost, margin and share met of each policy, ``[3, policy]``.

        The margin is the one that ``share`` of the futures have, good enough from 0 on; the share met is that of the
        futures in which all targets are met.
        """

        def ask() -> Floats:
            values = self.ensemble.try_out(self.points(policies, futures), self.factors)
            met = [self.met(own) for own in np.split(values, len(policies))]
            return np.stack([self.cost(policies, values), self.margin(values, len(futures)), np.array(met)])

        return self.ensemble.memory.recall(ask, policies, futures)

    def margin(self, values: Floats, futures: int) -> Floats:
        """The margin that ``share`` of the futures have at least, ``[policy]``."""
        worst = np.min([t.margin(values) for t in self.targets], axis=0).reshape(-1, futures)
        may_fail = int(np.floor((1 - self.plan.options["share"]) * futures + 1e-9))
        return np.asarray(np.sort(worst, axis=1)[:, may_fail])

    def cost(self, policies: Floats, values: Floats) -> Floats:
        """What each policy costs, ``[policy]``."""
        if not self.plan.options["cost"]:
            return np.asarray(np.abs(policies - self.own).sum(axis=1))
        column = self.plan.outcomes.index(self.plan.find(self.plan.options["cost"]))
        return np.asarray(values[:, -1, column].reshape(len(policies), -1).mean(axis=1))

    def met(self, values: Floats) -> float:
        """Share of the runs in which all targets are met."""
        return float(np.all([t.margin(values) >= 0 for t in self.targets], axis=0).mean())


def runs(plan: Plan) -> tuple[int, int]:
    """Runs of the model: at first, and at most."""
    each = plan.options["population"] * len(plan.factors) * plan.size
    return 2 * each, (plan.options["generations"] + 1) * each


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Search, put back what is not needed, and try the policy on other futures."""
    search = Search(plan, ensemble)
    futures = search.futures(plan.size, plan.study.seed)

    def judge(policies: Floats) -> Floats:
        return search.judge(policies, futures)

    evolved, agreed = _evolved(search, judge)
    policy = least_cost.put_back(judge, search.own, evolved)
    cost, margin, met = (float(x[0]) for x in search.judge(policy[None], futures))
    others = search.futures(TRIED_ON * plan.size, plan.study.seed + 1)
    found, before = (
        ensemble.run(Points(search.points(p[None], others)), label, factors=search.factors).all()
        for p, label in ((policy, "policy"), (search.own, "before"))
    )
    whole = {
        "cost": cost,
        "cost before": float(search.cost(search.own[None], before)[0]),
        "share met in the search": met,
    }
    parts = [
        _settings(search, policy),
        rows(POLICY, ALL_TIMES, WHOLE, list(whole), list(whole.values())),
        _share_met(search, "share met", found),
        _share_met(search, "share met before", before),
        *(_spread(plan, name, values) for name, values in ((POLICY, found), (BEFORE, before))),
    ]
    extra = {
        "size": plan.size, "good_enough": margin >= 0, "agreed": agreed, "futures": [len(futures), len(others)],
    }  # fmt: skip
    tried = {"generations": plan.options["generations"]}
    notes = [] if agreed else [Message("study.policy_search.not_agreed", tried)]
    return Result(parts, notes, extra, search.factors)


def _evolved(search: Search, judge: least_cost.Judge) -> tuple[Floats, bool]:
    options = search.plan.options
    with search.ensemble.progress(Message(SEARCHING), options["generations"]) as meter:
        return least_cost.evolved(
            judge, search.own, options["population"], options["generations"], search.plan.study.seed, meter.advance
        )


def _settings(search: Search, policy: Floats) -> pd.DataFrame:
    names = [f.name for f in search.levers]
    value, before = (
        [float(f.at(np.array([u]))[0]) for f, u in zip(search.levers, where, strict=True)]
        for where in (policy, search.own)
    )
    return pd.concat(
        [
            rows(POLICY, ALL_TIMES, names, "setting", value),
            rows(POLICY, ALL_TIMES, names, "before", before),
            rows(POLICY, ALL_TIMES, names, "moved", list(policy - search.own)),
        ]
    )


def _share_met(search: Search, index: str, values: Floats) -> pd.DataFrame:
    share = search.met(values)
    interval = stats.binomtest(round(share * len(values)), len(values)).proportion_ci(
        search.plan.options["confidence"], method="wilson"
    )
    return rows(POLICY, ALL_TIMES, WHOLE, index, share, float(interval.low), float(interval.high))


def _spread(plan: Plan, name: str, values: Floats) -> pd.DataFrame:
    low, high = np.nanquantile(values, [0.05, 0.95], axis=0)
    mean = np.nanmean(values, axis=0)
    return grid_rows(plan.outcomes, plan.times, (name,), "mean", *(x[None] for x in (mean, low, high)))


def statements(plan: Plan, findings: Findings) -> list[Statement]:
    """What to set, what it costs, and in how many futures it does."""
    whole = findings.table[(findings.table["outcome"] == POLICY) & (findings.table["factor"] == WHOLE)]
    value = whole.set_index("index")
    met, before = value.loc["share met"], value.loc["share met before"]
    wanted = {"targets": [_wanted(plan, t) for t in _targets(plan)], "share": plan.options["share"]}
    found = findings.provenance["good_enough"]
    said = [] if found else [Message("study.policy_search.none_found", wanted)]
    told = {
        "targets": wanted["targets"],
        **{end: float(met[end]) for end in ("value", "low", "high")},
        "before": float(before["value"]),
        "cost": _cost(plan, float(value.loc["cost", "value"]), float(value.loc["cost before", "value"])),
    }
    said.append(Message("study.policy_search.met", told))
    moved = findings.of("moved", POLICY)
    moved = moved[moved["value"].abs() >= NOTICED]
    moved = moved.reindex(moved["value"].abs().sort_values(ascending=False).index)
    to, start = (findings.of(i, POLICY).set_index("factor")["value"] for i in ("setting", "before"))
    units = {f.name: "" if f.unit.casefold() in DIMENSIONLESS else f.unit for f in plan.factors}
    for name in moved["factor"]:
        way = {
            "lever": Name(name),
            "start": amount(start[name], units[name], bare=True),
            "to": amount(to[name], units[name]),
        }
        said.append(Message("study.policy_search.moved", way))
    still = {"still": len(plan.factors) - len(moved), "levers": len(plan.factors)}
    if found and met["high"] < plan.options["share"]:
        said.append(Message("study.policy_search.less", {"share": plan.options["share"]}))
    return [Statement(message) for message in [*said, Message("study.policy_search.still", still)]]


def _cost(plan: Plan, after: float, before: float) -> Message:
    """What the policy costs: levers moved, or an outcome beside what it is before."""
    if not plan.options["cost"]:
        return Message("study.policy_search.levers_moved", {"after": after})
    outcome = plan.find(plan.options["cost"])
    amounts = {"after": plan.quantity(outcome, after), "before": plan.quantity(outcome, before)}
    return Message("study.policy_search.costs", {"outcome": plan.named(outcome), **amounts})


def _wanted(plan: Plan, target: Target) -> Message:
    outcome = plan.outcomes[target.outcome]
    told = {"outcome": plan.named(outcome), "limit": plan.quantity(outcome, target.limit)}
    key = "study.policy_search.at_least" if target.sign > 0 else "study.policy_search.at_most"
    return Message(key, {**told, "time": float(plan.times[target.time])})


def draw(plan: Plan, findings: Findings, words: Language) -> dict[str, Picture]:
    """How far each lever is moved, and each outcome over time before and with the policy."""
    return {"levers": _draw_levers(plan, findings, words), "outcomes": _draw_outcomes(plan, findings, words)}


def _draw_levers(plan: Plan, findings: Findings, words: Language) -> Picture:
    to, start = (findings.of(i, POLICY).set_index("factor")["value"] for i in ("setting", "before"))
    rows = []
    for factor in plan.factors:
        was, now = (factor.evenly().position(float(x[factor.name])) for x in (start, to))
        rows.append(plots.Position(words.shown(Name(factor.name)), was, now, min(was, now), max(was, now)))
    labels = (words.texts["study.policy_search.before"], words.texts["study.policy_search.policy"])
    return plots.positions(rows, labels, words.texts["report.position"], words.texts["study.policy_search.key_levers"])


def _draw_outcomes(plan: Plan, findings: Findings, words: Language) -> Picture:
    targets = _targets(plan)

    def panel(column: int, outcome: str) -> Panel:
        def paint(axes: Axes) -> None:
            for name, color, dash in ((BEFORE, plots.OTHER, "--"), (POLICY, plots.MAIN, "-")):
                run = findings.of("mean", outcome)
                run = run[run["factor"] == name]
                label = words.texts[f"study.policy_search.{name.strip('()')}"]
                axes.fill_between(run["time"], run["low"], run["high"], color=color, alpha=0.15, lw=0)
                axes.plot(run["time"], run["value"], dash, color=color, label=label)
            for target in (t for t in targets if t.outcome == column):
                marker, label = "^" if target.sign > 0 else "v", words.texts["study.policy_search.target"]
                axes.plot(plan.times[target.time], target.limit, marker, color=plots.INK, ms=7, label=label)
            axes.set_ylabel(words.shown(Name(plan.unit(outcome), "unit")))
            plots.name_years(axes)
            if column == 0:
                axes.legend(loc="upper left")

        return Panel(words.shown(plan.named(outcome)), paint, outcome)

    panels = [panel(n, outcome) for n, outcome in enumerate(plan.outcomes[: plots.PANELS])]
    return Picture(panels, words.texts["study.policy_search.key_outcomes"])
