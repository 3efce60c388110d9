"""What the model is asked, at the head of the first page: its title and its question, in the words of its README."""

from __future__ import annotations

from dash import html

from policy_lab.app.markdown import inline
from policy_lab.catalogue import here, say
from policy_lab.messages import Name
from policy_lab.model import Model


def layout(model: Model) -> html.Div | html.H1:
    """Title and question; where the README asks none, the page's name, for those who hear the page."""
    title, asked = model.readme.question
    if not title:
        return html.H1(say("explore.title"), className="unseen")
    shown = here().shown
    heading, question = shown(Name("title", "readme", title)), shown(Name("question", "readme", asked))
    return html.Div(
        [html.H1(heading, className="question__title"), html.P(inline(question), className="question__asked")],
        className="question",
    )
