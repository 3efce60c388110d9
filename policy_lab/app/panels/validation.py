"""How far the model can be trusted: every test of it with its verdict and what came out, good or bad."""

from __future__ import annotations

from typing import Any

from dash import html

from policy_lab.app.validation_results import Evidence, Test, evidence_of
from policy_lab.catalogue import language, say
from policy_lab.model import Model

#: A sign before each verdict, so that it does not rest on colour.
SIGNS = {"holds": "✓", "partly": "◐", "fails": "✗", "reported": "i", "not yet": "–"}


def layout(model: Model) -> list[Any]:
    """How many tests there are and how they went, with the place for them; nothing without any."""
    found = evidence_of(model)
    if not found.tests and not found.notice:
        return []
    notice = [html.P(found.notice, className="caution")] if found.notice else []
    return [
        html.H2(say("evidence.title"), className="subtitle", id="model-validation", tabIndex=-1),
        html.P([say("evidence.lead"), " ", *_tally(found)], className="lead"),
        *notice,
        html.Div(className="evidences", **{"data-late": "validation"}),
    ]


def late(model: Model) -> list[html.Details]:
    """One fold for each test: its verdict, its question, what came out, the table behind it."""
    return [_fold(test) for test in evidence_of(model).tests]


def _tally(found: Evidence) -> list[Any]:
    if not found.tests:
        return []
    counts = {verdict: sum(test.verdict == verdict for test in found.tests) for verdict in SIGNS}
    told = [f"{count} {say('evidence.verdict_' + _key(verdict))}" for verdict, count in counts.items() if count]
    return [html.Strong(", ".join(told) + ".")]


def _fold(test: Test) -> html.Details:
    foreign = {"lang": test.language} if test.language and test.language != language() else {}
    verdict = html.Span(
        [html.Span(SIGNS[test.verdict], **{"aria-hidden": "true"}), " ", say(f"evidence.verdict_{_key(test.verdict)}")],
        className=f"verdict verdict--{_key(test.verdict)}",
    )
    head = html.Summary(
        [html.Span(test.title, className="evidence__title", **foreign), verdict], className="evidence__head"
    )
    body = [html.P([html.Em(test.question), " ", test.summary], className="evidence__told"), *_table(test)]
    notes = [html.Ul([html.Li(note) for note in test.notes], className="evidence__notes")] if test.notes else []
    return html.Details([head, html.Div([*body, *notes], **foreign)], className="evidence")


def _table(test: Test) -> list[Any]:
    if not test.rows:
        return []
    table = html.Table(
        [
            html.Thead(html.Tr([html.Th(text or "–", scope="col") for text in test.columns])),
            html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in test.rows]),
        ],
        className="plain",
    )
    return [html.Div(table, className="numbers", tabIndex=0, role="region", **{"aria-label": test.title})]


def _key(verdict: str) -> str:
    return verdict.replace(" ", "_")
