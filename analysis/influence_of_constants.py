"""Influence of constants: how far each constant alone moves the headline outcomes.

    python -m analysis.influence_of_constants [MODEL] [--world NAME]...

Every constant that is no lever goes to either end of its range, one at a time, in three scenarios. Its influence on an
outcome is the largest change at any fifth year, as a share of the outcome's range: the span of its values over all
scenarios and those years. One at a time sees no interaction; ``analysis.parameter_uncertainty`` does.
A constant that moves a headline outcome by more than ``LIMIT`` belongs in ``uncertainties.csv``. Writes
``results/influence_of_constants/influence.csv``, most influential first, says which are missing from that table, and
exits with status 1 if any is. Definitions and settings (grade D), and shares that add up to 1, are never missing: none
of them can be otherwise by itself.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np

from analysis.results_folder import every_fifth_year, fresh_folder, model_asked_for, print_table, write_table
from policy_lab.checks.structure import SOURCE
from policy_lab.messages import Message
from policy_lab.model import Model
from policy_lab.progress import MeterMaker, bar, silent
from policy_lab.runs import Floats
from policy_lab.simulation import Progress, simulate

NAME = "influence_of_constants"
WORLDS = ("status_quo", "cern_for_ai", "manhattan_for_ai")
LIMIT = 0.02
DEFINED = "D"
SHOWN = 20


@dataclass(frozen=True)
class Row:
    """The largest influence of a constant: on which outcome, in which scenario and year, at which end of its range.

    ``influence`` is a share of the outcome's range; NaN where a run failed. ``listed`` says whether the constant is in
    ``uncertainties.csv``, ``verdict`` whether it has to be.
    """

    constant: str
    grade: str
    source: str
    low: float
    high: float
    influence: float
    outcome: str
    world: str
    year: float
    value: float
    listed: str
    verdict: str


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", help="a model folder; big_science by default")
    words.add_argument("--world", action="append", help="a scenario to look in; three by default")
    asked = words.parse_args()
    model = model_asked_for(asked.model)
    worlds = asked.world or [w for w in WORLDS if w in model.scenarios] or list(model.scenarios)[:3]
    with fresh_folder(NAME) as folder:
        folder.mkdir(parents=True)
        rows = influences(model, worlds, bar)
        write_table(folder / "influence.csv", [f.name for f in fields(Row)], map(astuple, rows))
    print_table(("constant", "grade", "influence", "outcome", "world", "verdict"),
                [(r.constant, r.grade, r.influence, r.outcome, r.world, r.verdict) for r in rows[:SHOWN]])  # fmt: skip
    missing = [r.constant for r in rows if r.verdict == "missing"]
    above = sum(r.influence > LIMIT for r in rows)
    print(f"{above} of {len(rows)} constants move a headline outcome by more than {LIMIT:.0%} of its range.")
    print(f"Missing from uncertainties.csv: {', '.join(missing) or 'none'}.")
    sys.exit(1 if missing else 0)


def influences(model: Model, worlds: Sequence[str], progress: MeterMaker = silent) -> list[Row]:
    """Every constant with a range, most influential first."""
    names = examined(model)
    outcomes = [o.name for o in model.outcomes.values() if o.headline]
    times = every_fifth_year(model)
    # No cheaper sample of an outcome's own range is at hand than the scenarios people compare.
    base = {world: _headlines(model, {}, world, outcomes, times)[0] for world in model.scenarios}
    every = np.array([*base.values()])
    spans = every.max(axis=(0, 1)) - every.min(axis=(0, 1))
    best: dict[str, Row] = {}
    doing = Message("progress.any", {"what": "constants at either end", "unit": "runs"})
    with progress(doing, 2 * len(names) * len(worlds)) as meter:
        for world in worlds:
            values = both_ends(model, names, world)
            runs = _headlines(model, values, world, outcomes, times, meter.advance)
            moved = np.abs(runs - base[world]) / np.where(spans > 0, spans, np.inf)
            for place, name in enumerate(names):
                row = _row(model, name, world, moved[2 * place : 2 * place + 2], outcomes, times)
                if name not in best or not row.influence <= best[name].influence:
                    best[name] = row
    return sorted(best.values(), key=lambda row: -np.nan_to_num(row.influence, nan=np.inf))


def examined(model: Model) -> list[str]:
    """Constants with a range of some width that no lever sets, elements of an array each by itself."""
    program = model.program
    set_by_levers = {n for lever in model.levers.values() for n in (lever.name, lever.start, lever.ramp)}
    ranges = {n: program.equations[n].limits for n in program.constants if n not in set_by_levers}
    return [n for n, (low, high) in ranges.items() if low is not None and high is not None and low < high]


def shares_of_one(model: Model) -> set[str]:
    """Elements of arrays whose values along the last subscript add up to 1: one alone cannot be otherwise."""
    rows: dict[str, dict[str, float]] = {}
    for name, value in model.program.constants.items():
        array, opened, places = name.partition("[")
        if opened:
            rows.setdefault(array + opened + places.rpartition(",")[0], {})[name] = value
    return {
        name
        for row in rows.values()
        if len(row) > 1 and all(0 <= v < 1 for v in row.values()) and abs(sum(row.values()) - 1) < 1e-9
        for name in row
    }


def both_ends(model: Model, names: Sequence[str], world: str) -> Mapping[str, Floats]:
    """``values[run]`` of each constant: runs ``2 i`` and ``2 i + 1`` have constant ``i`` at its low and high end."""
    base = {**model.program.constants, **model.constants_of(world)}
    values = {n: np.full(2 * len(names), base[n]) for n in names}
    for place, name in enumerate(names):
        values[name][2 * place : 2 * place + 2] = range_of(model, name)
    return values


def range_of(model: Model, name: str) -> tuple[float, float]:
    """The range of a constant: that of ``uncertainties.csv`` where it is listed, else that of the model file.

    The file has one range for all elements of an array; one element goes from half to twice its own value within it,
    and from zero to a quarter of the way to the end.
    """
    if name in model.uncertainties:
        return model.uncertainties[name].low, model.uncertainties[name].high
    low, high = model.program.equations[name].limits
    assert low is not None and high is not None
    value = model.program.constants[name]
    if "[" not in name:
        return low, high
    if value == 0:
        return max(low, 0.0), min(high, low + (high - low) / 4)
    return max(low, min(value / 2, value * 2)), min(high, max(value / 2, value * 2))


def _headlines(
    model: Model,
    values: Mapping[str, Floats],
    world: str,
    outcomes: Sequence[str],
    times: Sequence[float],
    advance: Progress | None = None,
) -> Floats:
    """``values[run, time, outcome]``; runs that fail are NaN."""
    runs = simulate(model, values, scenario=world, outputs=outcomes, times=times, allow_nan=True,
                    progress=advance)  # fmt: skip
    return runs.values[:, :, [runs.column(o) for o in outcomes]]


def _row(model: Model, name: str, world: str, moved: Floats, outcomes: Sequence[str], times: Sequence[float]) -> Row:
    low, high = range_of(model, name)
    cited = SOURCE.findall(model.program.equations[name].documentation)
    source = cited[0] if cited else ""
    grade = model.sources[source].grade if source in model.sources else ""
    listed = name in model.uncertainties
    failed = bool(np.isnan(moved).any())
    end, time, outcome = np.unravel_index(int(np.argmax(np.where(np.isnan(moved), np.inf, moved))), moved.shape)
    influence = float("nan") if failed else float(moved[end, time, outcome])
    counts = failed or influence > LIMIT
    fixed = "defined" if grade == DEFINED else "share" if name in shares_of_one(model) else ""
    verdict = "small" if not counts else "listed" if listed else fixed or "missing"
    return Row(name, grade, source, low, high, influence, outcomes[int(outcome)], world, times[int(time)],
               (low, high)[int(end)], "yes" if listed else "no", verdict)  # fmt: skip


if __name__ == "__main__":
    main()
