"""What nobody knows for sure, open to change: each uncertain parameter with its range, source and grade."""

from __future__ import annotations

from dash import html

from policy_lab.app.labels import label_of
from policy_lab.app.markup import Tag
from policy_lab.catalogue import say
from policy_lab.model import Model


def layout(model: Model) -> html.Section:
    """Those changed, always in view; behind a button the whole list, searched by words and by group."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2(say("assumption.title"), className="levers__title"),
                    html.Button(
                        say("assumption.reset_all"), className="button is-hidden", **{"data-do": "resetAssumptions"}
                    ),
                ],
                className="levers__head",
            ),
            html.P(say("assumption.lead" if model.uncertainties else "assumption.none"), className="lead"),
            html.Ul([], className="assumed", **{"aria-label": say("assumption.changed")}),
            *([_list(model)] if model.uncertainties else []),
        ],
        id="assumptions",
        className="assumptions",
    )


def _list(model: Model) -> html.Details:
    groups = list(dict.fromkeys(known.group for known in model.uncertainties.values()))
    chooser = [Tag("option", say("assumption.every_group"), {"value": ""})]
    chooser += [Tag("option", label_of(group), {"value": label_of(group)}) for group in groups]
    search = {"type": "search", "id": "assumption-search", "class": "box", "autocomplete": "off"}
    fields = [
        html.Div(
            [
                html.Label(say("assumption.search"), htmlFor="assumption-search", className="label"),
                Tag("input", None, search),
            ]
        ),
        html.Div(
            [
                html.Label(say("assumption.group"), htmlFor="assumption-group", className="label"),
                html.Select(chooser, id="assumption-group", className="select"),
            ]
        ),
    ]
    return html.Details(
        [
            html.Summary(say("assumption.open", count=len(model.uncertainties)), className="button"),
            html.Div(fields, className="search"),
            html.P("", className="count", role="status"),
            html.Div([], className="assumptions__list"),
        ],
        className="assumptions__all",
    )
