"""How far the model can be trusted: every test of it with its stored result, good or bad."""

from __future__ import annotations

from typing import Any

from dash import html

from policy_lab.app.evidence import Evidence, evidence_of
from policy_lab.app.words import say
from policy_lab.model import Model


def layout(model: Model) -> list[Any]:
    """One fold for each test: its question, the result in a sentence, and the table behind it."""
    return [
        html.H2(say("evidence.title"), className="subtitle", id="model-validation", tabIndex=-1),
        html.P(say("evidence.lead"), className="lead"),
        *[_test(found) for found in evidence_of(model)],
    ]


def _test(found: Evidence) -> html.Section:
    title = say(f"evidence.{found.test}")
    head = [html.H3(title, className="evidence__title"), html.P(found.told, className="evidence__told")]
    if not found.body:
        return html.Section(head, className="evidence")
    table = html.Table(
        [
            html.Thead(html.Tr([html.Th(text, scope="col") for text in found.head])),
            html.Tbody([html.Tr([html.Th(row[0], scope="row"), *map(html.Td, row[1:])]) for row in found.body]),
        ],
        className="plain",
    )
    region = html.Div(table, className="numbers", tabIndex=0, role="region", **{"aria-label": title})
    fold = html.Details([html.Summary(say("evidence.table"), className="button button--link"), region])
    return html.Section([*head, fold], className="evidence")
