"""What don't we know? Which uncertain parameters decide the outcomes in each world, and how far outcomes spread.

    python analysis/what_dont_we_know.py [MODEL] [--size N]

For every scenario: Sobol' indices of the uncertain parameters with the levers where the scenario puts them, and the
spread of the outcomes at the last year. Writes ``results/what_dont_we_know/``: ``parameters.csv`` (the leading
parameters of each outcome in each world), ``spread.csv``, and a figure of the parameters that lead anywhere.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from results_of import every_fifth_year, fresh_folder, model_asked_for, write_table

from policy_lab.ensemble import picture, ranking
from policy_lab.ensemble.wording import listed, number, percent
from policy_lab.model import Model
from policy_lab.progress import bar
from policy_lab.studies import Findings, Study, run_study

LEADING = 5
SHOWN = 14


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", help="a model folder; big_science by default")
    words.add_argument("--size", type=int, default=256, help="base points a world, a power of two (default 256)")
    asked = words.parse_args()
    model = model_asked_for(asked.model)
    with fresh_folder("what_dont_we_know") as folder:
        folder.mkdir(parents=True)
        found = {world: study_of(model, asked.model, world, asked.size) for world in model.scenarios}
        write_table(
            folder / "parameters.csv",
            ("world", "outcome", "place", "parameter", "share", "low", "high", "grade"),
            [row for world, findings in found.items() for row in leading(model, world, findings)],
        )
        write_table(
            folder / "spread.csv",
            ("world", "outcome", "year", "mean", "standard deviation", "unit"),
            [row for world, findings in found.items() for row in spread(model, world, findings)],
        )
        draw(model, found, folder)
        for world, findings in found.items():
            print(f"- {model.scenarios[world].title}: {in_words(model, findings)}")


def study_of(model: Model, name: str | None, world: str, size: int) -> Findings:
    """The uncertain parameters in one world; the runs themselves are not kept."""
    study = Study(
        model=name or "big_science",
        scenario=world,
        factors="uncertainties",
        size=size,
        times=every_fifth_year(model),
        options={"resamples": 300},
    )
    print(f"{model.scenarios[world].title} …", flush=True)
    with TemporaryDirectory(prefix="policy-lab-") as place:
        return run_study(study, Path(place) / "out", progress=bar, pictures=False)


def leading(model: Model, world: str, findings: Findings) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for outcome in findings.outcomes:
        top = ranking.ordered(findings, outcome).head(LEADING)
        for place, row in enumerate(top.itertuples(), start=1):
            grade = model.uncertainties[row.factor].grade
            rows.append((world, outcome, place, row.factor, row.value, row.low, row.high, grade))
    return rows


def spread(model: Model, world: str, findings: Findings) -> list[tuple[object, ...]]:
    last = findings.times[-1]
    mean, sd = (findings.of(index, time=last).set_index("outcome")["value"] for index in ("mean", "sd"))
    return [
        (world, outcome, f"{last:g}", float(mean[outcome]), float(sd[outcome]), model.program.equations[outcome].unit)
        for outcome in findings.outcomes
    ]


def in_words(model: Model, findings: Findings) -> str:
    """The parameters that matter most over all outcomes, and the outcome that is least certain."""
    total = findings.of("ST").loc[lambda t: t["time"].isna() & t["value"].notna()]
    mean_share = total[total["factor"].isin(model.uncertainties)].groupby("factor")["value"].mean()
    top = [f"{name} ({percent(share)})" for name, share in mean_share.sort_values(ascending=False).head(3).items()]
    last = findings.times[-1]
    mean, sd = (findings.of(index, time=last).set_index("outcome")["value"] for index in ("mean", "sd"))
    relative = (sd / mean.abs()).dropna().sort_values(ascending=False)
    widest = relative.index[0]
    return (
        f"on average over the outcomes most rests on {listed(top)}; least certain is {model.outcomes[widest].label} "
        f"({number(float(mean[widest]))} ± {number(float(sd[widest]))} {model.program.equations[widest].unit} "
        f"at {last:g})."
    )


def draw(model: Model, found: dict[str, Findings], folder: Path) -> None:
    """Mean share of each leading parameter in each world, as a table of shades with the numbers in it."""
    share = np.array(
        [
            [np.nan_to_num(shares.get(name, 0.0)) for name in model.uncertainties]
            for shares in (
                f.of("ST").loc[lambda t: t["time"].isna()].groupby("factor")["value"].mean() for f in found.values()
            )
        ]
    )
    names = list(model.uncertainties)
    order = np.argsort(-share.max(axis=0))[:SHOWN]
    figure, (panel,) = picture.panels(1, width=11, height=1.5 + 0.36 * len(order), label=3.0)
    panel.imshow(share[:, order].T, cmap="Blues", aspect="auto", vmin=0, vmax=max(0.5, float(share.max())))
    for x in range(len(found)):
        for y, column in enumerate(order):
            dark = share[x, column] > 0.3
            panel.text(x, y, f"{100 * share[x, column]:.0f}", ha="center", va="center", color="w" if dark else "k")
    panel.set_xticks(range(len(found)), [picture.shortened(model.scenarios[w].title, 14) for w in found], rotation=0)
    panel.set_yticks(range(len(order)), [picture.shortened(names[c], 40) for c in order])
    picture.head(panel, "Share of the variance (%), with interactions, on average over the headline outcomes")
    panel.spines[:].set_visible(False)
    picture.save(figure, folder, "parameters")


if __name__ == "__main__":
    main()
