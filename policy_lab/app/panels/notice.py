"""The one place where the page says that something is not as asked: a bad link, a policy that cannot be run."""

from __future__ import annotations

from dash import html

from policy_lab.catalogue import say


def layout() -> html.Div:
    """A strip that is empty, and takes no room, while there is nothing to say."""
    return html.Div(
        html.Div(
            [
                html.P("", id="notice-text", className="notice__text"),
                html.Button(
                    "×",
                    className="button button--quiet",
                    title=say("app.close"),
                    **{"aria-label": say("app.close"), "data-do": "hush"},
                ),
            ],
            className="notice__inside",
        ),
        id="notice",
        className="notice notice--empty",
        role="status",
    )
