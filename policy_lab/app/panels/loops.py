"""The feedback loops that the modeller names, from ``loops.csv`` beside the model."""

from __future__ import annotations

from typing import Any

from dash import html

from policy_lab.app.loops import loops_of
from policy_lab.catalogue import say
from policy_lab.model import Model
from policy_lab.model.loops import Loop


def layout(model: Model) -> list[Any]:
    """One row for each loop; nothing where the model names none."""
    rows = loops_of(model)
    if not rows:
        return []
    cut = any(row.switch for row in rows)
    head = html.Thead(
        html.Tr([html.Th(say(f"model.loop_{column}"), scope="col") for column in ("name", "kind", "path")])
    )
    body = html.Tbody([_row(row) for row in rows])
    return [
        html.H2(say("model.loops"), className="subtitle", id="model-loops", tabIndex=-1),
        html.P(say("model.loops_lead"), className="lead"),
        *([html.P(html.Button(say("model.loops_cut"), className="button", **{"data-do": "openLoops"}))] if cut else []),
        html.Div(
            html.Table([head, body], className="plain loops"),
            className="numbers numbers--whole",
            tabIndex=0,
            role="region",
            **{"aria-label": say("model.loops")},
        ),
    ]


def _row(loop: Loop) -> html.Tr:
    kind = loop.kind.lower()
    mark = html.Span(loop.kind, className=f"loop loop--{kind}", **{"aria-hidden": "true"})
    return html.Tr(
        [
            html.Th(loop.name, scope="row"),
            html.Td([mark, say(f"model.kind_{kind}")], className="loop__kind"),
            html.Td(" → ".join(loop.path)),
        ]
    )
