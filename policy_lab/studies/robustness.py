"""Robustness: how several policies do over the same futures nobody can choose between.

A policy is a scenario of the model; every policy meets the same Sobol' points of the uncertain factors. Since
rankings change with the measure (McPhail et al. 2018, doi:10.1002/2017EF000649), five are given for every outcome
and studied time, each with a bootstrap interval over the futures; ``factor`` in the findings is the policy.

- ``mean``: over all futures;
- ``worst tenth``: the mean of its worst tenth (of the lowest tenth for outcomes that are neither better high nor low);
- ``regret`` and ``regret 90 %``: mean and 90th percentile of how much better the best policy does in the same future;
- ``better than STATUS QUO``: the share of futures in which it does better than the first policy of the list;
- ``satisficing``: the share of futures at least as good as ``thresholds`` asks (only for outcomes named there).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from policy_lab.ensemble import option_checks
from policy_lab.ensemble.designs import Points
from policy_lab.ensemble.findings import Findings, Result, Statement, grid_rows
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.questions import SCENARIOS, UNCERTAINTY, Question, sizes
from policy_lab.ensemble.runner import Ensemble
from policy_lab.errors import StudyError
from policy_lab.messages import Language, Message, Name
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Panel, Picture
from policy_lab.runs import Floats

DEFAULT_SIZE: Final = 512
OPTIONS: Final[Mapping[str, Any]] = {"policies": [], "thresholds": {}, "resamples": 200, "confidence": 0.95}
TAIL: Final = 0.1
#: Measures that policies are ranked by, with what they are called.
RANKED_BY: Final[Mapping[str, str]] = {
    "mean": "study.robustness.mean",
    "worst tenth": "study.robustness.worst",
    "regret": "study.robustness.regret",
    "regret 90 %": "study.robustness.regret_90",
}
#: Fewer futures than these have no tail to speak of.
LEAST_FUTURES: Final = 10
QUESTIONS: Final = (
    Question("robustness", (UNCERTAINTY,), sizes(128, 512, 2048), {"policies": SCENARIOS}, needs=("scenarios",)),
)

#: ``statistic(table[policy, future, time])`` gives ``[policy, time]``.
Statistic = Callable[[Floats], Floats]


def check(plan: Plan) -> None:
    """Refuse fewer than two policies, unknown ones, and factors that the policies themselves decide."""
    option_checks.power_of_two(plan)
    option_checks.bootstrap(plan)
    policies = _policies(plan)
    if len(policies) < 2:
        raise StudyError("error.study.two_policies", policies=len(policies))
    for policy in policies:
        plan.model.scenario(policy)
    levers = [f.name for f in plan.factors if f.kind == "lever"]
    if levers:
        raise StudyError("error.study.lever_varied", lever=levers[0])
    option_checks.thresholds(plan)


def inputs(plan: Plan) -> Mapping[str, Any]:
    """What every policy sets, and which way each outcome is better."""
    return {
        "policies": {p: dict(sorted(plan.model.constants_of(p, None).items())) for p in _policies(plan)},
        "better": [plan.better(o) for o in plan.outcomes],
    }


def _policies(plan: Plan) -> list[str]:
    return list(plan.options["policies"]) or sorted(plan.model.scenarios, key=lambda k: (k != "status_quo", k))


def runs(plan: Plan) -> tuple[int, int]:
    """Runs of the model: at first, and at most."""
    made = plan.size * len(_policies(plan))
    return made, made


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Run every policy over the same futures and compare."""
    sample = Points(plan.points())
    policies = _policies(plan)
    values = np.stack([ensemble.run(sample, f"runs_{policy}", scenario=policy).all() for policy in policies])
    # A future in which any policy's run failed tells nothing about the others either.
    values = values[:, np.isfinite(values).all(axis=(0, 2, 3))]
    if values.shape[1] < LEAST_FUTURES:
        raise StudyError("error.study.few_futures", futures=values.shape[1], size=plan.size)
    drawn = np.random.default_rng([plan.study.seed, 1]).integers(
        values.shape[1], size=(plan.options["resamples"], values.shape[1])
    )
    parts = []
    with ensemble.progress(Message("progress.resamples"), len(plan.outcomes) * len(drawn)) as meter:
        for o, outcome in enumerate(plan.outcomes):
            measures = _measures(plan, outcome, values[..., o], policies[0])
            for index, interval in _intervals(measures, drawn, plan.options["confidence"], meter.advance).items():
                parts.append(grid_rows((outcome,), plan.times, policies, index, *(x[:, :, None] for x in interval)))
    return Result(parts, [], {"size": plan.size, "policies": policies})


@dataclass(frozen=True)
class Measure:
    """A measure of robustness: a statistic over the futures of ``table[policy, future, time]``.

    ``sign`` turns the statistic back into the outcome's own sense, where the table was turned so that more is better.
    """

    table: Floats
    statistic: Statistic
    sign: float = 1.0


def _measures(plan: Plan, outcome: str, values: Floats, first: str) -> dict[str, Measure]:
    """Measures by name, of ``values[policy, future, time]``."""
    better = plan.better(outcome)
    sign = -1.0 if better == "lower" else 1.0
    good = sign * values
    found = {"mean": Measure(good, _mean, sign), "worst tenth": Measure(good, _worst_tenth, sign)}
    if better != "neither":
        regret = good.max(axis=0) - good  # how far each policy is behind the best one in the same future
        found |= {
            "regret": Measure(regret, _mean),
            "regret 90 %": Measure(regret, lambda r: np.asarray(np.quantile(r, 0.9, axis=1))),
            f"better than {first}": Measure((good > good[:1]).astype(np.float64), _mean),
        }
    limits = {plan.find(k): float(v) for k, v in plan.options["thresholds"].items()}
    if outcome in limits:
        found["satisficing"] = Measure((good >= sign * limits[outcome]).astype(np.float64), _mean)
    return found


def _mean(table: Floats) -> Floats:
    return np.asarray(table.mean(axis=1))


def _worst_tenth(good: Floats) -> Floats:
    count = max(1, round(TAIL * good.shape[1]))
    return np.asarray(np.partition(good, count - 1, axis=1)[:, :count].mean(axis=1))


def _intervals(
    measures: Mapping[str, Measure], drawn: Any, confidence: float, advance: Callable[[float], None]
) -> dict[str, tuple[Floats, Floats, Floats]]:
    """Each measure with its bootstrap interval over the futures, ``[policy, time]`` each."""
    resampled: dict[str, list[Floats]] = {name: [] for name in measures}
    for rows in drawn:
        for name, measure in measures.items():
            resampled[name].append(measure.sign * measure.statistic(measure.table[:, rows]))
        advance(1)
    tail, found = (1 - confidence) / 2, {}
    for name, measure in measures.items():
        low, high = np.quantile(resampled[name], [tail, 1 - tail], axis=0)
        found[name] = (measure.sign * measure.statistic(measure.table), low, high)
    return found


def statements(plan: Plan, findings: Findings) -> list[Statement]:
    """Which policy comes first by each measure at the last time, and whether the measures agree."""
    last = float(plan.times[-1])
    said = []
    for outcome in plan.outcomes:
        better = plan.better(outcome)
        if better == "neither":
            continue
        firsts = {}
        for index in RANKED_BY:
            rows = findings.of(index, outcome, last).sort_values("value", ascending=_small_first(index, better))
            if len(rows) and np.isfinite(rows["value"].iloc[0]):
                firsts[index] = (str(rows["factor"].iloc[0]), float(rows["value"].iloc[0]))
        told = [_agreement(plan, outcome, last, firsts), *_beats(plan, findings, outcome, last)]
        said += [Statement(message, outcome) for message in told]
    return said or [Statement(Message("study.robustness.no_side"))]


def _small_first(index: str, better: str) -> bool:
    return index.startswith("regret") or better == "lower"


def _agreement(plan: Plan, outcome: str, time: float, firsts: Mapping[str, tuple[str, float]]) -> Message:
    names = list(dict.fromkeys(name for name, _ in firsts.values()))
    if len(names) == 1:
        mean, worst = (plan.quantity(outcome, firsts[m][1]) for m in ("mean", "worst tenth"))
        told = {"time": time, "policy": _title(plan, names[0]), "mean": mean, "worst": worst}
        return Message("study.robustness.agreed", told)
    by = {name: [Message(RANKED_BY[m]) for m, (who, _) in firsts.items() if who == name] for name in names}
    said = [Message("study.robustness.by", {"policy": _title(plan, name), "measures": by[name]}) for name in names]
    return Message("study.robustness.differ", {"time": time, "firsts": said})


def _title(plan: Plan, policy: str) -> Name:
    """What people call a policy."""
    return Name(policy, "scenario", plan.model.scenario(policy).title)


def _beats(plan: Plan, findings: Findings, outcome: str, time: float) -> list[Message]:
    first = _policies(plan)[0]
    rows = findings.of(f"better than {first}", outcome, time).sort_values("value", ascending=False)
    if rows.empty or not rows["value"].iloc[0] > 0:
        return []
    best, share = _title(plan, str(rows["factor"].iloc[0])), float(rows["value"].iloc[0])
    return [Message("study.robustness.beats", {"first": _title(plan, first), "best": best, "share": share})]


def draw(plan: Plan, findings: Findings, words: Language) -> dict[str, Picture]:
    """Mean and worst tenth of every policy at the last time."""
    last = float(plan.times[-1])

    def panel(number: int, outcome: str) -> Panel:
        def paint(axes: Axes) -> None:
            mean, worst = (findings.of(i, outcome, last).iloc[::-1] for i in ("mean", "worst tenth"))
            where = plots.name_rows(axes, [words.shown(_title(plan, str(f))) for f in mean["factor"]])
            axes.hlines(where, mean["value"], worst["value"], color=plots.MUTED, lw=1)
            for rows, mark, color, index in ((mean, "o", plots.MAIN, "mean"), (worst, "<", plots.OTHER, "worst tenth")):
                axes.plot(rows["value"], where, mark, color=color, label=words.texts[RANKED_BY[index]])
            axes.set_xlabel(words.in_words(plan.axis(outcome, last)))
            if number == 0:
                axes.legend(loc="best")

        return Panel(words.shown(plan.named(outcome)), paint, outcome)

    panels = [panel(n, outcome) for n, outcome in enumerate(plan.outcomes[: plots.PANELS])]
    return {"policies": Picture(panels, words.texts["study.robustness.key"], height=3.4, label=plots.NAMES)}
