"""Whether a small model ranks the scenarios as the full one does.

    python -m analysis.core_against_full [SMALL] [FULL]

Outcomes are matched by their labels and scenarios by the names of their files, so nothing is matched by hand. For each
shared outcome and year: Spearman's rank correlation over the shared scenarios, and the scenario whose rank differs
most. A scenario in which an outcome is not shown in both, such as a pathway without big science, is left out. Values
that are apart by less than a thousandth of an outcome's range over the scenarios rank alike: a difference that nobody
could see is no rank. Levers and constants of the two differ, so this compares what a person reads: orders.
Writes ``results/core_against_full/ranks.csv``: outcome, year, correlation, scenario, both ranks (1 = the lowest; empty
where it is left out).
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.results_folder import DEFAULT_MODEL, fresh_folder, print_table, write_table
from policy_lab.model import Model, load_model
from policy_lab.model.conditions import with_conditions
from policy_lab.simulation import simulate

SMALL = "core"
YEARS = (2035.0, 2040.0, 2050.0)
WANTED = 0.9
#: Share of an outcome's range below which two scenarios rank alike.
ALIKE = 0.001
#: Fewer scenarios than these are no ranking.
LEAST = 3
HEADER = ("outcome", "year", "spearman", "scenario", "rank in small", "rank in full")


@dataclass(frozen=True)
class Compared:
    """One outcome in one year: the rank of each scenario in both models, and how far the ranks agree.

    Attributes:
        label, year: the outcome, as people read it in both models, and when.
        spearman: correlation of the ranks, -1 to 1; None where all scenarios rank alike in a model, or fewer than
            ``LEAST`` are shown in both.
        small, full: rank by scenario, ties their mean rank.
    """

    label: str
    year: float
    spearman: float | None
    small: Mapping[str, float]
    full: Mapping[str, float]

    @property
    def farthest(self) -> str:
        """The scenario whose ranks are farthest apart."""
        return max(self.small, key=lambda s: abs(self.small[s] - self.full[s]))


def ranks(values: Mapping[str, float], alike: float = ALIKE) -> dict[str, float]:
    """Rank of each value, 1 the lowest; a run of values each within ``alike`` of the range has its mean rank."""
    order = sorted(values, key=values.__getitem__)
    if not order:
        return {}
    gap = alike * (values[order[-1]] - values[order[0]])
    groups: list[list[str]] = []
    for name in order:
        if groups and values[name] - values[groups[-1][-1]] <= gap:
            groups[-1].append(name)
        else:
            groups.append([name])
    found, before = {}, 0
    for group in groups:
        found.update(dict.fromkeys(group, before + (len(group) + 1) / 2))
        before += len(group)
    return found


def spearman(one: Mapping[str, float], other: Mapping[str, float]) -> float | None:
    """Correlation of two rankings of the same names; None where one of them ranks all alike."""
    mean = (len(one) + 1) / 2
    both = sum((one[n] - mean) * (other[n] - mean) for n in one)
    spread = sum((r - mean) ** 2 for r in one.values()) * sum((r - mean) ** 2 for r in other.values())
    return both / spread**0.5 if spread else None


def compared(small: Model, full: Model, years: Sequence[float] = YEARS) -> Iterator[Compared]:
    """Every outcome that both have, in every year."""
    here = {o.label: name for name, o in small.outcomes.items()}
    there = {o.label: name for name, o in full.outcomes.items()}
    shared = [label for label in here if label in there]
    worlds = [world for world in small.scenarios if world in full.scenarios]
    ours = _values(small, worlds, [here[label] for label in shared], years)
    theirs = _values(full, worlds, [there[label] for label in shared], years)
    for label in shared:
        for year in years:
            both = ours[here[label], year], theirs[there[label], year]
            shown = [world for world in worlds if all(math.isfinite(values[world]) for values in both)]
            one, other = (ranks({world: values[world] for world in shown}) for values in both)
            agree = spearman(one, other) if len(shown) >= LEAST else None
            yield Compared(label, year, agree, one, other)


def _values(
    model: Model, worlds: Sequence[str], names: Sequence[str], years: Sequence[float]
) -> dict[tuple[str, float], dict[str, float]]:
    found: dict[tuple[str, float], dict[str, float]] = {(name, year): {} for name in names for year in years}
    for world in worlds:
        runs = simulate(model, scenario=world, outputs=with_conditions(model.conditions, names), times=years)
        shown = list(runs.time)
        for name, year in found:
            found[name, year][world] = float(model.outcome(runs, name)[0, shown.index(year)])
    return found


def main(argv: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("small", nargs="?", default=SMALL)
    parser.add_argument("full", nargs="?", default=DEFAULT_MODEL)
    args = parser.parse_args(argv)
    with fresh_folder("core_against_full") as folder:
        small, full = load_model(args.small), load_model(args.full)
        found = list(compared(small, full))
        folder.mkdir(parents=True)
        write_table(
            folder / "ranks.csv",
            HEADER,
            [
                (
                    c.label,
                    int(c.year),
                    "" if c.spearman is None else c.spearman,
                    world,
                    c.small.get(world, ""),
                    c.full.get(world, ""),
                )
                for c in found
                for world in small.scenarios
                if world in full.scenarios
            ],
        )
        made = {"small": small.hash, "full": full.hash}
        (folder / "made_from.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    _say(found)


def _say(found: Sequence[Compared]) -> None:
    """Print the correlations, and for those below what is wanted the scenario that is farthest off."""
    by_label: dict[str, list[Compared]] = {}
    for c in found:
        by_label.setdefault(c.label, []).append(c)
    words = [["-" if c.spearman is None else f"{c.spearman:.2f}" for c in cs] for cs in by_label.values()]
    years = [str(int(c.year)) for c in next(iter(by_label.values()), [])]
    print_table(("outcome", *years), [(label, *row) for label, row in zip(by_label, words, strict=True)])
    for c in found:
        if c.spearman is not None and c.spearman < WANTED:
            off = c.farthest
            ranked = f"{off} ranks {c.small[off]:g} in the small and {c.full[off]:g} in the full model"
            print(f"{c.label}, {c.year:.0f}: {ranked}")


if __name__ == "__main__":
    main()
