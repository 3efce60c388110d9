"""Measurements for the list of what must hold of the model: strength, incidents, power, grants.

Each function gives ``Measure``s, a number beside the limit that it has to keep. ``analysis/model_requirements.py`` puts
them together; scenarios and levers are measured in ``analysis/headline_differences.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.conclusions import futures
from policy_lab.evaluate import value_of
from policy_lab.model import Model
from policy_lab.program import Program
from policy_lab.runs import Floats
from policy_lab.simulation import simulate

QUO, CERN, MANHATTAN, ACCIDENT = "status_quo", "cern_for_ai", "manhattan_for_ai", "soft_nationalisation"
STRENGTH, INCIDENTS = "big science strength", "Cumulative Serious Incidents"
YEARS = (2030.0, 2035.0, 2040.0, 2050.0)
LAST_TWO = (2040.0, 2050.0)
#: Levers that are at their lowest where nobody pays for anything.
MONEY = ("public science programme", "mission programme", "philanthropic growth", "industry safety commitment")
#: The uncertain size of the state programme that alarm calls up, and the plant that such a programme builds.
CRISIS, PLANT = "crisis programme", "Operating Facilities[top down]"
CORRELATED, BOUNDED = 400, 10_000
#: Scenarios with most incidents: nothing decided, a secret race, an accident, a jump of capability.
DANGEROUS = (QUO, MANHATTAN, ACCIDENT, "engineering_breakthrough")
#: What is bounded, and the constant that is its bound.
BOUNDS = {"serious incidents": "most serious incidents", "Incident Memory": "memory ceiling"}
POWER = ("power concentration", "strategic advantage")
#: Who takes whose compute: the state the labs', by crisis or mission; the leading lab the other labs'.
SEIZED, LEADER, LABS = "Nationalised Share", "leader share", "lab count"
#: Constants that let the state seize more: one by a programme, the lever also restricts what labs build.
BY_MISSION, BY_LAW = "nationalisation by mission", "emergency powers"
BASIC, BASIC_IN_FORCE, GRANTS = "basic share of grants", "basic share in force", "basic grant odds"
#: Variables that are the basic share of grants, or are paid by grants alone.
PAID_BY_GRANTS = (BASIC_IN_FORCE, GRANTS, "basic share of money", "basic odds of grants", "basic staff[independents]",
                  "money for engaged")  # fmt: skip
#: Differences of runs that are rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Measure:
    """One number that must be below (``<``) or above (``>``) a limit; without a sign it is only told.

    ``requirement`` is the heading that it stands under.
    """

    requirement: str
    what: str
    value: float
    sign: str = ""
    limit: float = float("nan")

    @property
    def verdict(self) -> str:
        """Whether the limit is kept."""
        if not self.sign:
            return "told"
        kept = self.value < self.limit if self.sign == "<" else self.value > self.limit
        return "holds" if kept else "fails"


def strength(model: Model) -> Iterator[Measure]:
    """Strength with nothing decided and nothing paid, and status quo beside a CERN."""

    def run(settings: Mapping[str, float], scenario: str = QUO) -> Mapping[float, float]:
        runs = simulate(model, settings, scenario=scenario, outputs=[STRENGTH], times=YEARS)
        return {year: float(runs.at(STRENGTH, year)[0]) for year in YEARS}

    name = "strength"
    lowest = {lever.name: lever.low for lever in model.levers.values()}
    quo, cern = run({}), run({}, CERN)
    yield Measure(name, "every lever at its lowest: largest until 2050", max(run(lowest).values()), "<", 0.3)
    for words, levers in (("zero money", MONEY), ("zero basic science", (BASIC,))):
        without = run({lever: lowest[lever] for lever in levers})
        for year in LAST_TWO:
            yield Measure(name, f"{words}, {year:.0f} (beside status quo)", without[year], "<", quo[year])
    little = run({CRISIS: model.uncertainties[CRISIS].low})
    for year in LAST_TWO:
        yield Measure(name, f"status quo / CERN for AI, {year:.0f}", quo[year] / cern[year], "<", 0.5)
    yield Measure(name, "the same, 2050, with the smallest crisis programme", little[2050.0] / cern[2050.0])
    drawn = futures(model, CORRELATED, 1)
    both = [simulate(model, drawn, scenario=s, outputs=[STRENGTH], times=LAST_TWO) for s in (QUO, CERN)]
    for year in LAST_TWO:
        below = np.less(both[0].at(STRENGTH, year)[1:], both[1].at(STRENGTH, year)[1:] / 2)
        yield Measure(name, f"share of futures with status quo below half of CERN, {year:.0f}", float(below.mean()))
    where = model.outcomes["pathway index"].where
    assert where is not None  # the pathway of nothing is nothing
    yield Measure(name, "strength from which there is a pathway", where.number)
    empty = run({})[2030.0]
    yield Measure(name, "status quo, 2030: the pathway is empty", empty, "<", where.number)


def correlations(model: Model, number: int = CORRELATED) -> Iterator[Measure]:
    """Strength with log incidents over futures; with the smallest crisis programme, and at equal plant."""
    drawn = futures(model, number, 1)
    for words, more in (("", {}), (", smallest crisis programme", {CRISIS: model.uncertainties[CRISIS].low})):
        runs = simulate(model, {**drawn, **more}, scenario=QUO, outputs=[STRENGTH, INCIDENTS, PLANT], times=YEARS)
        for year in YEARS:
            strong = runs.at(STRENGTH, year)[1:]
            incidents, plant = (np.log(runs.at(n, year)[1:]) for n in (INCIDENTS, PLANT))
            found = _correlation(strong, incidents)
            yield Measure("alarm", f"correlation, {year:.0f}{words}", found, *(() if more else ("<", 0.5)))
            if year == YEARS[-1] and not more:
                yield Measure("alarm", f"partial correlation, {year:.0f}, at equal state plant",
                              partial_correlation(strong, incidents, plant), "<", 0.2)  # fmt: skip


def _correlation(one: Floats, other: Floats) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def partial_correlation(one: Floats, other: Floats, given: Floats) -> float:
    """Correlation of two with what a third explains linearly of each taken away."""
    left = [values - np.polyval(np.polyfit(given, values, 1), given) for values in (one, other)]
    return _correlation(*left)


def bounds(model: Model, number: int = BOUNDED, scenarios: Sequence[str] = DANGEROUS) -> Iterator[Measure]:
    """Incidents and their memory in every future, as a share of the bound that holds in that future."""
    drawn = futures(model, number, 1)
    most, total = dict.fromkeys(BOUNDS, 0.0), 0.0
    for scenario in scenarios:
        runs = simulate(model, drawn, scenario=scenario, outputs=[*BOUNDS, INCIDENTS])
        for name, bound in BOUNDS.items():
            ceiling = drawn.get(bound, np.array([model.program.constants[bound]]))
            most[name] = max(most[name], float((runs.of(name).max(axis=1) / ceiling).max()))
        total = max(total, float(runs.at(INCIDENTS, 2050.0).max()))
    for name, bound in BOUNDS.items():
        yield Measure("bounds", f"{name}: what is left of {bound}, least share", 1 - most[name], ">", 0.0)
    yield Measure("bounds", "serious incidents since 2015: most by 2050", total, "<", _most_incidents(model, drawn))


def _most_incidents(model: Model, drawn: Mapping[str, Floats]) -> float:
    """Incidents if every year of the run had as many as can move policy."""
    name, clock = BOUNDS["serious incidents"], model.program.clock
    return float(np.max(drawn.get(name, model.program.constants[name]))) * (clock.final - clock.initial)


def power(model: Model) -> Iterator[Measure]:
    """Largest fall of power as somebody seizes more: in the equations all else equal, and in runs."""
    falls = {(by, outcome): 0.0 for by in (SEIZED, LEADER) for outcome in POWER}
    for scenario in model.scenarios:
        runs = simulate(model, scenario=scenario, times=YEARS)
        for year in YEARS:
            known = dict(zip(runs.outputs, runs.values[0, list(runs.time).index(year)], strict=True))
            for by, outcome in falls:
                sweep = np.linspace(1 / known[LABS] if by == LEADER else 0.0, 1.0, 21)
                swept = [recomputed(model.program, outcome, known, {by: float(x)}) for x in sweep]
                falls[by, outcome] = max(falls[by, outcome], largest_fall(np.array(swept)))
    for (by, outcome), fall in falls.items():
        yield Measure("power", f"{outcome}, equations: largest fall as {by} grows", fall, "<", ROUNDING)
    for name, limit in ((BY_MISSION, ("<", 1e-4)), (BY_LAW, ())):
        for outcome in POWER:
            fall = max(_fall_in_runs(model, scenario, name, outcome) for scenario in model.scenarios)
            yield Measure("power", f"{outcome}, runs: largest fall as {name} grows", fall, *limit)


def recomputed(program: Program, name: str, known: Mapping[str, float], replaced: Mapping[str, float]) -> float:
    """What an auxiliary would be at a moment if some variables had other values and all stocks were as they are.

    Args:
        program: of the model.
        name: what is wanted.
        known: every visible variable at that moment.
        replaced: other values; what depends on them within the moment follows.
    """
    found = dict(replaced)

    def value(wanted: str) -> float:
        if wanted not in found:
            equation = program.equations[wanted]
            follows = equation.kind == "auxiliary" and equation.expression is not None and not equation.hidden
            if follows and any(value(read) != known.get(read) for read in equation.reads if read in known):
                assert equation.expression is not None
                found[wanted] = value_of(equation.expression, {r: value(r) for r in equation.reads}, program.tables)
            else:
                found[wanted] = known[wanted]
        return found[wanted]

    return value(name)


def largest_fall(values: Floats) -> float:
    """How far ``values[…, step]`` falls at most from one step to the next; 0 where it never does."""
    return max(0.0, float(-np.diff(values, axis=-1).min()))


def _fall_in_runs(model: Model, scenario: str, name: str, outcome: str) -> float:
    lever = model.levers.get(name)
    low, high = (lever.low, lever.high) if lever else model.program.equations[name].limits
    assert low is not None and high is not None
    values = np.linspace(low, high, 11)
    runs = simulate(model, {name: values}, scenario=scenario, outputs=[outcome], times=YEARS)
    return largest_fall(runs.of(outcome).T)


def grants(model: Model) -> Iterator[Measure]:
    """What the basic share of grants moves directly, and what becomes exactly nothing without it."""
    readers = [n for n, e in model.program.equations.items() if BASIC_IN_FORCE in e.reads and n != GRANTS]
    yield Measure("grants", f"equations beside {GRANTS} that read the share", len(readers), "<", 1)
    others = [name for name in nothing_left(model) if name not in PAID_BY_GRANTS]
    yield Measure("grants", "variables not paid by grants that are exactly 0 without it", len(others), "<", 1)


def nothing_left(model: Model, since: float = 2035.0) -> list[str]:
    """Variables that are exactly 0 from a year on with no grant for basic work, and are not so in status quo."""
    program = model.program
    names = [n for n in program.visible if program.equations[n].kind in ("stock", "auxiliary")]
    times = [t for t in (2035.0, 2040.0, 2045.0, 2050.0) if t >= since]
    without, quo = (
        simulate(model, settings, scenario=QUO, outputs=names, times=times).values[0] for settings in ({BASIC: 0.0}, {})
    )
    return [name for i, name in enumerate(names) if not without[:, i].any() and quo[:, i].any()]
