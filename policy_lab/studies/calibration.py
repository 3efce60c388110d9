"""Calibration: which values of the parameters repeat the model's history best, and what history cannot tell.

Nonlinear least squares on the figures of ``data/history.csv``. A figure weighs by its own range, read as holding nine
in ten; the range may be lopsided, and no figure counts as known better than to 5%. The search starts from the
model's own values and from ``size - 1`` Sobol' points of the ranges, or (``search = "global"``) by differential
evolution with a population of ``size`` a parameter, and goes downhill from there.
Findings:

- ``fitted``, of ``(parameters)``: the best value with its profile interval (Venzon and Moolgavkar 1988,
  doi:10.2307/2347496), within which other parameters can make up for it. Where the best fit is worse than the ranges
  of the data allow, intervals are wider by as much. ``share of range`` is how much of the range the interval leaves.
- ``profile at k`` and ``profile rise k``: where a parameter was held on the way to the ends of its interval, and by
  how much the sum of squares rose there although all others were fitted again.
- ``direction k`` and ``strength k``: singular vectors of the slope of the fit, strongest first. Along a direction of
  strength below 2 the data cannot tell half of the range from the other: what is mixed there is not identified.
- ``data``, ``fitted`` and ``before`` of each series and year; ``misfit`` of each series, root mean square in standard
  deviations of the data, and ``misfit before`` it was fitted. Figures from ``hold_out_from`` on are not fitted to;
  their misfit is called ``held out``.

With ``prior = "ranges"`` each range counts as a figure too, the middle as its value and nine in ten within: what the
figures cannot tell then stays at the middle instead of where the search happened to begin. ``intervals = false``
leaves the intervals out, which take most of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats

from policy_lab.ensemble.designs import Points, sobol_points
from policy_lab.ensemble.factors import Factor
from policy_lab.ensemble.findings import ALL_TIMES, WHOLE, Findings, Result, Statement, rows
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.runner import Ensemble
from policy_lab.errors import StudyError
from policy_lab.estimators import least_squares
from policy_lab.estimators.least_squares import Fit
from policy_lab.messages import Language, Message, Name
from policy_lab.model.history import SD_IN_HALF_RANGE, Series, history_digest, history_file, read_history
from policy_lab.progress import Meter
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Panel, Picture
from policy_lab.runs import Floats

DEFAULT_SIZE: Final = 8
OPTIONS: Final[Mapping[str, Any]] = {
    "history": "data/history.csv",
    "hold_out_from": None,
    "search": "least squares",
    "generations": 60,
    "confidence": 0.95,
    "prior": "none",
    "intervals": True,
}
SEARCHES: Final = ("least squares", "global")
PRIORS: Final = ("none", "ranges")
PARAMETERS: Final = "(parameters)"
#: Along a direction that is weaker, a standard error is half of the range.
WEAK: Final = 2.0
#: So near to an end of its range a fit is at it.
NEAR: Final = 1e-6
#: A parameter belongs to what is said of a direction if it carries so much of it.
LOADED: Final = 0.4


@dataclass(frozen=True)
class Target:
    """What is fitted: the series, and which of all their figures, in order, are fitted to rather than held out."""

    series: tuple[Series, ...]
    fitted: Any

    def modelled(self, plan: Plan, values: Floats) -> list[Floats]:
        """``[run, year]`` of every series from ``values[run, time, outcome]``, between saved times on a line."""
        found = []
        for one in self.series:
            own = values[:, :, plan.outcomes.index(one.variable)]
            after = np.clip(np.searchsorted(plan.times, one.year), 1, len(plan.times) - 1)
            width = plan.times[after] - plan.times[after - 1]
            share = (one.year - plan.times[after - 1]) / width
            found.append(own[:, after - 1] * (1 - share) + own[:, after] * share)
        return found

    def misfits(self, plan: Plan, values: Floats) -> Floats:
        """``[run, figure]`` of all figures, in standard deviations."""
        modelled = self.modelled(plan, values)
        return np.concatenate([s.misfit(m) for s, m in zip(self.series, modelled, strict=True)], axis=1)


def check(plan: Plan) -> None:
    """Refuse what cannot be fitted: choices for parameters, outcomes without data, nothing to fit to."""
    options = plan.options
    if options["search"] not in SEARCHES:
        raise StudyError("error.study.no_choice", option="search", value=options["search"], choices=SEARCHES)
    if options["prior"] not in PRIORS:
        raise StudyError("error.study.no_choice", option="prior", value=options["prior"], choices=PRIORS)
    if not isinstance(options["intervals"], bool):
        raise StudyError("error.study.calibration_intervals")
    if not 0 < options["confidence"] < 1 or options["generations"] < 1:
        raise StudyError("error.study.calibration_generations")
    held = options["hold_out_from"]
    if held is not None and (isinstance(held, bool) or not isinstance(held, int | float)):
        raise StudyError("error.study.calibration_held", value=repr(held))
    for factor in plan.factors:
        if factor.distribution == "discrete":
            raise StudyError("error.study.discrete", factor=factor.name)
    if plan.grouped:
        raise StudyError("error.study.calibration_groups")
    if len(plan.times) < 2:
        raise StudyError("error.study.calibration_times")
    target = _target(plan)
    figures = int(target.fitted.sum())
    if figures <= len(plan.factors):
        raise StudyError("error.study.calibration_figures", figures=figures, parameters=len(plan.factors))


def inputs(plan: Plan) -> Mapping[str, Any]:
    """The history that is fitted to."""
    return {"history": history_digest(plan.model, plan.options["history"])}


def _target(plan: Plan) -> Target:
    first, last = plan.times[0], plan.times[-1]
    known = read_history(plan.model, history_file(plan.model, plan.options["history"]))
    within = [s.between(first, last) for s in known if s.variable in plan.outcomes]
    series = tuple(s for s in within if len(s.year))
    missing = [o for o in plan.outcomes if o not in {s.variable for s in series}]
    if missing:
        have = list(dict.fromkeys(s.variable for s in known))
        told = {"outcome": missing[0], "first": float(first), "last": float(last), "have": have}
        raise StudyError("error.study.calibration_missing", **told)
    years = np.concatenate([s.year for s in series])
    held = plan.options["hold_out_from"]
    return Target(series, years < held if held is not None else np.ones(len(years), dtype=bool))


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Search, measure what is identified, and run the model before and after."""
    target, factors = _target(plan), tuple(f.evenly() for f in plan.factors)
    own = np.array([f.position(f.default) for f in factors])

    def residuals(points: Floats) -> Floats:
        def ask() -> Floats:
            return target.misfits(plan, ensemble.try_out(points, factors))[:, target.fitted]

        misfits = ensemble.memory.recall(ask, points)
        return np.concatenate([misfits, _from_middle(points)], axis=1) if plan.options["prior"] == "ranges" else misfits

    best = _search(plan, ensemble, residuals, own)
    freedom = max(1, len(best.residual) - len(factors))
    profiles = _profiles(plan, ensemble, residuals, best, freedom) if plan.options["intervals"] else []
    values = ensemble.run(Points(np.stack([own, best.at])), factors=factors).all()
    figures = int(target.fitted.sum())
    told = Fit(best.at, best.residual[:figures], best.slope[:figures])
    parts = [_parameters(factors, best, profiles), _directions(factors, told), _series(plan, target, values)]
    extra = {"figures": figures, "held_out": int((~target.fitted).sum()), "size": plan.size}
    return Result(parts, _notes(best, freedom), extra)


def _from_middle(points: Floats) -> Floats:
    """How many standard deviations each parameter is from the middle of its range, nine in ten of which it holds."""
    return (points - 0.5) * 2 * SD_IN_HALF_RANGE


def _profiles(
    plan: Plan, ensemble: Ensemble, residuals: least_squares.Residuals, best: Fit, freedom: int
) -> list[least_squares.Profile]:
    rise = allowed_rise(plan.options["confidence"], best.cost, freedom)
    found = []
    with ensemble.progress(Message("progress.intervals"), len(plan.factors)) as meter:
        for j in range(len(plan.factors)):
            found.append(least_squares.profile(_heard(residuals, meter), best, j, rise))
            meter.advance(1)
    return found


def allowed_rise(confidence: float, cost: float, freedom: int) -> float:
    """By how much the sum of squares may rise within an interval; more where the best fit itself is poor."""
    return float(stats.chi2.ppf(confidence, 1)) * max(1.0, cost / freedom)


def _search(plan: Plan, ensemble: Ensemble, residuals: least_squares.Residuals, own: Floats) -> Fit:
    """The best of the fits downhill of every start."""
    count = len(own)
    if plan.options["search"] == "global":
        generations = plan.options["generations"]
        with ensemble.progress(Message("progress.searching"), generations) as meter:
            found = least_squares.from_everywhere(
                residuals, plan.study.seed, count, plan.size, generations, lambda: meter.advance(1)
            )
        starts = [own, found]
    else:
        others = sobol_points(1 << max(0, plan.size - 2).bit_length(), count, plan.study.seed)[: plan.size - 1]
        starts = [own, *others]
    fits = []
    with ensemble.progress(Message("progress.fitting"), len(starts)) as meter:
        for start in starts:
            fits.append(least_squares.least_squares(_heard(residuals, meter), start))
            meter.advance(1)
    return min(fits, key=lambda f: f.cost)


def _heard(residuals: least_squares.Residuals, meter: Meter) -> least_squares.Residuals:
    """The residuals, with a sign of life at each evaluation."""

    def with_a_sign(points: Floats) -> Floats:
        meter.advance(0)
        return residuals(points)

    return with_a_sign


def _parameters(factors: tuple[Factor, ...], best: Fit, profiles: list[least_squares.Profile]) -> pd.DataFrame:
    names = [f.name for f in factors]
    at = np.where(best.at < NEAR, 0.0, np.where(best.at > 1 - NEAR, 1.0, best.at))
    value = [float(f.at(np.array([u]))[0]) for f, u in zip(factors, at, strict=True)]
    before = rows(PARAMETERS, ALL_TIMES, names, "before", [f.default for f in factors])
    if not profiles:
        return pd.concat([rows(PARAMETERS, ALL_TIMES, names, "fitted", value), before])
    low, high = (
        [float(f.at(np.array([u]))[0]) for f, u in zip(factors, where, strict=True)]
        for where in ([p.low for p in profiles], [p.high for p in profiles])
    )
    parts = [
        rows(PARAMETERS, ALL_TIMES, names, "fitted", value, low, high),
        before,
        rows(PARAMETERS, ALL_TIMES, names, "share of range", [p.high - p.low for p in profiles]),
    ]
    for factor, profile in zip(factors, profiles, strict=True):
        for index, numbers in (("at", factor.at(profile.at)), ("rise", profile.rise)):
            numbered = [f"profile {index} {k + 1}" for k in range(len(numbers))]
            parts.append(rows(PARAMETERS, ALL_TIMES, factor.name, numbered, list(numbers)))
    return pd.concat(parts)


def _directions(factors: tuple[Factor, ...], best: Fit) -> pd.DataFrame:
    strength, direction = least_squares.directions(best)
    names = [f.name for f in factors]
    loads = [rows(PARAMETERS, ALL_TIMES, names, f"direction {k + 1}", list(d)) for k, d in enumerate(direction)]
    numbered = [f"strength {k + 1}" for k in range(len(strength))]
    return pd.concat([*loads, rows(PARAMETERS, ALL_TIMES, WHOLE, numbered, list(strength))])


def _series(plan: Plan, target: Target, values: Floats) -> pd.DataFrame:
    parts, start = [], 0
    misfits = target.misfits(plan, values)
    for one, modelled in zip(target.series, target.modelled(plan, values), strict=True):
        here = slice(start, start + len(one.year))
        start = here.stop
        at = (one.variable, list(one.year), one.name)
        parts.append(rows(*at, "data", list(one.value), list(one.low), list(one.high)))
        parts += [rows(*at, name, list(modelled[k])) for k, name in enumerate(("before", "fitted"))]
        fitted = target.fitted[here]
        for chosen, prefix in ((fitted, ""), (~fitted, "held out ")):
            if chosen.any():
                size = np.sqrt((misfits[:, here][:, chosen] ** 2).mean(axis=1))
                names = [f"{prefix}misfit before", f"{prefix}misfit"]
                parts.append(rows(one.variable, ALL_TIMES, one.name, names, list(size)))
    for chosen, prefix in ((target.fitted, ""), (~target.fitted, "held out ")):
        if chosen.any():
            size = np.sqrt((misfits[:, chosen] ** 2).mean(axis=1))
            names = [f"{prefix}misfit before", f"{prefix}misfit"]
            parts.append(rows(PARAMETERS, ALL_TIMES, WHOLE, names, list(size)))
    return pd.concat(parts)


def _notes(best: Fit, freedom: int) -> list[Message]:
    notes = [Message("study.calibration.consistent")]
    if best.cost > freedom:
        notes.append(Message("study.calibration.poor", {"times": float(np.sqrt(best.cost / freedom))}))
    return notes


def statements(plan: Plan, findings: Findings) -> list[Statement]:
    """How much better it fits, the parameters with their intervals, and what history cannot tell."""
    whole = findings.table[(findings.table["outcome"] == PARAMETERS) & (findings.table["factor"] == WHOLE)]
    size = whole.set_index("index")["value"]
    known = findings.provenance
    told = {"figures": known["figures"], "before": size["misfit before"], "after": size["misfit"]}
    said = [Message("study.calibration.fitted", told)]
    if known["held_out"]:
        before, after = size["held out misfit before"], size["held out misfit"]
        told = {"figures": known["held_out"], "year": plan.options["hold_out_from"], "before": before, "after": after}
        said.append(Message(f"study.calibration.{'carries' if after < before else 'fails'}_over", told))
    for factor in plan.factors:
        said += _about_parameter(findings, factor)
    return [Statement(message) for message in [*said, *_unknown(plan, findings, size)]]


def _about_parameter(findings: Findings, factor: Factor) -> list[Message]:
    def one(index: str) -> Any:
        found = findings.of(index, PARAMETERS)
        return found[found["factor"] == factor.name].iloc[0]

    fitted = one("fitted")
    told = {"factor": Name(factor.name), "before": factor.default, "fitted": float(fitted["value"])}
    if not np.isfinite(fitted["low"]):
        return [Message("study.calibration.parameter", told)]
    told |= {"low": float(fitted["low"]), "high": float(fitted["high"]), "share": float(one("share of range")["value"])}
    open_ends = [side for side, end in (("low", factor.low), ("high", factor.high)) if np.isclose(fitted[side], end)]
    said = [Message("study.calibration.interval", told)]
    return [*said, Message(f"study.calibration.open_{'_'.join(open_ends)}", told)] if open_ends else said


def _unknown(plan: Plan, findings: Findings, size: Any) -> list[Message]:
    said = []
    for k in range(1, len(plan.factors) + 1):
        if size[f"strength {k}"] < WEAK:
            loads = findings.of(f"direction {k}", PARAMETERS)
            ways = [
                Message(f"study.calibration.{'up' if r.value > 0 else 'down'}", {"factor": Name(r.factor)})
                for r in loads[loads["value"].abs() >= LOADED].itertuples()
            ]
            said.append(Message("study.calibration.unknown", {"factors": ways}))
    return said or [Message("study.calibration.identified")]


def draw(plan: Plan, findings: Findings, words: Language) -> dict[str, Picture]:
    """Parameters within their ranges, and a panel a series: data, the model before and after."""
    drawn = {"parameters": _draw_parameters(plan, findings, words), "series": _draw_series(findings, words)}
    return {**drawn, "profiles": _draw_profiles(plan, findings, words)} if plan.options["intervals"] else drawn


def profile_of(findings: Findings, parameter: str) -> tuple[Floats, Floats]:
    """Where a parameter was held, ``[point]`` in its own unit, and the rise of the sum of squares there."""
    table = findings.table
    own = table[(table["outcome"] == PARAMETERS) & (table["factor"] == parameter)]
    at, rise = (own[own["index"].str.startswith(f"profile {what} ")]["value"] for what in ("at", "rise"))
    return at.to_numpy(dtype=np.float64), rise.to_numpy(dtype=np.float64)


def _draw_profiles(plan: Plan, findings: Findings, words: Language) -> Picture:
    """A panel a parameter: how the fit worsens as it is held elsewhere; flat means that history cannot tell."""

    def panel(factor: Factor) -> Panel:
        def paint(axes: Axes) -> None:
            at, rise = profile_of(findings, factor.name)
            fitted = findings.of("fitted", PARAMETERS).set_index("factor").loc[factor.name]
            axes.axvspan(fitted["low"], fitted["high"], color=plots.SHADE)
            axes.plot(at, rise, "-", color=plots.MAIN, marker=".")
            axes.axvline(factor.default, color=plots.OTHER, ls="--")
            axes.set_xlim(factor.low, factor.high)
            axes.set_ylim(bottom=0)

        return Panel(words.shown(Name(factor.name)), paint)

    panels = [panel(factor) for factor in plan.factors]
    return Picture(panels, words.texts["study.calibration.key_profiles"], width=3.0, height=1.9, columns=4)


def _draw_parameters(plan: Plan, findings: Findings, words: Language) -> Picture:
    fitted = findings.of("fitted", PARAMETERS).set_index("factor")
    rows = []
    for factor in plan.factors:
        at = fitted.loc[factor.name]
        ends = [at[end] if np.isfinite(at[end]) else at["value"] for end in ("low", "high")]
        places = (factor.evenly().position(float(x)) for x in (factor.default, at["value"], *ends))
        rows.append(plots.Position(words.shown(Name(factor.name)), *places))
    labels = (words.texts["study.calibration.before"], words.texts["study.calibration.after_interval"])
    return plots.positions(rows, labels, words.texts["report.position"])


def _draw_series(findings: Findings, words: Language) -> Picture:
    data = findings.table[findings.table["index"] == "data"]

    def panel(number: int, outcome: str, name: str, figures: pd.DataFrame) -> Panel:
        def paint(axes: Axes) -> None:
            axes.vlines(figures["time"], figures["low"], figures["high"], color=plots.MUTED, lw=2)
            label = words.texts["study.calibration.data"]
            axes.plot(figures["time"], figures["value"], "o", color=plots.INK, ms=4, label=label)
            for index, color, dash in (("before", plots.OTHER, "--"), ("fitted", plots.MAIN, "-")):
                run = findings.of(index, outcome)
                run = run[run["factor"] == name]
                label = words.texts[f"study.calibration.{'before' if index == 'before' else 'after'}"]
                axes.plot(run["time"], run["value"], dash, color=color, marker=".", label=label)
            if number == 0:
                axes.legend(loc="upper left")

        return Panel(words.shown(Name(name, "series")), paint)

    shown = list(data.groupby(["outcome", "factor"], sort=False))[: plots.PANELS]
    panels = [panel(n, str(outcome), str(name), rows) for n, ((outcome, name), rows) in enumerate(shown)]
    return Picture(panels, width=4.2, height=2.5, columns=3)
