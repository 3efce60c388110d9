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

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import optimize, stats

from policy_lab.ensemble.designs import Points, is_power_of_two, sobol_points
from policy_lab.ensemble.factors import Factor, factor_from, uncertainty_factors
from policy_lab.ensemble.findings import ALL_TIMES, WHOLE, Findings, Result, grid_rows, rows
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.runner import Ensemble
from policy_lab.errors import StudyError
from policy_lab.messages import Message
from policy_lab.report import plots
from policy_lab.runs import Floats
from policy_lab.wording import listed, number, percent

TITLE: Final = "Policy search"
QUESTION: Final = "Which settings of the levers meet the targets at least cost, whatever the future?"
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
#: Worse than any cost, which is measured by the largest of the first generation.
TOO_LITTLE: Final = 1e6
#: Policies whose costs differ by less, as a share, cost the same.
AGREED: Final = 1e-7
#: A lever moved by less than this share of its range is put back; the others make up for it by going so much further.
NOTHING: Final = 1e-3
#: Shares of its way that each lever is tried at in the end, and how often all of them are gone through at most.
SHARES: Final = np.arange(16) / 16
PASSES: Final = 4


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
        return np.nan_to_num(gap / (abs(self.limit) or 1.0), nan=-TOO_LITTLE)


def check(plan: Plan) -> None:
    """Refuse targets that cannot be understood, a cost that is not studied, and levers that are choices of words."""
    options = plan.options
    if not is_power_of_two(plan.size):
        below = 1 << (plan.size.bit_length() - 1)
        raise StudyError(f"size = {plan.size} is not a power of two; take {below} or {2 * below}.")
    if not (0 < options["share"] <= 1 and 0 < options["confidence"] < 1):
        raise StudyError("share is above 0 and at most 1; confidence lies between 0 and 1.")
    if options["population"] < 2 or options["generations"] < 1:
        raise StudyError("population is at least 2, and generations at least 1.")
    if plan.grouped:
        raise StudyError("A policy search sets every lever by itself; leave groups out.")
    discrete = [f.name for f in plan.factors if f.distribution == "discrete"]
    if discrete:
        raise StudyError(f"'{discrete[0]}' is discrete; a policy search needs a range: low and high.")
    if options["cost"] and plan.model.find(options["cost"]) not in plan.outcomes:
        raise StudyError(f"cost names '{options['cost']}', which is not among the study's outcomes.")
    _targets(plan)
    _uncertain(plan)


def inputs(plan: Plan) -> Mapping[str, Any]:
    """What makes the futures, where it comes from the model's table."""
    return {"uncertain": [repr(f) for f in _uncertain(plan)]}


def _targets(plan: Plan) -> list[Target]:
    given = plan.options["targets"]
    if not given:
        raise StudyError('A policy search needs targets = [{ outcome = "…", above = 100, time = 2040 }].')
    return [_target(plan, entry) for entry in given]


def _target(plan: Plan, entry: Any) -> Target:
    possible = ("outcome", "above", "below", "time")
    sides = [s for s in ("above", "below") if isinstance(entry, Mapping) and s in entry]
    if not isinstance(entry, Mapping) or "outcome" not in entry or len(sides) != 1 or set(entry) - set(possible):
        raise StudyError(f'The target {entry!r} should be {{ outcome = "…", above (or below) = 100, time = 2040 }}.')
    limit, time = entry[sides[0]], entry.get("time", float(plan.times[-1]))
    if any(isinstance(x, bool) or not isinstance(x, int | float) for x in (limit, time)):
        raise StudyError(f"The target of '{entry['outcome']}' has something that is no number: {limit!r}, {time!r}.")
    name = plan.model.find(str(entry["outcome"]))
    if name not in plan.outcomes:
        raise StudyError(f"A target names '{name}', which is not among the study's outcomes.")
    where = np.flatnonzero(np.abs(plan.times - time) < 1e-6)
    if not len(where):
        raise StudyError(f"The target of '{name}' is for {time:g}, which is not among the studied times.")
    return Target(plan.outcomes.index(name), int(where[0]), 1.0 if sides[0] == "above" else -1.0, float(limit))


def _uncertain(plan: Plan) -> tuple[Factor, ...]:
    """What makes the futures; nothing that is decided."""
    asked = plan.options["uncertain"]
    if asked is None:
        found = uncertainty_factors(plan.model)
    elif isinstance(asked, Mapping):
        found = tuple(factor_from(plan.model, name, entry) for name, entry in asked.items())
    else:
        raise StudyError('uncertain is a table like factors: uncertain = { "…" = { low = 0, high = 1 } }.')
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
        column = self.plan.outcomes.index(self.plan.model.find(self.plan.options["cost"]))
        return np.asarray(values[:, -1, column].reshape(len(policies), -1).mean(axis=1))

    def met(self, values: Floats) -> float:
        """Share of the runs in which all targets are met."""
        return float(np.all([t.margin(values) >= 0 for t in self.targets], axis=0).mean())


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Search, put back what is not needed, and try the policy on other futures."""
    search = Search(plan, ensemble)
    futures = search.futures(plan.size, plan.study.seed)
    evolved, agreed = _evolved(search, futures)
    policy = _without_the_needless(search, evolved, futures)
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
    notes = [] if agreed else [_not_agreed(plan)]
    return Result(parts, notes, extra, search.factors)


def _not_agreed(plan: Plan) -> str:
    return (
        f"The search went through all its {plan.options['generations']} generations before its policies came to agree: "
        "there may be a cheaper one. More generations, a larger population or fewer levers would tell."
    )


def _evolved(search: Search, futures: Floats) -> tuple[Floats, bool]:
    """The best policy that differential evolution finds, good enough first, then cheap; and whether all agreed."""
    options, count = search.plan.options, len(search.levers)
    scale: list[float] = []

    def badness(points: Floats) -> Floats:
        cost, margin, _ = search.judge(points.T, futures)
        if not scale:
            scale.append(float(np.nanmax(np.abs(cost), initial=0.0)) or 1.0)
        cheap = np.minimum(np.nan_to_num(cost / scale[0], nan=TOO_LITTLE), TOO_LITTLE)
        return np.asarray(np.where(margin >= 0, cheap, TOO_LITTLE + np.maximum(-margin, 0)), dtype=np.float64)

    with search.ensemble.progress(Message("progress.searching"), options["generations"]) as meter:
        found = optimize.differential_evolution(
            badness,
            [(0.0, 1.0)] * count,
            popsize=options["population"],
            maxiter=options["generations"],
            rng=np.random.default_rng([search.plan.study.seed, 3]),
            vectorized=True,
            updating="deferred",
            polish=False,
            init="sobol",
            x0=search.own,
            tol=0.0,  # scipy's own test would take policies that all fall short alike for a find
            callback=_until_agreed(meter.advance),
        )
    return np.asarray(found.x), bool(np.ptp(found.population_energies) <= AGREED * abs(found.fun))


def _until_agreed(advance: Callable[[float], None]) -> Callable[[optimize.OptimizeResult], bool]:
    """Counts generations, and ends the search once all policies are good enough and cost the same."""

    def one_more(intermediate_result: optimize.OptimizeResult) -> bool:
        advance(1)
        badness = intermediate_result.population_energies
        return bool(badness.max() < TOO_LITTLE and np.ptp(badness) <= AGREED * abs(badness.mean()))

    return one_more


def _without_the_needless(search: Search, policy: Floats, futures: Floats) -> Floats:
    """The policy with every lever as far back as can be without failing the targets or costing more."""
    own = search.own
    hardly = np.abs(policy - own) < NOTHING
    stepped = np.where(hardly, own, np.clip(own + (1 + NOTHING) * (policy - own), 0, 1))
    (cost, spared), (margin, enough), _ = search.judge(np.stack([policy, stepped]), futures)
    if enough >= min(0.0, margin):
        policy, cost, margin = stepped, spared, enough
    for _ in range(PASSES):
        before = policy
        for j in np.argsort(np.abs(policy - own)):
            policy, cost, margin = _less_of(search, policy, int(j), (cost, margin), futures)
        if np.array_equal(policy, before):
            break
    return policy


def _less_of(
    search: Search, policy: Floats, lever: int, reached: tuple[float, float], futures: Floats
) -> tuple[Floats, float, float]:
    """The policy with one lever moved as little as will do, of some shares of its way, with its cost and margin."""
    cost, margin = reached
    way = policy[lever] - search.own[lever]
    if way == 0:
        return policy, cost, margin
    tried = np.repeat(policy[None], len(SHARES), axis=0)
    tried[:, lever] = search.own[lever] + SHARES * way
    costs, margins, _ = search.judge(tried, futures)
    will_do = np.flatnonzero((margins >= min(0.0, margin)) & (costs <= cost))
    if not len(will_do):
        return policy, cost, margin
    least = will_do[np.argmin(costs[will_do])]
    return tried[least], float(costs[least]), float(margins[least])


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


def words(plan: Plan, findings: Findings) -> list[str]:
    """What to set, what it costs, and in how many futures it does."""
    whole = findings.table[(findings.table["outcome"] == POLICY) & (findings.table["factor"] == WHOLE)]
    value = whole.set_index("index")
    met, before = value.loc["share met"], value.loc["share met before"]
    wanted = listed([_in_words(plan, t) for t in _targets(plan)])
    share = percent(plan.options["share"])
    said = []
    if not findings.provenance["good_enough"]:
        said.append(f"No policy was found that meets {wanted} in {share} of the futures; the nearest follows.")
    what = plan.options["cost"] or "levers moved, in ranges"
    costs = [number(value.loc[i, "value"]) for i in ("cost", "cost before")]
    said.append(
        f"{wanted} is met in {percent(met['value'])} of futures that the search had not seen ({percent(met['low'])} to "
        f"{percent(met['high'])}; before, {percent(before['value'])}), at a cost of {costs[0]} against "
        f"{costs[1]} before ({what})."
    )
    if findings.provenance["good_enough"] and met["high"] < plan.options["share"]:
        said.append(f"That is less than the {share} it reached in the search: take more futures (size).")
    moved = findings.of("moved", POLICY)
    moved = moved[moved["value"] != 0]
    moved = moved.reindex(moved["value"].abs().sort_values(ascending=False).index)
    to, start = (findings.of(i, POLICY).set_index("factor")["value"] for i in ("setting", "before"))
    said += [f"{name}: from {number(start[name])} to {number(to[name])}." for name in moved["factor"]]
    still = len(plan.factors) - len(moved)
    return [*said, f"{still} of {len(plan.factors)} levers stay where they are."]


def _in_words(plan: Plan, target: Target) -> str:
    outcome, side = plan.outcomes[target.outcome], "at least" if target.sign > 0 else "at most"
    return f"{plan.label(outcome)} of {side} {number(target.limit)} at {plan.times[target.time]:g}"


def draw(plan: Plan, findings: Findings) -> dict[str, Figure]:
    """How far each lever is moved, and each outcome over time before and with the policy."""
    return {"levers": _draw_levers(plan, findings), "outcomes": _draw_outcomes(plan, findings)}


def _draw_levers(plan: Plan, findings: Findings) -> Figure:
    figure, (panel,) = plots.panels(1, width=7.5, height=1.4 + 0.3 * len(plan.factors), label=plots.NAMES)
    to, start = (findings.of(i, POLICY).set_index("factor")["value"] for i in ("setting", "before"))
    plots.head(panel, "Position within the range")
    for row, factor in enumerate(reversed(plan.factors)):
        even = factor.evenly()
        ends = [even.position(float(x[factor.name])) for x in (start, to)]
        panel.hlines(row, 0, 1, color=plots.SHADE, lw=7)
        panel.hlines(row, min(ends), max(ends), color=plots.MAIN, lw=2.5)
        panel.plot(ends[0], row, "|", color=plots.OTHER, ms=12, mew=2, label="before" if row == 0 else None)
        panel.plot(ends[1], row, "o", color=plots.MAIN, label="policy" if row == 0 else None)
    panel.set_yticks(range(len(plan.factors)), [plots.shortened(f.name) for f in reversed(plan.factors)])
    panel.set_xlim(-0.02, 1.02)
    panel.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False)
    figure.set_label("Lines: the way of each lever within its range, from where it is to where the policy has it.")
    return figure


def _draw_outcomes(plan: Plan, findings: Findings) -> Figure:
    figure, panels = plots.panels(min(len(plan.outcomes), plots.PANELS))
    targets = _targets(plan)
    for panel, (column, outcome) in zip(panels, enumerate(plan.outcomes), strict=False):
        plots.head(panel, plan.label(outcome))
        for name, color, dash in ((BEFORE, plots.OTHER, "--"), (POLICY, plots.MAIN, "-")):
            run = findings.of("mean", outcome)
            run = run[run["factor"] == name]
            panel.fill_between(run["time"], run["low"], run["high"], color=color, alpha=0.15, lw=0)
            panel.plot(run["time"], run["value"], dash, color=color, label=name.strip("()"))
        for target in (t for t in targets if t.outcome == column):
            marker = "^" if target.sign > 0 else "v"
            panel.plot(plan.times[target.time], target.limit, marker, color=plots.INK, ms=7, label="target")
        panel.set_ylabel(plan.unit(outcome))
    panels[0].legend(loc="upper left", frameon=False)
    figure.set_label(
        "Lines and bands: the mean and nine futures in ten, with the policy and before; triangle: the target."
    )
    return figure
