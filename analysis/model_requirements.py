"""What must hold of the model: each requirement of its second edition as a number beside its limit.

    python -m analysis.model_requirements [MODEL] [--futures N]

Strength, alarm, power, bounds, grants, levers and scenarios are run here; how often a verdict turns is read from
``conclusions`` and ``route_rules_money``, indices of levers from ``lever_ranking`` and the influence of constants from
``influence_of_constants``: make those first. Writes ``results/model_requirements/``: ``requirements.csv`` (every
measure with its limit and verdict), ``levers.csv``, ``scenarios.csv``, ``constants.csv`` and ``losing.csv``.
A measure that fails has its reason in ``WHY``; one without exits with status 1.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from analysis import requirement_measures as measures
from analysis.criteria import HALVES, ROUTE
from analysis.factorial_tables import STUDY, FactorialTables
from analysis.headline_differences import BITES, NEAR, Bite, Headlines, Pair, unexplained
from analysis.requirement_measures import Measure
from analysis.results_folder import RESULTS, fresh_folder, model_asked_for, print_table, write_table
from policy_lab.checks.twelve_tests import parameters
from policy_lab.model import Model
from policy_lab.readers import document_of
from policy_lab.studies import ALL_TIMES, Findings, load_findings

NAME = "model_requirements"
CONCLUSIONS, RANKING, INFLUENCE = (
    RESULTS / name for name in ("conclusions", "lever_ranking", "influence_of_constants")
)
HEADER = ("requirement", "measure", "value", "sign", "limit", "verdict", "why")
#: Why a measure fails; a row that is not needed any more fails a test.
WHY: Mapping[tuple[str, str], str] = {
    ("strength", "status quo / CERN for AI, 2050"): (
        "By 2050 the default field coheres by itself, so agreement on a focus is alike (0.52 and 0.57); of the other "
        "two parts a CERN has about twice as much, and the index is their cube root. In 2040 it holds."
    ),
}
#: An index above it on more than one headline outcome says that one lever decides too much.
DECIDES = 0.6
INFLUENTIAL, JUDGED, DEFINED = 10, "J", "D"
#: Criteria of the essay are the outcomes of this group.
CRITERIA = "Criteria"
LEVERS = ("lever", "largest change", "outcome", "scenario", "year")
SCENARIOS = ("one", "other", "distance", "most apart in", "why")
LOSING = ("outcome", *(f"{half} loses" for half in HALVES), "state-led better, mean", "state-led better, at most")
CONSTANTS = ("constant", "grade", "source", "influence", "outcome", "scenario", "year")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", help="a model folder; big_science by default")
    words.add_argument("--futures", type=int, default=measures.BOUNDED, help="in which incidents are bounded")
    asked = words.parse_args()
    model = model_asked_for(asked.model)
    with fresh_folder(NAME) as folder:
        headlines = Headlines(model)
        pairs, bites, constants = headlines.pairs(), headlines.bites(), most_influential(_read(INFLUENCE))
        lost = losing(model)
        found = [
            *measures.strength(model), *measures.correlations(model), *measures.power(model),
            *measures.bounds(model, asked.futures), *measures.grants(model), *deciding_levers(model, ranking(model)),
            *of_losing(model, lost), *of_levers(bites), *of_scenarios(pairs), *of_constants(model, constants),
        ]  # fmt: skip
        rows = [row_of(measure) for measure in found]
        folder.mkdir(parents=True)
        write_table(folder / "requirements.csv", HEADER, rows)
        write_table(folder / "levers.csv", LEVERS, map(_lever, bites))
        write_table(folder / "scenarios.csv", SCENARIOS, map(_scenarios, pairs))
        write_table(folder / "constants.csv", CONSTANTS, constants)
        write_table(folder / "losing.csv", LOSING, lost)
        made = {"model": model.name, "hash": model.hash, "futures": asked.futures}
        (folder / "made_from.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    print_table(HEADER[:-1], [row[:-1] for row in rows])
    print_table(LEVERS, map(_lever, bites))
    print_table(SCENARIOS[:-1], [_scenarios(pair)[:-1] for pair in pairs if pair.near])
    print_table(CONSTANTS, constants)
    print_table(LOSING, lost)
    sys.exit(_say([m for m in found if m.verdict == "fails"]))


def _say(failing: Sequence[Measure]) -> int:
    """Print what fails and why; 1 if any has no reason."""
    for measure in failing:
        print(f"! {measure.requirement}, {measure.what}: {WHY.get((measure.requirement, measure.what), 'no reason')}")
    return int(any((m.requirement, m.what) not in WHY for m in failing))


def row_of(measure: Measure) -> tuple[object, ...]:
    """A row of the table; a limit where there is one."""
    why = WHY.get((measure.requirement, measure.what), "") if measure.verdict == "fails" else ""
    limit = float(measure.limit) if measure.sign else ""
    return (measure.requirement, measure.what, float(measure.value), measure.sign, limit, measure.verdict, why)


def _lever(bite: Bite) -> tuple[object, ...]:
    return bite.lever, bite.change.share, bite.change.outcome, bite.scenario, int(bite.change.year)


def _scenarios(pair: Pair) -> tuple[object, ...]:
    apart = "; ".join(f"{change.outcome} {change.year:.0f} ({change.share:.2f})" for change in pair.apart)
    return pair.one, pair.other, pair.distance, apart, pair.why


def of_levers(bites: Sequence[Bite]) -> Iterator[Measure]:
    """The weakest lever where it acts most."""
    least = bites[-1]
    yield Measure("levers", f"weakest lever ({least.lever}), at its largest", least.change.share, ">", BITES)


def of_scenarios(pairs: Sequence[Pair]) -> Iterator[Measure]:
    """The nearest pair, and how many are nearer than they may be."""
    nearest = pairs[0]
    yield Measure("scenarios", f"nearest: {nearest.one} and {nearest.other}", nearest.distance)
    yield Measure("scenarios", f"pairs within {NEAR}", sum(pair.near for pair in pairs))
    yield Measure("scenarios", f"pairs within {NEAR} without a reason", len(list(unexplained(pairs))), "<", 1)


def of_constants(model: Model, constants: Sequence[Sequence[object]]) -> Iterator[Measure]:
    """Shares of judgement: of all constants, and how many of the most influential."""
    told = parameters(model, document_of(model.path)).summary
    assert not isinstance(told, str)  # sums up as a message with values
    yield Measure("constants", "share of constants that are judgement", float(str(told.values["judged"])), "<", 0.4)
    judged = [str(row[0]) for row in constants if row[1] == JUDGED]
    what = f"of the {INFLUENTIAL} most influential: judgement ({', '.join(judged) or 'none'})"
    yield Measure("constants", what, len(judged))


def most_influential(rows: Sequence[Mapping[str, str]]) -> list[tuple[object, ...]]:
    """The most influential constants that are no definition, of the table of ``influence_of_constants``."""
    top = [row for row in rows if row["grade"] != DEFINED and row["influence"] != "nan"][:INFLUENTIAL]
    return [(row["constant"], row["grade"], row["source"], float(row["influence"]), row["outcome"], row["world"],
             int(float(row["year"]))) for row in top]  # fmt: skip


# ---- what other studies have stored --------------------------------------------------------------------------------


def losing(model: Model) -> list[tuple[object, ...]]:
    """For each criterion: how often openness and breadth lose at most, and a state does better, mean and at most."""
    _current("conclusions", json.loads((CONCLUSIONS / "made_from.json").read_text("utf-8"))["hash"], model)
    findings = load_findings(RESULTS / STUDY)
    _current(STUDY, findings.provenance["model_hash"], model)
    lost: dict[str, dict[str, float]] = {}
    for row in _read(CONCLUSIONS, "doubts.csv"):
        of = lost.setdefault(row["outcome"], {})
        of[row["half"]] = max(of.get(row["half"], 0.0), float(row["share of futures"]))
    tables = FactorialTables(model, findings)
    return [(outcome, *(of[half] for half in HALVES), *led_by_state(tables, findings, outcome))
            for outcome, of in lost.items()]  # fmt: skip


def of_losing(model: Model, rows: Sequence[Sequence[object]]) -> Iterator[Measure]:
    """Each half of the rules loses somewhere, and a state does better on each of the essay's criteria."""
    for place, half in enumerate(HALVES, start=1):
        most = max(float(str(row[place])) for row in rows)
        yield Measure("losing", f"{half} loses on some criterion: largest share of futures", most, ">", 0.0)
    for outcome, *_, most in rows:
        if model.outcomes[str(outcome)].group == CRITERIA:
            what = f"state-led does better on {outcome}: largest share at equal rules and money"
            yield Measure("losing", what, float(str(most)), ">", 0.0)


def led_by_state(tables: FactorialTables, findings: Findings, outcome: str) -> tuple[float, float]:
    """How often the first route does better, in the last year: on average, and most at equal rules and money."""
    better = findings.of("first better", outcome, findings.times[-1]).set_index("factor")["value"]
    average, *cells = (float(better[str(cell["key"])]) for cell in tables.ends(ROUTE))
    return average, max(cells)


def ranking(model: Model) -> Findings:
    """The stored ranking of levers."""
    findings = load_findings(RANKING)
    _current(RANKING.name, findings.provenance["model_hash"], model)
    return findings


def deciding_levers(model: Model, findings: Findings) -> Iterator[Measure]:
    """On how many headline outcomes a lever has a total index above ``DECIDES``: one at most."""
    counted = dict.fromkeys(model.levers, 0)
    for outcome in (o.name for o in model.outcomes.values() if o.headline and o.name in findings.outcomes):
        total = findings.of("ST", outcome, ALL_TIMES).set_index("factor")["value"]
        for lever in counted:
            counted[lever] += bool(total.get(lever, 0.0) > DECIDES)
    for lever, count in counted.items():
        if count:
            yield Measure("grants", f"{lever}: headline outcomes with a total index above {DECIDES}", count, "<", 2)


def _read(folder: Path, name: str = "influence.csv") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _current(name: str, made: str, model: Model) -> None:
    if made != model.hash:
        sys.exit(
            f"results/{name} is of other equations than {model.name} has now. Make it first: make refresh TASK={name}"
        )


if __name__ == "__main__":
    main()
