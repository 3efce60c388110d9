"""The verdict above the charts: what the policy does by the last year, how sure that is, and what it hangs on.

``web/pages/verdict.js`` writes it once the hand rests.
"""

from __future__ import annotations

from dash import html

from policy_lab.app.ensemble_members import MEMBERS
from policy_lab.catalogue import say
from policy_lab.model import Model


def layout(model: Model) -> html.Section:
    """An empty verdict as high as a full one, and behind a button what its words mean."""
    count = len(model.uncertainties)
    said = say("in_short.waiting") if count else say("in_short.certain_model")
    return html.Section(
        [
            html.H2(say("in_short.title"), className="unseen"),
            html.P(said, className="in-short__text"),
            html.Div([], className="in-short__turns"),
            *([_how(count)] if count else []),
            html.P("", className="in-short__said unseen", role="status"),
        ],
        className="in-short" if count else "in-short in-short--certain",
        **{"aria-label": say("in_short.title")},
    )


def _how(count: int) -> html.Details:
    told = [
        html.P(say("in_short.how_futures", members=MEMBERS, inputs=count)),
        *(html.P(say(f"in_short.{key}")) for key in ("how_words", "how_turns", "how_limits")),
    ]
    summary = html.Summary(say("in_short.how"), className="button button--link")
    return html.Details([summary, html.Div(told, className="menu menu--about")], className="chart__about in-short__how")
