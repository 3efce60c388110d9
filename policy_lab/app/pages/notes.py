"""Notes: what the model is called, as small as a page can be."""

import dash
from dash import Input, Output, callback, html

from policy_lab.app import session

dash.register_page(__name__, path="/notes", order=9, name="Notes", words="app.notes")


def layout(**_):
    """The model's name, and how many levers are moved."""
    return html.Section([html.P("Notes on " + session().model.name), html.P(id="notes-moved")], className="page")


@callback(Output("notes-moved", "children"), Input("levers", "policy"))
def count(policy):
    return str(len(policy or {}))
