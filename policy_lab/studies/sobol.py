"""Sobol' indices: how much of an outcome's variance each lever explains, alone and with the others.

``S1`` is the share of the variance a factor explains by itself, ``ST`` the share it has a hand in, interactions
included; ``S2`` the share of a pair beyond its two alone. All are given for every outcome at every studied time, and
over all times with each time weighted by its variance (Gamboa, Janon, Klein and Lagnoux 2014,
doi:10.1214/14-EJS895), with intervals. ``(dummy)`` is a factor without any effect: what the method would see in
nothing at all, which is the noise floor. ``rank`` is the place by ST, with the interval it has over the resamples, and
``P(rank k)`` how often a factor takes place k.

``intervals = "bootstrap"`` draws base points again as if they were independent: cautious intervals around the best
estimate. ``intervals = "replicates"`` makes the sample of eight scramblings that know nothing of each other and takes
the intervals from what they differ by: narrower ones that hold as often as they say, around an estimate that is not as
near to the truth (``docs/performance.md`` has the figures).

With ``purpose`` the study doubles its size, keeping its runs, until the purpose is met or ``max_size`` is reached
(criteria and thresholds of Sarrazin, Pianosi and Wagener 2016, doi:10.1016/j.envsoft.2016.02.005).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from policy_lab.ensemble import option_checks
from policy_lab.ensemble.designs import Saltelli, is_power_of_two
from policy_lab.ensemble.findings import ALL_TIMES, DUMMY, WHOLE, Findings, Result, Statement, grid_rows
from policy_lab.ensemble.folder import Outcomes
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.precision import Precision, precision_for, resolved
from policy_lab.ensemble.questions import LEVER, UNCERTAINTY, Question, Size
from policy_lab.ensemble.runner import Ensemble
from policy_lab.errors import StudyError
from policy_lab.estimators import ranking, sobol_intervals
from policy_lab.estimators import sobol as variance
from policy_lab.estimators.over_time import Digest, Interval, OverTime, Piece, arrays
from policy_lab.messages import Language, Message
from policy_lab.report import plots
from policy_lab.report.plots import Picture
from policy_lab.runs import Floats

DEFAULT_SIZE: Final = 1024
OPTIONS: Final[Mapping[str, Any]] = {
    "second_order": False,
    "resamples": 1000,
    "confidence": 0.95,
    "intervals": "bootstrap",
    "purpose": "",
    "max_size": 0,
}
#: How intervals are found: from base points drawn again, or from scramblings that know nothing of each other.
INTERVALS: Final = ("bootstrap", "replicates")
#: Scramblings; few, since each has the fewer points and so the less of what makes Sobol' points good.
REPLICATES: Final = 8
#: Base points that each of them has at least.
LEAST_POINTS: Final = 32
PURPOSES: Final = ("indices", "ranking", "screening")
#: Sizes of the form; intervals of the larger ones come from scramblings of their own, so that they hold as often as
#: they say.
REPLICATED: Final = {"intervals": "replicates"}
SIZES: Final = {
    "quick": Size(128),
    "usual": Size(512, REPLICATED),
    "ranking": Size(256, {**REPLICATED, "purpose": "ranking", "max_size": 4096}),
    "screening": Size(256, {**REPLICATED, "purpose": "screening", "max_size": 4096}),
    "indices": Size(512, {**REPLICATED, "purpose": "indices", "max_size": 8192}),
}
QUESTIONS: Final = (
    Question("levers", (LEVER,), SIZES),
    Question("uncertainties", (UNCERTAINTY,), SIZES),
    Question("choice", (LEVER, UNCERTAINTY), SIZES, options={"second_order": True}, groups="kind"),
)
#: A purpose is met when no interval is wider than this …
WIDTH: Final = 0.05
#: … for screening, of the factors whose total index is below this.
SMALL: Final = 0.05
#: Rank probabilities are given for this many places.
PLACES: Final = 10


def check(plan: Plan) -> None:
    """Refuse what cannot be run: a size that is no power of two, one group alone, an unknown purpose."""
    option_checks.power_of_two(plan)
    if len(plan.groups) < 2:
        raise StudyError("error.study.one_factor")
    options = plan.options
    option_checks.bootstrap(plan)
    if options["intervals"] not in INTERVALS:
        raise StudyError("error.study.no_choice", option="intervals", value=options["intervals"], choices=INTERVALS)
    if replicates_of(plan) > 1 and plan.size < REPLICATES * LEAST_POINTS:
        least = REPLICATES * LEAST_POINTS
        told = {"replicates": REPLICATES, "points": LEAST_POINTS, "least": least, "size": plan.size}
        raise StudyError("error.study.replicates", **told)
    if options["purpose"] and options["purpose"] not in PURPOSES:
        raise StudyError("error.study.no_choice", option="purpose", value=options["purpose"], choices=PURPOSES)
    limit = options["max_size"]
    if limit and (not is_power_of_two(limit) or limit < plan.size):
        raise StudyError("error.study.max_size", limit=limit, size=plan.size)


def runs(plan: Plan) -> tuple[int, int]:
    """Runs of the model: at first, and at most."""
    count = len(plan.groups)
    per_point = 2 * count + 2 if plan.options["second_order"] else count + 2
    return plan.size * per_point, _limit(plan) * per_point


def _limit(plan: Plan) -> int:
    """Base points at most."""
    return int(plan.options["max_size"] or (16 * plan.size if plan.options["purpose"] else plan.size))


def replicates_of(plan: Plan) -> int:
    """How many scramblings the design has."""
    return REPLICATES if plan.options["intervals"] == "replicates" else 1


def inputs(plan: Plan) -> Mapping[str, Any]:
    """Nothing beyond the plan."""
    return {}


@dataclass(frozen=True)
class Part:
    """The runs of one stage."""

    runs: int
    rows: Callable[[int, int], Floats]


@dataclass(frozen=True)
class Analysis:
    """What one stage finds.

    Attributes:
        found: ``S1``, ``ST``, ``rank`` as ``[group, time, outcome]``, ``S2`` as ``[pair, time, outcome]``;
            ``dummy S1`` and ``dummy ST`` as ``[1, time, outcome]``.
        whole: the same over all times, ``[…, 1, outcome]``.
        total: ST over all times in each resample, ``[resample, group, outcome]``.
        moments: mean and spread of every output.
    """

    found: Mapping[str, Interval]
    whole: Mapping[str, Interval]
    total: Floats
    moments: variance.Moments


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Make the runs, stage by stage, and analyse them."""
    purpose, size = plan.options["purpose"], plan.size
    limit = _limit(plan)
    precision = precision_for(ensemble, runs(plan)[0], limit)
    parts: list[Part] = []
    trace: list[dict[str, Any]] = []
    before = 0
    while True:
        seed, second = plan.study.seed, plan.options["second_order"]
        sample = Saltelli(size, plan.member, seed, second, first=before, replicates=replicates_of(plan))
        outcomes = ensemble.run(sample, f"runs_{size}" if before else "runs", backend=precision.backend)
        parts.append(Part(sample.runs, outcomes.rows))
        analysis = _analyse(plan, ensemble, _joined(parts, outcomes), size, precision)
        met, measure = _convergence(purpose, analysis)
        trace.append({"size": size, "purpose": purpose or "none", "measure": measure, "met": met})
        if met or 2 * size > limit:
            break
        before, size = size, 2 * size
    notes = [*_notes(plan, analysis, trace), *_said_of(precision)]
    known = {"size": size, "trace": trace if purpose else [], "precision": precision.as_data()}
    return Result(_tables(plan, analysis), notes, known)


def _said_of(precision: Precision) -> list[Message]:
    return (
        [Message("study.sobol.single", {"off": precision.off, "moved": 2 * precision.off})] if precision.single else []
    )


def _joined(parts: list[Part], outcomes: Outcomes) -> variance.Reader:
    """One reader over the runs of all stages."""
    if len(parts) == 1:
        return outcomes.rows
    ends = np.cumsum([p.runs for p in parts])

    def read(start: int, stop: int) -> Floats:
        pieces = []
        for part, end in zip(parts, ends, strict=True):
            begin = int(end) - part.runs
            a, b = max(start, begin), min(stop, int(end))
            if a < b:
                pieces.append(part.rows(a - begin, b - begin))
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    return read


def _analyse(plan: Plan, ensemble: Ensemble, read: variance.Reader, size: int, precision: Precision) -> Analysis:
    groups, shape = len(plan.groups), (len(plan.times), len(plan.outcomes))
    layout = variance.Layout(size, groups, plan.options["second_order"])
    outputs = shape[0] * shape[1]
    m = variance.moments(read, layout, outputs)
    if precision.single:
        m = m.where(resolved(np.where(m.varies, m.sd, 0.0).reshape(shape)).ravel())
    point = variance.estimate(read, layout, outputs, m)
    digest = Digest(plan.options["confidence"], m.sd**2)
    whole, spread = OverTime(shape, m), []
    with ensemble.progress(Message("progress.resampling"), outputs) as meter:
        for piece in _resampled(plan, read, layout, m, digest):
            spread.append(piece.bounds)
            whole.add(piece)
            meter.advance(piece.part.stop - piece.part.start)
    points = arrays(point)
    found = {}
    for name in points:
        low, high = np.concatenate([bounds[name] for bounds in spread], axis=-1)
        found[name] = Interval(*(_gridded(x, shape) for x in (points[name], low, high)))
    over, total = whole.intervals(point, plan.options["confidence"])
    return Analysis(found, over, total, m)


def _resampled(
    plan: Plan, read: variance.Reader, layout: variance.Layout, m: variance.Moments, digest: Digest
) -> Iterator[Piece]:
    """The digests of indices as they might as well have come out, by the study's kind of intervals."""
    resamples, seed = plan.options["resamples"], plan.study.seed
    if replicates_of(plan) > 1:
        return sobol_intervals.replicated(read, layout, m, replicates_of(plan), resamples, seed, digest)
    counts = sobol_intervals.resample_counts(layout.points, resamples, seed)
    return sobol_intervals.bootstrap(read, layout, m, counts, digest)


def _gridded(values: Floats, shape: tuple[int, int]) -> Floats:
    return values.reshape(values.shape[0], *shape)


def _convergence(purpose: str, analysis: Analysis) -> tuple[bool, float]:
    """Whether the purpose is met, and by which figure (the worst outcome's)."""
    if not purpose:
        return True, float("nan")
    total = analysis.whole["ST"]
    width, small = total.high - total.low, total.value < SMALL
    if purpose == "ranking":
        measure = ranking.instability(analysis.total)
        return bool(measure < 1), measure
    of = width[small] if purpose == "screening" else width
    measure = float(np.nanmax(of, initial=0.0))
    return measure < WIDTH, measure


def _tables(plan: Plan, analysis: Analysis) -> list[pd.DataFrame]:
    outcomes, names = plan.outcomes, plan.names
    j_k = [f"{names[j]} × {names[k]}" for j, k in variance.pairs(len(names))]
    tables = []
    for times, found in (([ALL_TIMES], analysis.whole), (list(plan.times), analysis.found)):
        for index in ("S1", "ST"):
            for who, key in ((names, index), ((DUMMY,), f"dummy {index}")):
                x = found[key]
                tables.append(grid_rows(outcomes, times, who, index, x.value, x.low, x.high))
        x = found["rank"]
        tables.append(grid_rows(outcomes, times, names, "rank", x.value, x.low, x.high))
        if "S2" in found:
            x = found["S2"]
            tables.append(grid_rows(outcomes, times, j_k, "S2", x.value, x.low, x.high))
    places = ranking.probabilities(analysis.total, PLACES)
    tables += [grid_rows(outcomes, [ALL_TIMES], names, f"P(rank {k + 1})", p[:, None]) for k, p in enumerate(places)]
    return [*tables, *_spread(plan, analysis.moments)]


def _spread(plan: Plan, m: variance.Moments) -> list[pd.DataFrame]:
    """Mean and standard deviation of every outcome at every time (a constant one has none)."""
    shape = (1, len(plan.times), len(plan.outcomes))
    mean = np.where(m.varies, m.mean, np.nan).reshape(shape)
    sd = np.where(m.varies, m.sd, 0.0).reshape(shape)
    return [
        grid_rows(plan.outcomes, plan.times, (WHOLE,), "mean", mean),
        grid_rows(plan.outcomes, plan.times, (WHOLE,), "sd", sd),
    ]


def _notes(plan: Plan, analysis: Analysis, trace: list[dict[str, Any]]) -> list[Message]:
    shape = (len(plan.times), len(plan.outcomes))
    kept = analysis.moments.used.reshape(shape) >= variance.LEAST_KEPT * trace[-1]["size"]
    varies = analysis.moments.varies.reshape(shape) | ~kept
    notes = []
    for o, outcome in enumerate(plan.outcomes):
        if not kept[:, o].all():
            lost = {"times": int((~kept[:, o]).sum()), "all": len(plan.times), "most": 1 - variance.LEAST_KEPT}
            notes.append(Message("study.sobol.lost", {"outcome": plan.named(outcome), **lost}))
        still = plan.times[~varies[:, o]]
        if len(still) == len(plan.times):
            notes.append(Message("study.sobol.still", {"outcome": plan.named(outcome)}))
        elif len(still):
            moments = {
                "still": len(still),
                "times": len(plan.times),
                "first": float(still[0]),
                "last": float(still[-1]),
            }
            notes.append(Message("study.sobol.still_at", {"outcome": plan.named(outcome), **moments}))
    notes.append(Message(f"study.sobol.{plan.options['intervals']}", {"replicates": REPLICATES}))
    last = trace[-1]
    if last["purpose"] != "none":
        told: dict[str, object] = {"purpose": Message(f"study.sobol.purpose_{last['purpose']}"), "size": last["size"]}
        key = "study.sobol.met" if last["met"] else "study.sobol.not_met"
        notes.append(Message(key, {**told, "measure": last["measure"]}))
    return notes


def statements(plan: Plan, findings: Findings) -> list[Statement]:
    """Which factors matter for which outcome, when, how sure, and where the ranking changes."""
    about = [Statement(m, o) for o in plan.outcomes for m in ranking.about_outcome(findings, o)]
    return [*map(Statement, ranking.summary(findings)), *about]


def draw(plan: Plan, findings: Findings, words: Language) -> dict[str, Picture]:
    """The ranking over all times, and the total indices over time."""
    pictures = {"ranking": plots.ranking(findings, words)}
    return {**pictures, "over_time": plots.over_time(findings, words)} if len(findings.times) > 2 else pictures
