"""The figures of each scenario with every uncertain parameter at its default.

    python -m analysis.scenario_runs [MODEL]

The figures that the model's README quotes, and those beside them. Each is conditional on the defaults; how often such
a figure's sense holds when they vary is asked by ``analysis/conclusions.py``.
Writes ``results/scenario_runs/scenarios.csv``: world, variable, unit, and a column for each year.
"""

from __future__ import annotations

import argparse
import json

from analysis.results_folder import DEFAULT_MODEL, fresh_folder, write_table
from policy_lab.model import Model, load_model
from policy_lab.simulation import simulate

YEARS = (2025, 2026, 2030, 2032, 2034, 2035, 2040, 2045, 2050)
#: Variables that the README speaks of and that are not among the outcomes.
ALSO = (
    "field size",
    "usable applied knowledge",
    "Nationalised Share",
    "disbursement[industry]",
    "lab share of staff",
    "Cost Growth[top down]",
    "Cost Growth[bottom up]",
    "Candidates",
    "Installed Compute[lab compute]",
    "Installed Compute[facility compute]",
    "perceived years left",
    "Standing Institutions",
    "hires from pool",
    "candidates leaving",
    "disbursement[science]",
    "Incident Memory",
    "opposition[top down]",
    "disbursement[mission]",
    "Standing[top down]",
    "unifying focus",
)


def rows_of(model: Model) -> list[tuple[object, ...]]:
    """One row for each world and variable: world, variable, unit, then a figure for each of ``YEARS``."""
    names = [*model.outcomes, *(model.find(name) for name in ALSO)]
    rows: list[tuple[object, ...]] = []
    for world in model.scenarios:
        runs = simulate(model, scenario=world, outputs=names, times=[float(year) for year in YEARS])
        units = dict(zip(runs.outputs, runs.units, strict=True))
        rows += [(world, name, units[name], *(f"{runs.at(name, year)[0]:.7g}" for year in YEARS)) for name in names]
    return rows


def main(argv: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("model", nargs="?", default=DEFAULT_MODEL)
    args = parser.parse_args(argv)
    with fresh_folder("scenario_runs") as folder:
        model = load_model(args.model)
        rows = rows_of(model)
        folder.mkdir(parents=True)
        write_table(folder / "scenarios.csv", ("world", "variable", "unit", *map(str, YEARS)), rows)
        made = {"model": model.name, "hash": model.hash}
        (folder / "made_from.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
