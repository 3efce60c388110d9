"""Factorial: what each choice of a policy does, by itself and together with the others, and how much is luck.

Runs every combination (cell) of the levels of some choices of the model (``choices.toml``) in the same futures, Sobol'
points of the factors nobody decides. Within each future the cells are a full factorial, whose variance is shared out
over main effects and interactions (Fisher 1935; Montgomery 2017, *Design and Analysis of Experiments*, chapter 5).
``factor`` in the findings is a choice, several with ``×`` between them, or a comparison; for each outcome and time:

- ``share``: of the variance between the cells that a choice or an interaction explains, the median over the futures
  with the 10th and 90th percentile;
- ``effect``: from the first level of a choice to its last, averaged over the other choices, likewise;
- ``of everything`` (``choices``, ``luck``, ``choices × luck``): shares of the variance over all cells and futures;
- of a comparison, ``route: a > b; rules = c`` say, two levels at equal others (at none named, on average over them):
  ``first better``, ``second better`` and ``tie`` are shares of the futures (for an outcome that is neither better high
  nor low, higher counts as better), ``difference`` is how much more the second has, median with 10th and 90th
  percentile, and ``rho NAME`` its rank correlation with the factor it goes with most.

A comparison in every cell is a row in every cell, which soon makes more of them than anybody reads: ``pairs = "ends"``
compares only the first level of a choice with its last, and ``at_equal`` names the choices that are compared at equal
others, the rest only on average.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import product
from typing import Any, Final

import numpy as np
import pandas as pd

from policy_lab import palette
from policy_lab.ensemble import option_checks
from policy_lab.ensemble.designs import Crossed, sobol_points
from policy_lab.ensemble.factors import Factor
from policy_lab.ensemble.findings import Findings, Result, Statement, Table, rows
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.questions import UNCERTAINTY, Question, sizes
from policy_lab.ensemble.runner import Ensemble
from policy_lab.errors import StudyError, UnknownName
from policy_lab.estimators import anova
from policy_lab.estimators.comparisons import ALL, ENDS, Comparison, comparisons
from policy_lab.estimators.rank_correlation import RankCorrelation
from policy_lab.messages import Language, Message, Name
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Panel, Picture
from policy_lab.runs import Floats

DEFAULT_SIZE: Final = 256
OPTIONS: Final[Mapping[str, Any]] = {"choices": [], "held": {}, "pairs": "all", "at_equal": []}
TIMES: Final = " × "
#: Percentiles that stand beside a median.
LOW, MIDDLE, HIGH = 10, 50, 90
#: Two values that differ by less than this share of the larger are a tie.
TIE: Final = 1e-9
#: Fewer futures than these have no percentiles to speak of.
LEAST_FUTURES: Final = 10
#: Terms told in a sentence, and the share below which none is.
TOLD, LEAST_TOLD = 3, 0.05
QUESTIONS: Final = (
    Question("factorial", (UNCERTAINTY,), sizes(64, 256, 1024), options={"pairs": ENDS}, needs=("choices",)),
)


def check(plan: Plan) -> None:
    """Refuse choices the model does not have or that something else decides, and a size that is no power of two."""
    option_checks.power_of_two(plan)
    known = plan.model.choices
    if not known:
        raise StudyError("error.study.factorial_none", model=plan.model.name)
    named, held = _choices(plan), _held(plan)
    for name in [*named, *held]:
        if name not in known:
            raise UnknownName("choice", name, known, plan.model.name)
        if [*named, *held].count(name) > 1:
            raise StudyError("error.study.twice", name=name)
    if plan.options["pairs"] not in (ALL, ENDS):
        raise StudyError("error.study.factorial_pairs", pairs=str(plan.options["pairs"]), known=[ALL, ENDS])
    for name in map(str, plan.options["at_equal"]):
        if name not in _choices(plan):
            raise UnknownName("choice", name, _choices(plan), plan.model.name)
    for name in known:
        if name not in named and name not in held:
            raise StudyError("error.study.factorial_held", choice=name, levels=list(known[name].levels))
    decided = {name for cell in _cells(plan) for name in _constants(plan, cell)}
    for name in [*(f.name for f in plan.factors), *plan.base]:
        if name in decided:
            raise StudyError("error.study.factorial_decided", name=Name(name))


def inputs(plan: Plan) -> Mapping[str, Any]:
    """What every cell sets, and which way each outcome is better."""
    cells = {" ".join(cell.values()): dict(sorted(_constants(plan, cell).items())) for cell in _cells(plan)}
    return {"cells": cells, "better": [plan.better(o) for o in plan.outcomes]}


def _choices(plan: Plan) -> list[str]:
    return [str(c) for c in plan.options["choices"]] or [c for c in plan.model.choices if c not in _held(plan)]


def _held(plan: Plan) -> dict[str, str]:
    return {choice: str(level) for choice, level in plan.options["held"].items()}


def _levels(plan: Plan) -> dict[str, list[str]]:
    return {choice: list(plan.model.choices[choice].levels) for choice in _choices(plan)}


def _cells(plan: Plan) -> list[dict[str, str]]:
    levels = _levels(plan)
    return [dict(zip(levels, keys, strict=True)) for keys in product(*levels.values())]


def _constants(plan: Plan, cell: Mapping[str, str]) -> dict[str, float]:
    return plan.model.constants_of(None, plan.model.at_point({**_held(plan), **cell}))


def _decided(plan: Plan) -> tuple[tuple[Factor, ...], Floats]:
    """The constants that the cells set as discrete factors, and ``unit[cell, constant]``."""
    cells = [_constants(plan, cell) for cell in _cells(plan)]
    factors, columns = [], []
    for name in sorted({name for cell in cells for name in cell}):
        usual = plan.model.program.constants[name]
        each = [cell.get(name, usual) for cell in cells]
        values = sorted({*each, usual})
        if len(values) > 1:
            factors.append(Factor(name, values[0], values[-1], "discrete", values=tuple(values)))
            columns.append([(values.index(value) + 0.5) / len(values) for value in each])
    return tuple(factors), np.array(columns).T.reshape(len(cells), len(factors))


def runs(plan: Plan) -> tuple[int, int]:
    """Runs of the model: at first, and at most."""
    made = plan.size * len(_cells(plan))
    return made, made


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Run every cell in the same futures and share the variance out."""
    futures = sobol_points(plan.size, len(plan.factors), plan.study.seed)
    decided, unit = _decided(plan)
    made = ensemble.run(Crossed(futures, unit), factors=(*plan.factors, *decided)).all()
    levels = _levels(plan)
    shape = (*(len(keys) for keys in levels.values()), len(futures), len(plan.times), len(plan.outcomes))
    values = made.reshape(shape)
    # A future in which any cell's run failed tells nothing about the others either.
    whole = np.isfinite(values).all(axis=(*range(len(levels)), -2, -1))
    if whole.sum() < LEAST_FUTURES:
        raise StudyError("error.study.few_futures", futures=int(whole.sum()), size=plan.size)
    values, luck = values[..., whole, :, :], RankCorrelation(futures[whole])
    parts = [
        pd.concat([*_variance(levels, cells), *_compare(plan, levels, cells, luck, plan.better(outcome))]).assign(
            outcome=outcome, time=float(time)
        )
        for o, outcome in enumerate(plan.outcomes)
        for t, time in enumerate(plan.times)
        for cells in [values[..., t, o]]
    ]
    compared = [{"key": one.key, **asdict(one)} for one in _compared(plan)]
    return Result(parts, [], {"choices": levels, "held": _held(plan), "comparisons": compared})


def _row(factor: str, index: str, value: float, low: float = math.nan, high: float = math.nan) -> pd.DataFrame:
    return rows("", math.nan, factor, index, value, low, high)


def _spread(factor: str, index: str, values: Floats) -> pd.DataFrame:
    low, middle, high = np.percentile(values, [LOW, MIDDLE, HIGH]) if len(values) else [math.nan] * 3
    return _row(factor, index, float(middle), float(low), float(high))


def _variance(levels: Mapping[str, Sequence[str]], cells: Floats) -> Iterator[pd.DataFrame]:
    names = list(levels)
    for term, share in anova.shares(cells).items():
        yield _spread(TIMES.join(names[i] for i in term), "share", share[np.isfinite(share)])
    for axis, name in enumerate(names):
        ends = cells.take([0, -1], axis=axis).mean(axis=tuple(a for a in range(len(names)) if a != axis))
        yield _spread(name, "effect", ends[1] - ends[0])
    for name, part in zip(("choices", "luck", f"choices{TIMES}luck"), anova.against_luck(cells), strict=True):
        yield _row(name, "of everything", part)


def _compared(plan: Plan) -> list[Comparison]:
    return list(comparisons(_levels(plan), str(plan.options["pairs"]), [str(c) for c in plan.options["at_equal"]]))


def _compare(
    plan: Plan, levels: Mapping[str, Sequence[str]], cells: Floats, luck: RankCorrelation, better: str
) -> Iterator[pd.DataFrame]:
    sign = -1.0 if better == "lower" else 1.0
    for one in _compared(plan):
        first, second = (_of(levels, cells, one, level) for level in (one.first, one.second))
        difference = second - first
        tie = np.abs(difference) <= TIE * np.maximum(np.abs(first), np.abs(second))
        ahead = np.where(tie, 0.0, np.sign(sign * difference))
        yield _row(one.key, "first better", float((ahead < 0).mean()))
        yield _row(one.key, "second better", float((ahead > 0).mean()))
        yield _row(one.key, "tie", float(tie.mean()))
        yield _spread(one.key, "difference", difference)
        if not tie.all():
            factor, rho = luck.strongest(difference)
            yield _row(one.key, f"rho {plan.factors[factor].name}", rho)


def _of(levels: Mapping[str, Sequence[str]], cells: Floats, one: Comparison, level: str) -> Floats:
    """``value[future]`` at a level of the comparison's choice; a choice that is not named is averaged over."""
    at = {**one.others, one.choice: level}
    for axis, (name, keys) in reversed(list(enumerate(levels.items()))):
        cells = np.asarray(cells.take(keys.index(at[name]), axis=axis) if name in at else cells.mean(axis=axis))
    return cells


# ---- in words, tables and pictures ---------------------------------------------------------------------------------


def _choice(plan: Plan, key: str) -> Name:
    return Name(key, "choice", plan.model.choices[key].label)


def _level(plan: Plan, choice: str, key: str) -> Name:
    return Name(f"{choice}.{key}", "level", plan.model.choices[choice].levels[key].label)


def _term(plan: Plan, factor: str) -> Message | Name:
    """What a choice or an interaction is called."""
    first, *rest = factor.split(TIMES)
    if not rest:
        return _choice(plan, first)
    return Message("study.factorial.times", {"first": _choice(plan, first), "rest": _term(plan, TIMES.join(rest))})


def _ends(plan: Plan) -> Iterator[Comparison]:
    """The first level of each choice against its last, on average over the others."""
    for choice, keys in _levels(plan).items():
        yield Comparison(choice, keys[0], keys[-1])


def _at_equal(plan: Plan, ends: Comparison) -> list[Comparison]:
    """A comparison on average, in every cell of the other choices."""
    same = (ends.choice, ends.first, ends.second)
    return [c for c in _compared(plan) if c.others and (c.choice, c.first, c.second) == same]


def _shares_of(findings: Findings, index: str, outcome: str, time: float, those: Iterable[Comparison]) -> list[float]:
    by_key = findings.of(index, outcome, time).set_index("factor")["value"]
    return [float(by_key[one.key]) for one in those]


def statements(plan: Plan, findings: Findings) -> list[Statement]:
    """Of each outcome at the last time: what explains its variance, what each choice does, and who does better."""
    time, said = float(plan.times[-1]), []
    for outcome in plan.outcomes:
        shares = findings.of("share", outcome, time).dropna(subset=["value"]).sort_values("value", ascending=False)
        if shares.empty:
            said.append(Statement(Message("study.factorial.still", {"time": time}), outcome))
            continue
        told = [
            Message("study.factorial.term", {"term": _term(plan, row.factor), "share": float(row.value)})
            for row in shares.head(TOLD).itertuples()
            if row.value >= LEAST_TOLD
        ]
        said.append(Statement(Message("study.factorial.explains", {"time": time, "terms": told}), outcome))
        everything = dict(findings.of("of everything", outcome, time)[["factor", "value"]].itertuples(index=False))
        between = {key.replace(TIMES, "_"): float(share) for key, share in everything.items()}
        said.append(Statement(Message("study.factorial.luck", between), outcome))
        said += [Statement(_said_of(plan, findings, outcome, time, one), outcome) for one in _ends(plan)]
    return said


def _said_of(plan: Plan, findings: Findings, outcome: str, time: float, ends: Comparison) -> Message:
    """What a choice does over its full span, and how often its first level does better than its last."""
    effect = findings.of("effect", outcome, time).set_index("factor").loc[ends.choice]
    if effect["low"] == effect["high"] == 0:
        return Message("study.factorial.none", {"choice": _choice(plan, ends.choice)})
    better = "neither" if plan.better(outcome) == "neither" else "better"
    ahead = _shares_of(findings, "first better", outcome, time, _at_equal(plan, ends) or [ends])
    return Message(
        f"study.factorial.{better}",
        {
            "choice": _choice(plan, ends.choice),
            **_named_ends(plan, ends),
            "effect": plan.quantity(outcome, effect["value"]),
            "low": plan.bare(outcome, effect["low"]),
            "high": plan.bare(outcome, effect["high"]),
            "often": _percent(ahead[0])
            if min(ahead) == max(ahead)
            else Message("study.factorial.depending", {"least": min(ahead), "most": max(ahead)}),
        },
    )


def tables(plan: Plan, findings: Findings) -> list[Table]:
    """Shares of variance, and the first choice's ends against each other in every cell, at the last time."""
    time, ends = float(plan.times[-1]), next(_ends(plan))
    names = list(dict.fromkeys(str(f) for f in findings.of("share")["factor"]))
    shared = []
    for o in plan.outcomes:
        shares = [*findings.of("share", o, time)["value"], _luck(findings, o, time)]
        shared.append([plan.named(o), *map(_percent, shares)])
    heads = [Message("study.factorial.outcome"), *(_term(plan, n) for n in names), Message("study.factorial.of_luck")]
    found = Table(Message("study.factorial.table_shares", {"time": time}), heads, shared)
    those = _at_equal(plan, ends) or [ends]
    ahead = {
        o: [_shares_of(findings, index, o, time, those) for index in ("first better", "tie")] for o in plan.outcomes
    }
    compared = [
        [_where(plan, one), *(_ahead(first[n], tie[n]) for first, tie in ahead.values())] for n, one in enumerate(those)
    ]
    told = {"time": time, **_named_ends(plan, ends)}
    heads = [Message("study.factorial.equal"), *(plan.named(o) for o in plan.outcomes)]
    return [found, Table(Message("study.factorial.table_better", told), heads, compared)]


def _named_ends(plan: Plan, ends: Comparison) -> dict[str, Name]:
    return {"first": _level(plan, ends.choice, ends.first), "last": _level(plan, ends.choice, ends.second)}


def _luck(findings: Findings, outcome: str, time: float) -> float:
    of = findings.of("of everything", outcome, time).set_index("factor")["value"]
    return float(of["luck"])


def _percent(share: float) -> Message:
    return Message("study.factorial.percent", {"share": float(share)})


def _ahead(first: float, tie: float) -> Message:
    return Message("study.factorial.with_ties", {"share": first, "ties": tie}) if tie else _percent(first)


def _where(plan: Plan, one: Comparison) -> Message:
    """A cell in words: the levels of the other choices."""
    return Message("study.factorial.cell", {"levels": [_level(plan, c, k) for c, k in one.others.items()]})


def draw(plan: Plan, findings: Findings, words: Language) -> dict[str, Picture]:
    """Shares of variance with their intervals; and of each cell, how often the first choice's ends do better."""
    time, ends = float(plan.times[-1]), next(_ends(plan))
    those = _at_equal(plan, ends) or [ends]

    def variance(outcome: str) -> Panel:
        def paint(axes: Axes) -> None:
            found = findings.of("share", outcome, time).iloc[::-1]
            where = plots.name_rows(axes, [words.shown(_term(plan, str(f))) for f in found["factor"]])
            axes.barh(where, found["value"].fillna(0), height=0.6, color=palette.BLUE)
            axes.hlines(where, found["low"], found["high"], color=plots.INK, lw=1)
            axes.set_xlim(0, 1)
            axes.set_xlabel(words.texts["study.factorial.axis"])

        return Panel(words.shown(plan.named(outcome)), paint, outcome)

    def ahead(outcome: str) -> Panel:
        def paint(axes: Axes) -> None:
            where = plots.name_rows(axes, [words.shown(_where(plan, one)) for one in those[::-1]])
            left = np.zeros(len(those))
            for index, colour in (("first better", plots.OTHER), ("tie", plots.SHADE), ("second better", plots.MAIN)):
                share = np.array(_shares_of(findings, index, outcome, time, those[::-1]))
                axes.barh(where, share, left=left, height=0.7, color=colour)
                left = left + share
            axes.set_xlim(0, 1)
            axes.set_xlabel(words.texts["study.factorial.axis_better"])

        return Panel(words.shown(plan.named(outcome)), paint, outcome)

    shown = plan.outcomes[: plots.PANELS]
    key = words.texts["study.factorial.key"]
    key_better = words.in_words(Message("study.factorial.key_better", _named_ends(plan, ends)))
    high = 1.6 + 0.25 * len(those)
    return {
        "variance": Picture([variance(o) for o in shown], key, height=3.4, label=plots.NAMES),
        "comparisons": Picture([ahead(o) for o in shown], key_better, height=high, label=plots.NAMES),
    }
