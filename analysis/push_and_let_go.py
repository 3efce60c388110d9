"""Push, then let go: whether a field that was brought together stays together, and what decides it.

    python -m analysis.push_and_let_go [MODEL] [--futures N] [--seed S]

Runs the scenario of a push beside status quo, in the same futures, until 2060 and on to ``LONG_AFTER``. A field is
*together* where its coherence is at or above the model's critical mass. Writes ``results/push_and_let_go/``:

- ``over_time.csv``: each scenario's share of futures that are together, and quantiles of coherence, year by year;
- ``fates.csv``: what became of the push, future by future, beside status quo;
- ``constants.csv``: the constants that go most with coherence in the end, and shares together by thirds of their range;
- ``ranges.csv``: a tree of two splits: inside which ranges the field is together in the end, and how often;
- ``sweep.csv``: coherence in the end with and without the push, along the first of these constants alone;
- ``lengths.csv``: shorter, longer and weaker pushes;
- ``push.svg``: a picture of it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.conclusions import futures
from analysis.push_picture import draw
from analysis.results_folder import fresh_folder, model_asked_for, print_table, write_table
from policy_lab.estimators.rank_correlation import RankCorrelation
from policy_lab.model import Model, Setting
from policy_lab.runs import Floats
from policy_lab.simulation import simulate

NAME = "push_and_let_go"
PUSH, QUO, GOES_ON = "push_and_let_go", "status_quo", "trading_zones_first"
COHERENCE, THRESHOLD = "Coherence[field]", "critical mass threshold"
#: When the levers of the push are back where they were, the end of the look ahead, and a long time after.
OVER, END, LONG_AFTER = 2035.0, 2060.0, 2090.0
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
#: Years in which a push ends, and how strong it is: the share of the scenario's way from status quo.
ENDS, STRENGTHS = (2028.0, 2030.0, 2032.0, 2036.0, 2040.0, 2060.0), (0.25, 0.5, 0.75, 1.0)
FUTURES, FUTURES_OF_LENGTHS, CONSTANTS, STEPS = 2000, 400, 8, 24
#: Splits in a row, fewest futures on one side as a share of all, and thresholds tried for each constant.
DEPTH, FEWEST, TRIED = 2, 0.1, 19
STAYS, FALLS, LATER, NEVER = "together by 2035 and until 2060", "together by 2035, not in 2060", \
    "together after 2035", "not together until 2060"  # fmt: skip
FATES = (STAYS, FALLS, LATER, NEVER)
OVER_TIME = ("scenario", "year", "share together", *(f"p{round(100 * q):02d}" for q in QUANTILES), "at the defaults")
FATE = ("fate", "share of futures", "median years earlier", "status quo together in 2060", "only with the push in 2060",
        "only with the push in 2090")  # fmt: skip
CONSTANT = ("constant", "rho", "lower third", "middle third", "upper third", "low", "high")
RANGE = ("range", "share of futures", "together in 2060")
SWEEP = ("constant", "value", "scenario", "year", "coherence")
LENGTH = ("ends", "strength", "year", "coherence at the defaults", "share together")


@dataclass(frozen=True)
class Leaf:
    """Futures that meet all conditions: (constant, sign, threshold) each; their share of all, and how often true."""

    conditions: tuple[tuple[str, str, float], ...]
    size: float
    share: float

    @property
    def words(self) -> str:
        """The range of each constant: the narrowest of the conditions on it."""
        told = []
        for name in dict.fromkeys(name for name, _, _ in self.conditions):
            for sign, narrowest in (("<", min), (">=", max)):
                own = [threshold for of, s, threshold in self.conditions if (of, s) == (name, sign)]
                told += [f"{name} {sign} {narrowest(own):.3g}"] if own else []
        return " and ".join(told)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", help="a model folder; big_science by default")
    words.add_argument("--futures", type=int, default=FUTURES)
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    model = model_asked_for(asked.model)
    with fresh_folder(NAME) as folder:
        drawn = futures(model, asked.futures, asked.seed)
        runs = {scenario: coherence(model, drawn, scenario) for scenario in (PUSH, QUO, GOES_ON)}
        critical = model.program.constants[THRESHOLD]
        constants = deciding(model, drawn, runs[PUSH], critical)
        tables = {
            "over_time": (OVER_TIME, over_time(runs, critical)),
            "fates": (FATE, fates(runs[PUSH], runs[QUO], critical)),
            "constants": (CONSTANT, constants),
            "ranges": (RANGE, [(leaf.words, leaf.size, leaf.share) for leaf in ranges(drawn, runs[PUSH], critical)]),
            "sweep": (SWEEP, list(sweep(model, str(constants[0][0])))),
            "lengths": (LENGTH, list(lengths(model, futures(model, FUTURES_OF_LENGTHS, asked.seed), critical))),
        }
        folder.mkdir(parents=True)
        for name, (header, rows) in tables.items():
            write_table(folder / f"{name}.csv", header, rows)
        made = {"model": model.name, "hash": model.hash, "futures": asked.futures, "seed": asked.seed,
                "futures of lengths": FUTURES_OF_LENGTHS, "critical": critical}  # fmt: skip
        (folder / "made_from.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        rows = {name: [dict(zip(header, row, strict=True)) for row in rows] for name, (header, rows) in tables.items()}
        (folder / "push.svg").write_text(draw(rows, critical), encoding="utf-8")
    for name in ("fates", "constants", "ranges", "lengths"):
        print_table(*tables[name])


def coherence(model: Model, values: Mapping[str, Floats | Setting], scenario: str) -> Mapping[float, Floats]:
    """``value[future]`` of coherence by moment, every quarter of a year to ``END``, and ``LONG_AFTER``."""
    clock = model.program.clock
    times = [*np.arange(clock.initial, END + clock.saveper / 2, clock.saveper), LONG_AFTER]
    runs = simulate(model, values, scenario=scenario, outputs=[COHERENCE], times=times, until=LONG_AFTER)
    return dict(zip((float(t) for t in runs.time), runs.of(COHERENCE).T, strict=True))


def over_time(runs: Mapping[str, Mapping[float, Floats]], critical: float) -> list[tuple[object, ...]]:
    """Year by year from 2020: share together, quantiles over the futures drawn, and the default."""
    rows: list[tuple[object, ...]] = []
    for scenario, at in runs.items():
        for year in (t for t in at if t >= 2020 and t == int(t)):
            drawn = at[year][1:]
            quantiles = (float(q) for q in np.quantile(drawn, QUANTILES))
            rows.append((scenario, int(year), float((drawn >= critical).mean()), *quantiles, float(at[year][0])))
    return rows


def fates(push: Mapping[float, Floats], quo: Mapping[float, Floats], critical: float) -> list[tuple[object, ...]]:
    """What became of the push; years earlier count where status quo comes together by ``END`` as well."""
    fate = fate_of(push, critical)
    with np.errstate(invalid="ignore"):  # neither comes together: there is no difference
        earlier = first_together(quo, critical)[1:] - first_together(push, critical)[1:]
    rows: list[tuple[object, ...]] = []
    for word in FATES:
        here = fate == word
        late = earlier[here & np.isfinite(earlier)]
        only = {year: (push[year] >= critical) & (quo[year] < critical) for year in (END, LONG_AFTER)}
        rows.append((word, float(here.mean()), float(np.median(late)) if len(late) else "",
                     _share(quo[END] >= critical, here), *(_share(true, here) for true in only.values())))  # fmt: skip
    return rows


def fate_of(at: Mapping[float, Floats], critical: float) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """The fate of each drawn future (the first one, of the defaults, is left out)."""
    by_then = first_together(at, critical)[1:] <= OVER
    until = np.min([values[1:] for t, values in at.items() if OVER <= t <= END], axis=0) >= critical
    last = at[END][1:] >= critical
    return np.where(by_then, np.where(until, STAYS, np.where(last, LATER, FALLS)), np.where(last, LATER, NEVER))


def first_together(at: Mapping[float, Floats], critical: float) -> Floats:
    """The first moment until ``END`` at which each future is together; infinite where there is none."""
    times = [t for t in at if t <= END]
    return np.asarray(np.min([np.where(at[t] >= critical, t, np.inf) for t in times], axis=0))


def _share(true: Floats, here: Floats) -> float | str:
    """How often something is true of the drawn futures ``here``; nothing where there are none."""
    return float(true[1:][here].mean()) if here.any() else ""


def deciding(
    model: Model, drawn: Mapping[str, Floats], at: Mapping[float, Floats], critical: float
) -> list[tuple[object, ...]]:
    """Constants with the largest rank correlation with coherence in the end, and shares together by thirds."""
    names = list(drawn)
    rho = RankCorrelation(np.column_stack([drawn[n][1:] for n in names])).with_each(at[END][1:])
    rows: list[tuple[object, ...]] = []
    for i in np.argsort(-np.abs(rho))[:CONSTANTS]:
        values, row = drawn[names[i]][1:], model.uncertainties[names[i]]
        third = np.argsort(np.argsort(values)) * 3 // len(values)
        shares = (float((at[END][1:][third == part] >= critical).mean()) for part in range(3))
        rows.append((names[i], float(rho[i]), *shares, float(row.low), float(row.high)))
    return rows


def ranges(drawn: Mapping[str, Floats], at: Mapping[float, Floats], critical: float) -> list[Leaf]:
    """A tree of ``DEPTH`` splits of the drawn futures by whether they are together in the end, most often first."""
    values = {name: column[1:] for name, column in drawn.items()}
    true = at[END][1:] >= critical
    return sorted(_tree(values, true, np.ones(len(true), bool), ()), key=lambda leaf: -leaf.share)


def _tree(
    values: Mapping[str, Floats], true: Floats, here: Floats, conditions: tuple[tuple[str, str, float], ...]
) -> Iterator[Leaf]:
    best = _best_split(values, true, here) if len(conditions) < DEPTH else None
    if best is None:
        yield Leaf(conditions, float(here.mean()), float(true[here].mean()))
        return
    name, threshold = best
    for sign, side in (("<", values[name] < threshold), (">=", values[name] >= threshold)):
        yield from _tree(values, true, here & side, (*conditions, (name, sign, threshold)))


def _best_split(values: Mapping[str, Floats], true: Floats, here: Floats) -> tuple[str, float] | None:
    """The constant and threshold that lower Gini's impurity most (Breiman et al. 1984); None where none does."""
    own, most, best = true[here], 1e-9, None
    impure = own.mean() * (1 - own.mean())
    for name, column in values.items():
        inside = column[here]
        for threshold in np.quantile(inside, np.linspace(0, 1, TRIED + 2)[1:-1]):
            above = inside >= threshold
            if min(above.sum(), (~above).sum()) < FEWEST * len(true):
                continue
            left = sum(part.mean() * own[part].mean() * (1 - own[part].mean()) for part in (above, ~above))
            if impure - left > most:
                most, best = impure - left, (name, float(threshold))
    return best


def sweep(model: Model, constant: str) -> Iterator[tuple[object, ...]]:
    """Coherence with and without the push along the range of one constant, all others at their defaults."""
    row = model.uncertainties[constant]
    values = np.linspace(row.low, row.high, STEPS + 1)
    for scenario in (PUSH, QUO):
        at = coherence(model, {constant: values}, scenario)
        for year in (2050.0, END, LONG_AFTER):
            yield from ((constant, float(v), scenario, int(year), float(c))
                        for v, c in zip(values, at[year], strict=True))  # fmt: skip


def lengths(model: Model, drawn: Mapping[str, Floats], critical: float) -> Iterator[tuple[object, ...]]:
    """Pushes that end in other years and are weaker; without a push strength is 0."""
    for end, strength in ((ENDS[0], 0.0), *((end, strength) for end in ENDS for strength in STRENGTHS)):
        at = coherence(model, {**drawn, **weaker(model, end, strength)}, QUO)
        for year in (2050.0, END):
            yield int(end), strength, int(year), float(at[year][0]), float((at[year][1:] >= critical).mean())


def weaker(model: Model, end: float, strength: float) -> Mapping[str, Setting]:
    """The levers of the push, ``strength`` of the way from status quo, ending in another year."""
    found = {}
    for name, setting in model.scenario(PUSH).levers.items() if strength else ():
        own = model.levers[name].default
        found[name] = replace(setting, value=own + strength * (setting.value - own), end=end)
    return found


if __name__ == "__main__":
    main()
