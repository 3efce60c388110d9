"""What the model is asked, at the head of the first page: its title and its question, in the words of its README."""

from __future__ import annotations

from typing import Final

from dash import html

from policy_lab.app.language import retold
from policy_lab.app.markdown import inline, question
from policy_lab.catalogue import say
from policy_lab.model import Model

README: Final = "README.md"


def layout(model: Model) -> html.Div | html.H1:
    """Title and question; where the README asks none, the page's name, for those who hear the page."""
    title, asked = question_of(model)
    if not title:
        return html.H1(say("explore.title"), className="unseen")
    words = inline(retold(model, asked))
    return html.Div(
        [html.H1(retold(model, title), className="question__title"), html.P(words, className="question__asked")],
        className="question",
    )


def question_of(model: Model) -> tuple[str, str]:
    """Title and question as the README beside the model has them, "" for both where it asks none."""
    file = model.folder / README if model.folder else None
    if file is None or not file.is_file():
        return "", ""
    return question(file.read_text(encoding="utf-8", errors="replace"))
