"""The stored ranking of levers: outcome and year to choose, bars with intervals, shares over time, the table."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, dcc, html
from dash.exceptions import PreventUpdate

from policy_lab.app import ids, ranks
from policy_lab.app.ranks import Ranking
from policy_lab.app.words import say
from policy_lab.ensemble.findings import Findings
from policy_lab.model import Model

SHOWN = {"displayModeBar": False, "responsive": True}
RANKING_FILE = "ranking.csv"


def layout(app: Dash, ranking: Ranking, model: Model) -> list[Any]:
    """The ranking of the first outcome, or the sentence that says how to make one."""
    findings = ranking.findings
    if findings is None:
        return [html.P(ranking.problem, className="empty", role="status"), _reading()]
    outcome, every = findings.outcomes[0], ranks.time_of(None, findings)
    table = dmc.Table(
        id=ids.RANK_TABLE,
        data=ranks.table(findings, outcome, every),
        striped="odd",
        tabularNums=True,
        captionSide="top",
    )
    other = ranks.version_notice(findings, model)
    return [
        *([html.P(other, className="caution", role="status")] if other else []),
        _choosers(findings, outcome),
        html.P(ranks.told(findings, outcome), id=ids.RANK_SUMMARY, className="told", role="status"),
        html.Div([_figure(ids.RANK_BARS, "bars"), _figure(ids.RANK_OVER_TIME, "over_time")], className="charts"),
        html.Div(
            table,
            className="numbers numbers--rank",
            tabIndex=0,
            role="region",
            **{"aria-label": say("rank.table_short")},
        ),
        html.P(
            html.A(say("rank.download"), href=app.get_relative_path(f"/{RANKING_FILE}"), className="button"),
            className="tools",
        ),
        _reading(),
        html.P([ranks.made_with(findings), *(f" {note}" for note in findings.notes)], className="caveat"),
    ]


def register(app: Dash, ranking: Ranking) -> None:
    """Drawn when the page is first seen, and again for another outcome or year."""
    findings = ranking.findings
    if findings is None:
        return

    @app.callback(
        Output(ids.RANK_BARS, "figure"),
        Output(ids.RANK_OVER_TIME, "figure"),
        Output(ids.RANK_TABLE, "data"),
        Output(ids.RANK_SUMMARY, "children"),
        Input(ids.VISIT, "data"),
        Input(ids.RANK_OUTCOME, "value"),
        Input(ids.RANK_TIME, "value"),
        prevent_initial_call=True,
    )
    def draw(page: str | None, outcome: str, year: str) -> tuple[Any, ...]:
        if page != "rank" or outcome not in findings.outcomes:
            raise PreventUpdate
        time = ranks.time_of(year, findings)
        pictures = ranks.bars(findings, outcome, time), ranks.lines(findings, outcome)
        return *pictures, ranks.table(findings, outcome, time), ranks.told(findings, outcome)


def _choosers(findings: Findings, outcome: str) -> html.Div:
    return html.Div(
        [
            dmc.Select(
                id=ids.RANK_OUTCOME,
                label=say("rank.outcome"),
                data=ranks.outcomes(findings),
                value=outcome,
                allowDeselect=False,
                searchable=True,
                className="field",
            ),
            dmc.Select(
                id=ids.RANK_TIME,
                label=say("rank.years"),
                data=ranks.times(findings),
                value=ranks.EVERY_YEAR,
                allowDeselect=False,
                className="field",
            ),
        ],
        className="search",
    )


def _figure(name: str, title: str) -> html.Article:
    return html.Article(
        [
            html.H2(say(f"rank.{title}"), className="chart__title"),
            html.Div(
                dcc.Graph(id=name, config=SHOWN, responsive=True, className="chart__figure"), className="rank__frame"
            ),
        ],
        className="chart",
    )


def _reading() -> html.Section:
    items = [html.Li(say(f"rank.how_{n}")) for n in range(1, 5)]
    return html.Section([html.H2(say("rank.how"), className="subtitle"), html.Ul(items, className="prose")])
