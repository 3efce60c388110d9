"""``policy-lab describe``, ``levers`` and ``scenarios``: what a model holds, for people and as JSON."""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from policy_lab.cli import data
from policy_lab.cli.text_tables import number, paragraph, printable, span, table

if TYPE_CHECKING:
    from policy_lab.model import Choice, Lever, Model, Outcome, Scenario, Setting
    from policy_lab.program import Equation

OUR_MODEL = "big_science"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the three commands."""
    words = _command(commands, "describe", "show every variable, lever, scenario and outcome of a model", describe)
    words.add_argument("model", metavar="MODEL", help="a model's name, or a path to a .mdl, .xmile or .stmx file")
    words.add_argument("--json", action="store_true", help="for programs: variables, levers, scenarios, outcomes")
    for name, does in (("levers", levers), ("scenarios", scenarios)):
        words = _command(commands, name, f"show the {name} of a model", does)
        words.add_argument("model", metavar="MODEL", nargs="?", default=OUR_MODEL, help=f"default: {OUR_MODEL}")


def describe(arguments: argparse.Namespace) -> int:
    """Print the whole model; its choices only where it has some."""
    model = _load(arguments.model)
    if arguments.json:
        print(json.dumps(as_json(model), indent=2, ensure_ascii=False, allow_nan=False))
        return 0
    print(_heading(model))
    for title, text in (
        ("Levers", levers_text(model)),
        ("Choices", choices_text(model)),
        ("Scenarios", scenarios_text(model)),
        ("Outcomes", outcomes_text(model)),
        ("Variables", variables_text(model)),
    ):
        if text:
            print(f"\n{title}\n{'=' * len(title)}\n{text}")
    return 0


def levers(arguments: argparse.Namespace) -> int:
    """Print the levers by group."""
    model = _load(arguments.model)
    print(levers_text(model))
    if model.levers:
        print(f'\nMove one: policy-lab run {arguments.model} --set "{next(iter(model.levers))}=VALUE"')
    return 0


def scenarios(arguments: argparse.Namespace) -> int:
    """Print the worlds with their rationale and settings."""
    model = _load(arguments.model)
    print(scenarios_text(model))
    if model.scenarios:
        print(f"\nRun one: policy-lab run {arguments.model} --scenario {next(iter(model.scenarios))}")
    return 0


def as_json(model: Model) -> dict[str, Any]:
    """The model as plain data; a range is ``[low, high]`` with null for an open end."""
    data = {
        "model": model.name,
        "hash": model.hash,
        "time": dataclasses.asdict(model.program.clock),
        "variables": [_variable(model, e) for e in _equations(model)],
        "levers": [dataclasses.asdict(lever) for lever in model.levers.values()],
        "choices": [_choice(choice) for choice in model.choices.values()],
        "scenarios": [_scenario(scenario) for scenario in model.scenarios.values()],
        "outcomes": [dataclasses.asdict(outcome) for outcome in model.outcomes.values()],
    }
    plain: dict[str, Any] = _finite(data)
    return plain


def kind_of(model: Model, name: str) -> str:
    """What a variable is to a person: lever, flow, or its kind in the Program."""
    if name in model.levers:
        return "lever"
    if name in model.program.flows:
        return "flow"
    return model.program.equations[name].kind


def range_of(model: Model, name: str) -> tuple[float | None, float | None]:
    """The range of a variable, in its unit: its lever's, else its uncertainty's, else the model file's."""
    row = model.levers.get(name) or model.uncertainties.get(name)
    return (row.low, row.high) if row else model.program.equations[name].limits


def levers_text(model: Model) -> str:
    """The levers by group: name, status quo and range in a line, the reason for it below."""
    if not model.levers:
        return f"{model.name} has no levers: set any constant with --set (see the variables)."
    width = max(len(printable(name)) for name in model.levers)
    blocks = []
    for group in dict.fromkeys(lever.group for lever in model.levers.values()):
        rows = [_lever_text(lever, width) for lever in model.levers.values() if lever.group == group]
        blocks.append("\n".join([printable(group), *rows]))
    return "\n\n".join(blocks)


def choices_text(model: Model) -> str:
    """The choices with their levels and what each sets."""
    return "\n\n".join(_choice_text(choice) for choice in model.choices.values())


def scenarios_text(model: Model) -> str:
    """The worlds, each with its rationale and what it sets."""
    if not model.scenarios:
        return f"{model.name} has no scenarios."
    return "\n\n".join(_scenario_text(scenario) for scenario in model.scenarios.values())


def outcomes_text(model: Model) -> str:
    """The outcomes as a table."""
    if not model.outcomes:
        return f"{model.name} has no outcomes; any variable can be one."
    cells = [[o.name, o.unit, o.better, o.why, _where(o)] for o in model.outcomes.values()]
    return table(["outcome", "unit", "better", "why", "exists where"], cells)


def _where(outcome: Outcome) -> str:
    """Where it exists; "" for everywhere."""
    where = outcome.where
    return f"{where.variable} {where.sign} {number(where.number)}" if where else ""


def variables_text(model: Model) -> str:
    """Every variable as a table."""
    cells = [
        [e.name, kind_of(model, e.name), e.unit, span(*range_of(model, e.name)), e.documentation]
        for e in _equations(model)
    ]
    return table(["variable", "kind", "unit", "range", "documentation"], cells)


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, says: str, does: Any
) -> argparse.ArgumentParser:
    words = commands.add_parser(name, help=says, description=f"{says[:1].upper()}{says[1:]}.", allow_abbrev=False)
    data.add_option(words)
    words.set_defaults(does=does)
    return words


def _load(name: str) -> Model:
    from policy_lab.model import load_model

    return load_model(name)


def _equations(model: Model) -> Iterable[Equation]:
    return (e for e in model.program.equations.values() if not e.hidden)


def _heading(model: Model) -> str:
    clock = model.program.clock
    counts = [kind_of(model, e.name) for e in _equations(model)]
    kinds = ", ".join(_counted(counts.count(kind), kind) for kind in dict.fromkeys(counts))
    return "\n".join(
        [
            f"{printable(model.name)} ({model.path})",
            paragraph(f"{_counted(len(counts), 'variable')}: {kinds}."),
            f"Time {number(clock.initial)} to {number(clock.final)} {clock.unit}, in steps of {number(clock.step)}.",
        ]
    )


def _counted(count: int, noun: str) -> str:
    plurals = {"auxiliary": "auxiliaries", "control": "time settings"}
    return f"{count} {noun if count == 1 else plurals.get(noun, noun + 's')}"


def _lever_text(lever: Lever, width: int) -> str:
    words = " to ".join(w for w in (lever.low_words, lever.high_words) if w)
    ends = f"{span(lever.low, lever.high)} {lever.unit}" + (f" ({words})" if words else "")
    line = f"{printable(lever.name):<{width}}  status quo {number(lever.default)}, range {ends}"
    return "\n".join([paragraph(line, "  ", hanging=" " * (width + 4)), paragraph(_about(lever), "      ")])


def _about(lever: Lever) -> str:
    """Why there is the lever, and what of its time can be set."""
    parts = ", ".join(f":{part}" for part in lever.timing)
    return f"{lever.why} (Timing: {parts}.)" if parts else lever.why


def _choice_text(choice: Choice) -> str:
    lines = [f"{choice.key}: {printable(choice.label)}", paragraph(choice.words, "  ")]
    for level in choice.levels.values():
        lines += [f"    {level.key}: {printable(level.label)}", paragraph(level.words, "      ")]
        moves = _moves(level.levers)
        if level.amount is not None:
            moves.append(f"{number(level.amount.value)}{_timing(level.amount)}, paid through another choice")
        for paid, shares in level.carries.items():
            moves += [f"{number(100 * share)}% of {paid} goes into {lever}" for lever, share in shares.items()]
        lines += [paragraph(m, "        ") for m in moves]
    return "\n".join(lines)


def _moves(levers: Mapping[str, Setting]) -> list[str]:
    return [f"{name} = {number(s.value)}{_timing(s)}" for name, s in levers.items()]


def _scenario_text(scenario: Scenario) -> str:
    moves = [f"point: {', '.join(f'{c} = {k}' for c, k in scenario.point.items())}"] if scenario.point else []
    moves += _moves(scenario.levers)
    moves += [f"{name} = {number(v)}" for name, v in {**scenario.events, **scenario.assumptions}.items()]
    moves += [f"runs until {number(scenario.until)}"] if scenario.until else []
    head = f"{scenario.key}: {printable(scenario.title)}"
    return "\n".join([head, paragraph(scenario.rationale, "  "), *(paragraph(m, "    ") for m in moves)])


def _timing(setting: Setting) -> str:
    """When a lever moves, where the scenario says so (it is NaN where it does not)."""
    start = "" if math.isnan(setting.start) else f", from {number(setting.start)}"
    ramp = "" if math.isnan(setting.ramp) else f", over {number(setting.ramp)} years"
    return start + ramp + ("" if math.isnan(setting.end) else f", until {number(setting.end)}")


def _variable(model: Model, equation: Equation) -> dict[str, Any]:
    return {
        "name": equation.name,
        "kind": kind_of(model, equation.name),
        "unit": equation.unit,
        "documentation": equation.documentation,
        "range": list(range_of(model, equation.name)),
        "group": equation.group,
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        **dataclasses.asdict(choice),
        "levels": [dataclasses.asdict(level) for level in choice.levels.values()],
    }


def _scenario(scenario: Scenario) -> dict[str, Any]:
    return {
        "key": scenario.key,
        "title": scenario.title,
        "rationale": scenario.rationale,
        "point": dict(scenario.point),
        "levers": {name: dataclasses.asdict(setting) for name, setting in scenario.levers.items()},
        "events": dict(scenario.events),
        "assumptions": dict(scenario.assumptions),
        "until": scenario.until,
    }


def _finite(data: Any) -> Any:
    """The same data with null for what JSON cannot write."""
    if isinstance(data, Mapping):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_finite(value) for value in data]
    if isinstance(data, float) and not math.isfinite(data):
        return None
    return data
