"""What is wrong with the model, in the modellers' own words: the list in the README beside it."""

from __future__ import annotations

from typing import Any

from dash import html

from policy_lab.app.markdown import inline
from policy_lab.catalogue import SOURCE, here, language, say
from policy_lab.messages import Name
from policy_lab.model import Model
from policy_lab.model.readme import WEAKNESSES, Item


def layout(model: Model) -> list[Any]:
    """The place for the list, or that there is none: a model without known weaknesses is one nobody has examined."""
    items = model.readme.weaknesses
    head = html.H2(say("model.weaknesses"), className="subtitle", id="model-weaknesses", tabIndex=-1)
    if not items:
        return [head, html.P(say("model.no_weaknesses", heading=WEAKNESSES), className="empty")]
    return [
        head,
        html.P(say("model.weaknesses_lead"), className="lead"),
        html.Ol(className="prose prose--numbered", **{"data-late": "weaknesses"}),
    ]


def late(model: Model) -> list[html.Li]:
    """One item for each weakness."""
    return [_item(item) for item in model.readme.weaknesses]


def _item(item: Item) -> html.Li:
    said = here().shown(Name(item.key, "weakness in full", item.text))
    foreign = {} if said != item.text or language() == SOURCE else {"lang": SOURCE}
    return html.Li(inline(said), **foreign)
