"""``policy-lab loops``: the feedback loops of a model, and what a run would be without each of them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from policy_lab.cli import data
from policy_lab.cli.text_tables import HelpFormatter, number, paragraph, table

if TYPE_CHECKING:
    from policy_lab.loops import Circuits, KnockOuts, LinkScores
    from policy_lab.model import Model

EXAMPLES = """\
examples:
  policy-lab loops big_science --scenario cern_for_ai --year 2040
  policy-lab loops core --json
  policy-lab loops my_model.mdl
"""
#: Circuits to look for, and to print of a model whose loops nobody has named.
MOST_FOUND, MOST_SHOWN = 10_000, 12
LIMITS = (
    "Link scores are relative to what moves at that moment, local in time, and blind where nothing changes. "
    "They do not say which lever matters: policy-lab study does."
)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    words = commands.add_parser(
        "loops",
        help="show a model's feedback loops and the effect of each",
        description="Show how much of MODEL is feedback, its named loops with the outcome when each is off "
        "(one run per loop), their polarity in the run and their score (Loops that Matter), and for each stock the "
        "strongest circuit at that year. A model without named loops shows its circuits by score.",
        epilog=EXAMPLES,
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    words.add_argument("model", metavar="MODEL", help="a model's name, or a path to a .mdl, .xmile or .stmx file")
    words.add_argument("--scenario", metavar="NAME", help="the scenario to run; the model file as it is by default")
    words.add_argument("--outcome", metavar="NAME", help="the variable to explain; by default the first outcome")
    words.add_argument("--year", metavar="TIME", type=float, help="the time to explain; by default the end of the run")
    words.add_argument("--json", action="store_true", help="for programs: everything at every saved time")
    data.add_option(words)
    words.set_defaults(does=command)


def command(arguments: argparse.Namespace) -> int:
    """Print the loops."""
    from policy_lab.model import load_model

    model = load_model(arguments.model)
    found = explained(model, arguments.scenario, arguments.outcome, arguments.year)
    if arguments.json:
        print(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print(_text(found))
    return 0


def explained(model: Model, scenario: str | None, outcome: str | None, year: float | None) -> dict[str, Any]:
    """The feedback of a run as plain data.

    Args:
        model: any model that can be run.
        scenario: key of one of its scenarios.
        outcome: a variable; the first outcome, else the first stock, where it is None.
        year: a moment of the run (the model's time unit).

    Raises:
        UnknownName: the scenario or the outcome does not exist.
        BadValue: the moment is outside of the run.
    """
    from policy_lab.errors import BadValue
    from policy_lab.loops import causal_graph, circuits_of, knock_outs, link_scores, strongest_circuits

    program, clock = model.program, model.program.clock
    name = model.find(outcome or next(iter(model.outcomes), None) or program.stocks[0])
    moment = clock.final if year is None else year
    if not clock.initial <= moment <= clock.final:
        raise BadValue("error.cli.moment", moment=moment, first=clock.initial, last=clock.final)
    graph = causal_graph(program)
    circuits = circuits_of(graph, MOST_FOUND)
    scores = link_scores(program, model.constants_of(scenario))
    cut = knock_outs(model, [name], scenario=scenario)
    row = int(abs(cut.time - moment).argmin())
    return {
        "model": model.name,
        "scenario": scenario,
        "outcome": name,
        "unit": program.equations[name].unit,
        "time": float(cut.time[row]),
        "value": _finite(cut.whole[row, 0]),
        "times": cut.time.tolist(),
        "structure": {
            "variables": len(graph.names),
            "links": graph.links,
            "parts": [len(part) for part in graph.parts()],
            "circuits": len(circuits.found),
            "complete": circuits.complete,
        },
        "loops": _named(model, scores, cut, moment),
        "circuits": _by_score(scores, circuits, moment) if circuits.complete else [],
        "strongest": [
            {"stock": c.stock, "score": c.score, "circuit": list(c.names)}
            for c in strongest_circuits(program, scores, [moment])
        ],
    }


def _named(model: Model, scores: LinkScores, cut: KnockOuts, moment: float) -> list[dict[str, Any]]:
    """The loops of the model's table, the largest effect first."""
    from policy_lab.loops import loop_scores

    loops = [loop for loop in model.loops if loop.circuit and loop.circuit.names[0] == loop.circuit.names[-1]]
    scored = loop_scores(scores, [loop.circuit for loop in loops if loop.circuit])
    effects = {loop.name: cut.effects[i, :, 0] for i, loop in enumerate(cut.loops)}
    row, step = (int(abs(times - moment).argmin()) for times in (cut.time, scores.time))
    found = [
        {
            "loop": loop.name,
            "kind": loop.kind,
            "polarity": scored.polarity(i),
            "effect": _finite(effects[loop.name][row]) if loop.name in effects else None,
            "effects": [_finite(v) for v in effects.get(loop.name, ())],
            "score": _finite(scored.values[i, step]),
        }
        for i, loop in enumerate(loops)
    ]
    return sorted(found, key=lambda loop: -abs(loop["effect"] or 0.0))


def _by_score(scores: LinkScores, circuits: Circuits, moment: float) -> list[dict[str, Any]]:
    from policy_lab.loops import loop_scores

    scored = loop_scores(scores, circuits.found)
    share = scored.relative()[:, int(abs(scored.time - moment).argmin())]
    rows = [
        {"circuit": list(names), "polarity": scored.polarity(i), "relative score": float(share[i])}
        for i, names in enumerate(circuits.found)
    ]
    return sorted(rows, key=lambda row: -abs(row["relative score"]))


def _finite(value: float) -> float | None:
    return float(value) if abs(value) < float("inf") else None


def _text(found: Mapping[str, Any]) -> str:
    where = f"{found['outcome']} = {number(found['value'])} {found['unit']} in {found['time']:g}"
    lines = [paragraph(_structure(found)), ""]
    if found["loops"]:
        head = ("loop", "kind", "in this run", "effect on the outcome", "loop score")
        named = [
            (loop["loop"], loop["kind"], loop["polarity"] or "rests", _short(loop["effect"]), _short(loop["score"]))
            for loop in found["loops"]
        ]
        lines += [f"{where}; effect: with the loop minus without it", table(head, named), ""]
    elif found["circuits"]:
        shown = found["circuits"][:MOST_SHOWN]
        rows = [(" > ".join(c["circuit"]), c["polarity"] or "rests", f"{c['relative score']:.0%}") for c in shown]
        lines += [
            f"{where}; circuits by their share of all scores",
            table(("circuit", "in this run", "share"), rows),
            "",
        ]
    sample = sorted(found["strongest"], key=lambda c: -abs(c["score"]))[:MOST_SHOWN]
    if sample and not found["structure"]["complete"]:
        rows = [(c["stock"], " > ".join(c["circuit"]), _short(c["score"])) for c in sample]
        lines += ["A sample: the strongest circuit through a stock, the largest scores first"]
        lines += [table(("stock", "circuit", "score"), rows), ""]
    return "\n".join([*lines, paragraph(LIMITS)])


def _structure(found: Mapping[str, Any]) -> str:
    structure = found["structure"]
    begin = f"{found['model']}: {structure['variables']:,} variables, {structure['links']:,} links"
    if not structure["parts"]:
        return f"{begin}, no feedback."
    many = f"{structure['circuits']:,}" if structure["complete"] else f"more than {MOST_FOUND:,}"
    return (
        f"{begin}, {many} feedback circuits. The largest group in which all act on all has {structure['parts'][0]:,}."
    )


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
