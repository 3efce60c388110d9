"""Lever screening: every lever does something somewhere, and none decides an outcome by definition.

    python -m analysis.lever_screening [MODEL] [--size N] [--scenario NAME]...

A small Sobol' study of all levers in several scenarios. A lever *acts* in a scenario if the lower end of its total
index's interval is at least 1% on some outcome, over all years (a lever without effect has exactly 0). It *decides* an
outcome if by itself it makes at least 90% of its variance in every scenario: then the outcome is the lever under
another name. Prints a verdict for each lever and writes ``results/lever_screening/levers.csv``. A lever that is inert
there is one of the weaknesses that the model's README lists (tested).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.results_folder import every_fifth_year, fresh_folder, model_asked_for, print_table, write_table
from policy_lab.catalogue import english
from policy_lab.model import Model
from policy_lab.progress import bar
from policy_lab.studies import ALL_TIMES, Findings, Study, run_study

SCENARIOS = ("status_quo", "cern_for_ai", "manhattan_for_ai", "trading_zones_first")
ACTS, DECIDES = 0.01, 0.9
INERT = "inert in every scenario"
HEADER = ("lever", "acts in", "strongest on", "in", "share", "low", "high", "verdict")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", help="a model folder; big_science by default")
    words.add_argument("--size", type=int, default=128, help="base points a scenario, a power of two (default 128)")
    words.add_argument("--scenario", action="append", help="a scenario to screen in; several by default")
    asked = words.parse_args()
    model = model_asked_for(asked.model)
    scenarios = asked.scenario or [s for s in SCENARIOS if s in model.scenarios] or list(model.scenarios)
    with fresh_folder("lever_screening") as folder:
        folder.mkdir(parents=True)
        found = {scenario: screen(model, asked.model, scenario, asked.size) for scenario in scenarios}
        table = [verdict(name, found) for name in model.levers]
        write_table(folder / "levers.csv", HEADER, table)
    print_table(HEADER, table)
    good = sum(row[-1] == "acts" for row in table)
    print(f"{good} of {len(table)} levers act and decide nothing by definition, in {len(scenarios)} scenarios.")


def screen(model: Model, name: str | None, scenario: str, size: int) -> Findings:
    """All levers in one scenario; every outcome, not only the headline ones, so that none is called inert unheard."""
    outcomes = tuple(o for o in model.outcomes if o not in model.program.constants)
    study = Study(
        model=name or "big_science",
        scenario=scenario,
        size=size,
        outcomes=outcomes,
        times=every_fifth_year(model),
        options={"resamples": 200},
    )
    with TemporaryDirectory(prefix="policy-lab-") as place:
        return run_study(study, Path(place) / "out", progress=bar, pictures=False)


def verdict(lever: str, found: dict[str, Findings]) -> tuple[object, ...]:
    """A line of the table for one lever."""
    best = (0.0, 0.0, 0.0, "", "")
    acting: list[str] = []
    alone: dict[str, list[float]] = {}
    for scenario, findings in found.items():
        acts = False
        for outcome in findings.outcomes:
            total = findings.of("ST", outcome, ALL_TIMES).set_index("factor").loc[lever]
            first = findings.of("S1", outcome, ALL_TIMES).set_index("factor").loc[lever]
            alone.setdefault(outcome, []).append(float(first["value"]))
            acts |= bool(total["low"] >= ACTS)
            if total["value"] > best[0]:
                best = (float(total["value"]), float(total["low"]), float(total["high"]), outcome, scenario)
        if acts:
            acting.append(scenario)
    decided = [outcome for outcome, shares in alone.items() if min(shares) >= DECIDES]
    said = "acts"
    if not acting:
        said = INERT
    elif decided:
        said = f"decides {decided[0]} ({english().number(min(alone[decided[0]]), 'percent')} or more)"
    return (lever, f"{len(acting)} of {len(found)}", best[3], best[4], *best[:3], said)


if __name__ == "__main__":
    main()
