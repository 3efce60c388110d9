"""The list of every variable: kind, unit, range, documentation; searched by words, each with its entry below it."""

from __future__ import annotations

from typing import Any

from dash import html

from policy_lab.app.labels import count_of, plain, unit_of
from policy_lab.app.language import documentation_of
from policy_lab.app.markup import Tag
from policy_lab.catalogue import name_in_words, say
from policy_lab.components import Prerendered
from policy_lab.model import Model
from policy_lab.model.parts import fold_with_elements
from policy_lab.program import Equation

KINDS = ("stock", "flow", "auxiliary", "lever", "constant", "control")
#: Rows listed at once; a search brings the others.
MOST_LISTED = 80
COLUMNS = ("name", "kind", "unit", "range", "documentation")


def layout(model: Model) -> list[Any]:
    """Search box, chooser of kind, and the table, whole to begin with."""
    return [
        html.H2(say("model.variables"), className="subtitle", id="model-variables", tabIndex=-1),
        html.P(say("model.variables_lead", count=len(model.program.visible)), className="lead"),
        Prerendered("variable-list", [_search(), _table()]),
    ]


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


def listed(model: Model, text: str, kind: str) -> dict[str, Any]:
    """The first of the rows found, how many there are in words, and whether the first is the one named."""
    found = names(model, text, kind)
    exact = bool(found) and fold_with_elements(text) in _spellings(found[0])
    return {"rows": [row(model, name) for name in found[:MOST_LISTED]], "count": count(found), "exact": exact}


def rows(model: Model, text: str = "", kind: str = "") -> list[list[str]]:
    """One row for each variable that ``names`` gives."""
    return [row(model, name) for name in names(model, text, kind)]


def row(model: Model, name: str) -> list[str]:
    """What stands in the table of one variable: columns as in ``COLUMNS``, and last its name in words."""
    equation = model.program.equations[name]
    kind = say(f"model.{kind_of(model, name)}")
    unit = unit_of(equation.unit) or "–"
    return [name, kind, unit, _range(model, equation), documentation_of(model, name), name_in_words(name)]


def names(model: Model, text: str = "", kind: str = "") -> list[str]:
    """Variables whose name, unit or documentation, in the file's language or that in use, hold every word of ``text``.

    One of exactly that name, or the elements of one, come first.
    """
    words = text.casefold().split()
    found = []
    for name in sorted(model.program.visible, key=lambda n: KINDS.index(kind_of(model, n))):
        equation, what = model.program.equations[name], kind_of(model, name)
        if kind in ("", what) and all(word in hay(model, equation) for word in words):
            found.append(name)
    exact = fold_with_elements(text)
    return sorted(found, key=lambda name: exact not in _spellings(name)) if exact else found


def hay(model: Model, equation: Equation) -> str:
    """What a search looks through, in small letters."""
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


def count(found: list[str]) -> str:
    """How many were found, in words."""
    if len(found) < 2:
        return say("model.count.one" if found else "model.count.none")
    key = "first" if len(found) > MOST_LISTED else "many"
    return say(f"model.count.{key}", count=count_of(len(found)), shown=MOST_LISTED)


def _spellings(name: str) -> set[str]:
    return {fold_with_elements(name), fold_with_elements(name.partition("[")[0])}


def _range(model: Model, equation: Equation) -> str:
    known = model.levers.get(equation.name) or model.uncertainties.get(equation.name)
    low, high = (known.low, known.high) if known else equation.limits
    if low is None and high is None:
        return "–"
    return " … ".join("" if bound is None else plain(bound) for bound in (low, high)).strip()
