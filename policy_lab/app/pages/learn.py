"""Learn: the model's stories, a lesson a step at a time: words, one chart, a curve to guess before it is shown.

The modules ``web/pages/learn*.js`` fill the page with what ``policy_lab/app/story_data.py`` gives; once a story has
come the server gets no further requests. A model without stories has no such page.
"""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from policy_lab.catalogue import say
from policy_lab.components import Prerendered
from policy_lab.model import Model
from policy_lab.model.stories import story_files


def has_content(model: Model) -> bool:
    """Whether there is a story, in any language."""
    return bool(story_files(model))


dash.register_page(
    __name__, path="/learn", order=6, name="Learn", words="app.learn", early=True, has_content=has_content
)


def _list_to_come() -> list[Any]:
    return [html.H1(say("learn.title"), className="title"), html.P(say("learn.lead"), className="lead")]


def layout(**_: Any) -> html.Section:
    """Its place; the rest is the scripts'."""
    return html.Section(
        [
            html.Button(say("present.leave"), className="button present-only", **{"data-do": "present"}),
            Prerendered("stories", html.Div(_list_to_come(), id="learn", className="learn")),
            html.P(say("app.caveat"), className="caveat"),
        ],
        className="page page--learn",
    )
