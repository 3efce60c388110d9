"""The list of every variable: kind, unit, range, documentation; searched by words, each with its entry below it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dash import html

from policy_lab.app.labels import plain, unit_of
from policy_lab.app.language import documentation_of
from policy_lab.app.markup import Tag
from policy_lab.catalogue import name_in_words, say
from policy_lab.components import Prerendered
from policy_lab.model import Model
from policy_lab.program import Equation

KINDS = ("stock", "flow", "auxiliary", "lever", "constant", "control")
COLUMNS = ("name", "kind", "unit", "range", "documentation")


def layout(model: Model) -> list[Any]:
    """Search box, chooser of kind, and the table, whole to begin with."""
    return [
        html.H2(say("model.variables"), className="subtitle", id="model-variables", tabIndex=-1),
        html.P(say("model.variables_lead", count=len(model.program.visible)), className="lead"),
        Prerendered("variable-list", [_search(), _table()]),
    ]


def finder(model: Model) -> Prerendered:
    """A field that finds a variable or a loop by plain words and opens it in its drawing."""
    example = next((outcome.label for outcome in model.outcomes.values()), next(iter(model.program.visible)))
    box = {
        "type": "text",
        "id": "find",
        "role": "combobox",
        "class": "combo__field",
        "placeholder": say("model.find_example", name=example),
        "autocomplete": "off",
        "spellcheck": "false",
        "aria-autocomplete": "list",
        "aria-expanded": "false",
        "aria-controls": "find-list",
    }
    label = say("model.find")
    parts = [
        html.Label(label, htmlFor="find", className="label"),
        html.Div(
            [
                Tag("input", None, box),
                html.Ul([], id="find-list", className="combo__list", role="listbox", hidden=True,
                        **{"aria-label": label}),
            ],
            className="combo",
        ),
    ]  # fmt: skip
    return Prerendered("finder", [html.Div(parts, className="field finder")])


def _search() -> html.Div:
    kinds = [Tag("option", say("model.every_kind"), {"value": ""})]
    kinds += [Tag("option", say(f"model.{kind}"), {"value": kind}) for kind in KINDS]
    words = [
        html.Label(say("model.search"), htmlFor="variable-search", className="label"),
        Tag("input", None, {"type": "search", "id": "variable-search", "class": "box", "autocomplete": "off"}),
    ]
    kind = [
        html.Label(say("model.kind"), htmlFor="variable-kind", className="label"),
        html.Select(kinds, id="variable-kind", className="select"),
    ]
    count = html.P("", id="variable-count", role="status", className="count")
    return html.Div([html.Div(words, className="field"), html.Div(kind, className="field"), count], className="search")


def _table() -> html.Div:
    head = [html.Th(say(f"model.column_{column}"), scope="col") for column in COLUMNS]
    return html.Div(
        html.Table([html.Thead(html.Tr(head)), html.Tbody()], id="variables", className="plain"),
        className="numbers numbers--whole",
        tabIndex=0,
        role="region",
        **{"aria-label": say("model.variables")},
    )


def rows(model: Model, sectors: Mapping[str, int] = MappingProxyType({})) -> list[list[Any]]:
    """A row for each variable, levers and stocks first; ``web/core/variable-search.js`` finds what is asked for.

    Columns as in ``COLUMNS``, then the name in words; what a search looks through besides, in the file's own language;
    the number of the group that has its entry; and that of the sector that draws it, None where none does
    (``sectors``: by the name without elements).
    """
    numbers = groups(model)
    ordered = sorted(model.program.visible, key=lambda n: KINDS.index(kind_of(model, n)))
    return [[*_row(model, name), numbers[name], sectors.get(name.partition("[")[0])] for name in ordered]


def groups(model: Model) -> dict[str, int]:
    """Variable to the number of its group."""
    equations = model.program.equations
    order = {group: n for n, group in enumerate(dict.fromkeys(equations[n].group for n in model.program.visible))}
    return {name: order[equations[name].group] for name in model.program.visible}


def _row(model: Model, name: str) -> list[str]:
    equation, label = model.program.equations[name], name_in_words(name)
    kind, unit, about = (
        say(f"model.{kind_of(model, name)}"),
        unit_of(equation.unit) or "–",
        documentation_of(model, name),
    )
    own = f"{equation.unit} {equation.documentation}" if label else ""
    if lever := model.levers.get(name):
        own += f" {lever.low_words} {lever.high_words} {lever.decided_by} {lever.cost} {lever.why}"
    return [name, kind, unit, _range(model, equation), about, label, own.strip()]


def hay(model: Model, equation: Equation) -> str:
    """What a search for a variable looks through, in small letters."""
    own = f"{equation.name} {equation.unit} {equation.documentation}"
    name = name_in_words(equation.name)
    if name:
        own += f" {name} {unit_of(equation.unit)} {documentation_of(model, equation.name)}"
    return own.casefold()


def kind_of(model: Model, name: str) -> str:
    """What a variable is to a person: a lever and a flow are more than a constant and an auxiliary."""
    if name in model.levers:
        return "lever"
    return "flow" if name in model.program.flows else model.program.equations[name].kind


def _range(model: Model, equation: Equation) -> str:
    known = model.levers.get(equation.name) or model.uncertainties.get(equation.name)
    low, high = (known.low, known.high) if known else equation.limits
    if low is None and high is None:
        return "–"
    return " … ".join("" if bound is None else plain(bound) for bound in (low, high)).strip()
