"""The feedback loops that the modeller names, from ``loops.csv`` beside the model."""

from __future__ import annotations

import csv
from typing import Any

from dash import html

from policy_lab.app.language import told
from policy_lab.app.words import language, say
from policy_lab.model import Model

LOOPS = "loops.csv"
KINDS = ("R", "B")


def layout(model: Model) -> list[Any]:
    """One row for each loop; nothing where the model names none."""
    rows = loops_of(model)
    if not rows:
        return []
    head = html.Thead(
        html.Tr([html.Th(say(f"model.loop_{column}"), scope="col") for column in ("name", "kind", "path")])
    )
    body = html.Tbody([_row(*row) for row in rows])
    return [
        html.H2(say("model.loops"), className="subtitle", id="model-loops", tabIndex=-1),
        html.P(say("model.loops_lead"), className="lead"),
        html.Div(
            html.Table([head, body], className="plain loops"),
            className="numbers numbers--whole",
            tabIndex=0,
            role="region",
            **{"aria-label": say("model.loops")},
        ),
    ]


def loops_of(model: Model) -> list[tuple[str, str, list[str]]]:
    """Name, kind (R or B) and path of every loop; rows without them are left out."""
    file = model.folder / LOOPS if model.folder else None
    if file is None or not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    texts = told(model, language()).get("loops", {})
    complete = [row for row in rows if row.get("name") and row.get("path") and row.get("kind") in KINDS]
    given = [{**row, **texts.get(row["name"], {})} for row in complete]
    return [(row["name"], row["kind"], [step.strip() for step in row["path"].split(">")]) for row in given]


def _row(name: str, kind: str, path: list[str]) -> html.Tr:
    mark = html.Span(kind, className=f"loop loop--{kind.lower()}", **{"aria-hidden": "true"})
    return html.Tr(
        [
            html.Th(name, scope="row"),
            html.Td([mark, say(f"model.kind_{kind.lower()}")], className="loop__kind"),
            html.Td(" → ".join(path)),
        ]
    )
