"""Lever screening: every lever does something somewhere, and none decides an outcome by definition.

    python -m analysis.lever_screening [MODEL] [--size N] [--world NAME]...

A small Sobol' study of all levers in several worlds. A lever *acts* in a world if it surely has a hand in 1 % of the
variance of some outcome over all years (the lower end of its interval; a lever without effect has exactly 0).
It *decides* an outcome if by itself it makes
at least 90 % of its variance in every world: then the outcome is the lever under another name. Prints a verdict for
each lever and writes ``results/lever_screening/levers.csv``; exits with status 1 if a verdict is bad and ``WEAK`` does
not say why, or says why of a lever that acts.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.results_folder import every_fifth_year, fresh_folder, model_asked_for, print_table, write_table
from policy_lab.catalogue import english
from policy_lab.model import Model
from policy_lab.progress import bar
from policy_lab.studies import ALL_TIMES, Findings, Study, run_study

WORLDS = ("status_quo", "cern_for_ai", "manhattan_for_ai", "trading_zones_first")
ACTS, DECIDES = 0.01, 0.9
INERT = "inert in every world"
#: Levers that do not act while all the others move as well, each with the reason.
WEAK = {
    "governance secondments": "They make people of two cultures, and contact saturates in those; on their own they "
    "move engagement of cultures by an eighth of its range (model_requirements), beside 24 others by 1 % of variance.",
}
HEADER = ("lever", "acts in", "strongest on", "in", "share", "low", "high", "verdict")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", help="a model folder; big_science by default")
    words.add_argument("--size", type=int, default=128, help="base points a world, a power of two (default 128)")
    words.add_argument("--world", action="append", help="a scenario to screen in; several by default")
    asked = words.parse_args()
    model = model_asked_for(asked.model)
    worlds = asked.world or [w for w in WORLDS if w in model.scenarios] or list(model.scenarios)
    with fresh_folder("lever_screening") as folder:
        folder.mkdir(parents=True)
        found = {world: screen(model, asked.model, world, asked.size) for world in worlds}
        table = [verdict(name, found) for name in model.levers]
        write_table(folder / "levers.csv", HEADER, table)
    print_table(HEADER, table)
    good = sum(row[-1] == "acts" for row in table)
    print(f"{good} of {len(table)} levers act and decide nothing by definition, in {len(worlds)} worlds.")
    inert = {str(row[0]) for row in table if row[-1] == INERT}
    for lever in sorted(inert & WEAK.keys()):
        print(f"{lever}: {WEAK[lever]}")
    known = {lever for lever in WEAK if lever in model.levers}
    sys.exit(1 if good + len(inert) < len(table) or inert != known else 0)


def screen(model: Model, name: str | None, world: str, size: int) -> Findings:
    """All levers in one world; every outcome, not only the headline ones, so that no lever is called inert unheard."""
    outcomes = tuple(o for o in model.outcomes if o not in model.program.constants)
    study = Study(
        model=name or "big_science",
        scenario=world,
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
    for world, findings in found.items():
        acts = False
        for outcome in findings.outcomes:
            total = findings.of("ST", outcome, ALL_TIMES).set_index("factor").loc[lever]
            first = findings.of("S1", outcome, ALL_TIMES).set_index("factor").loc[lever]
            alone.setdefault(outcome, []).append(float(first["value"]))
            acts |= bool(total["low"] >= ACTS)
            if total["value"] > best[0]:
                best = (float(total["value"]), float(total["low"]), float(total["high"]), outcome, world)
        if acts:
            acting.append(world)
    decided = [outcome for outcome, shares in alone.items() if min(shares) >= DECIDES]
    said = "acts"
    if not acting:
        said = INERT
    elif decided:
        said = f"decides {decided[0]} ({english().number(min(alone[decided[0]]), 'percent')} or more)"
    return (lever, f"{len(acting)} of {len(found)}", best[3], best[4], *best[:3], said)


if __name__ == "__main__":
    main()
